"""A value as shown is an expression that has that value."""

from __future__ import annotations

from core_programs import TYPED
from hypothesis import given, settings

from kwlogic.core.eval import Evaluator
from kwlogic.core.types import show_type
from kwlogic.core.value import equal
from kwlogic.core.value_show import show_value
from kwlogic.elab.elaborate import elaborate
from kwlogic.source.data import Severity, Source
from kwlogic.syntax.parse import parse_module

SHAPES = """
module m
type Tree = Leaf | Node(left: Tree, kind: Int, right: Tree)
type Colour = Red | Green | Blue
record Line(label: String, qty: {n: Int | n > 0}, price: Real)
"""


@settings(max_examples=60, deadline=None)
@given(TYPED)
def test_shown_values_read_back(typed):
    type, value, *_ = typed
    source = Source("m.kw", f"{SHAPES}\nfn it() -> {show_type(type)}\n= {show_value(value, type)}\n")
    program, diagnostics = elaborate([(source, parse_module(source)[0])])
    assert not [d for d in diagnostics if d.severity is Severity.ERROR]
    assert equal(Evaluator(program).call("m.it", []), value)
