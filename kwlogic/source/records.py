"""``dataclass`` for modules with many small records: the same to its users and to type checkers, far cheaper to make.

The one of the standard library compiles up to six methods for each class, which took a quarter of the time of starting
up. Here equality, hash, printing and frozenness are closures, and the initialiser is compiled when the first record is
made. Fields, ``replace`` and pattern matching are the standard library's own. A class and its bases use the same one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    import dataclasses
    from operator import attrgetter

    def dataclass(*, slots, frozen=False, eq=True, repr=True):
        """The options of the standard library's that are in use; records without slots are not for here."""
        assert slots

        def make(cls):
            own = set(cls.__dict__)
            cls.__doc__ = cls.__doc__ or cls.__name__
            cls = dataclasses.dataclass(cls, init=False, repr=False, eq=False, slots=True)
            fields = tuple(cls.__dataclass_fields__.values())
            _add(cls, own, "__init__", _initialiser(cls, fields))
            if repr:
                _add(cls, own, "__repr__", _repr(tuple(f.name for f in fields if f.repr)))
            if eq:
                _add_equality(cls, own, frozen, tuple(f.name for f in fields if f.compare))
            if frozen:
                cls.__setattr__, cls.__delattr__ = _refuse_to_set, _refuse_to_delete
                _add_state(cls, own, tuple(f.name for f in fields))
            return cls

        return make

    def _add(cls, own, name, method):
        if name not in own:
            method.__qualname__ = f"{cls.__qualname__}.{name}"
            setattr(cls, name, method)

    def _refuse_to_set(self, name, value):
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def _refuse_to_delete(self, name):
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

    def _repr(names):
        def __repr__(self):
            return f"{type(self).__qualname__}({', '.join(f'{n}={getattr(self, n)!r}' for n in names)})"

        return __repr__

    def _add_equality(cls, own, frozen, names):
        values = _values(names)

        def __eq__(self, other):
            return values(self) == values(other) if type(other) is type(self) else NotImplemented

        def __hash__(self):
            return hash(values(self))

        _add(cls, own, "__eq__", __eq__)
        if frozen:
            _add(cls, own - ({"__hash__"} if "__eq__" not in own else set()), "__hash__", __hash__)
        elif "__hash__" not in own:
            cls.__hash__ = None

    def _values(names):
        if len(names) > 1:
            return attrgetter(*names)
        return (lambda self: (getattr(self, names[0]),)) if names else lambda self: ()

    def _add_state(cls, own, names):
        """Pickling and copying go around the refusal to assign."""

        def __getstate__(self):
            return [getattr(self, name) for name in names]

        def __setstate__(self, state):
            for name, value in zip(names, state, strict=True):
                object.__setattr__(self, name, value)

        cls.__getstate__, cls.__setstate__ = __getstate__, __setstate__

    def _initialiser(cls, fields):
        def __init__(self, *args, **named):
            cls.__init__ = _compiled(cls, fields)
            cls.__init__(self, *args, **named)

        return __init__

    def _compiled(cls, fields):
        scope = {f"set_{f.name}": getattr(cls, f.name).__set__ for f in fields}
        plain = [_parameter(f, scope) for f in fields if f.init and not f.kw_only]
        named = [_parameter(f, scope) for f in fields if f.init and f.kw_only]
        lines = [_line(f, scope) for f in fields]
        lines += ["self.__post_init__()"] if hasattr(cls, "__post_init__") else []
        head = ", ".join(["self", *plain, *(["*", *named] if named else [])])
        exec(f"def __init__({head}):\n " + "\n ".join(filter(None, lines or ["pass"])), scope)
        scope["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
        return scope["__init__"]

    def _parameter(f, scope):
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING:
            return f.name
        scope[f"default_{f.name}"] = f.default
        return f"{f.name}=default_{f.name}"

    def _line(f, scope):
        """A field with a factory is made where its default (the mark for none) was not replaced."""
        value = f.name if f.init else f"default_{f.name}"
        if f.default_factory is not dataclasses.MISSING:
            scope[f"make_{f.name}"], scope[f"default_{f.name}"] = f.default_factory, f.default
            value = f"make_{f.name}() if {value} is default_{f.name} else {value}"
        elif not f.init:
            if f.default is dataclasses.MISSING:
                return ""
            scope[f"default_{f.name}"] = f.default
        return f"set_{f.name}(self, {value})"
