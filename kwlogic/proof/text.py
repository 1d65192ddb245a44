"""Certificates as text, and back. Equal certificates have equal text; what is read is well formed, not yet believed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type
from kwlogic.proof.data import (
    Along,
    Certificate,
    Law,
    Leaf,
    Lemma,
    Members,
    Natural,
    Pick,
    Specialise,
    Split,
    Step,
    Structural,
    Tree,
    Unfold,
    Use,
)
from kwlogic.proof.datatypes import DataTypes
from kwlogic.proof.lists import Node, items, number, word
from kwlogic.proof.reader import Reader, split_types
from kwlogic.proof.statements import Refused
from kwlogic.proof.words import Writer, type_text

MOST_DEPTH = 60
TIERS = ("T1", "T4")


# ---------------------------------------------------------------- writing


def certificate_text(certificate: Certificate) -> str:
    """An entry of a file, with a newline at its end."""
    trees = [certificate.tree, *(lemma.tree for lemma in certificate.lemmas)]
    terms = [t for tree in trees for t in terms_of(tree)] + [t for lemma in certificate.lemmas for t in (lemma.formula, *lemma.vars)]
    writer = Writer(terms)
    out = [f"(proof {json.dumps(certificate.obligation)}", f"  (seal {certificate.seal}) (tier {certificate.tier})"]
    if certificate.goal:
        out[-1] += f" (goal {certificate.goal})"
    if certificate.hyps:
        out.append(f"  (hyps {' '.join(sorted(certificate.hyps))})")
    if writer.types:
        out.append(f"  (where {' '.join(f'({name} {type_text(type)})' for name, type in writer.variables())})")
    for lemma in certificate.lemmas:
        types = " ".join(lemma.tparams)
        out.append(f"  (lemma {lemma.name} ({types}) ({' '.join(map(writer.term, lemma.vars))})")
        out.append(f"    {writer.term(lemma.formula)}")
        out.extend(_tree_lines(lemma.tree, writer, 4))
        out[-1] += ")"
    out.extend(_tree_lines(certificate.tree, writer, 2))
    return "\n".join(out) + ")\n"


def terms_of(tree: Tree) -> list[Term]:
    """Every term that a tree is written with."""
    out: list[Term] = []
    stack = [tree]
    while stack:
        here = stack.pop()
        out.extend(_own_terms(here))
        stack.extend(children(here))
    return out


def children(tree: Tree) -> tuple[Tree, ...]:
    match tree:
        case Structural(cases=cases) | Split(cases=cases):
            return cases
        case Natural(case=case):
            return (case,)
        case Along(case=case, guard=guard):
            return (case,) if guard is None else (case, guard)
        case _:
            return ()


def _own_terms(tree: Tree) -> list[Term]:
    match tree:
        case Structural(var=term) | Natural(var=term) | Split(term=term) | Along(call=term):
            return [term]
        case Leaf(steps=steps):
            return [t for step in steps for t in _step_terms(step)]


def _step_terms(step: Step) -> tuple[Term, ...]:
    match step:
        case Unfold(call) | Members(call=call):
            return (call,)
        case Law(term=term):
            return (term,)
        case Use(args=args) | Specialise(args=args):
            return args
        case Pick():
            return ()


def _tree_lines(tree: Tree, writer: Writer, indent: int) -> list[str]:
    """Recursion is as deep as inductions nest."""
    pad = " " * indent
    match tree:
        case Leaf(steps, tier):
            lines = [f"{pad}({'leaf' if tier == 'T1' else f'trusted {tier}'}"]
            lines.extend(f"{pad}  {_step_text(step, writer)}" for step in steps)
        case Structural(var):
            lines = [f"{pad}(induction {writer.term(var)}"]
        case Natural(var):
            lines = [f"{pad}(natural {writer.term(var)}"]
        case Along(call):
            lines = [f"{pad}(along {writer.term(call)}"]
        case Split(term):
            lines = [f"{pad}(cases {writer.term(term)}"]
    for child in children(tree):
        lines.extend(_tree_lines(child, writer, indent + 2))
    lines[-1] += ")"
    return lines


def _step_text(step: Step, writer: Writer) -> str:
    match step:
        case Unfold(call):
            words: Iterator[str] = iter(("open", writer.term(call)))
        case Use(name, index, types, args):
            words = iter(("use", name, str(index), f"{{{','.join(map(type_text, types))}}}", *map(writer.term, args)))
        case Specialise(place, args):
            words = iter(("at", str(place), *map(writer.term, args)))
        case Pick(place, names):
            words = iter(("pick", str(place), *names))
        case Law(term, index):
            words = iter(("law", str(index), writer.term(term)))
        case Members(call, index, name):
            words = iter(("member", str(index), name, writer.term(call)))
    return f"({' '.join(words)})"


# ---------------------------------------------------------------- reading


class CertificateReader:
    """Reads entries for one program."""

    def __init__(self, program: Program) -> None:
        self.reader = Reader(program, DataTypes(program))

    def read(self, node: Node) -> Certificate:
        """The certificate that a list stands for; raises Refused where it stands for none."""
        name, parts = entry_of(node)
        known = {
            word(items(p)[0]): items(p)[1:]
            for p in parts[:-1]
            if items(p) and word(items(p)[0]) in ("seal", "tier", "goal", "hyps", "where")
        }
        tier = word(known.get("tier", [""])[0]) if known.get("tier") else ""
        if tier not in TIERS or not known.get("seal"):
            raise Refused("the entry has no seal or no tier")
        self.reader.vars = {word(items(v)[0]): self.reader.type(word(items(v)[1])) for v in known.get("where", []) if len(items(v)) == 2}
        lemmas = tuple(self._lemma(items(p)) for p in parts[:-1] if items(p) and items(p)[0] == "lemma")
        goal = number(known["goal"][0]) if known.get("goal") else 0
        hyps = frozenset(word(h) for h in known.get("hyps", []))
        return Certificate(name, word(known["seal"][0]), tier, self._tree(parts[-1], 0), lemmas, goal, hyps)

    def _lemma(self, parts: list[Node]) -> Lemma:
        if len(parts) != 6:
            raise Refused("a lemma has a name, types, variables, a formula and a proof")
        types = tuple(word(t) for t in items(parts[2]))
        vars = tuple(self.reader.term(v) for v in items(parts[3]))
        if any(v.op is not Op.VAR for v in vars):
            raise Refused("a lemma is about variables")
        return Lemma(word(parts[1]), types, vars, self.reader.term(parts[4]), self._tree(parts[5], 0))

    def _tree(self, node: Node, depth: int) -> Tree:
        parts = items(node)
        if depth > MOST_DEPTH or not parts:
            raise Refused("a proof is nested too deeply, or is missing")
        match word(parts[0]):
            case "leaf":
                return Leaf(tuple(self._step(items(s)) for s in parts[1:]))
            case "trusted" if len(parts) > 1 and word(parts[1]) in TIERS[1:]:
                return Leaf(tuple(self._step(items(s)) for s in parts[2:]), word(parts[1]))
            case "induction" if len(parts) > 1:
                return Structural(self._var(parts[1]), self._trees(parts[2:], depth))
            case "cases" if len(parts) > 1:
                return Split(self.reader.term(parts[1]), self._trees(parts[2:], depth))
            case "natural" if len(parts) == 3:
                return Natural(self._var(parts[1]), self._tree(parts[2], depth + 1))
            case "along" if len(parts) in (3, 4):
                case, *guard = self._trees(parts[2:], depth)
                return Along(self.reader.term(parts[1]), case, guard[0] if guard else None)
            case other:
                raise Refused(f"`{other[:40]}` is no way to prove")

    def _trees(self, nodes: list[Node], depth: int) -> tuple[Tree, ...]:
        return tuple(self._tree(n, depth + 1) for n in nodes)

    def _var(self, node: Node) -> Term:
        term = self.reader.term(node)
        if term.op is not Op.VAR:
            raise Refused("induction is on a variable")
        return term

    def _step(self, parts: list[Node]) -> Step:
        match [parts[0] if parts else "", *parts[1:]]:
            case ["open", call]:
                return Unfold(self.reader.term(call))
            case ["use", name, index, types, *args]:
                found = self._types(word(types))
                return Use(word(name), number(index), found, self._terms(args))
            case ["at", place, *args]:
                return Specialise(number(place), self._terms(args))
            case ["pick", place, *names]:
                return Pick(number(place), tuple(word(n) for n in names))
            case ["law", index, term]:
                return Law(self.reader.term(term), number(index))
            case ["member", index, name, call]:
                return Members(self.reader.term(call), number(index), word(name))
            case _:
                raise Refused("a step is none of those that there are")

    def _types(self, text: str) -> tuple[Type, ...]:
        return tuple(self.reader.type(t) for t in split_types(text[1:-1]))

    def _terms(self, nodes: list[Node]) -> tuple[Term, ...]:
        return tuple(self.reader.term(n) for n in nodes)


def entry_of(node: Node) -> tuple[str, list[Node]]:
    """Obligation and parts of an entry."""
    parts = items(node)
    if len(parts) < 4 or parts[0] != "proof":
        raise Refused('an entry is `(proof "obligation" ...)`')
    try:
        name = json.loads(word(parts[1]))
    except ValueError as error:
        raise Refused("the name of an obligation is garbled") from error
    if not isinstance(name, str):
        raise Refused("the name of an obligation is garbled")
    return name, parts[2:]


def seal_of(node: Node) -> str:
    """The seal of an entry, without reading the rest."""
    for part in entry_of(node)[1]:
        if isinstance(part, list) and len(part) == 2 and part[0] == "seal":
            return word(part[1])
    raise Refused("the entry has no seal")
