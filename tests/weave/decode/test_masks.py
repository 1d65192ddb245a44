"""Masks against brute force: a token is allowed if and only if some satisfying output goes on with it."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from decode_brute import Listed, Universe, outputs_of, program_of, texts_of
from hypothesis import given, settings
from hypothesis import strategies as st

from kwlogic.core.codec import decode_ports
from kwlogic.core.eval import Evaluator
from kwlogic.core.program import Program
from kwlogic.source.data import Diagnosed
from kwlogic.weave.decode.engine import WARMED, Engine
from kwlogic.weave.decode.masker import Masker
from kwlogic.weave.decode.unasked import Unasked
from kwlogic.weave.decode.vocabulary import Vocabulary

MERGED = (
    '12 1, 2, 1,2 ,1 ", ," "," "," "} }] ], ]} ,"b ,"b": ,"b":1 ":" ":" {"a": {"a":[ [] [1 [[ null null, null] true true, '
    'true,"b alse e, e,"b e,t "a "a" a" ab" "ab" "a", [" ["a ["a","b ,"kind": "kind":" kind {"kind":" A" B" A"} A","x":1 '
    '{} {" {"some": some":null 0}] 0] 0]} -1 - -1, .5 0.5 .5, .0 '
    '"}],"b 1}],"a":[ "]} "],"b","x 1}]} "}, a":"b" "],[" "}],"e":{" {"k":" ","q":1 1},{"k":" "]],"e'
)
TOKENS = [bytes([b]) for b in range(32, 127)] + sorted({t.encode() for t in MERGED.split(" ")})
VOCABULARY = Vocabulary([*TOKENS, b"<eos>"], eos=[len(TOKENS)])
ENGINE = Engine(VOCABULARY)

KERNELS = {
    "sum": "kernel k_sum() -> (a: Int, b: Int) ensures 0 <= a and 0 <= b and a + b == 3 by tool \"t\"",
    "order": "kernel k_order() -> (a: Int, b: Int, c: Int) ensures a < b and b < c and c < 4 by tool \"t\"",
    "flags": "kernel k_flags() -> (a: Bool, b: Bool, c: Int) ensures (a <==> not b) and (a ==> c == 1) and 0 <= c <= 2 by tool \"t\"",
    "lists": "kernel k_lists() -> (a: List[Int], b: Int) ensures sum(a) == b and all(fn (x) => 0 <= x <= 2, a) by tool \"t\"",
    "sorted": "kernel k_sorted() -> (a: List[Int]) ensures is_sorted(a) and len(a) >= 1 and all(fn (x) => 0 <= x <= 2, a) by tool \"t\"",
    "options": "kernel k_options() -> (a: Option[Int], b: Bool) ensures is_some(a) <==> b by tool \"t\"",
    "nested": "kernel k_nested() -> (a: Option[Option[Bool]], b: Bool) ensures a == Some(None) ==> b by tool \"t\"",
    "texts": "kernel k_texts() -> (a: String, b: List[String]) ensures a in b and len(b) <= 2 by tool \"t\"",
    "data": "type KDataD = A(x: Int) | B | C(y: Bool)\nkernel k_data() -> (a: KDataD, b: Int) ensures a == B <==> b == 0 by tool \"t\"",
    "enum": "type KEnumE = REnumK | GEnumK | BlueEnumK\nkernel k_enum() -> (a: KEnumE, b: KEnumE) ensures a != b by tool \"t\"",
    "record": "record KRecordP(x: Int, y: {n: Int | n > x})\nkernel k_record() -> (a: List[KRecordP], b: Bool) ensures b <==> len(a) > 1 by tool \"t\"",
    "tuples": "kernel k_tuples() -> (a: (Int, Bool), b: (Bool, Int)) ensures (a, b) != ((1, true), (true, 1)) by tool \"t\"",
    "units": "kernel k_units() -> (a: Unit, b: List[Unit]) by tool \"t\"",
    "maps": "kernel k_maps() -> (a: Map[String, Int], b: Int) ensures len(a) == b by tool \"t\"",
    "reals": "kernel k_reals() -> (a: Real, b: Int) ensures a + real(b) == 1.5 by tool \"t\"",
}  # fmt: skip


def next_tokens(texts: set[str], written: str) -> set[int]:
    """The tokens that some text goes on with; every text can be spelt in single characters."""
    starts = {t[len(written) :].encode() for t in texts if t.startswith(written)}
    found = {i for i, token in enumerate(TOKENS) if any(s.startswith(token) for s in starts)}
    return found | ({len(TOKENS)} if written in texts else set())


def walk(masker: Masker, texts: set[str], rng: random.Random) -> str:
    """One random output, each mask compared with what the texts say."""
    written = ""
    while True:
        allowed = set(masker.allowed())
        expected = next_tokens(texts, written)
        shown = [(TOKENS[i] if i < len(TOKENS) else "end") for i in allowed ^ expected]
        assert allowed == expected, (written, shown)
        token = rng.choice(sorted(allowed))
        masker.advance(token)
        if token == len(TOKENS):
            return written
        written += TOKENS[token].decode()


@pytest.fixture(scope="module")
def program(tmp_path_factory: Any) -> Program:
    return program_of(
        "\n".join([*KERNELS.values(), *SETS.values(), *SOLVED.values(), MIXED, TWINS, AROUND, REST]), tmp_path_factory.mktemp("masks")
    )


@pytest.mark.parametrize("name", KERNELS)
def test_masks_are_exact(name: str, program: Program) -> None:
    kernel = program.kernels[f"m.k_{name}"]
    outputs = outputs_of(kernel, {}, Universe(program))
    assert outputs
    texts = texts_of(kernel, outputs, program)
    rng = random.Random(name)
    for _ in range(3):
        masker = Masker(kernel, {}, ENGINE, program=program, residuals=Listed(kernel, outputs), lookahead=10_000)
        text = walk(masker, texts, rng)
        assert masker.finished
        assert masker.value() == decode_ports(text, kernel.outputs, program)


TWINS = """
type Twin = One(x: String, y: Int, b: Set[Bool]) | Two(x: String, y: Bool, b: Set[Bool])
kernel twins() -> (a: List[Twin]) by tool "t"
"""


def test_places_of_one_name_in_two_constructors_are_told_apart(program: Program) -> None:
    words = [b'","y":1', b'","y":t', b'","y":true']
    vocabulary = Vocabulary([*TOKENS, *words, b"<eos>"], eos=[len(TOKENS) + len(words)])
    masker = Masker(program.kernels["m.twins"], None, vocabulary, program=program)
    for char in b'{"a":[{"kind":"One","x":"':
        masker.advance(TOKENS.index(bytes([char])))
    assert {vocabulary.tokens[i] for i in masker.allowed()} & set(words) == {words[0]}
    for char in b'ab","y":1,"b":[]},{"kind":"Two","x":"':
        masker.mask()
        masker.advance(TOKENS.index(bytes([char])))
    assert {vocabulary.tokens[i] for i in masker.allowed()} & set(words) == set(words[1:])


SOLVED = {
    "sum": "kernel r_sum(n: Int) -> (a: Int, b: Int) ensures 0 <= a and 0 <= b and a + b == n by tool \"t\"",
    "flags": "kernel r_flags(n: Int) -> (a: Bool, b: Bool, c: Int) ensures (a <==> not b) and (a ==> c == n) and 0 <= c <= n by tool \"t\"",
    "enum": "type RE = Rr | Rg | Rb\nkernel r_enum(n: Int) -> (a: RE, b: RE, c: RE) ensures a != b and b != c and a != c by tool \"t\"",
    "lists": "kernel r_lists(n: Int) -> (a: List[Int]) ensures len(a) <= 2 and sum(a) == n and all(fn (x) => 0 <= x <= 3, a) by tool \"t\"",
    "texts": "kernel r_texts(n: Int) -> (a: String, b: Bool) ensures a in [\"ab\", \"\"] and (b ==> len(a) == n) by tool \"t\"",
    "options": "kernel r_options(n: Int) -> (a: Option[Int], b: Bool) ensures (is_some(a) <==> b) and get_or(a, 0) == 0 by tool \"t\"",
}  # fmt: skip


@pytest.mark.parametrize("name", SOLVED)
def test_masks_of_the_solver_are_exact(name: str, program: Program) -> None:
    kernel = program.kernels[f"m.r_{name}"]
    rng = random.Random(name)
    for n in (2, 3):
        outputs = outputs_of(kernel, {"n": n}, Universe(program))
        masker = Masker(kernel, {"n": n}, ENGINE, program=program, lookahead=10_000)
        walk(masker, texts_of(kernel, outputs, program), rng)
        assert masker.report().checked_after == ()


SETS = {
    "bools": "kernel s_bools() -> (a: Set[Bool]) by tool \"t\"",
    "pairs": "kernel s_pairs() -> (a: Set[(Bool, Option[Bool])]) by tool \"t\"",
    "sized": "kernel s_sized() -> (a: {s: Set[{n: Int | 0 <= n <= 3}] | 2 <= len(s) <= 3}) by tool \"t\"",
    "lists": "kernel s_lists() -> (a: Set[{xs: List[Bool] | len(xs) <= 1}]) by tool \"t\"",
    "data": "type SDataD = ADataS(x: Bool) | BDataS | CDataS(y: (Bool, Bool))\nkernel s_data() -> (a: Set[SDataD]) by tool \"t\"",
    "enum": "type SEnumE = REnumS | GEnumS | BlueEnumS\nkernel s_enum() -> (a: Map[SEnumE, Bool], b: Set[SEnumE]) by tool \"t\"",
    "texts": "kernel s_texts() -> (a: Map[{s: String | matches(s, \"^[ab]?$\")}, Bool]) by tool \"t\"",
    "values": "kernel s_values() -> (a: Map[Bool, Set[Bool]]) by tool \"t\"",
    "ratio": "kernel s_ratio() -> (a: Set[{n: Int | n % 7 == 3 and 0 < n < 30}]) by tool \"t\"",
    "sets": "kernel s_sets() -> (a: Set[{s: Set[Int] | len(s) <= 1}], b: Set[List[Int]]) by tool \"t\"",
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_nothing_stands_twice_and_all_can_be_finished(name: str, program: Program) -> None:
    kernel = program.kernels[f"m.s_{name}"]
    evaluator = Evaluator(program)
    rng = random.Random(name)
    seen: set[str] = set()
    for _ in range(5):
        masker = Masker(kernel, None, ENGINE, program=program)
        text = sampled(masker, rng, end=0.1)
        seen.add(text)
        values = decode_ports(text, kernel.outputs, program)
        assert values == masker.value()
        assert all(evaluator.holds(c, values) for c in masker.report().guaranteed)
    assert len(seen) > 1


def sampled(masker: Masker, rng: random.Random, end: float = 0.3, most: int = 3_000) -> str:
    """A random text; the closing of strings and brackets is preferred now and then, so that it ends."""
    written = b""
    while not masker.finished:
        allowed = masker.allowed()
        closing = [i for i in allowed if i < len(TOKENS) and TOKENS[i][:1] in b'"]}']
        token = rng.choice(closing if closing and (rng.random() < end or masker.tokens > most / 2) else allowed)
        masker.advance(token)
        written += TOKENS[token] if token < len(TOKENS) else b""
        assert masker.tokens < most
    return written.decode()


MIXED = """
type Pos = {n: Int | n > 0}
type Short = {s: String | len(s) <= 5 and matches(s, "^[a-z]+$")}
record Line(label: Short, qty: Pos, tags: List[Short], w: Option[Pos])
type Sh = Circle(r: {x: Real | x > 0.0}) | Sq(a: Int, b: Int) | Many(all: List[Sh])
kernel mixed(n: Int) -> (lines: List[Line], m: Map[String, Pos], s: Set[Pos], o: Option[Short], t: (Pos, Bool), sh: Sh,
  r: {x: Real | 0.0 <= x <= 1.5}, e: {xs: List[Pos] | len(xs) <= 3}, d: {n: Int | n % 7 == 3 and n < 100 and n > -100})
  ensures e != [] ==> n > 0
  by tool "t"
