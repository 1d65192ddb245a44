"""Running a check on generated inputs: Hypothesis' engine, derandomised unless a seed is given, bounded, and quiet."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, Unsatisfiable

from kwlogic.gate.data import Settings
from kwlogic.gate.inputs import Starved

T = TypeVar("T")
B = TypeVar("B")


class _Found(Exception):
    """Raised where a run breaks; one type, so that everything found shrinks together."""


class _Enough(BaseException):
    """The time is used up."""


class Tally:
    """How a generation went: examples that ran, whether the time was cut, whether nothing was found to run, whether a break
    did not repeat."""

    def __init__(self) -> None:
        self.runs = 0
        self.cut = False
        self.starved = False
        self.flaky = False


def generated(strategy: st.SearchStrategy[T], check: Callable[[T], B | None], options: Settings, tally: Tally) -> B | None:
    """The break of the smallest example found, None where there is none."""
    ends = monotonic() + options.seconds
    last: list[B] = []

    def body(example: T) -> None:
        if monotonic() > ends:
            raise _Enough
        tally.runs += 1
        broken = check(example)
        if broken is not None:
            last.append(broken)
            raise _Found

    run = _configured(body, strategy, options)
    try:
        run()
    except _Enough:
        tally.cut = True
    except Starved:
        tally.starved = True
    except _Found:
        pass
    except Flaky:
        tally.flaky = True
    except Unsatisfiable:
        pass
    return last[-1] if last else None


def _configured(body: Callable[[T], None], strategy: st.SearchStrategy[T], options: Settings) -> Callable[[], Any]:
    profile = settings(
        max_examples=options.examples,
        derandomize=options.seed == 0,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
    )

    def named(example: T) -> None:
        body(example)

    test = profile(given(strategy)(named))
    return seed(options.seed)(test) if options.seed else test
