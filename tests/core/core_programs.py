"""Small programs built by hand, and strategies of values, for tests below elaboration."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from kwlogic.core.program import Clause, Ctor, Data, ExprBody, Fn, Kernel, Origin, Param, Program
from kwlogic.core.terms import Term, mk_int, mk_prim
from kwlogic.core.types import BOOL, INT, REAL, STRING, UNIT, Type, list_of, map_of, mk_type, option_of, set_of, tuple_of
from kwlogic.core.value import NONE, Con, MapV, SetV, Value, list_value, some, tuple_value
from kwlogic.source.data import Span

HERE = Span("t.kw", 0, 1)
INTS = list_of(INT)
TREE = mk_type("m.Tree")
COLOUR = mk_type("m.Colour")
LINE = mk_type("m.Line")


def program(*decls: Fn | Data | Kernel) -> Program:
    datas = {d.name: d for d in decls if isinstance(d, Data)}
    return Program(
        modules={},
        sources={},
        datas=datas,
        ctors={c.name: c for d in datas.values() for c in d.ctors},
        fns={d.name: d for d in decls if isinstance(d, Fn)},
        lemmas={},
        kernels={d.name: d for d in decls if isinstance(d, Kernel)},
        examples={},
        refines={},
        resources=frozenset(),
        order=tuple(d.name for d in decls),
    )


def param(name: str, type: Type) -> Param:
    return Param(name, type, HERE)


def clause(pred: Term, subject: str | None = None, text: str = "p") -> Clause:
    return Clause(None, pred, HERE, text, Origin.REFINEMENT if subject else Origin.WRITTEN, subject)


def fn(name: str, params: tuple[Param, ...], result: Type, body: Term, **more: Any) -> Fn:
    found: dict[str, Any] = {"requires": (), "ensures": (), "decreases": (), "group": frozenset[str](), **more}
    return Fn(
        name, (), params, result, found["requires"], found["ensures"], found["decreases"], None, body, False, found["group"], HERE, HERE
    )


def kernel(name: str, inputs: tuple[Param, ...], outputs: tuple[Param, ...], body: Term | None, **more: Any) -> Kernel:
    found: dict[str, Any] = {"requires": (), "ensures": (), **more}
    return Kernel(name, (), inputs, outputs, found["requires"], found["ensures"], (), None if body is None else ExprBody(body), HERE, HERE)


def data(name: str, *ctors: tuple[str, tuple[Param, ...]], record: bool = False, invariants: tuple[Clause, ...] = ()) -> Data:
    return Data(name, (), tuple(Ctor(c, name, fields, invariants) for c, fields in ctors), record, HERE)


def positive(x: Term) -> Term:
    return mk_prim("int.lt", (mk_int(0), x), BOOL)


def shapes() -> Program:
    """A tree, an enumeration and a record with an invariant."""
    from kwlogic.core.terms import mk_var

    return program(
        data("m.Tree", ("m.Leaf", ()), ("m.Node", (param("left", TREE), param("kind", INT), param("right", TREE)))),
        data("m.Colour", ("m.Red", ()), ("m.Green", ()), ("m.Blue", ())),
        data(
            "m.Line",
            ("m.Line", (param("label", STRING), param("qty", INT), param("price", REAL))),
            record=True,
            invariants=(clause(positive(mk_var("qty", INT)), "qty", "qty > 0"),),
        ),
    )


def values(type: Type) -> st.SearchStrategy[Value]:
    """Values of a type over ``shapes``."""
    match type.head:
        case "Int":
            return st.integers() | st.integers(-3, 3)
        case "Real":
            return st.fractions() | st.decimals(allow_nan=False, allow_infinity=False, places=2).map(Fraction)
        case "Bool":
            return st.booleans()
        case "String":
            return st.text(max_size=5)
        case "List":
            return st.lists(values(type.args[0]), max_size=4).map(list_value)
        case "Set":
            return st.lists(values(type.args[0]), max_size=4).map(SetV)
        case "Map":
            return st.lists(st.tuples(values(type.args[0]), values(type.args[1])), max_size=4).map(lambda rows: MapV(dict(rows)))
        case "Option":
            return st.just(NONE) | values(type.args[0]).map(some)
        case "Tuple":
            return st.tuples(*map(values, type.args)).map(lambda items: tuple_value(*items))
        case "m.Tree":
            return st.recursive(
                st.just(Con("m.Leaf", ())), lambda t: st.tuples(t, st.integers(0, 3), t).map(lambda f: Con("m.Node", f)), max_leaves=6
            )
        case "m.Colour":
            return st.sampled_from([Con(c, ()) for c in ("m.Red", "m.Green", "m.Blue")])
        case "m.Line":
            return st.tuples(st.text(max_size=3), st.integers(1, 9), values(REAL)).map(lambda f: Con("m.Line", f))
    raise AssertionError(type)


_LEAVES = st.sampled_from([INT, REAL, BOOL, STRING, UNIT, TREE, COLOUR, LINE])


def _grow(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
    return st.one_of(
        inner.map(list_of),
        inner.map(option_of),
        inner.map(set_of),
        st.tuples(inner, inner).map(lambda p: map_of(*p)),
        st.tuples(inner, inner).map(lambda p: tuple_of(*p)),
    )


TYPES = st.recursive(_LEAVES, _grow, max_leaves=3)
TYPED = TYPES.flatmap(lambda t: st.tuples(st.just(t), values(t), values(t), values(t)))
