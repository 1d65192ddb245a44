"""Routing: accuracy, abstention and its certificate, on public intent sets, the predecessor's prompts, and 100,000 kernels.

    python benchmarks/routing.py [clinc] [banking] [predecessor] [keys] [index] [--encoder tfidf+minilm] [--kernels 100000]

Without a name all are run. Data is read from ../shared/data; a set that is not there is passed over.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kwlogic.weave.route.confidence import ranking_quality, risk_curve
from kwlogic.weave.route.data import Settings
from kwlogic.weave.route.router import Router

DATA = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
Labelled = list[tuple[str, str | None]]


def data(name: str) -> Any:
    path = DATA / name
    if not path.exists():
        print(f"{name} is not there: passed over")
        return None
    return json.loads(path.read_text(encoding="utf-8"))


def pairs(split: dict[str, list[str]]) -> Labelled:
    return [(prompt, kernel) for kernel, prompts in split.items() for prompt in prompts]


class Asked:
    """A router's answers to labelled prompts."""

    def __init__(self, router: Router, prompts: Labelled) -> None:
        began = time.process_time()
        ranked = [router.rank(p) for p, _ in prompts]
        self.milliseconds = 1000 * (time.process_time() - began) / max(1, len(prompts))
        self.confidence = np.array([r[0].probability if r else 0.0 for r in ranked])
        self.right = np.array([bool(r) and r[0].kernel == k for r, (_, k) in zip(ranked, prompts)])
        self.inside = np.array([k is not None for _, k in prompts])

    def line(self, threshold: float, label: str) -> str:
        taken = self.confidence >= threshold
        wrong = float((taken & ~self.right).sum() / max(1, taken.sum()))
        kept = float((taken & self.right)[self.inside].mean())
        outside = f"{float((~taken)[~self.inside].mean()):6.1%}" if (~self.inside).any() else "     -"
        covered = float(taken[self.inside].mean())
        return f"  {label:26s} {threshold:9.3f} {kept:18.1%} {outside:>20s} {covered:16.1%} {wrong:12.1%}"


HEAD = f"  {'':26s} {'threshold':>9s} {'in scope, right':>18s} {'out of scope, kept':>20s} {'in scope routed':>16s} {'wrong routes':>12s}"


def described(router: Router, asked: Asked, seconds: float) -> None:
    inside = asked.right[asked.inside].mean()
    print(f"  fit {seconds:.0f} s CPU, route {asked.milliseconds:.2f} ms; in-scope accuracy without abstention {inside:.1%}")
    print(f"  calibration error {router.quality.ece:.3f} on {router.quality.n} calibration prompts")
    if (~asked.inside).any():
        print(f"  area under ROC, in scope against out of scope {ranking_quality(asked.confidence, asked.inside):.3f}")
    print(HEAD)
    for threshold in (0.3, 0.5, 0.7):
        print(asked.line(threshold, "fixed"))
    c = router.certificate
    print(asked.line(c.threshold, f"certified {c.alpha:.0%} at {1 - c.delta:.0%}" if c.certified else "not certified"))
    print(f"  calibrated on {c.n} prompts, {c.share:.1%} out of scope; here {float((~asked.inside).mean()):.1%}")
    for share, bound in c.shares:
        print(f"    out of scope up to {share:.0%}: certified error {bound:.1%}")
    curve = risk_curve(asked.confidence, asked.right, 10)
    print("  coverage: risk  " + "  ".join(f"{c:.0%}: {r:.1%}" for c, r in curve))


def fitted(examples: dict[str, list[str]], outside: list[str], settings: Settings, calibration: Labelled | None) -> tuple[Router, float]:
    began = time.process_time()
    router = Router.fit(examples, outside, settings, calibration)
    return router, time.process_time() - began


