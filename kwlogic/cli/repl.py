"""`kwlogic repl`: a line in, an answer out. History and completion where the terminal has them."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from kwlogic.cli.output import print_diagnostics
from kwlogic.render.full import summary_line
from kwlogic.render.text import visible, write_lines
from kwlogic.source.data import Diagnosed
from kwlogic.workspace.outcome import Outcome
from kwlogic.workspace.sitting import Sitting

HELP = """\
  EXPR                     the value of an expression
  fn, type, lemma, ...     a declaration; it ends with an empty line, and may be typed again
  use MODULE (NAMES)       names of another module
  :type EXPR               its type
  :prove P                 check a claim: `:prove x: Int, y: Int :: x + y == y + x`
  :refute P                the same; what is wanted is the input that breaks it
  :draw KERNEL [FILE.svg]  the graph of a composition
  :check [NAME]            check what was declared
  :list                    what was declared
  :reload                  read files again
  :help, :quit"""
OPENERS = ("fn", "opaque", "type", "record", "lemma", "theorem", "axiom", "kernel", "example", "refine", "resource", "##")
PROMPT, MORE = "kw> ", "... "


def run_repl(file: str | None) -> int:
    shell = Shell(Path.cwd(), Path(file) if file is not None else None)
    if sys.stdin.isatty():
        keep = _line_editing(shell)
        print(f"kwlogic repl{f' with {file}' if file else ''}; :help says what can be asked, :quit ends.")
        try:
            return shell.run()
        finally:
            keep()
    return shell.run()


class Shell:
    def __init__(self, cwd: Path, file: Path | None) -> None:
        self.cwd, self.file = cwd, file
        self.sitting = Sitting(cwd, file)
        self.commands: dict[str, Callable[[str], None]] = {
            "type": lambda text: self._say(self.sitting.type_of(text)),
            "prove": self._claim,
            "refute": self._claim,
            "draw": self._draw,
            "check": self._check,
            "list": lambda _: print("\n\n".join((*self.sitting.uses, *self.sitting.declared.values())) or "nothing was declared"),
            "reload": self._reload,
            "help": lambda _: print(HELP),
        }

    def run(self) -> int:
        self._guarded(lambda: self._say(self.sitting.problems()))
        for text in self._entries():
            if text.split()[0] in (":quit", ":q", ":exit"):
                break
            self._guarded(lambda text=text: self._answer(text))  # type: ignore[misc]
        return 0

    # ------------------------------------------------------------ reading

    def _entries(self) -> Iterator[str]:
        while True:
            try:
                text = input(PROMPT if sys.stdin.isatty() else "")
                if text.split(" ")[0].split("(")[0] in OPENERS:
                    text = self._more(text, lambda line: not line.strip())
                elif _depth(text) > 0:
                    text = self._more(text, lambda _: False)
            except EOFError:
                if sys.stdin.isatty():
                    print()
                return
            except KeyboardInterrupt:
                print()
                continue
            if text.strip():
                yield text.strip()

    def _more(self, text: str, ends: Callable[[str], bool]) -> str:
        """Lines up to an empty one, or up to the last bracket's end."""
        while True:
            try:
                line = input(MORE if sys.stdin.isatty() else "")
            except EOFError:
                return text
            if ends(line):
                return text
            text += "\n" + line
            if text.split()[0] not in OPENERS and _depth(text) <= 0:
                return text

    # ------------------------------------------------------------ answering

    def _guarded(self, answer: Callable[[], None]) -> None:
        try:
            answer()
        except Diagnosed as error:
            print_diagnostics(error.diagnostics, getattr(error, "sources", {}), sys.stdout)
        except KeyboardInterrupt:
            print("interrupted")
        except RecursionError:
            print("this is nested too deeply")

    def _answer(self, text: str) -> None:
        if text.startswith(":"):
            name, _, rest = text[1:].partition(" ")
            found = [c for c in self.commands if c == name] or [c for c in self.commands if name and c.startswith(name)]
            if len(found) == 1:
                self.commands[found[0]](rest.strip())
            else:
                print(f"`:{visible(name)}` is no command; :help lists them")
        elif text.split()[0] in (*OPENERS, "use"):
            self._say(self.sitting.declare(text), "declared ")
        else:
            self._say(self.sitting.value(text))

    def _say(self, outcome: Outcome, before: str = "") -> None:
        print_diagnostics(outcome.diagnostics, outcome.sources, sys.stdout)
        if outcome.text:
            print(before + visible(outcome.text))

    def _claim(self, text: str) -> None:
        if not text:
            print("what is claimed? `:prove x: Int :: x * x >= 0`")
            return
        result = self.sitting.claim(text)
        print_diagnostics(result.diagnostics, result.sources, sys.stdout)
        write_lines((summary_line(result),), sys.stdout)

    def _check(self, name: str) -> None:
        result = self.sitting.check(name)
        print_diagnostics(result.diagnostics, result.sources, sys.stdout)
        write_lines((summary_line(result),), sys.stdout)

    def _draw(self, text: str) -> None:
        from kwlogic.lab.drawing import graph
        from kwlogic.render.mermaid import mermaid
        from kwlogic.render.svg import svg

        name, _, file = text.partition(" ")
        picture = self.sitting.within(lambda: graph(f"{self.sitting.path}::{name}", cwd=self.cwd))
        if not file:
            print(mermaid(picture), end="")
            return
        try:
            (self.cwd / file.strip()).write_text(svg(picture), encoding="utf-8")
        except OSError as error:
            print(f"`{visible(file)}` cannot be written: {error.strerror or error}")

    def _reload(self, _: str) -> None:
        before = self.sitting
        self.sitting = Sitting(self.cwd, self.file)
        self.sitting.uses, self.sitting.declared = before.uses, before.declared
        self._say(self.sitting.problems())


def _depth(text: str) -> int:
    bare = re.sub(r'"(?:\\.|[^"\\])*"|#[^\n]*', "", text)
    return sum(c in "([{" for c in bare) - sum(c in ")]}" for c in bare)


# ---------------------------------------------------------------- the terminal


def _line_editing(shell: Shell) -> Callable[[], None]:
    """History between sittings, and completion of names, where this Python has readline. What is returned keeps the history."""
    try:
        import readline
    except ImportError:
        return lambda: None
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "kwlogic"
    history = state / "history"
    try:
        state.mkdir(parents=True, exist_ok=True)
        if history.exists():
            readline.read_history_file(history)
        readline.set_history_length(2000)
    except OSError:
        pass
    readline.set_completer_delims(" \t\n()[]{},=+-*/<>|&")
    readline.set_completer(_completer(shell))
    readline.parse_and_bind("tab: complete")

    def keep() -> None:
        with contextlib.suppress(OSError):
            readline.write_history_file(history)

    return keep


def _completer(shell: Shell) -> Callable[[str, int], str | None]:
    def complete(text: str, state: int) -> str | None:
        known = [f":{c}" for c in shell.commands] if text.startswith(":") else [*shell.sitting.names(), *OPENERS]
        found = [n for n in known if n.startswith(text)]
        return found[state] if state < len(found) else None

    return complete
