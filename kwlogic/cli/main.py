"""The command line: options, exit codes, and the guard that turns anything unforeseen into a diagnostic.

Only click is imported at start, so that ``--help`` and ``--version`` answer at once; each command imports what it needs.
"""

from __future__ import annotations

import contextlib
import os
import sys

import click

from kwlogic import __version__
from kwlogic.cli import asking, checking, using, weaving

EXIT_CODES = """\b
Exit codes:
  0    everything is proved (enforced and assumed count as fine)
  1    something is refuted, or an error was found
  2    wrong usage, or a file could not be read or written
  3    nothing worse than unknown verdicts
  4    there was nothing to check
  101  an internal error
  130  interrupted"""

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=CONTEXT, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="kwlogic")
def cli() -> None:
    """Kernels with contracts: says clause by clause what is proved, what is refuted and by which input, what is unknown.

    \b
    Examples:
      kwlogic init demo                    make a small project to play with
      kwlogic check                        check the project
      kwlogic check specs/billing.kw       check one file
      kwlogic run billing.kw::approve --input invoice.json
    """


for _commands in (checking, using, asking, weaving):
    _commands.register(cli)
if "_KWLOGIC_COMPLETE" in os.environ:
    from kwlogic.cli.complete import complete_names

    complete_names(cli)


def main() -> None:
    """The entry point of the script; ends the process with one of the documented exit codes.

    All that is open by then is the two streams, and taking the interpreter apart object by object takes as long as
    checking a small file: so the process just ends.
    """
    code = guarded(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def guarded(arguments: list[str]) -> int:
    """Run a command line. Nothing leaves but an exit code."""
    _prepare()
    try:
        code = cli.main(args=arguments, prog_name="kwlogic", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        print("kwlogic: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _drop_stdout()
        return 2
    except Exception as error:
        return _failed(error)


def _prepare() -> None:
    """Long numbers are legal, every text can be written, and short runs do not wait for the collector."""
    import gc

    sys.set_int_max_str_digits(0)
    gc.set_threshold(200_000, 20, 50)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _drop_stdout() -> None:
    """The reader has gone: keep the interpreter from complaining about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(error: Exception) -> int:
    from kwlogic.source.data import Diagnosed

    if isinstance(error, ModuleNotFoundError):
        from kwlogic.source.extras import missing

        error = missing(error) or error
    if isinstance(error, Diagnosed):
        from kwlogic.cli.output import print_diagnostics

        print_diagnostics(error.diagnostics, {}, sys.stderr)
        return 2
    if os.environ.get("KWLOGIC_DEBUG"):
        import traceback

        traceback.print_exc()
    kind = type(error).__name__
    print(
        f"error[KW901]: internal error: {kind}: {str(error)[:300]}\n"
        "  = This is a fault of kwlogic, not of your file. Please report it with the smallest file that shows it,\n"
        "    and with the output of the same command under KWLOGIC_DEBUG=1.",
        file=sys.stderr,
    )
    return 101


if __name__ == "__main__":
    main()
