"""Candidates: a node is an operation and its arguments, with the vector of its values on the sample. Costs rank programs.

An ``Operation`` says how a value is computed (``run``, native values; None where the result is too large to go on with) and
which core term it stands for (``build``). Nodes are small trees, bounded by their cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from kwlogic.core.terms import Term
from kwlogic.core.types import Type
from kwlogic.weave.learn.synthesis.native import Native

Kind: TypeAlias = Type | str
"""What an argument may be: any term of a type, or one of a role (a narrower bank, such as ``mark``: texts to look for)."""

Vector: TypeAlias = tuple[Native, ...]
Build: TypeAlias = Callable[[tuple[Term, ...]], Term]


class Operation:
    __slots__ = ("build", "cost", "limits", "name", "params", "ranks", "result", "run", "symmetric")

    def __init__(
        self,
        name: str,
        params: tuple[Kind, ...],
        result: Type,
        run: Callable[..., Native],
        build: Build,
        cost: int = 1,
        limits: tuple[int, ...] = (),
        symmetric: bool = False,
    ) -> None:
        self.name, self.params, self.result, self.run, self.build, self.cost = name, params, result, run, build, cost
        self.limits = limits or (99,) * len(params)
        self.symmetric = symmetric

    def __repr__(self) -> str:
        return self.name


class Node:
    __slots__ = ("args", "cost", "op", "vec")

    def __init__(self, op: Operation, args: tuple[Node, ...], cost: int, vec: Vector) -> None:
        self.op, self.args, self.cost, self.vec = op, args, cost, vec

    @property
    def type(self) -> Type:
        return self.op.result

    def __repr__(self) -> str:
        return f"{self.op.name}({', '.join(map(repr, self.args))})" if self.args else self.op.name


def term_of(node: Node) -> Term:
    return node.op.build(tuple(term_of(a) for a in node.args))


def run_node(node: Node, env: Mapping[str, Native]) -> Native:
    """The value for other inputs. Reads of inputs are operations without arguments whose ``run`` takes the inputs."""
    op = node.op
    if not node.args:
        return op.run(env)
    if op.name == "if":
        return run_node(node.args[1 if run_node(node.args[0], env) else 2], env)
    values = [run_node(a, env) for a in node.args]
    return None if any(v is None for v in values) else op.run(*values)


def leaf(name: str, type: Type, run: Callable[[Mapping[str, Any]], Native], term: Term, cost: int, vec: Vector) -> Node:
    """A node without arguments."""
    return Node(Operation(name, (), type, run, lambda _: term, cost), (), cost, vec)


def apply(op: Operation, *args: Node) -> Node:
    """An operation on nodes; the cost adds up."""
    vec = tuple(map(op.run, *(a.vec for a in args)))
    return Node(op, args, op.cost + sum(a.cost for a in args), vec)
