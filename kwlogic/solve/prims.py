"""SMT-LIB text of the primitives that the theories know; what is not here is an uninterpreted function.

Partial primitives mean anything outside their guard: the well-definedness obligations come first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kwlogic.core.terms import Op, Term
from kwlogic.core.types import INT, REAL, STRING, Type, option_of
from kwlogic.solve.sorts import ctor_symbol, full_name, quote

if TYPE_CHECKING:
    from kwlogic.solve.encode import Encoder

Make = Callable[["Encoder", Term, list[str]], str]


def _word(word: str) -> Make:
    return lambda _, __, args: f"({word} {' '.join(args)})"


def _helped(name: str) -> Make:
    return lambda enc, _, args: f"({enc.standard(name)} {' '.join(args)})"


_HELPERS = {
    "kw.div": "(define-fun kw.div ((a Int) (b Int)) Int (ite (< b 0) (div (- a) (- b)) (div a b)))",
    "kw.mod": "(define-fun kw.mod ((a Int) (b Int)) Int (ite (< b 0) (- (mod (- a) (- b))) (mod a b)))",
    "kw.of_int": '(define-fun kw.of_int ((n Int)) String (ite (< n 0) (str.++ "-" (str.from_int (- n))) (str.from_int n)))',
}


def helper_text(name: str) -> str:
    return _HELPERS[name]


def _division(op: str, helper: str) -> Make:
    def make(enc: Encoder, here: Term, args: list[str]) -> str:
        divisor = here.args[1]
        if divisor.op is Op.LIT and divisor.data > 0:
            return f"({op} {args[0]} {args[1]})"
        return f"({enc.standard(helper)} {args[0]} {args[1]})"

    return make


def _some(type: Type, text: str) -> str:
    return f"({ctor_symbol('Some', type)} {text})"


def _none(enc: Encoder, type: Type) -> str:
    return f"(as {ctor_symbol('None', type)} {enc.sorts.sort(type)})"


def _index_of(enc: Encoder, here: Term, args: list[str]) -> str:
    found = f"(str.contains {args[0]} {args[1]})"
    return f"(ite {found} {_some(here.type, f'(str.indexof {args[0]} {args[1]} 0)')} {_none(enc, here.type)})"


def _to_int(enc: Encoder, here: Term, args: list[str]) -> str:
    digits = '(re.+ (re.range "0" "9"))'
    text = args[0]
    signed = f'(str.in_re {text} (re.++ (str.to_re "-") {digits}))'
    tail = f"(str.substr {text} 1 (- (str.len {text}) 1))"
    plain = f"(str.in_re {text} {digits})"
    negative = _some(here.type, f"(- (str.to_int {tail}))")
    return f"(ite {plain} {_some(here.type, f'(str.to_int {text})')} (ite {signed} {negative} {_none(enc, here.type)}))"


def _of_bool(_: Encoder, __: Term, args: list[str]) -> str:
    return f'(ite {args[0]} "true" "false")'


def _replace(enc: Encoder, here: Term, args: list[str]) -> str:
    old = here.args[1]
    if old.op is Op.LIT and old.data:
        return f"(str.replace_all {' '.join(args)})"
    enc._declare("|str.replace|", tuple(a.type for a in here.args), here.type)
    return f'(ite (= {args[1]} "") (|str.replace| {" ".join(args)}) (str.replace_all {" ".join(args)}))'


def _set_empty(enc: Encoder, here: Term, _: list[str]) -> str:
    return f"((as const {enc.sorts.sort(here.type)}) false)"


def _map_empty(enc: Encoder, here: Term, _: list[str]) -> str:
    return f"((as const {enc.sorts.sort(here.type)}) {_none(enc, option_of(here.type.args[1]))})"


def _difference(_: Encoder, __: Term, args: list[str]) -> str:
    return f"((_ map and) {args[0]} ((_ map not) {args[1]}))"


def _subset(_: Encoder, __: Term, args: list[str]) -> str:
    return f"(= ((_ map and) {args[0]} {args[1]}) {args[0]})"


def _map_put(_: Encoder, here: Term, args: list[str]) -> str:
    return f"(store {args[2]} {args[0]} {_some(option_of(here.type.args[1]), args[1])})"


def _map_remove(enc: Encoder, here: Term, args: list[str]) -> str:
    return f"(store {args[1]} {args[0]} {_none(enc, option_of(here.type.args[1]))})"


def _map_has(_: Encoder, here: Term, args: list[str]) -> str:
    return f"((_ is {ctor_symbol('Some', option_of(here.args[1].type.args[1]))}) (select {args[1]} {args[0]}))"


def _map_at(enc: Encoder, here: Term, args: list[str]) -> str:
    from kwlogic.solve.sorts import sel_symbol

    option = option_of(here.type)
    enc.sorts.sort(option)
    return f"({sel_symbol('Some', 0, option)} (select {args[1]} {args[0]}))"


def _map_keys(enc: Encoder, here: Term, args: list[str]) -> str:
    type = here.args[0].type
    name = quote(f"map.keys:{full_name(type)}")
    key = enc.sorts.sort(type.args[0])
    present = f"((_ is {ctor_symbol('Some', option_of(type.args[1]))}) (select m k))"
    text = f"(define-fun {name} ((m {enc.sorts.sort(type)})) {enc.sorts.sort(here.type)} (lambda ((k {key})) {present}))"
    return f"({enc.helper(name, text)} {args[0]})"


def size_symbol(enc: Encoder, type: Type) -> str:
    name = quote(f"size:{full_name(type)}")
    enc.helper(name, f"(declare-fun {name} ({enc.sorts.sort(type)}) Int)")
    return name


def _order(enc: Encoder, here: Term, args: list[str]) -> str:
    """The order of values: that of the solver's theory where it has one, and else one that nothing is known of."""
    type = here.args[0].type
    if type in (INT, REAL):
        return f"(<= {' '.join(args)})"
    if type is STRING:
        return f"(str.<= {' '.join(args)})"
    name = quote(f"any.le:{full_name(type)}")
    enc._declare(name, (type, type), here.type)
    return f"({name} {' '.join(args)})"


