"""Terms and types of certificates read back, with every type checked: what is read is a well-typed term of the program.

A term is read with an explicit stack: certificates are files that anyone may have written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction

from kwlogic.core.prim_eval import int_of_text
from kwlogic.core.prims import PRIMS
from kwlogic.core.program import Program
from kwlogic.core.terms import (
    FALSE,
    TRUE,
    Term,
    mk_and,
    mk_apply,
    mk_call,
    mk_con,
    mk_eq,
    mk_exists,
    mk_forall,
    mk_if,
    mk_implies,
    mk_int,
    mk_is,
    mk_lambda,
    mk_not,
    mk_or,
    mk_prim,
    mk_real,
    mk_sel,
    mk_str,
    mk_var,
)
from kwlogic.core.types import BOOL, Type, mk_tvar, mk_type, subst_type, tuple_of
from kwlogic.proof.datatypes import DataTypes
from kwlogic.proof.lists import Node, items, number, word
from kwlogic.proof.statements import Refused
from kwlogic.vc.triggers import match_type

_WORDS = frozenset(("if", "and", "or", "not", "=>", "=", "apply", "fn", "forall", "exists", "field", "is"))
_ARITY = {"Int": 0, "Real": 0, "Bool": 0, "String": 0, "List": 1, "Set": 1, "Option": 1, "Map": 2}
MOST_BRACKETS = 60


class Reader:
    """Reads terms of one program under given types of variables."""

    def __init__(self, program: Program, data: DataTypes) -> None:
        self.program = program
        self.data = data
        self.vars: dict[str, Type] = {}
        self._types: dict[str, Type] = {}

    # ------------------------------------------------------------ types

    def type(self, text: str) -> Type:
        if text not in self._types:
            self._types[text] = self._type(text)
        return self._types[text]

    def _type(self, text: str) -> Type:
        """``'a``, ``Name`` or ``Name[T,U]``; brackets are few, so they may be followed by recursion."""
        if text.count("[") > MOST_BRACKETS:
            raise Refused("a type is nested too deeply")
        head, bracket, rest = text.partition("[")
        if not head or (bracket and not rest.endswith("]")) or set(head) & set(",] "):
            raise Refused(f"`{text[:60]}` is no type")
        if head.startswith("'"):
            if bracket:
                raise Refused("a type variable takes no arguments")
            return mk_tvar(head[1:])
        made = mk_type(head, *(self._type(t) for t in split_types(rest[:-1])))
        self._known(made)
        return made

    def _known(self, type: Type) -> None:
        """The head stands for a type and has as many arguments as it takes."""
        if type.head == "Tuple" or (type.head == "Fun" and type.args):
            return
        data = self.program.datas.get(type.head)
        arity = _ARITY.get(type.head) if data is None else len(data.tparams)
        if arity != len(type.args):
            raise Refused(f"`{type.head}` with {len(type.args)} arguments is no type")

    # ------------------------------------------------------------ terms

    def term(self, node: Node) -> Term:
        """One term. Lists are turned into terms from the inside out."""
        done: list[Term] = []
        waiting: list[tuple[Node, Mapping[str, Type], int]] = [(node, self.vars, -1)]
        while waiting:
            here, vars, count = waiting.pop()
            if isinstance(here, str):
                done.append(self._atom(here, vars))
                continue
            head, args, inner = self._parts(here, vars)
            if count < 0:
                waiting.append((here, vars, len(args)))
                waiting.extend((a, inner, -1) for a in reversed(args))
            else:
                values = tuple(done[len(done) - count :])
                del done[len(done) - count :]
                done.append(self._make(head, here, values, inner))
        return done[0]

    def _parts(self, node: list[Node], vars: Mapping[str, Type]) -> tuple[str, list[Node], Mapping[str, Type]]:
        """Head, argument lists, and the variables in scope of them."""
        if not node:
            raise Refused("an empty list is no term")
        head = word(node[0])
        if head in ("fn", "forall", "exists"):
            if len(node) != 3:
                raise Refused(f"`{head}` takes its variables and a body")
            return head, node[2:], {**vars, **dict(self.binders(node[1], vars))}
        return head, node[3:] if head == "field" else node[2:] if head == "is" else node[1:], vars

    def binders(self, node: Node, vars: Mapping[str, Type]) -> tuple[tuple[str, Type], ...]:
        out = []
        for item in items(node):
            name, colon, type = word(item).partition(":")
            known = vars.get(name)
            if not colon and known is None:
                raise Refused(f"the type of `{name}` is not given")
            out.append((name, self.type(type) if colon or known is None else known))
        return tuple(out)

    def _atom(self, text: str, vars: Mapping[str, Type]) -> Term:
        if text in ("true", "false"):
            return TRUE if text == "true" else FALSE
        if text.startswith('"'):
            try:
                return mk_str(json.loads(text))
            except ValueError as error:
                raise Refused("a text is garbled") from error
        if re.fullmatch(r"-?[0-9]+", text):
            return mk_int(int_of_text(text))
        if re.fullmatch(r"-?[0-9]+/[0-9]*[1-9][0-9]*", text):
            top, _, bottom = text.partition("/")
            return mk_real(Fraction(int_of_text(top), int_of_text(bottom)))
        name, colon, type = text.partition(":")
        if colon:
            return mk_var(name, self.type(type))
        if name not in vars:
            raise Refused(f"the type of `{name}` is not given")
        return mk_var(name, vars[name])

    def _make(self, head: str, node: list[Node], args: tuple[Term, ...], vars: Mapping[str, Type]) -> Term:
        if head in _WORDS:
            return self._connective(head, node, args, vars)
        if head.endswith("}"):
            return self._call(head, args)
        name, colon, type = head.partition(":")
        if name in PRIMS:
            return self._prim(name, self.type(type) if colon else None, args)
        if not colon:
            raise Refused(f"`{head[:60]}` is unknown")
        return self._con(name, self.type(type), args)

    def _connective(self, head: str, node: list[Node], args: tuple[Term, ...], vars: Mapping[str, Type]) -> Term:
        match head, args:
            case "and" | "or", _ if len(args) > 1 and all(a.type is BOOL for a in args):
                return mk_and(args) if head == "and" else mk_or(args)
            case "not", (a,) if a.type is BOOL:
                return mk_not(a)
            case "=>", (a, b) if a.type is BOOL and b.type is BOOL:
                return mk_implies(a, b)
            case "=", (a, b) if a.type is b.type:
                return mk_eq(a, b)
            case "if", (c, a, b) if c.type is BOOL and a.type is b.type:
                return mk_if(c, a, b)
            case "apply", (f, *rest) if f.type.head == "Fun" and f.type.args[:-1] == tuple(r.type for r in rest):
                return mk_apply(f, tuple(rest))
            case "is", (a,) if any(c == word(node[1]) for c, _ in self.data.plain(a.type)):
                return mk_is(word(node[1]), a)
            case "field", (a,):
                fields = dict(self.data.plain(a.type)).get(word(node[1]), ())
                index = number(node[2])
                if index < len(fields):
                    return mk_sel(word(node[1]), index, a, fields[index])
            case "fn" | "forall" | "exists", (body,):
                binders = self.binders(node[1], vars)
                if head == "fn":
                    return mk_lambda(binders, body)
                if body.type is BOOL:
                    return (mk_forall if head == "forall" else mk_exists)(binders, body)
            case _:
                pass
        raise Refused(f"`{head}` does not take these arguments")

    def _call(self, head: str, args: tuple[Term, ...]) -> Term:
        name, _, inner = head[:-1].partition("{")
        types = tuple(self.type(t) for t in split_types(inner))
        fn, kernel = self.program.fns.get(name), self.program.kernels.get(name)
        if fn is None and kernel is None:
            raise Refused(f"there is no function `{name}`")
        if fn is not None:
            tparams, params, result = fn.tparams, fn.params, fn.result
        else:
            assert kernel is not None
            outputs = tuple(p.type for p in kernel.outputs)
            tparams, params, result = kernel.tparams, kernel.inputs, outputs[0] if len(outputs) == 1 else tuple_of(*outputs)
        if len(types) != len(tparams) or len(args) != len(params):
            raise Refused(f"`{name}` takes other arguments")
        env = dict(zip(tparams, types, strict=True))
        if any(subst_type(p.type, env) is not a.type for p, a in zip(params, args, strict=True)):
            raise Refused(f"`{name}` takes arguments of other types")
        return mk_call(name, types, args, subst_type(result, env))

    def _prim(self, name: str, type: Type | None, args: tuple[Term, ...]) -> Term:
        prim = PRIMS[name]
        env: dict[str, Type] | None = {}
        if len(args) != len(prim.params):
            raise Refused(f"`{name}` takes other arguments")
        for param, arg in zip(prim.params, args, strict=True):
            env = match_type(param, arg.type, env) if env is not None else None
        if env is not None and type is not None:
            env = match_type(prim.result, type, env)
        if env is None or (prim.result.has_vars and type is None):
            raise Refused(f"`{name}` takes arguments of other types")
        return mk_prim(name, args, subst_type(prim.result, env))

    def _con(self, ctor: str, type: Type, args: tuple[Term, ...]) -> Term:
        fields = dict(self.data.plain(type)).get(ctor)
        if fields is None or fields != tuple(a.type for a in args):
            raise Refused(f"`{ctor}` does not make a `{type}` of these arguments")
        return mk_con(ctor, args, type)


def split_types(text: str) -> list[str]:
    """Types separated by commas, but for those within brackets."""
    out: list[str] = []
    depth, start = 0, 0
    for place, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if character == "," and depth == 0:
            out.append(text[start:place])
            start = place + 1
    return [*out, text[start:]] if text else []
