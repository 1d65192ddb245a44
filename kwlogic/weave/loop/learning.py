"""Compiling as the loop does it: good answers of one kind through ``weave.learn``, into a module of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kwlogic.weave.learn.data import Learned, Options
from kwlogic.weave.loop.data import Learn, Settings
from kwlogic.weave.trace.data import Trace


def learner(settings: Settings) -> Learn:
    """What a loop is given to learn by."""

    def learn(traces: Sequence[Trace], family: str, module: str) -> Learned:
        from kwlogic.weave.learn import service

        return service.learn([replace(t, family=family) for t in traces], Options(module=module, seconds=settings.seconds))

    return learn
