"""`kwlogic store`: the commands, and what they print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kwlogic.source.data import Diagnostic
    from kwlogic.weave.store.data import StoredKernel
    from kwlogic.weave.store.store import Store

ADDRESS = click.option("--store", "url", metavar="URL|PATH", help="Which store, instead of `[tool.kwlogic.store]`.")


@click.group("store", short_help="Kernels, runs, traces and feedback, kept for good.")
def store_group() -> None:
    """Kernels, runs, traces and feedback, kept for good: in a SQLite file, or in PostgreSQL.

    The store is the one of --store, else `url` of `[tool.kwlogic.store]`, else `.kwlogic/store.sqlite` of the project.
    """


def open_asked(url: str | None) -> Store:
    from kwlogic.weave.store.find import project_store

    return project_store(Path.cwd(), url)


def told(store: Store) -> None:
    """What was put right on the way goes to stderr."""
    import sys

    from kwlogic.cli.output import print_diagnostics

    if store.warnings:
        print_diagnostics(store.warnings, {}, sys.stderr)


@store_group.command("list")
@ADDRESS
@click.option("--family", help="Only kernels of this family.")
@click.option("--all", "every", is_flag=True, help="Every version, not only the latest of each name.")
@click.option("--format", "form", type=click.Choice(["full", "json"]), default="full", show_default=True)
def list_(url: str | None, family: str | None, every: bool, form: str) -> int:
    """List the kernels of the store, the latest version of each.

    \b
    Example:
      kwlogic store list --family "code search"
    """
    with open_asked(url) as store:
        kernels = store.kernels(family=family)
        if not every:
            kernels = sorted({k.name: k for k in kernels}.values(), key=lambda k: k.name)
        if form == "json":
            print_json([_head(k, store) for k in kernels])
        else:
            for kernel in kernels:
                state = store.status(kernel.digest)
                version = f" {kernel.version}" if kernel.version else ""
                print(f"{kernel.digest[:12]}  {kernel.name}{version}  {state.state.value}  {contract_words(kernel)}")
            print(f"{len(kernels)} kernel{'' if len(kernels) == 1 else 's'}")
        told(store)
    return 0


def contract_words(kernel: StoredKernel) -> str:
    """Informal clauses are counted apart: they are neither proved nor enforced."""
    ports = len(kernel.inputs) + len(kernel.outputs)
    return f"{ports} typed, {len(kernel.formal)} formal, {len(kernel.informal)} informal"


def _head(kernel: StoredKernel, store: Store) -> dict[str, object]:
    state = store.status(kernel.digest)
    return {
        "digest": kernel.digest,
        "name": kernel.name,
        "module": kernel.module,
        "version": kernel.version,
        "family": kernel.family,
        "origin": kernel.origin,
        "seq": kernel.seq,
        "at": kernel.at,
        "state": state.state.value,
        "passes": state.passes,
        "failures": state.failures,
        "typed": len(kernel.inputs) + len(kernel.outputs),
        "formal": len(kernel.formal),
        "informal": len(kernel.informal),
    }


def print_json(document: object) -> None:
    import json

    print(json.dumps(document, indent=2, ensure_ascii=False))


@store_group.command("show")
@click.argument("kernel")
@ADDRESS
@click.option("--spec", is_flag=True, help="Print the text of the module that declares it, and nothing else.")
def show(kernel: str, url: str | None, spec: bool) -> int:
    """Show a kernel: interface, contract, verdicts, lineage, evidence.

    KERNEL is a name, or the first digits of a digest.

    \b
    Example:
      kwlogic store show billing.approve
    """
    from kwlogic.weave.store.find import find_kernel

    with open_asked(url) as store:
        found = find_kernel(store, kernel)
        if spec:
            print(found.spec, end="")
        else:
            for line in _lines(found, store):
                print(line)
        told(store)
    return 0


def _lines(kernel: StoredKernel, store: Store) -> list[str]:
    status = store.status(kernel.digest)
    ports = [", ".join(f"{n}: {t}" for n, t in side) for side in (kernel.inputs, kernel.outputs)]
    lines = [
        f"{kernel.name}({ports[0]}) -> ({ports[1]})",
        f"  digest    {kernel.digest}",
        f"  version   {kernel.version or '-'}, number {kernel.seq} in the store, {kernel.at}",
        f"  family    {kernel.family or '-'}",
        f"  origin    {kernel.origin}",
        f"  state     {status.state.value}, {status.passes} passed, {status.failures} failed"
        + (f" ({status.note})" if status.note else ""),
        f"  contract  {contract_words(kernel)}",
    ]
    verdicts = store.verdicts(kernel.digest)
    known = {(v.kind, v.text): v for v in verdicts}
    for clause in kernel.formal:
        verdict = known.get((clause.kind, clause.text))
        label = f"{clause.label}: " if clause.label else ""
        lines.append(f"    {clause.kind} {label}{' '.join(clause.text.split())}" + (f"  [{verdict.verdict}]" if verdict else ""))
    lines += [f"    informal {i.kind}: {i.text}" for i in kernel.informal]
    lines += [f"  from      {k.relation} {k.parent}" for k in store.parents(kernel.digest)]
    lines += [f"  version   {k.digest[:12]} number {k.seq}" for k in store.kernels(name=kernel.name) if k.digest != kernel.digest]
    return lines


@store_group.command("log")
@click.argument("kernel", required=False)
@ADDRESS
def log(kernel: str | None, url: str | None) -> int:
    """What happened, oldest first: versions stored, changes of state with their reasons, runs, feedback; of everything, or of one kernel.

    \b
    Example:
      kwlogic store log billing.approve
    """
    from kwlogic.weave.store.find import find_kernel

    with open_asked(url) as store:
        name = find_kernel(store, kernel).name if kernel else ""
        digests = {k.digest for k in store.kernels(name=name)} if kernel else None
        lines = [(k.at, f"stored   {k.name} {k.digest[:12]}") for k in store.kernels() if digests is None or k.digest in digests]
        for run in store.runs():
            if digests is None or run.kernel in digests or run.name == name:
                lines.append((run.at, f"run      {run.name} {run.run_id} {run.state.value}{f': {run.reason}' if run.reason else ''}"))
        for said in store.feedback():
            if digests is None or said.kernel in digests:
                word = {True: "good", False: "bad", None: "open"}[said.success]
                lines.append((said.at, f"feedback {said.kernel[:12]} {word}"))
        names = {k.digest: k.name for k in store.kernels()}
        for made in store.transitions():
            if digests is None or made.kernel in digests:
                by = ", by hand" if made.by == "hand" else ""
                change = f"{made.before.value} -> {made.after.value}{by}: {made.reason}"
                lines.append((made.at, f"state    {names.get(made.kernel, '')} {made.kernel[:12]} {change}"))
        if digests is None:
            lines += [(t.at, f"trace    {t.trace_id}") for t in store.traces()]
        for at, text in sorted(lines, key=lambda line: line[0]):
            print(f"{at}  {text}")
        told(store)
    return 0


@store_group.command("add")
@click.argument("paths", nargs=-1)
@ADDRESS
def add(paths: tuple[str, ...], url: str | None) -> int:
    """Check spec files and store their kernels, with verdicts, certificates and lineage.

    A PATH is as in `kwlogic check`; without one, the project. Content that is there already is not stored again, and only
    gets the new verdicts. Exits with 1 where the files have errors.

    \b
    Example:
      kwlogic store add specs/billing.kw
    """
    import sys

    from kwlogic.cli.output import print_diagnostics
    from kwlogic.weave.store.add import add_specs

    with open_asked(url) as store:
        added = add_specs(store, paths, Path.cwd())
        print_diagnostics(added.diagnostics, added.sources, sys.stderr)
        for kernel, state in added.kernels:
            print(f"{kernel.digest[:12]}  {kernel.name}  {state.value}  {contract_words(kernel)}")
        number = len(added.kernels)
        print(f"{number} kernel{'' if number == 1 else 's'}, {added.fresh} of them new; `kwlogic store review` takes candidates further")
        told(store)
    return 1 if added.diagnostics else 0


@store_group.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@ADDRESS
def export(folder: Path, url: str | None) -> int:
    """Write the whole store as text: one file of JSON lines for each table, exactly what `import` reads.

    \b
    Example:
      kwlogic store export backup
    """
    from kwlogic.weave.store.text import export_store

    with open_asked(url) as store:
        print(f"exported {export_store(store, folder).words()}")
        told(store)
    return 0


@store_group.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@ADDRESS
def import_(folder: Path, url: str | None) -> int:
    """Add what a folder holds: an export, or a KernelWeave store (kernels, traces, feedback).

    Digests are verified. A file that cannot be read is told of and left out, and the exit code is then 1.

    \b
    Example:
      kwlogic store import backup
    """
    import sys

    from kwlogic.cli.output import print_diagnostics
    from kwlogic.weave.store.kernelweave import import_kernelweave
    from kwlogic.weave.store.text import import_store, is_export

    with open_asked(url) as store:
        if is_export(folder):
            print(f"imported {import_store(store, folder).words()}")
            problems: list[Diagnostic] = []
        else:
            taken = import_kernelweave(store, folder)
            problems = taken.problems
            print(taken.words())
        print_diagnostics(problems, {}, sys.stderr)
        told(store)
    return 1 if problems else 0


@store_group.command("compact")
@ADDRESS
def compact(url: str | None) -> int:
    """Make the files of a store small again: the log keeps every write until then, what was written over included.

    \b
    Example:
      kwlogic store compact
    """
    from kwlogic.weave.store.filebase import FileDatabase

    with open_asked(url) as store:
        if isinstance(store.database, FileDatabase):
            before = store.database.size()
            store.database.compact()
            print(f"{before / 1e6:.1f} MB before, {store.database.size() / 1e6:.1f} MB now")
        else:
            print("a server keeps its own files")
        told(store)
    return 0


@store_group.command("check")
@ADDRESS
@click.option("--repair", is_flag=True, help="Make anew what is damaged, from what is not.")
def check(url: str | None, repair: bool) -> int:
    """Read all of the store, and its log, against their checksums.

    \b
    Example:
      kwlogic store check --repair
    """
    from kwlogic.weave.store.filebase import FileDatabase

    with open_asked(url) as store:
        wrong = store.database.check()
        for line in wrong[:20]:
            print(line)
        if wrong and repair and isinstance(store.database, FileDatabase):
            store.database.repair()
            wrong = store.database.check()
        told(store)
        counts = ", ".join(f"{n} {t}" for t, n in store.counts().items() if n) or "nothing stored"
        print(counts + (f"; {len(wrong)} damaged" if wrong else "; all whole"))
    return 1 if wrong else 0