def _size(enc: Encoder, here: Term, args: list[str]) -> str:
    return f"({size_symbol(enc, here.args[0].type)} {args[0]})"


PRIM_TEXT: dict[str, Make] = {
    "int.add": _word("+"),
    "int.sub": _word("-"),
    "int.mul": _word("*"),
    "int.neg": _word("-"),
    "int.div": _division("div", "kw.div"),
    "int.mod": _division("mod", "kw.mod"),
    "int.lt": _word("<"),
    "int.le": _word("<="),
    "real.add": _word("+"),
    "real.sub": _word("-"),
    "real.mul": _word("*"),
    "real.neg": _word("-"),
    "real.div": _word("/"),
    "real.lt": _word("<"),
    "real.le": _word("<="),
    "any.le": _order,
    "real.of_int": _word("to_real"),
    "real.floor": _word("to_int"),
    "str.lt": _word("str.<"),
    "str.le": _word("str.<="),
    "str.concat": _word("str.++"),
    "str.len": _word("str.len"),
    "str.at": _word("str.at"),
    "str.slice": lambda _, __, args: f"(str.substr {args[0]} {args[1]} (- {args[2]} {args[1]}))",
    "str.contains": _word("str.contains"),
    "str.starts_with": lambda _, __, args: f"(str.prefixof {args[1]} {args[0]})",
    "str.ends_with": lambda _, __, args: f"(str.suffixof {args[1]} {args[0]})",
    "str.index_of": _index_of,
    "str.replace": _replace,
    "str.of_int": _helped("kw.of_int"),
    "str.of_bool": _of_bool,
    "str.to_int": _to_int,
    "set.empty": _set_empty,
    "set.add": lambda _, __, args: f"(store {args[1]} {args[0]} true)",
    "set.remove": lambda _, __, args: f"(store {args[1]} {args[0]} false)",
    "set.member": lambda _, __, args: f"(select {args[1]} {args[0]})",
    "set.union": _word("(_ map or)"),
    "set.intersect": _word("(_ map and)"),
    "set.difference": _difference,
    "set.subset": _subset,
    "set.len": _size,
    "map.empty": _map_empty,
    "map.put": _map_put,
    "map.remove": _map_remove,
    "map.has": _map_has,
    "map.get": lambda _, __, args: f"(select {args[1]} {args[0]})",
    "map.at": _map_at,
    "map.keys": _map_keys,
    "map.len": _size,
}
