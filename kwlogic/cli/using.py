"""Adds the commands for working with single files, kernels and expressions: run, eval, explain, fmt, init."""

from __future__ import annotations

from pathlib import Path

import click

from kwlogic.cli.lsp import lsp_command


@click.command(short_help="Run a kernel on a JSON input, its contract enforced.")
@click.argument("kernel")
@click.option("-i", "--input", "document", metavar="FILE|-", help="A JSON object with one key for each input port.")
@click.option("--path", "paths", multiple=True, metavar="PATH", help="Where to look for the kernel, instead of the project.")
@click.option("--store", metavar="URL|PATH", help="Keep the run in this store; without it, in the project's, where there is one.")
@click.option("--resume", metavar="RUN", help="Go on with a run that was interrupted or failed: what had finished is not done again.")
def run(kernel: str, document: str | None, paths: tuple[str, ...], store: str | None, resume: str | None) -> int:
    """Run a kernel, or a composition of kernels, and enforce every contract on the way.

    KERNEL is FILE::NAME, MODULE.NAME or NAME. The outputs are printed as a JSON object; no output that breaks a clause is.
    A violated clause is shown with the value of each of its parts. Oracles are answered by the models and tools that the
    table `run` of the configuration names. Where a step fails, the finished ones are rolled back.

    \b
    Examples:
      kwlogic run specs/billing.kw::approve --input invoice.json
      echo '{"x": -3}' | kwlogic run absolute --input -
      kwlogic run intake --resume 0f3a...
    """
    from kwlogic.cli.run import run_kernel

    return run_kernel(kernel, document, paths, store, resume)


class Expression(click.Command):
    """A command whose argument may begin with a minus: `-7 // 2` is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        signed = next((i for i, a in enumerate(args) if a[:1] == "-" and (a[1:2].isdigit() or a[1:2] in (" ", "("))), None)
        if signed is None or "--" in args:
            return super().parse_args(ctx, args)
        return super().parse_args(ctx, [*args[:signed], *args[signed + 1 :], "--", args[signed]])


@click.command("eval", cls=Expression)
@click.argument("expression")
@click.option("-m", "--module", metavar="MODULE|FILE", help="The module whose names are in scope besides the standard library.")
def eval_(expression: str, module: str | None) -> int:
    """Evaluate an expression and print its value.

    \b
    Examples:
      kwlogic eval 'sort([3, 1, 2])'
      kwlogic eval 'amount([Line("tea", 2, 1.5)])' --module billing.invoice
    """
    from kwlogic.cli.run import run_eval

    return run_eval(expression, module)


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> int:
    """Explain a diagnostic code, with an example. Without CODE, list all codes.

    \b
    Example:
      kwlogic explain KW501
    """
    from kwlogic.cli.explain import run_explain

    return run_explain(code)


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 where a file is not formatted.")
@click.option("--diff", is_flag=True, help="Write nothing; print the differences, and exit with 1 where there are any.")
def fmt(paths: tuple[str, ...], only_check: bool, diff: bool) -> int:
    """Format spec files in place; `-` formats stdin to stdout. There are no options of style.

    \b
    Examples:
      kwlogic fmt
      kwlogic fmt --check specs
      kwlogic fmt - < draft.kw
    """
    from kwlogic.cli.fmt import run_fmt

    return run_fmt(paths, only_check, diff)


@click.command(short_help="Make a small project to play with.")
@click.argument("folder", default=".", type=click.Path(path_type=Path))
def init(folder: Path) -> int:
    """Make a small project: kwlogic.toml and one spec file with a clause that is proved, one that is refuted and one that
    is enforced.

    \b
    Examples:
      kwlogic init demo
      kwlogic check demo
      kwlogic check --expect demo     compares the verdicts with the marks in the file
    """
    from kwlogic.cli.init import run_init

    return run_init(folder)


@click.command(short_help="Try things out: values, types, claims, graphs.")
@click.argument("file", required=False)
def repl(file: str | None) -> int:
    """Evaluate expressions, ask for types, declare functions and kernels, prove and refute claims, draw compositions.

    With a FILE its names are in scope; the file is never changed. Reads lines from a terminal, with history and
    completion, or from a pipe.

    \b
    Examples:
      kwlogic repl
      kwlogic repl specs/billing.kw
      echo ':prove x: Int, y: Int :: x + y == y + x' | kwlogic repl
    """
    from kwlogic.cli.repl import run_repl

    return run_repl(file)


@click.command(short_help="Documentation of a project's specs, as a site or as Markdown.")
@click.argument("paths", nargs=-1)
@click.option("--out", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder to write pages to.")
@click.option("--markdown", is_flag=True, help="Write Markdown (MyST) instead of a site; needs no further package.")
@click.option("--verdicts", is_flag=True, help="Check first, and show the verdict of each clause.")
def doc(paths: tuple[str, ...], folder: Path, markdown: bool, verdicts: bool) -> int:
    """Write what the specs say of themselves: a page for each module with its kernels, types, functions and lemmas, their
    `##` comments and contracts.

    \b
    Examples:
      kwlogic doc --out site
      kwlogic doc --out pages --markdown --verdicts specs
    """
    from kwlogic.cli.doc import run_doc

    return run_doc(paths, folder, markdown, verdicts)


@click.command(short_help="Completion of commands, options, files and names for a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print what a shell must read so that the tabulator key completes commands, options, spec files, FILE::NAME,
    kernels and diagnostic codes.

    \b
    Examples:
      eval "$(kwlogic completion bash)"                                        in ~/.bashrc
      eval "$(kwlogic completion zsh)"                                         in ~/.zshrc
      kwlogic completion fish > ~/.config/fish/completions/kwlogic.fish
    """
    from kwlogic.cli.complete import script

    print(script(shell))
    return 0


def register(cli: click.Group) -> None:
    for command in (run, eval_, explain, fmt, init, doc, repl, completion, lsp_command):
        cli.add_command(command)
