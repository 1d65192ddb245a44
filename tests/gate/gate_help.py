"""Programs out of texts, and kernels through the gate, for the tests of the gate."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kwlogic.core.program import Kernel, Program
from kwlogic.gate.data import KernelReport, Settings
from kwlogic.gate.kernel import Known, gate_kernel
from kwlogic.project import load_project


def program_of(text: str) -> Program:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "m.kw").write_text(text, encoding="utf-8")
        return load_project("m.kw::", Path(folder))[0]


def kernel_of(text: str, name: str = "k") -> tuple[Program, Kernel]:
    program = program_of("module m\n" + text)
    return program, program.kernels[f"m.{name}"]


def gated(text: str, name: str = "k", known: Known | None = None, **options: int) -> KernelReport:
    program, kernel = kernel_of(text, name)
    return gate_kernel(program, kernel, Settings(**{"examples": 30, **options}), known)  # type: ignore[arg-type]


def codes(report: KernelReport) -> list[str]:
    return [f.diagnostic.code for f in report.findings]
