"""`kwlogic route`: which kernel a prompt is for."""

from __future__ import annotations

import asyncio
import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kwlogic.weave.route.data import Certificate
    from kwlogic.weave.route.dispatch import Dispatch
    from kwlogic.weave.route.service import Ready


@click.command("route", short_help="Which kernel a prompt is for, or none.")
@click.argument("prompt")
@click.option("--spec", "paths", multiple=True, metavar="FILE", help="Route among the kernels of these files or folders.")
@click.option("--store", "url", metavar="URL|PATH", help="Route among the kernels of this store.")
@click.option("--bundle", metavar="DIR|ZIP", help="Route with what `kwlogic train` wrote.")
@click.option("--no-model", is_flag=True, help="Ask no model for arguments; read them, or leave them.")
@click.option("--right", metavar="KERNEL", help="Say that this kernel is the right one for the prompt; kept in the store or the bundle.")
@click.option("--wrong", metavar="KERNEL", help="Say that this kernel is not.")
@click.option("--format", "form", type=click.Choice(["full", "json"]), default="full", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def route_command(
    prompt: str,
    paths: tuple[str, ...],
    url: str | None,
    bundle: str | None,
    no_model: bool,
    right: str | None,
    wrong: str | None,
    form: str,
    as_json: bool,
) -> int:
    """Find the kernel that PROMPT (`-`: what stands on stdin) is for, and its arguments; or say why it is for none.

    Routes among the kernels of the project and of its store, unless told otherwise. A route is taken where its confidence
    is at least what the certificate asks for; then arguments are read out of the prompt, by the configured model where
    reading does not suffice, and the kernel's `requires` is checked on them. Exits with 3 where the prompt goes nowhere.

    \b
    Examples:
      kwlogic route "add 3 and 5" --spec specs/arithmetic.kw
      kwlogic route "sort 3 1 2" --bundle trained --json
      kwlogic route "sort 3 1 2" --bundle trained --right lists.sort
    """
    needs_route()
    from kwlogic.cli.output import print_diagnostics
    from kwlogic.source.codes import diagnostic
    from kwlogic.weave.route.service import ask, ready

    text = sys.stdin.buffer.read().decode("utf-8", "replace") if prompt == "-" else prompt
    if right is not None or wrong is not None:
        return _judged(text, right, wrong, paths, url, bundle)
    found = ready(Path.cwd(), paths, url, bundle)
    if found.specs is not None and found.specs.problems:
        print_diagnostics(found.specs.problems, found.specs.sources, sys.stderr)
    done = asyncio.run(ask(found, text, not no_model))
    if form == "json" or as_json:
        print(json.dumps(_document(text, found, done), indent=2, ensure_ascii=False))
    else:
        for line in _lines(found, done):
            print(line)
    if found.router.notes and sys.stderr.isatty():
        notes = tuple(found.router.notes[:8])
        print_diagnostics([diagnostic("KW871", "routing leaves something out", notes=notes)], {}, sys.stderr)
    return 0 if done.route.kernel is not None else 3


def needs_route() -> None:
    """Raises Diagnosed where the extra is missing."""
    from kwlogic.source.codes import diagnostic
    from kwlogic.source.data import Diagnosed

    missing = [m for m in ("numpy", "scipy", "sklearn") if find_spec(m) is None]
    if missing:
        raise Diagnosed(diagnostic("KW869", f"routing needs the package `{missing[0]}`", help="pip install 'kwlogic[route]'"))


def _judged(prompt: str, right: str | None, wrong: str | None, paths: tuple[str, ...], url: str | None, bundle: str | None) -> int:
    """Feedback goes into the bundle, else into the store, where the next fit finds it."""
    said = [(k, good) for k, good in ((right, True), (wrong, False)) if k is not None]
    if bundle is not None:
        from kwlogic.weave.route.bundle import load_bundle, router_files, write_files

        place = Path(bundle)
        if not place.is_dir():
            raise click.UsageError("feedback is kept in a bundle that is a folder, not in a zip")
        found = load_bundle(place)
        for kernel, good in said:
            found.router.feedback(prompt, kernel, good)
        write_files(router_files(found.router, found.modules or None), place)
    else:
        from kwlogic.weave.route.keep import keep_feedback
        from kwlogic.weave.store.find import project_store

        with project_store(Path.cwd(), url) as store:
            for kernel, good in said:
                keep_feedback(store, prompt, kernel, good)
    print("noted: " + ", ".join(f"{k} is {'right' if good else 'wrong'}" for k, good in said))
    return 0


def _lines(found: Ready, done: Dispatch) -> list[str]:
    route = done.route
    if route.kernel is None:
        lines = [f"no kernel: {route.reason}"]
    else:
        lines = [f"{route.kernel}: {route.reason}"]
        taken = next((a for a in done.attempts if a.kernel == route.kernel and not a.reason), None)
        if taken is None:
            lines += [f"  arguments    none: {a.reason}" for a in done.attempts if a.kernel == route.kernel]
        else:
            how = "read out of the prompt" if taken.by == "reading" else "by the model"
            doubt = f"; not in the prompt: {', '.join(taken.invented)}" if taken.invented else ""
            lines.append(f"  arguments    {_inputs(found, done)}  ({how}{doubt})")
    lines += [f"  passed over  {a.kernel}: {a.reason}" for a in done.attempts if a.reason and route.kernel not in (None, a.kernel)]
    if route.candidates:
        lines.append("  candidates   " + ", ".join(f"{c.kernel} {c.probability:.2f}" for c in route.candidates[:4]))
    if route.certificate is not None:
        lines.append("  certificate  " + certificate_words(route.certificate))
    lines += [f"  drift        {d.what}: {d.since:.0%} instead of {d.before:.0%}, after {d.after} prompts" for d in route.drift]
    return lines


def certificate_words(c: Certificate) -> str:
    seen = f"{c.n} calibration prompts, {c.share:.0%} of them out of scope"
    if c.certified:
        return f"at most {c.alpha:.0%} of routes are wrong, with probability {1 - c.delta:.0%}; threshold {c.threshold:.2f}, {seen}"
    why = f"{seen} do not suffice" if c.n else "there are no calibration prompts"
    return f"none: {why} for {c.alpha:.0%} at {1 - c.delta:.0%}; the threshold {c.threshold:.2f} is an estimate"


def _inputs(found: Ready, done: Dispatch) -> str:
    from kwlogic.core.codec import encode_ports

    assert found.specs is not None
    assert done.inputs is not None
    assert done.route.kernel is not None
    kernel = found.specs.program.kernels[done.route.kernel]
    return encode_ports(done.inputs, kernel.inputs, found.specs.program)


def _document(prompt: str, found: Ready, done: Dispatch) -> dict[str, Any]:
    from dataclasses import asdict

    route = done.route
    attempts = [{"kernel": a.kernel, "by": a.by, "reason": a.reason, "invented": list(a.invented)} for a in done.attempts]
    return {
        "prompt": prompt[:2000],
        "kernel": route.kernel,
        "probability": route.probability,
        "certified": route.certified,
        "reason": route.reason,
        "arguments": json.loads(_inputs(found, done)) if done.inputs is not None else None,
        "attempts": attempts,
        "candidates": [asdict(c) for c in route.candidates],
        "certificate": asdict(route.certificate) if route.certificate is not None else None,
        "drift": [asdict(d) for d in route.drift],
        "notes": list(found.router.notes),
    }
