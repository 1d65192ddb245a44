"""`kwlogic weave`: a prompt to a kernel or the model, what is said of the answer, and the demonstration."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kwlogic.weave.loop.data import Answer, Tended
    from kwlogic.weave.loop.demo import Wanted
    from kwlogic.weave.loop.service import Loop


@click.command("weave", short_help="Answer a prompt by a kernel or the model; learn from what was right.")
@click.argument("prompt", required=False)
@click.option("--store", "url", metavar="URL|PATH", help="Which store, instead of `[tool.kwlogic.store]`.")
@click.option("--family", default="", help="What kind of prompt it is, where you know.")
@click.option("--no-model", is_flag=True, help="Only kernels answer.")
@click.option("--right", metavar="ANSWER", help="Say that an answer was right, by its id.")
@click.option("--wrong", metavar="ANSWER", help="Say that an answer was wrong, by its id.")
@click.option("--tend", is_flag=True, help="Learn what is due, and take kernels as far as the evidence goes.")
@click.option("--demo", is_flag=True, help="Show the loop on made-up prompts, with a scripted model: no network, a store of its own.")
@click.option("--prompts", type=click.IntRange(1, 100_000), default=480, show_default=True, help="How many prompts the demonstration has.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=7, show_default=True, help="Which prompts the demonstration has.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Keep the demonstration's figure, table and store."
)
@click.option("--format", "form", type=click.Choice(["full", "json"]), default="full", show_default=True)
def weave_command(prompt: str | None, **options: Any) -> int:
    """Answer PROMPT (`-`: what stands on stdin): by a promoted kernel whose contract is enforced, else by the model.

    What the model says is kept as a trace. Say with --right or --wrong what became of an answer: when enough answers of a
    kind were right, they are compiled into a kernel, which goes through the gate, runs beside the model until it has
    earned its place, and then answers. Thresholds stand in the tables `weave` and `life` of the configuration. Exits with
    1 where there is no answer.

    \b
    Examples:
      kwlogic weave "Rewrite the date 2024-03-07 with the day first."
      kwlogic weave --right 0f3a...
      kwlogic weave --demo
    """
    asked = [n for n in ("right", "wrong") if options[n] is not None] + [n for n in ("tend", "demo") if options[n]]
    if len(asked) + (prompt is not None) != 1:
        raise click.UsageError("give a prompt, or one of --right, --wrong, --tend, --demo")
    from kwlogic.cli.route import needs_route

    needs_route()
    if options["demo"]:
        return _demo(options["prompts"], options["seed"], options["out"], options["form"])
    return _woven(prompt, **{k: v for k, v in options.items() if k not in ("demo", "prompts", "seed", "out")})


def _woven(
    prompt: str | None, url: str | None, family: str, no_model: bool, right: str | None, wrong: str | None, tend: bool, form: str
) -> int:
    import asyncio
    from dataclasses import replace

    from kwlogic.cli.output import print_diagnostics
    from kwlogic.weave.learn.life_config import life_policy
    from kwlogic.weave.loop.config import loop_settings
    from kwlogic.weave.loop.data import NoAnswer
    from kwlogic.weave.loop.learning import learner
    from kwlogic.weave.loop.service import Loop
    from kwlogic.weave.route.config import route_config
    from kwlogic.weave.run.config import run_config
    from kwlogic.weave.store.find import project_store
    from kwlogic.workspace.config import find_project

    project = find_project(Path.cwd(), Path.cwd())
    settings = loop_settings(project)
    settings = replace(settings, raw=settings.raw and not no_model, read=settings.read and not no_model)
    policy, config, routing = life_policy(project), run_config(project), route_config(project).settings

    async def work() -> int:
        with project_store(Path.cwd(), url) as store:
            async with Loop(store, config, settings, policy, learn=learner(settings), routing=routing) as loop:
                try:
                    return await _one(loop, _text(prompt), family, right, wrong, tend, form)
                except NoAnswer as error:
                    print_diagnostics(error.diagnostics, {}, sys.stderr)
                    return 1
                finally:
                    print_diagnostics(loop.warnings, {}, sys.stderr)

    return asyncio.run(work())


def _text(prompt: str | None) -> str:
    if prompt != "-":
        return prompt or ""
    return sys.stdin.buffer.read().decode("utf-8", "replace")


async def _one(loop: Loop, prompt: str, family: str, right: str | None, wrong: str | None, tend: bool, form: str) -> int:
    said = right if right is not None else wrong
    if said is not None:
        judged = loop.judge(said, right is not None)
        for digest, verdict in judged.evidence:
            kernel = loop.store.kernel(digest)
            print(f"{'good' if verdict else 'bad'} for {kernel.name if kernel is not None else digest[:12]}", file=sys.stderr)
    if said is not None or tend:
        return _tended(loop.tend(), form)
    answer = await loop.answer(prompt, family)
    if form == "json":
        _print_json(_document(answer))
        return 0
    print(answer.text)
    print(_source(answer), file=sys.stderr)
    return 0


def _source(answer: Answer) -> str:
    """Where an answer comes from, on one line."""
    from kwlogic.weave.loop.data import Way

    if answer.way is Way.KERNEL:
        contract = f"{answer.contract}, " if answer.contract else ""
        return f"by `{answer.name}` ({contract}{'from the cache, ' if answer.cached else ''}{answer.reason}); answer {answer.answer_id}"
    return f"by the model, unchecked ({answer.reason}); answer {answer.answer_id}"


def _document(answer: Answer) -> dict[str, object]:
    return {
        "answer": answer.text,
        "id": answer.answer_id,
        "by": answer.way.value,
        "kernel": answer.name,
        "digest": answer.kernel,
        "inputs": answer.inputs,
        "contract": answer.contract,
        "cached": answer.cached,
        "probability": answer.probability,
        "reason": answer.reason,
        "passed": [{"kernel": n, "reason": r} for n, r in answer.passed],
        "shadows": [{"kernel": s.name, "agrees": s.agrees, "reason": s.reason} for s in answer.shadows],
    }


def _tended(tended: Tended, form: str) -> int:
    from kwlogic.cli.output import print_diagnostics
    from kwlogic.cli.store_life import transition_words

    moves = [(r.kernel.name, m) for r in tended.reviewed for m in r.moves]
    if form == "json":
        learnt = [{"family": c.family, "traces": c.traces, "kernels": list(c.kernels), "reason": c.reason} for c in tended.compiled]
        _print_json({"learnt": learnt, "moves": [{"kernel": n, "change": transition_words(m)} for n, m in moves]})
    else:
        for made in tended.compiled:
            print(f"learnt from {made.traces} answers of {made.family}: {', '.join(made.kernels) or made.reason}")
        for name, move in moves:
            print(f"{name}  {transition_words(move)}")
    print_diagnostics(tended.diagnostics, {}, sys.stderr)
    return 0


def _demo(prompts: int, seed: int, out: Path | None, form: str) -> int:
    import tempfile

    from kwlogic.weave.loop.demo import Wanted

    wanted = Wanted(prompts, max(1, min(40, -(-prompts // 3))), seed=seed)
    if out is not None:
        return _demonstrated(wanted, _empty(out), out, form)
    with tempfile.TemporaryDirectory(prefix="kwlogic-demo-") as folder:
        return _demonstrated(wanted, Path(folder).resolve(), None, form)


def _empty(out: Path) -> Path:
    """The folder, made where it is missing; raises Diagnosed where a demonstration is in it already."""
    from kwlogic.source.codes import diagnostic
    from kwlogic.source.data import Diagnosed

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Diagnosed(diagnostic("KW709", f"`{out}` cannot be written: {error.strerror or error}")) from error
    if (out / "demo.sqlite").exists():
        raise Diagnosed(diagnostic("KW709", f"`{out}` holds a demonstration already", help="name an empty folder"))
    return out.absolute()


def _demonstrated(wanted: Wanted, folder: Path, out: Path | None, form: str) -> int:
    import asyncio

    from kwlogic.render.loop import demo_lines, demo_object
    from kwlogic.render.progress import counter
    from kwlogic.render.text import write_lines
    from kwlogic.weave.loop.demo import demonstrate

    bar = counter("prompts")
    try:
        shown = asyncio.run(demonstrate(folder, wanted, bar.tick if bar is not None else lambda done, total: None))
    finally:
        if bar is not None:
            bar.stop()
    if form == "json":
        _print_json(demo_object(shown))
    else:
        write_lines(demo_lines(shown), sys.stdout)
    if out is not None:
        from kwlogic.render.loop_svg import demo_svg

        (out / "rates.svg").write_text(demo_svg(shown), encoding="utf-8")
        with (out / "blocks.txt").open("w", encoding="utf-8") as handle:
            write_lines(demo_lines(shown), handle)
        print(f"written: {out / 'rates.svg'}, {out / 'blocks.txt'}, {out / 'demo.sqlite'}", file=sys.stderr)
    return 0


def _print_json(document: object) -> None:
    import json

    print(json.dumps(document, indent=2, ensure_ascii=False))
