"""Which recursion is seen to end, which is posed, and which is an error."""

from __future__ import annotations

from vc_programs import LIST, ONE, XS, ZERO, M, N, call, eq, fn, head, is_nil, le, prim, program, tail

from kwlogic.core.terms import TRUE, mk_con, mk_if, mk_let
from kwlogic.vc.data import Goal, Kind, Proved, Unknown
from kwlogic.vc.plan import plan


def endings(*decls):
    found, problems = plan(program(*decls))
    return [o for o in found.obligations if o.kind is Kind.TERMINATION], problems


def test_structural_recursion_is_found():
    (made,), problems = endings(fn("total", (XS,), mk_if(is_nil(XS), ZERO, prim("int.add", head(XS), call("total", tail(XS))))))
    assert not problems
    assert made.ask is Goal.GIVEN
    assert isinstance(made.given, Proved)
    assert made.given.method == "structural recursion on xs"


def test_rebuilt_list_is_smaller():
    rest = tail(XS)
    again = mk_con("Cons", (head(rest), tail(rest)), LIST)
    shorter = mk_con("Cons", (head(XS), tail(tail(XS))), LIST)
    for arg in (again, shorter):
        (made,), _ = endings(fn("f", (XS,), mk_if(is_nil(XS), ZERO, call("f", arg))))
        assert isinstance(made.given, Proved)


def test_growing_list_is_an_error():
    (made,), problems = endings(fn("grow", (XS,), call("grow", mk_con("Cons", (ONE, XS), LIST))))
    assert isinstance(made.given, Unknown)
    assert [d.code for d in problems] == ["KW506"]


def test_same_list_is_an_error():
    _, problems = endings(fn("f", (XS,), mk_if(is_nil(XS), ZERO, call("f", XS))))
    assert [d.code for d in problems] == ["KW506"]


def test_group_is_reported_once():
    ping = fn("ping", (N,), call("pong", N), group=("ping", "pong"))
    pong = fn("pong", (N,), call("ping", N), group=("ping", "pong"))
    _, problems = endings(ping, pong)
    assert [d.code for d in problems] == ["KW506"]


def test_written_measure_is_posed_for_each_call():
    step = call("spin", prim("int.sub", N, ONE))
    (made,), problems = endings(fn("spin", (N,), mk_if(eq(N, ZERO), ZERO, step), decreases=(N,)))
    assert not problems
    assert made.ask is Goal.VALID
    assert made.refutable
    assert [h.name for h in made.sequent.hyps] == ["path"]


def test_guess_is_not_refutable():
    step = call("power", prim("int.sub", N, ONE))
    (made,), problems = endings(fn("power", (N,), mk_if(eq(N, ZERO), ONE, step), requires=(le(ZERO, N),)))
    assert not problems
    assert made.ask is Goal.VALID
    assert not made.refutable


def test_alternatives_are_separate_goals():
    """A disjunction of measures would accept a recursion that lowers one and raises the other in turn."""
    down = call("f", prim("int.sub", N, ONE), prim("int.add", M, ONE))
    up = call("f", prim("int.add", N, ONE), prim("int.sub", M, ONE))
    body = mk_if(le(N, ZERO), ZERO, mk_if(le(M, ZERO), ZERO, mk_if(le(N, M), down, up)))
    found, _ = endings(fn("f", (N, M), body))
    for made in found:
        assert made.given is not None or not made.refutable


def test_let_is_seen_through():
    rest = prim("int.sub", N, ONE)
    body = mk_let("k", rest, mk_if(eq(N, ZERO), ZERO, call("f", rest)))
    (made,), problems = endings(fn("f", (N,), body, requires=(le(ZERO, N),)))
    assert not problems
    assert made.sequent.goal is not TRUE
