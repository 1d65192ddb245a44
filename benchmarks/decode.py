"""Constrained decoding beside llguidance alone: compile time, time of a mask, what is accepted; and the cost of a question.

    python benchmarks/decode.py [--schemas 128] [--vocabulary 32000]

Schemas and their instances come from ../shared/data/jsonschemabench_350.json; the vocabulary is a byte-level BPE trained on
their text and the project's own. Times are processor times of the thread.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path
from time import thread_time_ns
from typing import Any

from kwlogic.core.codec_json import read_json, write_json
from kwlogic.core.program import Kernel, Param
from kwlogic.source.data import Diagnosed, Span
from kwlogic.weave.decode.data import Residual, Residuals, Site, SoFar
from kwlogic.weave.decode.engine import Engine
from kwlogic.weave.decode.masker import Masker
from kwlogic.weave.decode.unasked import Unasked
from kwlogic.weave.decode.vocabulary import Vocabulary
from kwlogic.weave.schema.bridge import Bridge, NotFitting
from kwlogic.weave.schema.into import SchemaRefused, schema_to_types

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "jsonschemabench_350.json"
NOWHERE = Span("", 0, 0)

SPEC = """
module bench
record Line(label: {s: String | 1 <= len(s) <= 20}, qty: {n: Int | n > 0}, price: {p: Real | p >= 0.0})
type Plan = Free | Basic | Pro
kernel split(total: Int) -> (a: Int, b: Int, c: Int) ensures a + b + c == total and 0 <= a and a <= b and b <= c by tool "t"
kernel quote(n: Int) -> (lines: List[Line], count: Int, plan: Plan)
  ensures count == len(lines) and 1 <= count and count <= n
  ensures plan == Free ==> count <= 2
  by tool "t"
kernel pick(names: List[String], most: Int) -> (chosen: List[String], extra: Option[Int])
  ensures forall c in chosen :: c in names
  ensures len(chosen) <= most and (is_some(extra) ==> len(chosen) == most)
  by tool "t"
kernel ordered(low: Int, high: Int) -> (xs: List[Int])
  ensures is_sorted(xs) and len(xs) == 4
  ensures forall x in xs :: low <= x and x <= high
  by tool "t"
kernel price(net: Real, rate: Real) -> (gross: Real, rounded: Int)
  ensures gross == net + net * rate and rounded == floor(gross)
  by tool "t"
