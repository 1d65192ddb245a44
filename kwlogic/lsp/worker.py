"""The process beside the server: proofs, pictures and runs, with the editor's texts in place of files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kwlogic.workspace.live.child import Say, serve

HOLE = re.compile(r"\bhole\([^()]*\) -> \([^()]*\)")


def graph_task(job: Mapping[str, Any], say: Say) -> Any:
    """The picture of a composition as SVG."""
    from kwlogic.lab.drawing import graph
    from kwlogic.render.svg import svg

    return {"svg": svg(graph(job["name"], (), Path(job["root"]), with_verdicts=job.get("verdicts", False)))}


def run_task(job: Mapping[str, Any], say: Say) -> Any:
    """A run of an expression kernel on a JSON document."""
    from kwlogic.workspace.run import Found, evaluate_kernel, find_kernel

    found = find_kernel(job["name"], (), Path(job["root"]))
    outcome = evaluate_kernel(found, job["input"]) if isinstance(found, Found) else found
    told = ["\n".join((d.message, *d.notes)) for d in outcome.diagnostics]
    return {"output": outcome.text, "problems": told, "failed": outcome.failed or outcome.usage}


def adapt_task(job: Mapping[str, Any], say: Say) -> Any:
    """What would mend the links of a composition that are not proved."""
    from kwlogic.lab.adapting import adapt

    return [
        {
            "start": m.place.start,
            "guard_body": m.guard_body if m.guard is not None and not m.guard_open else "",
            "adapter": None if m.adapter is None or m.adapter.requires is None else m.adapter.declaration("adapter"),
            "adapter_body": HOLE.sub("adapter", m.hole_body) if m.adapter is not None and m.adapter.requires is not None else "",
        }
        for m in adapt(job["name"], (), Path(job["root"]))
    ]


if __name__ == "__main__":
    serve({"graph": graph_task, "run": run_task, "adapt": adapt_task})
