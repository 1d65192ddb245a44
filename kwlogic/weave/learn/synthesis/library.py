"""The helpers that synthesised functions call: total functions of the language, declared beside the function that needs them.

They are text here and nowhere else: what is printed with a function is what its term calls. ``extended`` adds them to a
program. Each has a native counterpart in ``native.py``, held against the evaluator by a test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term, mk_call
from kwlogic.core.walk import fold, rebuild
from kwlogic.source.data import Severity, Source

MODULE = "learned'"

_TEXT = """\
## The text before the first mark; all of it where there is none.
fn before(s: String, mark: String) -> String
= match split(s, mark) { case [] => "" case [x, *_] => x }

## The text after the first mark; empty where there is none.
fn after(s: String, mark: String) -> String
= match split(s, mark) { case [] => "" case [_, *rest] => join(mark, rest) }

## The text before the last mark; empty where there is none.
fn before_last(s: String, mark: String) -> String
= let parts = split(s, mark); join(mark, take(len(parts) - 1, parts))

## The text after the last mark; all of it where there is none.
fn after_last(s: String, mark: String) -> String
= match reverse(split(s, mark)) { case [] => "" case [x, *_] => x }

## The first mark replaced.
fn replace_first(s: String, mark: String, new: String) -> String
= if contains(s, mark) then before(s, mark) ++ new ++ after(s, mark) else s

## Where a place stands that is counted from the end where it is negative; never outside the text.
fn place(s: String, i: Int) -> Int
  ensures 0 <= result <= len(s)
= let n = len(s); let at = if i < 0 then n + i else i; if at < 0 then 0 else if at > n then n else at

## The text from place i up to place j; negative places count from the end.
fn part(s: String, i: Int, j: Int) -> String
= let low = place(s, i); let high = place(s, j); if low <= high then s[low:high] else ""

## Where the mark stands first; -1 where it does not.
fn find(s: String, mark: String) -> Int
= get_or(index_of(s, mark), -1)

## Where the n-th mark stands, counted from 1; the end of the text where there are fewer.
fn find_nth(s: String, mark: String, n: Int) -> Int
= len(join(mark, take(n, split(s, mark))))

## The item at place i, from the end where i is negative; another where there is none.
fn item[a](xs: List[a], i: Int, other: a) -> a
= let at = if i < 0 then len(xs) + i else i;
  if at < 0 then other else match drop(at, xs) { case [] => other case [x, *_] => x }

## The first character as a capital, the rest in lower case.
fn capital(s: String) -> String
= upper(part(s, 0, 1)) ++ lower(part(s, 1, len(s)))

## What stands between spaces.
fn words(s: String) -> List[String]
= filter(fn (w: String) => w != "", split(s, " "))

## The digits alone.
fn digits(s: String) -> String
= join("", filter(fn (c: String) => matches(c, "[0-9]"), split(s, "")))

## Everything but the digits.
fn without_digits(s: String) -> String
= join("", filter(fn (c: String) => not matches(c, "[0-9]"), split(s, "")))

## The letters alone.
fn letters(s: String) -> String
= join("", filter(fn (c: String) => matches(c, "[A-Za-z]"), split(s, "")))

## The capital letters alone.
fn capitals(s: String) -> String
= join("", filter(fn (c: String) => matches(c, "[A-Z]"), split(s, "")))

## The runs of digits.
fn digit_runs(s: String) -> List[String]
= words(join("", map(fn (c: String) => if matches(c, "[0-9]") then c else " ", split(s, ""))))

## The runs of letters.
fn letter_runs(s: String) -> List[String]
= words(join("", map(fn (c: String) => if matches(c, "[A-Za-z]") then c else " ", split(s, ""))))

## The runs of letters and digits.
fn word_runs(s: String) -> List[String]
= words(join("", map(fn (c: String) => if matches(c, "[A-Za-z0-9]") then c else " ", split(s, ""))))

## The text of an integer as a number; 0 where it is none.
fn int_of(s: String) -> Int
= get_or(parse_int(s), 0)

## The text of a decimal as a number; 0.0 where it is none.
fn real_of(s: String) -> Real
= get_or(parse_real(s), 0.0)
"""

_NAME = re.compile(r"^fn (\w+)", re.MULTILINE)


@lru_cache(maxsize=1)
def declarations() -> dict[str, str]:
    """The text of each helper, with its documentation, callees first."""
    found = [d.strip() for d in _TEXT.split("\n\n")]
    return {m[1]: d for d in found if (m := _NAME.search(d))}


@lru_cache(maxsize=1)
def _callees() -> dict[str, frozenset[str]]:
    texts = declarations()
    return {n: frozenset(o for o in texts if o != n and re.search(rf"\b{o}\(", t.split("\n", 1)[1])) for n, t in texts.items()}


def needed(names: Iterable[str]) -> tuple[str, ...]:
    """The helpers and what they call, callees first."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _callees()[name]
    return tuple(n for n in declarations() if n in found)


def renamed(text: str, taken: frozenset[str]) -> str:
    """Helpers whose names inputs have get another."""
    for name in taken & declarations().keys():
        text = re.sub(rf"\b{name}(?=[\[(])", f"{name}'", text)
    return text


def rename_calls(term: Term, taken: frozenset[str]) -> Term:
    """The term with the calls of such helpers renamed."""
    names = {f"{MODULE}.{n}" for n in taken & declarations().keys()}
    if not names:
        return term

    def step(here: Term, args: tuple[Term, ...]) -> Term:
        if here.op is Op.CALL and here.data[0] in names:
            return mk_call(here.data[0] + "'", here.data[1], args, here.type)
        return rebuild(here, args)

    return fold((term,), step)[term]


@lru_cache(maxsize=8)
def library(taken: frozenset[str] = frozenset()) -> Program:
    """The helpers, checked, with the whole standard library; none has a name that is taken."""
    from kwlogic.elab.elaborate import elaborate
    from kwlogic.syntax.parse import parse_module
    from kwlogic.workspace.load import Loaded, load_library

    loaded = Loaded()
    load_library(loaded, Path.cwd(), None)
    source = Source("learned.kw", f"module {MODULE}\n\n{renamed(_TEXT, taken)}")
    tree, problems = parse_module(source)
    program, found = elaborate((*loaded.modules.values(), (source, tree)))
    wrong = [d for d in (*problems, *found) if d.severity is Severity.ERROR]
    assert not wrong, wrong
    return program


def extended(program: Program, taken: frozenset[str] = frozenset()) -> Program:
    """The program with the helpers, and with what of the standard library it had not loaded."""
    base = library(taken & frozenset(declarations()))
    return replace(
        program,
        fns={**base.fns, **program.fns},
        datas={**base.datas, **program.datas},
        ctors={**base.ctors, **program.ctors},
        sources={**base.sources, **program.sources},
    )