def clinc(options: argparse.Namespace) -> None:
    found = data("clinc150_small.json")
    if found is None:
        return
    splits = found["splits"]
    published = found["published"]
    print("\nCLINC150-small: 150 intents, published: in-scope accuracy / out-of-scope recall, by a threshold")
    names = ("BERT", "MLP", "Rasa", "SVM")
    ins, outs = published["in_scope_accuracy_oos_threshold"], published["oos_recall_oos_threshold"]
    print("  " + ", ".join(f"{n} {ins[n]} / {outs[n]}" for n in names) + "; measured before: MiniLM 94.5 / 62.3, TF-IDF 91.9 / 48.2")
    test: Labelled = pairs(splits["test"]) + [(p, None) for p in splits["oos_test"]["oos"]]
    calibration = pairs(splits["val"]) + [(p, None) for p in splits["oos_val"]["oos"]]
    router, seconds = fitted(splits["train"], splits["oos_train"]["oos"], Settings(encoder=options.encoder), calibration)
    described(router, Asked(router, test), seconds)
    print(" the same, with the out-of-scope share of the test set in calibration (a half of its prompts each)")
    rng = random.Random(1)
    rng.shuffle(test)
    half = len(test) // 2
    from kwlogic.weave.route.certify import certify, grid_of

    one, other = Asked(router, test[:half]), Asked(router, test[half:])
    c = certify(one.confidence, one.right, one.inside, grid_of([h.confidence for h in router.fitted.held]), 0.05, 0.05)
    print(HEAD)
    print(other.line(c.threshold, "certified 5% at 95%"))
    if options.encoder == "tfidf":
        shots(splits, test, options)


def shots(splits: dict[str, Any], test: Labelled, options: argparse.Namespace) -> None:
    print(" example prompts for each kernel: in-scope accuracy")
    rng = random.Random(2)
    for count in (0, 1, 3, 10):
        examples = {k: [k.replace("_", " "), *rng.sample(v, count)] for k, v in splits["train"].items()}
        router, _ = fitted(examples, [], Settings(encoder=options.encoder, calibration=1e-9), None)
        asked = Asked(router, list(filter(lambda t: t[1] is not None, test))[::3])
        print(f"  name and {count:2d}: {asked.right.mean():.1%}")


def banking(options: argparse.Namespace) -> None:
    found = data("banking77.json")
    if found is None:
        return
    print("\nBANKING77: 77 intents of one domain (a third of train kept apart for calibration)")
    train, test = found["splits"]["train"], pairs(found["splits"]["test"])
    router, seconds = fitted(train, [], Settings(encoder=options.encoder), None)
    described(router, Asked(router, test), seconds)


UNRELATED = (
    "What is the capital of Peru?",
    "Write me a haiku about autumn.",
    "How long should I boil an egg?",
    "Who won the world cup in 1998?",
    "Recommend a good science fiction novel.",
    "What should I cook tonight with rice and beans?",
    "Translate good night into Italian.",
    "How do I get from Rome to Florence by train?",
    "What's the weather like in Oslo tomorrow?",
    "Tell me a bedtime story about a dragon.",
)


def predecessor(options: argparse.Namespace) -> None:
    found = data("upstream_routing.json")
    if found is None:
        return
    kernels = [k for k in found["kernels"] if "phasecd" in k["file"]]
    families = {k["task_family"]: k["name"] for k in kernels}
    words = {k["name"]: [k["task_family"], k["description"], k["name"].removesuffix(" Kernel")] for k in kernels}
    prompts = [(t["instruction"], families.get(t["kernel_family"])) for t in [*found["tasks_py"], *found["real_tasks_30"]]]
    false = [p["prompt"] for p in found["published_error_list"]["false_positives"]]
    print(f"\nThe predecessor's {len(prompts)} labelled prompts and {len(kernels)} kernels (it gets 37 right, abstains never)")
    settings = Settings(encoder=options.encoder, calibration=1e-9, uncertified=0.5)
    router, _ = fitted(words, [], settings, None)
    outcome(router, prompts, false, "what kernels say of themselves only")
    right = wrong = none = top = 0
    rng = random.Random(3)
    order = list(prompts)
    rng.shuffle(order)
    folds = 10
    kept = 0
    for fold in range(folds):
        asked, known = order[fold::folds], [p for i, p in enumerate(order) if i % folds != fold]
        examples = {k: [*v, *(p for p, name in known if name == k)] for k, v in words.items()}
        router, _ = fitted(examples, [], settings, None)
        for prompt, name in asked:
            route = router.route(prompt, watch=False)
            top += bool(route.candidates) and route.candidates[0].kernel == name
            right, wrong, none = right + (route.kernel == name), wrong + (route.kernel not in (None, name)), none + (route.kernel is None)
        kept += sum(router.route(p, watch=False).kernel is None for p in UNRELATED)
    print(
        f"  with the other prompts as feedback, ten-fold: best candidate right {top}; routed right {right}, wrong {wrong}, to none {none}"
    )
    print(f"    unrelated prompts to none: {kept} of {folds * len(UNRELATED)}")


