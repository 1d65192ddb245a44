"""Sets of texts: from one model of a formula to constraints on one text alone, and from those to residuals.

As with numbers, the formula is reduced to a conjunction that the model satisfies; what ties the text to others is held at
its value in the model, lengths are projected as numbers. Other texts that only have to differ from something are let go,
since there are always more texts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from kwlogic.core.regex import EMPTY, Chars, Regex, Seq, Start, parse_regex
from kwlogic.core.terms import Op, Term, mk_and, mk_eq, mk_not, mk_prim, mk_str, mk_var
from kwlogic.core.types import INT, STRING
from kwlogic.core.walk import free_vars, subst
from kwlogic.source.records import dataclass
from kwlogic.weave.decode.data import Checked, Free, OneOf, Residual, Texts
from kwlogic.weave.decode.residual_linear import Cube, Projection, differ
from kwlogic.weave.decode.residual_model import Model
from kwlogic.weave.decode.residual_sets import cube_term
from kwlogic.weave.decode.residual_values import lift

LENGTH = mk_var("length of it", INT)
MOST_LISTED = 64


@dataclass(frozen=True, slots=True)
class Word:
    """Texts that satisfy literals over ``var`` alone (each with whether it holds), of a length."""

    var: Term
    literals: tuple[tuple[Term, bool], ...]
    length: Cube
    point: str | None = None

    def term(self) -> Term:
        if self.point is not None:
            return mk_eq(self.var, mk_str(self.point))
        size = mk_prim("str.len", (self.var,), INT)
        parts = [t if wanted else mk_not(t) for t, wanted in self.literals]
        return mk_and((*parts, subst(cube_term(self.length, LENGTH), {LENGTH: size})))

    def has(self, text: str) -> bool:
        if self.point is not None:
            return text == self.point
        model = Model({str(self.var.data): text})
        return self.length.has(len(text)) and all(bool(model.value(t)) is wanted for t, wanted in self.literals)


class TextProjection(Projection):
    """Gathers what is required of one text."""

    def __init__(self, model: Model, focus: Term) -> None:
        super().__init__(model, LENGTH)
        model.name(LENGTH, len(model.value(focus)))
        self.text = focus
        self.atoms: dict[tuple[Term, bool], None] = {}

    def word(self, formulas: Iterable[Term]) -> Word:
        self.require(formulas)
        literals = self._literals()
        here = str(self.model.value(self.text))
        if literals is None or any(t.op is Op.EQ and wanted for t, wanted in literals):
            return Word(self.text, (), Cube(), here)
        return Word(self.text, tuple(literals), self.cube())

    def _length(self, text: Term) -> Term:
        return LENGTH if text is self.text else super()._length(text)

    def _atom(self, term: Term, wanted: bool) -> None:
        if any(a.type is STRING for a in term.args) or term.op in (Op.IS, Op.VAR):
            self.atoms[(term, wanted)] = None
            for var in free_vars(term):
                if var.type is not STRING:
                    self.hold(var)
        else:
            super()._atom(term, wanted)

    def _literals(self) -> list[tuple[Term, bool]] | None:
        """The atoms over the text alone, others at their values; None where the text is tied as a whole."""
        if self.text in self.tied:
            return None
        atoms = self._without_loose()
        values = {
            v: lift(self.model.value(v)) for t, _ in atoms for v in free_vars(t) if v is not self.text
        }  # one that is held is a constant for all atoms
        made = []
        for term, wanted in atoms:
            closed = subst(term, values)
            if self.text in free_vars(closed):
                made.append((closed, wanted))
        return made

    def _without_loose(self) -> list[tuple[Term, bool]]:
        """Without what is said of texts that only have to differ from others."""
        tied = self.ties()
        return [(t, w) for t, w in self.atoms if not any(v is not self.text and v not in tied for v in free_vars(t))]

    def ties(self) -> set[Term]:
        found = set(self.tied)
        for term, wanted in self.atoms:
            if wanted or not differ(term):
                found |= free_vars(term)
        return found


# ---------------------------------------------------------------- residuals


def texts(words: list[Word], exact: bool, why: str, starts: Callable[[Word, str], str | None]) -> Residual:
    """The residual of a union of sets of texts, which is not empty. ``starts`` finds a text of a set that begins so."""
    points = [w.point for w in words if w.point is not None]
    if len(points) == len(words) <= MOST_LISTED:
        return OneOf(tuple(dict.fromkeys(points)), exact, why)
    if len(words) == 1:
        plain = as_texts(words[0], exact, why)
        if plain is not None:
            return plain
    union = _except_exclusions(words, exact, why) if len(words) > 1 else None
    return union or Checked(Free(), lambda v: any(w.has(v) for w in words), Alive(words, starts), exact, why)


def _except_exclusions(words: list[Word], exact: bool, why: str) -> Residual | None:
    """Sets that differ only in single texts that are left out, and single texts."""
    plain = [as_texts(w, exact, why) for w in words if w.point is None]
    if not plain or any(not isinstance(p, (Texts, Free)) for p in plain):
        return None
    forms = [p if isinstance(p, Texts) else Texts(exact=exact, why=why) for p in plain]
    common = frozenset.intersection(*(f.excluded for f in forms if isinstance(f, Texts)))
    first = _with(forms[0], common)
    if any(_with(f, common) != first for f in forms):
        return None
    rest = common - {w.point for w in words if w.point is not None}
    base = [w for w in words if w.point is None]
    if any(not any(b.has(w.point) for b in base) and w.point not in common for w in words if w.point is not None):
        return None
    return _simple(_with(forms[0], rest))


def _with(form: Any, excluded: frozenset[str]) -> Texts:
    from dataclasses import replace

    made: Texts = replace(form, excluded=excluded)
    return made


def _simple(form: Texts) -> Residual:
    return Free(form.exact, form.why) if form == Texts(exact=form.exact, why=form.why) else form


def as_texts(word: Word, exact: bool = True, why: str = "") -> Residual | None:
    """The set as lengths, patterns, ends and exclusions, or as one text; None where it is not that."""
    if word.point is not None:
        return OneOf((word.point,), exact, why)
    form = _Form()
    if word.length.modulus != 1 or not all(form.take(word.var, t, wanted) for t, wanted in word.literals):
        return None
    low = max(0, int(word.length.low or 0))
    high = None if word.length.high is None else int(word.length.high)
    return _simple(
        Texts(
            low,
            high,
            tuple(form.found),
            tuple(form.never),
            form.prefix,
            form.suffix,
            tuple(form.contains),
            frozenset(form.excluded),
            exact,
            why,
        )
    )


class _Form:
    """Takes literals over one text, while they are of the kinds that a residual can say."""

    def __init__(self) -> None:
        self.found: list[Regex] = []
        self.never: list[Regex] = []
        self.contains: list[str] = []
        self.excluded: list[str] = []
        self.prefix = self.suffix = ""

    def take(self, var: Term, literal: Term, wanted: bool) -> bool:
        if len(literal.args) != 2:
            return False
        one, other = literal.args
        if literal.op is Op.EQ:
            return self._equal(one, other, wanted) if one is var else self._equal(other, one, wanted) if other is var else False
        if literal.op is not Op.PRIM or one is not var or other.op is not Op.LIT:
            return False
        match literal.data:
            case "str.matches":
                (self.found if wanted else self.never).append(parse_regex(other.data))
            case "str.contains" if wanted:
                self.contains.append(other.data)
            case "str.contains":
                self.never.append(exactly(other.data))
            case "str.starts_with" if wanted:
                self.prefix = max(self.prefix, other.data, key=len)
            case "str.starts_with":
                self.never.append(Seq((Start(), exactly(other.data))))
            case "str.ends_with" if wanted:
                self.suffix = max(self.suffix, other.data, key=len)
            case _:
                return False
        return True

    def _equal(self, _: Term, other: Term, wanted: bool) -> bool:
        if other.op is not Op.LIT:
            return False
        if not wanted:
            self.excluded.append(other.data)
        return not wanted


def exactly(text: str) -> Regex:
    return Seq(tuple(Chars(((ord(c), ord(c)),)) for c in text)) if text else EMPTY


# ---------------------------------------------------------------- prefixes


class Alive:
    """Whether a text of one of the sets has a JSON form that starts so; texts that were found are remembered."""

    def __init__(self, words: list[Word], starts: Callable[[Word, str], str | None]) -> None:
        self.words = words
        self.starts = starts
        self.known: dict[str, str | None] = {}
        self.found: list[str] = []

    def __call__(self, text: str) -> bool:
        if not text.startswith('"'):
            return not text
        if any(f.startswith(text) for f in self.found):
            return True
        whole = _finished(text)
        if whole is not None:
            return any(w.has(whole) for w in self.words)
        if text not in self.known:
            self.known[text] = self._search(text)
        return self.known[text] is not None

    def _search(self, text: str) -> str | None:
        written, pending = split_escape(text[1:])
        if written is None:
            return None
        for start in written_on(written, pending):
            for word in self.words:
                found = _scan(word, start) if word.point is not None or within(word) is not None else self.starts(word, start)
                if found is not None and (whole := json_text(found)).startswith(text):
                    self.found.append(whole)
                    return whole
        return None


def json_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def split_escape(raw: str) -> tuple[str | None, str]:
    """The characters that a started JSON string holds, and an escape that is not finished; None where it is no such."""
    for cut in range(min(len(raw), 6) + 1):
        head, tail = raw[: len(raw) - cut], raw[len(raw) - cut :]
        if tail and not tail.startswith("\\"):
            continue
        try:
            written = json.loads(f'"{head}"', strict=True)
        except ValueError:
            continue
        return (written if isinstance(written, str) else None), tail
    return None, ""


def _finished(text: str) -> str | None:
    """What a finished JSON string says."""
    if not text.endswith('"'):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


_ESCAPED = [chr(c) for c in range(32)] + ['"', "\\"]


def written_on(written: str, pending: str) -> list[str]:
    """What the text starts with, given an escape that is not finished."""
    return [written] if not pending else [written + c for c in _ESCAPED if json_text(c)[1:-1].startswith(pending)]


def within(word: Word) -> str | None:
    """A known text that the texts of a set are parts of."""
    for literal, wanted in word.literals:
        if not wanted or literal.op is not Op.PRIM or literal.data not in ("str.contains", "str.starts_with", "str.ends_with"):
            continue
        if literal.args[0].op is Op.LIT and literal.args[1] is word.var:
            return str(literal.args[0].data)
    return None


def _scan(word: Word, start: str) -> str | None:
    """Of a single text, or of the parts of a known one: a member that starts so."""
    if word.point is not None:
        return word.point if word.point.startswith(start) else None
    text = within(word)
    assert text is not None
    at = text.find(start)
    while at >= 0:
        low = max(len(start), int(word.length.low or 0))
        high = len(text) - at if word.length.high is None else min(len(text) - at, int(word.length.high))
        for size in range(low, high + 1):
            if word.has(text[at : at + size]):
                return text[at : at + size]
        at = text.find(start, at + 1)
    return None
