"""The demonstration of the loop, for people: a table of its blocks, a plot of its rates in the terminal, what became of the kernels."""

from __future__ import annotations

from collections.abc import Iterator

from kwlogic.render.text import BOLD, DIM, ERROR, GOOD, NOTE, PLAIN, Line, amount
from kwlogic.weave.loop.demo import Block, Shown

HEAD = ("prompts", "by kernel", "verified", "of outputs", "wrong", "of kernels", "without loop", "calls", "without loop", "promoted")
TALL = 10
STATES = {"promoted": GOOD, "rejected": ERROR, "retired": ERROR}


def demo_lines(shown: Shown) -> Iterator[Line]:
    """Table, plot, kernels, sums."""
    rows = [_row(shown, i) for i in range(len(shown.blocks))]
    widths = [max(len(r[c]) for r in (HEAD, *rows)) for c in range(len(HEAD))]
    yield ((_cells(HEAD, widths), BOLD),)
    for row in rows:
        yield ((_cells(row, widths), PLAIN),)
    yield ()
    yield from plot_lines(shown.blocks)
    yield ()
    widest = max((len(name) for name, _, _ in shown.kernels), default=0)
    for name, state, runs in shown.kernels:
        yield (f"{name:<{widest}}  ", PLAIN), (f"{state:<9}", STATES.get(state, NOTE)), (f"  {runs}", DIM)
    yield ((summary(shown), PLAIN),)


def _row(shown: Shown, index: int) -> tuple[str, ...]:
    block = shown.blocks[index]
    first = index * shown.wanted.block + 1
    rates = (f"{block.hit_rate:.0%}", f"{block.verified_rate:.0%}", f"{block.ensures / max(1, block.prompts):.0%}")
    counts = (block.wrong, block.wrong_kernel, block.alone_wrong, block.calls, block.alone_calls, block.promoted)
    return (f"{first}-{first + block.prompts - 1}", *rates, *map(str, counts))


def _cells(row: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths))


def plot_lines(blocks: tuple[Block, ...]) -> Iterator[Line]:
    """Shares by blocks: `#` by kernels, `*` under a contract that was proved or enforced, `o` both."""
    wide = 6
    for level in range(TALL, -1, -1):
        edge = f"{level * 10:>3}% |" if level % 5 == 0 else "     |"
        pieces: list[tuple[str, str]] = [(edge, DIM)]
        for block in blocks:
            hit, verified = round(block.hit_rate * TALL) == level, round(block.verified_rate * TALL) == level
            mark = "o" if hit and verified else "#" if hit else "*" if verified else " "
            pieces.append((f"{mark:^{wide}}", GOOD if mark != " " else PLAIN))
        yield tuple(pieces)
    yield (("     +" + "-" * (wide * len(blocks)), DIM),)
    yield (("      # answered by kernels   * under a contract that was proved or enforced   o both", DIM),)


def summary(shown: Shown) -> str:
    blocks = shown.blocks
    calls, alone = sum(b.calls for b in blocks), sum(b.alone_calls for b in blocks)
    words, said = sum(b.words for b in blocks), sum(b.alone_words for b in blocks)
    wrong, bad = sum(b.wrong for b in blocks), sum(b.alone_wrong for b in blocks)
    return (
        f"{amount(sum(b.prompts for b in blocks), 'prompt')}: {wrong} answered wrongly ({sum(b.wrong_kernel for b in blocks)} by kernels), "
        f"{bad} without the loop; {calls:,} calls of the model instead of {alone:,}, {words:,} words instead of {said:,}"
    )


def demo_object(shown: Shown) -> dict[str, object]:
    """The same as JSON."""
    names = [n for n in Block.__slots__ if not n.startswith("_")]
    blocks = [{**{n: getattr(b, n) for n in names}, "hit_rate": b.hit_rate, "verified_rate": b.verified_rate} for b in shown.blocks]
    return {
        "prompts": shown.wanted.prompts,
        "seed": shown.wanted.seed,
        "errors": shown.wanted.errors,
        "blocks": blocks,
        "kernels": [{"name": n, "state": s, "runs": r} for n, s, r in shown.kernels],
        "lives": [{"kernel": n, "change": c} for n, c in shown.lives],
        "compiled": [{"family": c.family, "traces": c.traces, "kernels": list(c.kernels), "reason": c.reason} for c in shown.compiled],
    }