def outcome(router: Router, prompts: Labelled, false: list[str], label: str) -> None:
    routes = [router.route(p, watch=False) for p, _ in prompts]
    top = sum(bool(r.candidates) and r.candidates[0].kernel == k for r, (_, k) in zip(routes, prompts))
    right = sum(r.kernel == k for r, (_, k) in zip(routes, prompts))
    wrong = sum(r.kernel not in (None, k) for r, (_, k) in zip(routes, prompts))
    print(f"  {label}: best candidate right {top}; routed right {right}, wrong {wrong}, to none {len(prompts) - right - wrong}")
    confidence = np.array([r.probability for r in routes])
    good = np.array([bool(r.candidates) and r.candidates[0].kernel == k for r, (_, k) in zip(routes, prompts)])
    away = np.array([router.route(p, watch=False).probability for p in UNRELATED])
    for limit in (0.2, 0.3, 0.4, 0.5):
        taken = confidence >= limit
        counts = f"{int((good & taken).sum())} right, {int((~good & taken).sum())} wrong, {int((~taken).sum())} to none"
        print(f"    at a confidence of {limit}: {counts}; unrelated to none {int((away < limit).sum())} of {len(away)}")
    kept = sum(router.route(p, watch=False).kernel is None for p in UNRELATED)
    print(f"    unrelated prompts to none: {kept} of {len(UNRELATED)}; its published false positives to none: ", end="")
    print(f"{sum(router.route(p, watch=False).kernel is None for p in false)} of {len(false)}")


FORMATS = """module formats
type Format = Json | Yaml | Csv | Xml | Toml
type Order = Ascending | Descending
kernel convert(source: Format, target: Format) -> (text: String) by prompt "Convert {source} to {target}"
kernel sort(order: Order) -> (text: String) by prompt "Sort {order}"
kernel shift(amount: Int) -> (n: Int) = amount
kernel note(text: String) -> (reply: String) by prompt "{text}"
"""
OPPOSITE = (
    ("convert", "convert {source} to {target}", "convert json to yaml", "convert yaml to json"),
    ("convert", "turn {source} into {target}", "turn csv into xml", "turn xml into csv"),
    ("convert", "{source} to {target}", "toml to json", "json to toml"),
    ("sort", "sort in {order} order", "sort in ascending order", "sort in descending order"),
    ("shift", "move by {amount}", "move by 5", "move by -5"),
    ("shift", "change by {amount} percent", "change by 10 percent", "change by -10 percent"),
    ("note", "", "enable the firewall", "disable the firewall"),
    ("note", "", "show hidden files", "hide shown files"),
    ("note", "", "increase the limit", "decrease the limit"),
    ("note", "", "copy A over B", "copy B over A"),
)


def keys(options: argparse.Namespace) -> None:
    """The verified cache is keyed by kernel version and exact typed arguments; similarity plays no part."""
    from kwlogic.core.codec import encode_ports
    from kwlogic.weave.route.encoders import embedder_of, fit_encoder
    from kwlogic.weave.route.service import specs_of_modules
    from kwlogic.weave.route.slots import slots
    from kwlogic.weave.run.keys import Keys

    program = specs_of_modules({"formats": FORMATS}).program
    made = Keys(program)

    def key(kernel: str, pattern: str, prompt: str) -> str:
        found = program.kernels[f"formats.{kernel}"]
        inputs = slots(prompt, found, program, (pattern,)) if pattern else {"text": prompt}
        assert inputs is not None, prompt
        return made.answer(found, encode_ports(inputs, found.inputs, program), ())

    wrong = sum(key(k, p, a) == key(k, p, b) for k, p, a, b in OPPOSITE)
    print(f"\nKeys of the cache: wrong hits among {len(OPPOSITE)} pairs of opposite meaning: {wrong}")
    found = data("gptcache_pairs.json")
    if found is None:
        return
    origins = [p["origin"] for p in found["pairs"]]
    others = [p["similar"] for p in found["pairs"]]
    cache: dict[str, int] = {}
    for i, text in enumerate(origins):
        cache.setdefault(key("note", "", text), i)
    hits = [cache.get(key("note", "", t)) for t in others]
    good = sum(h is not None and origins[h] == origins[i] for i, h in enumerate(hits))
    bad = sum(h is not None for h in hits) - good
    print(
        f"  {len(origins)} pairs of sentence and paraphrase, exact keys: {good} right hits, {bad} wrong hits, {len(hits) - good - bad} misses"
    )
    settings = Settings(encoder=options.encoder)
    encoder = fit_encoder(origins, settings, embedder_of(settings))
    from kwlogic.weave.route.features import rows_of

    left = rows_of(encoder.vectors(origins), encoder.size).matrix()
    right = rows_of(encoder.vectors(others), encoder.size).matrix()
    near = np.asarray((right @ left.T).todense())
    best, value = near.argmax(axis=1), near.max(axis=1)
    for limit in (0.95, 0.9, 0.8):
        hit = value >= limit
        wrong = int((hit & (best != np.arange(len(best)))).sum())
        print(
            f"  by similarity of {limit} ({options.encoder}): {int(hit.sum()) - wrong} right hits, {wrong} wrong hits, {int((~hit).sum())} misses"
        )
    opposite = encoder.vectors([t for _, _, a, b in OPPOSITE for t in (a, b)])
    scores = [_cosine(opposite[i], opposite[i + 1], encoder.size) for i in range(0, len(opposite), 2)]
    print(f"  pairs of opposite meaning with a similarity above 0.8: {sum(s > 0.8 for s in scores)} of {len(scores)}")


