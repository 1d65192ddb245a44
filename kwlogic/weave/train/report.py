"""The report of a training: figures on prompts that were kept apart, the model card, and the pictures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from kwlogic.lab.curves import Curves, write_curves
from kwlogic.weave.route.certify import needed
from kwlogic.weave.route.data import Certificate
from kwlogic.weave.route.fit import Held
from kwlogic.weave.route.router import Router

NO_PLOTS = "pictures were left out, as matplotlib is not installed: `pip install 'kwlogic[lab]'` brings it"
THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)


def certificate_text(c: Certificate) -> str:
    """The certificate in words, with all that it rests on."""
    if not c.certified:
        known = f" At this threshold {c.wrong} of {c.accepted} were wrong, which supports at most {c.bound:.1%}." if c.accepted else ""
        kept = f"{c.n} prompts were kept apart ({c.out_of_scope} of them out of scope)" if c.n else "no prompts were kept apart"
        return (
            f"**Nothing is certified**: {kept}, and that does not suffice for an error of at most {c.alpha:.1%} at confidence "
            f"{1 - c.delta:.1%}, which takes {needed(c.alpha, c.delta)} that are routed right. The threshold {c.threshold:.3f} is an "
            f"estimate.{known}"
        )
    text = (
        f"**With probability {1 - c.delta:.1%} over the calibration prompts, at most {c.alpha:.1%} of the prompts that are routed go to a wrong "
        f"kernel** (alpha = {c.alpha:g}, delta = {c.delta:g}), at a confidence of at least {c.threshold:.3f}. Calibrated on n = {c.n} prompts, "
        f"{c.out_of_scope} of them out of scope ({c.share:.1%}); {c.accepted} were routed ({c.coverage:.1%}), {c.wrong} of them wrongly. "
        f"The bound is Clopper-Pearson's, in fixed sequence from {c.tests} starts among which delta is divided. It holds as long as prompts "
        f"come as the calibration prompts did, with that share out of scope; alarms tell when abstentions, low confidences or wrong routes "
        f"leave the range that calibration supports."
    )
    if c.shares:
        rows = "\n".join(f"| up to {share:.0%} | {bound:.1%} |" for share, bound in c.shares)
        text += f"\n\nFor other shares of prompts out of scope, each line at the same confidence:\n\n| out of scope | wrong routes at most |\n| --- | --- |\n{rows}"
    return text


def model_card(router: Router, source: str) -> str:
    fitted, settings = router.fitted, router.settings
    counts = [len(router.examples.get(k, ())) for k in router.kernels]
    kind = type(fitted.model.scorer).__name__.lower()
    notes = "\n".join(f"- {n}" for n in router.notes) or "- nothing"
    return f"""# Model card

A router from prompts to kernels, fitted by `kwlogic train` on {source}.

| | |
| --- | --- |
| kernels | {len(router.kernels)} |
| example prompts | {sum(counts)}, {min(counts, default=0)} to {max(counts, default=0)} for each kernel |
| prompts out of scope | {len(router.out_of_scope)} |
| encoder | {settings.encoder}, {fitted.model.encoder.size:,} features |
| scorer | {kind} |
| prompts kept apart | {fitted.quality.n} |
| in-scope accuracy without abstention | {fitted.quality.accuracy:.1%} |
| expected calibration error | {fitted.quality.ece:.3f} |

## Certificate
{certificate_text(router.certificate)}

## What it does not say
- That the answer is right: a kernel's contract is enforced when it runs, and that is all that is known of its output.
- That a route taken because of feedback, or for a later candidate, is covered: those are marked as not certified.
- Anything of prompts of another kind than those it was calibrated on.

## Left out
{notes}

