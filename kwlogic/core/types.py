"""Core types: interned, so that equality is identity. Refinements are erased here; they live on as clauses.

Heads: ``Int Real Bool String List Set Map Option Tuple Fun``, a data type's qualified name, or a type variable.
``Tuple`` without arguments is Unit; ``Fun`` has its parameters first and its result last.
"""

from __future__ import annotations

from collections.abc import Mapping


class Type:
    """An interned type. Make one with ``mk_type`` or ``mk_tvar`` only."""

    __slots__ = ("args", "has_vars", "head", "is_var")
    head: str
    args: tuple[Type, ...]
    is_var: bool
    has_vars: bool

    def __repr__(self) -> str:
        return show_type(self)

    def __reduce__(self) -> tuple[object, ...]:
        return (mk_tvar, (self.head,)) if self.is_var else (mk_type, (self.head, *self.args))


_TYPES: dict[tuple[object, ...], Type] = {}


def _intern(key: tuple[object, ...], head: str, args: tuple[Type, ...], is_var: bool) -> Type:
    found = _TYPES.get(key)
    if found is None:
        found = Type()
        found.head, found.args, found.is_var = head, args, is_var
        found.has_vars = is_var or any(a.has_vars for a in args)
        found = _TYPES.setdefault(key, found)
    return found


def mk_type(head: str, *args: Type) -> Type:
    return _intern((head, args), head, args, False)


def mk_tvar(name: str) -> Type:
    return _intern((name,), name, (), True)


INT = mk_type("Int")
REAL = mk_type("Real")
BOOL = mk_type("Bool")
STRING = mk_type("String")
UNIT = mk_type("Tuple")


def list_of(element: Type) -> Type:
    return mk_type("List", element)


def set_of(element: Type) -> Type:
    return mk_type("Set", element)


def map_of(key: Type, value: Type) -> Type:
    return mk_type("Map", key, value)


def option_of(value: Type) -> Type:
    return mk_type("Option", value)


def tuple_of(*items: Type) -> Type:
    return mk_type("Tuple", *items)


def fun_of(params: tuple[Type, ...], result: Type) -> Type:
    return mk_type("Fun", *params, result)


def subst_type(t: Type, env: Mapping[str, Type]) -> Type:
    """Replace type variables by name."""
    if not t.has_vars or not env:
        return t
    if t.is_var:
        return env.get(t.head, t)
    return mk_type(t.head, *(subst_type(a, env) for a in t.args))


def type_vars(t: Type) -> frozenset[str]:
    if not t.has_vars:
        return frozenset()
    if t.is_var:
        return frozenset((t.head,))
    return frozenset().union(*(type_vars(a) for a in t.args))


def show_type(t: Type) -> str:
    """The type as an author writes it; data types by their last name."""
    if t.head == "Tuple":
        return "Unit" if not t.args else "(" + ", ".join(map(show_type, t.args)) + ")"
    if t.head == "Fun":
        *params, result = t.args
        left = show_type(params[0]) if len(params) == 1 and params[0].head != "Fun" else "(" + ", ".join(map(show_type, params)) + ")"
        return f"{left} -> {show_type(result)}"
    name = t.head.rsplit(".", 1)[-1]
    return name if not t.args else f"{name}[{', '.join(map(show_type, t.args))}]"