def _cosine(a: Any, b: Any, size: int) -> float:
    from kwlogic.weave.route.scorers import scattered

    return float(scattered(a, size) @ scattered(b, size))


def index(options: argparse.Namespace) -> None:
    """Made-up kernels: a verb, an object, a place, each from a vocabulary of made-up and real words."""
    count = options.kernels
    print(f"\nAn index of {count:,} kernels, two examples each")
    rng = random.Random(4)
    syllables = [a + b for a in "bcdfgklmnprstv" for b in ("a", "e", "i", "o", "u", "an", "er", "il", "or", "un")]
    nouns = ["".join(rng.choices(syllables, k=rng.choice((2, 3)))) for _ in range(6000)]
    verbs = ("find", "sort", "send", "check", "list", "remove", "update", "compare", "count", "merge", "rename", "print", "split")
    places = ["".join(rng.choices(syllables, k=2)) for _ in range(300)]
    examples: dict[str, list[str]] = {}
    while len(examples) < count:
        verb, noun, place = rng.choice(verbs), rng.choice(nouns), rng.choice(places)
        first = f"{verb} the {noun} of the {place} report"
        examples.setdefault(f"{place}.{verb}_{noun}", [first, f"please {verb} {noun} records in {place}"])
    settings = Settings(encoder=options.encoder, calibration=0.02)
    router, seconds = fitted(examples, [], settings, None)
    names = rng.sample(sorted(examples), 2000)
    prompts = [f"could you {n.split('.')[1].split('_')[0]} all {n.split('_')[1]} entries for {n.split('.')[0]}" for n in names]
    model = router.fitted.model
    times, right = [], 0
    for name, prompt in zip(names, prompts):
        began = time.process_time()
        vector = model.encoder.vectors([prompt])[0]
        embedded = time.process_time()
        evidence = model._one(vector, model.encoder.known(prompt))
        router.fitted.confidence.of(evidence.features)
        times.append((1000 * (embedded - began), 1000 * (time.process_time() - embedded)))
        right += router.kernels[int(evidence.kernels[0])] == name
    print(f"  fit {seconds:.0f} s CPU, {model.encoder.size:,} features; best candidate right {right / len(names):.1%}")
    for label, own in (("embedding", [t[0] for t in times]), ("route beside it", [t[1] for t in times])):
        p50, p99 = np.percentile(own, [50, 99])
        print(f"  {label:16s} p50 {p50:.2f} ms, p99 {p99:.2f} ms of processor")


SECTIONS: dict[str, Callable[[argparse.Namespace], None]] = {
    "clinc": clinc,
    "banking": banking,
    "predecessor": predecessor,
    "keys": keys,
    "index": index,
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], help="which to run; without one, all")
    parser.add_argument("--encoder", default="tfidf")
    parser.add_argument("--kernels", type=int, default=100_000)
    options = parser.parse_args(arguments)
    for name in options.sections or SECTIONS:
        SECTIONS[name](options)


if __name__ == "__main__":
    main()