"""
INPUTS: dict[str, dict[str, Any]] = {
    "split": {"total": 1000},
    "quote": {"n": 5},
    "pick": {"names": ["tea", "coffee", "black tea", "cocoa"], "most": 3},
    "ordered": {"low": -50, "high": 500},
    "price": {"net": Fraction(1999, 100), "rate": Fraction(19, 100)},
}


def trained(texts: list[str], size: int) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=["<eos>"], initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


class Times:
    """Microseconds."""

    def __init__(self) -> None:
        self.all: list[float] = []

    def add(self, start: int) -> None:
        self.all.append((thread_time_ns() - start) / 1e3)

    def at(self, share: float) -> float:
        return sorted(self.all)[min(len(self.all) - 1, int(len(self.all) * share))] if self.all else 0.0

    def __str__(self) -> str:
        mean = sum(self.all) / max(1, len(self.all))
        return f"p50 {self.at(0.5):8.1f}  p99 {self.at(0.99):8.1f}  mean {mean:8.1f}  max {self.at(1):9.1f}  of {len(self.all)}"


# ---------------------------------------------------------------- schemas


def kernel_of(bridge: Bridge) -> Kernel:
    """A kernel whose only output is the document."""
    port = Param("out", bridge.whole, NOWHERE)
    return Kernel("imported.k", (), (), (port,), (), (), (), None, NOWHERE, NOWHERE)


class Ours:
    def __init__(self, engine: Engine, tokenizer: Any) -> None:
        self.engine = engine
        self.tokenizer = tokenizer
        self.compile, self.mask, self.inside, self.between = Times(), Times(), Times(), Times()
        self.seen: Counter[str] = Counter()
        self.wrong: list[str] = []

    def schema(self, entry: dict[str, Any]) -> None:
        try:
            bridge = schema_to_types(entry["schema"]).bridge
        except (SchemaRefused, RecursionError):
            self.seen["no types"] += 1
            return
        kernel = kernel_of(bridge)
        start = thread_time_ns()
        try:
            masker = Masker(kernel, None, self.engine, program=bridge.program, residuals=Unasked(kernel, bridge.program))
            masker.mask()
        except Diagnosed as error:
            self.seen["no grammar"] += 1
            self.wrong.append(f"{entry['id']}: {error.diagnostics[0].message[:100]}")
            return
        self.compile.add(start)
        self.seen["schemas"] += 1
        said = masker.report().types[0][1]
        self.seen["exact" if said == "exact" else "over-approximate"] += 1
        for test in entry["tests"]:
            self.instance(entry["id"], masker, bridge, test, said == "exact")

    def instance(self, id: str, masker: Masker, bridge: Bridge, test: dict[str, Any], exact: bool) -> None:
        kind = "valid" if test["valid"] else "invalid"
        self.seen[kind] += 1
        try:
            wire = bridge.to_wire(read_json(json.dumps(test["data"])), bridge.imported.shape, "$")
        except (NotFitting, ValueError):
            self.seen[f"{kind} refused by form"] += 1
            return
        text = compact(write_json({"out": {"value": wire}}))
        taken = self.replay(masker.fork(), text)
        self.seen[f"{kind} {'accepted' if taken else 'refused'}"] += 1
        if taken != test["valid"] and not (taken and not exact):
            self.wrong.append(f"{id}: {kind} {'accepted' if taken else 'refused'}: {text[:90]}")
        elif taken and not test["valid"]:
            self.seen["invalid left to the check after"] += 1

    def replay(self, masker: Masker, text: str) -> bool:
        for token in self.tokenizer.encode(text).ids:
            start = thread_time_ns()
            mask = masker.mask()
            self.mask.add(start)
            (self.inside if masker.inside else self.between).all.append(self.mask.all[-1])
            if not mask[token >> 5] >> (token & 31) & 1:
                return False
            masker.advance(token)
        return masker.complete


class Theirs:
    def __init__(self, engine: Engine, tokenizer: Any) -> None:
        import llguidance

        self.llguidance = llguidance
        self.tokenizer = tokenizer
        self.words = llguidance.LLTokenizer(tokenizer.to_str(), eos_token=tokenizer.token_to_id("<eos>"))
        self.compile, self.mask = Times(), Times()
        self.seen: Counter[str] = Counter()

    def schema(self, entry: dict[str, Any]) -> None:
        options = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}
        start = thread_time_ns()
        text = json.dumps(entry["schema"])
        matcher = self.llguidance.LLMatcher(
            self.words, self.llguidance.LLMatcher.grammar_from_json_schema(text, overrides=options), log_level=0
        )
        if matcher.is_error():
            self.seen["no grammar"] += 1
            return
        matcher.compute_bitmask()
        self.compile.add(start)
        self.seen["schemas"] += 1
        for test in entry["tests"]:
            taken = self.replay(matcher.deep_copy(), json.dumps(test["data"], separators=(",", ":"), ensure_ascii=False))
            self.seen[f"{'valid' if test['valid'] else 'invalid'} {'accepted' if taken else 'refused'}"] += 1

    def replay(self, matcher: Any, text: str) -> bool:
        for token in self.tokenizer.encode(text).ids:
            start = thread_time_ns()
            mask = matcher.compute_bitmask()
            self.mask.add(start)
            if not mask[token >> 3] >> (token & 7) & 1 or not matcher.consume_token(token):
                return False
        return bool(matcher.is_accepting())


def compact(text: str) -> str:
    """Without the blanks between tokens of JSON."""
    out, quoted, escape = [], False, False
    for char in text:
        if char == " " and not quoted:
            continue
        out.append(char)
        quoted = quoted != (char == '"' and not escape)
        escape = char == "\\" and not escape
    return "".join(out)


# ---------------------------------------------------------------- questions


class Timed:
    """Residuals, with the time that their answers take."""

    def __init__(self, inner: Residuals) -> None:
        self.inner = inner
        self.order, self.impossible = inner.order, inner.impossible
        self.concerns, self.guaranteed, self.checked_after = inner.concerns, inner.guaranteed, inner.checked_after
        self.times = Times()

    def residual(self, site: Site, so_far: SoFar) -> Residual:
        start = thread_time_ns()
        found = self.inner.residual(site, so_far)
        self.times.add(start)
        return found


def boundaries(engine: Engine, rounds: int) -> None:
    import tempfile

    import kwlogic.api as api
    from kwlogic.core.value import list_value
    from kwlogic.weave.decode.residual import residuals_for

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bench.kw").write_text(SPEC, encoding="utf-8")
        program = api.load(str(Path(folder) / "bench.kw")).program
    inside, at, answers, solver, total = Times(), Times(), Times(), 0.0, 0.0
    rng = random.Random(1)
    for name, given in INPUTS.items():
        kernel = program.kernels[f"bench.{name}"]
        inputs = {k: list_value(v) if isinstance(v, list) else v for k, v in given.items()}
        for _ in range(rounds):
            timed = Timed(residuals_for(kernel, inputs, program))
            masker = Masker(kernel, inputs, engine, program=program, residuals=timed)
            while not masker.complete and masker.tokens < 400:
                asked, start = len(timed.times.all), thread_time_ns()
                masker.mask()
                (at if len(timed.times.all) > asked else inside).add(start)
                total += (thread_time_ns() - start) / 1e3
                allowed = masker.allowed()
                closing = [i for i in allowed if engine.vocabulary.tokens[i][:1] in b'"]},']
                masker.advance(rng.choice(closing if closing and rng.random() < 0.5 else allowed))
            answers.all += timed.times.all
            solver += sum(timed.times.all)
    print(f"masks with a question     {at}")
    print(f"masks without             {inside}")
    print(f"answers                   {answers}")
    print(f"share of the answers in the time of all masks: {solver / max(total, 1):.0%}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schemas", type=int, default=1_000)
    parser.add_argument("--vocabulary", type=int, default=32_000)
    parser.add_argument("--rounds", type=int, default=4, help="outputs of each kernel with a contract")
    args = parser.parse_args()
    if not DATA.exists():
        print(f"there is no {DATA.name}: it stands beside the project, in shared/data")
        return 2
    entries = json.loads(DATA.read_text(encoding="utf-8"))["schemas"][: args.schemas]
    texts = [json.dumps(e["schema"]) for e in entries] + [json.dumps(t["data"]) for e in entries for t in e["tests"]]
    sources = [*ROOT.rglob("*.md"), *(ROOT / "kwlogic").rglob("*.py"), *sorted(Path(json.__file__).parents[1].glob("*.py"))[:80]]
    texts += [p.read_text(encoding="utf-8") for p in sources]
    tokenizer = trained(texts, args.vocabulary)
    engine = Engine(Vocabulary.of(tokenizer))
    print(f"{len(entries)} schemas, {sum(len(e['tests']) for e in entries)} instances, a vocabulary of {engine.size}; microseconds\n")
    theirs, ours = Theirs(engine, tokenizer), Ours(engine, tokenizer)
    for entry in entries:
        theirs.schema(entry)
        ours.schema(entry)
    print(f"llguidance  compile       {theirs.compile}\nkwlogic     compile       {ours.compile}")
    print(f"llguidance  mask          {theirs.mask}\nkwlogic     mask          {ours.mask}")
    print(f"  within a value          {ours.inside}\n  between values          {ours.between}\n")
    print("llguidance ", dict(sorted(theirs.seen.items())))
    print("kwlogic    ", dict(sorted(ours.seen.items())), "\n")
    for line in ours.wrong:
        print("  wrong:", line)
    if args.rounds:
        boundaries(engine, args.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
