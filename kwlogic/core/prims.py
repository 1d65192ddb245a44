"""Signatures of the primitive functions, the ones that the language cannot define in itself.

Meaning: ``core.prim_eval``; encoding: ``solve``. ``surface`` is the overloaded name that authors write (empty for
operators). A primitive with a ``guard`` is partial: the text says what an obligation must show.
"""

from __future__ import annotations

from kwlogic.core.types import BOOL, INT, REAL, STRING, Type, fun_of, list_of, map_of, mk_tvar, option_of, set_of
from kwlogic.source.records import dataclass

A, K, V = mk_tvar("a"), mk_tvar("k"), mk_tvar("v")


@dataclass(frozen=True, slots=True)
class Prim:
    name: str
    params: tuple[Type, ...]
    result: Type
    surface: str = ""
    guard: str = ""


def _p(name: str, *types: Type, surface: str = "", guard: str = "") -> Prim:
    return Prim(name, types[:-1], types[-1], surface, guard)


_LIST: tuple[Prim, ...] = (
    _p("int.add", INT, INT, INT),
    _p("int.sub", INT, INT, INT),
    _p("int.mul", INT, INT, INT),
    _p("int.neg", INT, INT),
    _p("int.div", INT, INT, INT, guard="divisor != 0"),  # floor
    _p("int.mod", INT, INT, INT, guard="divisor != 0"),  # sign of the divisor
    _p("int.lt", INT, INT, BOOL),
    _p("int.le", INT, INT, BOOL),
    _p("real.add", REAL, REAL, REAL),
    _p("real.sub", REAL, REAL, REAL),
    _p("real.mul", REAL, REAL, REAL),
    _p("real.neg", REAL, REAL),
    _p("real.div", REAL, REAL, REAL, guard="divisor != 0.0"),
    _p("real.lt", REAL, REAL, BOOL),
    _p("real.le", REAL, REAL, BOOL),
    _p("any.le", A, A, BOOL),  # the canonical order of values: on numbers by size, on strings by code point; written at a type variable
    _p("real.of_int", INT, REAL, surface="real"),
    _p("real.floor", REAL, INT, surface="floor"),
    # strings: sequences of code points
    _p("str.lt", STRING, STRING, BOOL),  # lexicographic by code point
    _p("str.le", STRING, STRING, BOOL),
    _p("str.concat", STRING, STRING, STRING),
    _p("str.len", STRING, INT, surface="len"),
    _p("str.at", STRING, INT, STRING, guard="0 <= index < len"),  # s[i], a string of length 1
    _p("str.slice", STRING, INT, INT, STRING, guard="0 <= low <= high <= len"),  # s[i:j]
    _p("str.contains", STRING, STRING, BOOL, surface="contains"),  # contains(s, part); also `part in s`
    _p("str.starts_with", STRING, STRING, BOOL, surface="starts_with"),  # starts_with(s, prefix)
    _p("str.ends_with", STRING, STRING, BOOL, surface="ends_with"),
    _p("str.index_of", STRING, STRING, option_of(INT), surface="index_of"),  # index_of(s, part)
    _p("str.replace", STRING, STRING, STRING, STRING, surface="replace"),  # replace(s, old, new), all, as Python
    _p("str.split", STRING, STRING, list_of(STRING), surface="split"),  # split(s, separator), as Python; "" separator: code points
    _p("str.join", STRING, list_of(STRING), STRING, surface="join"),  # join(separator, parts)
    _p("str.strip", STRING, STRING, surface="strip"),
    _p("str.lower", STRING, STRING, surface="lower"),
    _p("str.upper", STRING, STRING, surface="upper"),
    _p("str.matches", STRING, STRING, BOOL, surface="matches"),  # 2nd argument a literal; searches, as re.search and JSON Schema do
    _p("str.of_int", INT, STRING, surface="to_string"),
    _p("str.of_real", REAL, STRING, surface="to_string"),
    _p("str.of_bool", BOOL, STRING, surface="to_string"),
    _p("str.to_int", STRING, option_of(INT), surface="parse_int"),  # -?[0-9]+ and nothing else
    _p("str.to_real", STRING, option_of(REAL), surface="parse_real"),  # -?[0-9]+(\.[0-9]+)?
    # sets: the literal {a, b} is set.add(a, set.add(b, set.empty))
    _p("set.empty", set_of(A)),
    _p("set.add", A, set_of(A), set_of(A), surface="add"),
    _p("set.remove", A, set_of(A), set_of(A), surface="remove"),
    _p("set.member", A, set_of(A), BOOL),
    _p("set.union", set_of(A), set_of(A), set_of(A), surface="union"),
    _p("set.intersect", set_of(A), set_of(A), set_of(A), surface="intersect"),
    _p("set.difference", set_of(A), set_of(A), set_of(A), surface="difference"),
    _p("set.subset", set_of(A), set_of(A), BOOL, surface="is_subset"),
    _p("set.len", set_of(A), INT, surface="len"),
    _p("set.to_list", set_of(A), list_of(A), surface="to_list"),  # in canonical order of values
    # maps: {k: v} is map.put(k, v, map.empty)
    _p("map.empty", map_of(K, V)),
    _p("map.put", K, V, map_of(K, V), map_of(K, V), surface="put"),
    _p("map.remove", K, map_of(K, V), map_of(K, V), surface="remove"),
    _p("map.has", K, map_of(K, V), BOOL),  # `k in m`
    _p("map.get", K, map_of(K, V), option_of(V), surface="get"),
    _p("map.at", K, map_of(K, V), V, guard="key in map"),  # m[k]
    _p("map.keys", map_of(K, V), set_of(K), surface="keys"),
    _p("map.values", map_of(K, V), list_of(V), surface="values"),  # in canonical order of keys
    _p("map.len", map_of(K, V), INT, surface="len"),
    # bounded quantifiers: `x in set`, `k in map` (over map.keys), `i in range(lo, hi)`; over lists they are std.list.all / any
    _p("set.all", fun_of((A,), BOOL), set_of(A), BOOL),
    _p("set.any", fun_of((A,), BOOL), set_of(A), BOOL),
    _p("int.all", fun_of((INT,), BOOL), INT, INT, BOOL),  # for all i: lo <= i < hi ==> p(i)
    _p("int.any", fun_of((INT,), BOOL), INT, INT, BOOL),
)

PRIMS: dict[str, Prim] = {p.name: p for p in _LIST}
SURFACE: dict[str, tuple[Prim, ...]] = {}
for _prim in _LIST:
    if _prim.surface:
        SURFACE[_prim.surface] = (*SURFACE.get(_prim.surface, ()), _prim)