## Data
`state.json` of the bundle holds the example prompts as they were given, to fit anew from: treat it as you treat them.
"""


def benchmark(router: Router, held: Sequence[Held], folder: Path, notes: list[str]) -> str:
    """The page, whose pictures are written beside it."""
    lines = ["# Benchmark", "", _headline(router, held), "", "## Abstention", "", *_abstention(router, held)]
    quality = router.quality
    pictures = {
        "risk-coverage.svg": Curves(
            "Risk and coverage", "share of prompts routed", "wrong among them", {"risk": quality.curve}, level=router.certificate.alpha
        ),
        "reliability.svg": Curves(
            "Reliability", "confidence", "share right", {"prompts kept apart": [(c, r) for c, r, _ in quality.reliability]}, diagonal=True
        ),
        "confidence.svg": Curves("Confidence", "confidence", "prompts", {"prompts": _histogram([h.confidence for h in held])}, bars=True),
    }
    for name, picture in pictures.items():
        if any(len(p) for p in picture.series.values()):
            if not write_curves(folder / name, picture):
                notes.append(NO_PLOTS)
                break
            lines += ["", f"![{picture.title}]({name})"]
    lines += ["", "## Calibration", "", "| confidence | share right | prompts |", "| --- | --- | --- |"]
    lines += [f"| {c:.3f} | {r:.3f} | {n} |" for c, r, n in quality.reliability]
    lines += ["", "## By kernel", "", *_by_kernel(router, held), "", "## Time", "", _timed(router, held), ""]
    return "\n".join(lines)


def _headline(router: Router, held: Sequence[Held]) -> str:
    quality = router.quality
    where = "prompts that were kept apart from fitting" if router.certificate.n else "cross-validation, as no prompts could be kept apart"
    return (
        f"{len(router.kernels)} kernels, {sum(map(len, router.examples.values()))} examples. On {quality.n} prompts ({where}): in-scope accuracy "
        f"without abstention {quality.accuracy:.1%}, calibration error {quality.ece:.3f}, right routes ranked above wrong ones {quality.auroc:.3f}."
    )


def _abstention(router: Router, held: Sequence[Held]) -> list[str]:
    own = router.certificate.threshold
    lines = [
        "| threshold | routed | wrong among routed | in scope, routed right | out of scope, kept out |",
        "| --- | --- | --- | --- | --- |",
    ]
    for threshold in sorted({*THRESHOLDS, own}):
        taken = [h for h in held if h.confidence >= threshold]
        inside = [h for h in held if h.kernel is not None]
        outside = [h for h in held if h.kernel is None]
        wrong = sum(not h.right for h in taken)
        kept = sum(h.right and h.confidence >= threshold for h in inside)
        out = sum(h.confidence < threshold for h in outside)
        mark = " (used)" if threshold == own else ""
        lines.append(
            f"| {threshold:.3f}{mark} | {_share(len(taken), len(held))} | {_share(wrong, len(taken))} | {_share(kept, len(inside))} "
            f"| {_share(out, len(outside))} |"
        )
    return [*lines, "", certificate_text(router.certificate)]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} ({part} of {whole})" if whole else "-"


def _histogram(values: Sequence[float], bins: int = 20) -> list[tuple[float, float]]:
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int(value * bins))] += 1
    return [((i + 0.5) / bins, float(n)) for i, n in enumerate(counts)] if values else []


def _by_kernel(router: Router, held: Sequence[Held]) -> list[str]:
    lines = ["| kernel | examples | asked | best candidate right | most often taken for |", "| --- | --- | --- | --- | --- |"]
    for kernel in router.kernels[:500]:
        own = [h for h in held if h.kernel == kernel]
        others = [h.best for h in own if not h.right and h.best]
        worst = max(sorted(set(others)), key=others.count) if others else "-"
        lines.append(
            f"| {_cell(kernel)} | {len(router.examples.get(kernel, ()))} | {len(own)} | {sum(h.right for h in own)} | {_cell(worst)} |"
        )
    if len(router.kernels) > 500:
        lines.append(f"| and {len(router.kernels) - 500} more | | | | |")
    return lines


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _timed(router: Router, held: Sequence[Held]) -> str:
    prompts = [h.prompt for h in held][:100] or [p for e in router.examples.values() for p in e][:100]
    times = []
    for prompt in prompts:
        began = time.perf_counter()
        router.rank(prompt)
        times.append(1000 * (time.perf_counter() - began))
    times.sort()
    if not times:
        return "Nothing to time."
    return f"A route, encoding included: median {times[len(times) // 2]:.2f} ms, longest of {len(times)} {times[-1]:.2f} ms."