"""

REST = """
kernel none(n: Int) -> (a: Int) ensures a > n and a < n by tool "t"
kernel bare() -> (a: Int) by tool "t"
kernel some(n: Int) -> (a: Int, b: Bool) ensures a > 3 ensures a > n ensures b by tool "t"
"""


def test_types_hold_by_the_mask(program: Program) -> None:
    kernel = program.kernels["m.mixed"]
    evaluator = Evaluator(program)
    rng = random.Random(7)
    for _ in range(3):
        masker = Masker(kernel, None, ENGINE, program=program)
        text = sampled(masker, rng)
        values = decode_ports(text, kernel.outputs, program)
        report = masker.report()
        assert values == masker.value()
        assert all(evaluator.holds(c, values) for c in report.guaranteed)
        assert [left.clause.text for left in report.checked_after] == ["e != [] ==> n > 0"]
        assert {said for _, said in report.types} == {"exact"}


AROUND = """
record Part(k: String, q: {n: Int | n > 0})
kernel around() -> (m: Map[String, List[Part]], s: Set[String], l: List[{xs: List[String] | len(xs) <= 2}], e: Map[String, String]) by tool "t"
"""
BYTES = {token[0]: i for i, token in enumerate(TOKENS) if len(token) == 1}


def spelt(masker: Masker, token: bytes) -> bool:
    """Whether the bytes of a token can come one after the other."""
    fork = masker.fork()
    try:
        for byte in token:
            fork.advance(BYTES[byte])
    except Diagnosed:
        return False
    return True


@pytest.mark.parametrize("name", ["around", "mixed"])
def test_a_token_is_allowed_where_its_bytes_are(name: str, program: Program) -> None:
    long = [(i, token) for i, token in enumerate(TOKENS) if len(token) > 1]
    rng = random.Random(name)
    masker = Masker(program.kernels[f"m.{name}"], None, ENGINE, program=program)
    while not masker.complete and masker.tokens < 60:
        allowed = set(masker.allowed())
        apart = [token for i, token in long if (i in allowed) != spelt(masker, token)]
        assert not apart, (masker.tokens, apart)
        several = [i for i, _ in long if i in allowed]
        masker.advance(rng.choice(several if several and rng.random() < 0.5 else sorted(allowed)))


def test_what_is_kept_of_a_text_changes_no_mask(program: Program) -> None:
    def masks(engine: Engine) -> list[list[int]]:
        masker = Masker(program.kernels["m.bare"], None, engine, program=program)
        found = []
        for byte in b'{"a":-120}':
            found.append(masker.allowed())
            masker.advance(BYTES[byte])
        return found

    engine = Engine(VOCABULARY)
    first = masks(engine)
    assert all(masks(engine) == first for _ in range(WARMED + 2))


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 6), st.integers(0, 6))
def test_going_back_is_as_if_never_gone(program: Program, rng: random.Random, forward: int, more: int) -> None:
    masker = Masker(program.kernels["m.mixed"], None, ENGINE, program=program)
    for _ in range(more * 3):
        masker.advance(rng.choice(masker.allowed()))
    before = masker.mask().copy()
    fork = masker.fork()
    taken = 0
    for _ in range(forward):
        if masker.finished:
            break
        masker.advance(rng.choice(masker.allowed()))
        masker.mask()
        taken += 1
    masker.rollback(taken)
    assert (masker.mask() == before).all()
    assert (fork.mask() == before).all()
    assert fork.tokens == masker.tokens


def test_a_token_outside_the_mask_is_refused_and_changes_nothing(program: Program) -> None:
    masker = Masker(program.kernels["m.mixed"], None, ENGINE, program=program)
    before = masker.mask().copy()
    for token in (len(TOKENS), TOKENS.index(b"x"), -1, 10_000):
        with pytest.raises(Diagnosed, match="cannot come next"):
            masker.advance(token)
    assert masker.tokens == 0
    assert (masker.mask() == before).all()
    with pytest.raises(ValueError, match="not whole"):
        masker.value()


def test_a_contract_without_outputs_is_said_at_once(program: Program) -> None:
    kernel = program.kernels["m.none"]
    with pytest.raises(Diagnosed, match="no output"):
        Masker(kernel, {"n": 1}, ENGINE, program=program, residuals=Listed(kernel, []))


def test_a_vocabulary_that_cannot_spell_the_output_is_said(program: Program) -> None:
    masker = Masker(program.kernels["m.bare"], None, Vocabulary([b"1", b"a", b"<eos>"], eos=[2]), program=program)
    with pytest.raises(Diagnosed, match="no token"):
        masker.mask()


def test_without_a_token_that_ends_the_text_there_is_no_mask() -> None:
    with pytest.raises(Diagnosed, match="ends a text"):
        Vocabulary([b"a"], eos=[])


class Narrow(Listed):
    """Says that it leaves values out."""

    def residual(self, site: Any, so_far: Any) -> Any:
        return replace(super().residual(site, so_far), exact=False, why="half of them")


def test_what_is_narrower_than_the_contract_is_reported(program: Program) -> None:
    kernel = program.kernels["m.k_lists"]
    outputs = outputs_of(kernel, {}, Universe(program))
    masker = Masker(kernel, {}, ENGINE, program=program, residuals=Narrow(kernel, outputs))
    sampled(masker, random.Random(3))
    lines = masker.report().lines()
    assert "narrower than the contract at b: half of them" in lines
    assert any(line.startswith("narrower than the contract at a") for line in lines)


def test_missing_inputs_are_named(program: Program) -> None:
    with pytest.raises(ValueError, match="lack n"):
        Masker(program.kernels["m.some"], {}, ENGINE, program=program)


def test_nobody_asked(program: Program) -> None:
    asked = Unasked(program.kernels["m.some"], program)
    assert [c.text for c in asked.guaranteed()] == ["a > 3", "b"]
    assert [left.clause.text for left in asked.checked_after()] == ["a > n"]
