"""An independent check of elaborated programs: every term is closed over its scope and typed as its parts say."""

from __future__ import annotations

from kwlogic.core.prims import PRIMS
from kwlogic.core.program import BySteps, ExprBody, Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import BOOL, Type, fun_of, mk_type, subst_type, type_vars
from kwlogic.core.walk import free_vars, subterms

BUILTIN = {"Nil", "Cons", "None", "Some", "Tuple"}


def check_program(program: Program) -> None:
    for fn in program.fns.values():
        params = {p.name: p.type for p in fn.params}
        check_term(program, fn.body, params)
        assert fn.body.type is fn.result, fn.name
        for c in fn.requires:
            check_pred(program, c.pred, params)
        for c in fn.ensures:
            check_pred(program, c.pred, {**params, "result": fn.result})
        for m in fn.decreases:
            check_term(program, m, params)
    for lemma in program.lemmas.values():
        params = {p.name: p.type for p in lemma.params}
        for c in (*lemma.requires, *lemma.ensures):
            check_pred(program, c.pred, params)
        if isinstance(lemma.proof, BySteps):
            check_pred(program, lemma.proof.term, params)
    for kernel in program.kernels.values():
        inputs = {p.name: p.type for p in kernel.inputs}
        outputs = {p.name: p.type for p in kernel.outputs}
        for c in (*kernel.requires, *kernel.fails):
            check_pred(program, c.pred, inputs)
        for c in kernel.ensures:
            check_pred(program, c.pred, {**inputs, **outputs})
        if isinstance(kernel.body, ExprBody):
            check_term(program, kernel.body.term, inputs)
            assert kernel.body.term.type is output_type(list(outputs.values()))
    for example in program.examples.values():
        if example.pred is not None:
            check_pred(program, example.pred, {})
        for _, term in (*example.inputs, *example.outputs):
            check_term(program, term, {})
    for ctor in program.ctors.values():
        for c in ctor.invariants:
            check_pred(program, c.pred, {f.name: f.type for f in ctor.fields})
    assert set(program.order) == {*program.fns, *program.lemmas, *program.kernels}
    assert len(program.order) == len(set(program.order))


def output_type(types: list[Type]) -> Type:
    return types[0] if len(types) == 1 else mk_type("Tuple", *types)


def check_pred(program: Program, term: Term, scope: dict[str, Type]) -> None:
    assert term.type is BOOL
    check_term(program, term, scope)


def check_term(program: Program, term: Term, scope: dict[str, Type]) -> None:
    for var in free_vars(term):
        assert scope.get(var.data) is var.type, f"{var.data}: {var.type} is not in scope"
    for here in subterms(term):
        assert not any(v.startswith(("?", "_")) for v in type_vars(here.type)), here.type
        check_node(program, here, tuple(a.type for a in here.args))


def check_node(program: Program, t: Term, args: tuple[Type, ...]) -> None:
    match t.op:
        case Op.CALL:
            name, targs = t.data
            tparams, params, result = signature(program, name)
            env = dict(zip(tparams, targs, strict=True))
            assert args == tuple(subst_type(p, env) for p in params), name
            assert t.type is subst_type(result, env), name
        case Op.LEMMA:
            lemma = program.lemmas[t.data[0]]
            env = dict(zip(lemma.tparams, t.data[1], strict=True))
            assert args[:-1] == tuple(subst_type(p.type, env) for p in lemma.params)
            assert t.type is args[-1]
        case Op.PRIM:
            prim = PRIMS[t.data]
            env: dict[str, Type] = {}
            for p, a in zip((*prim.params, prim.result), (*args, t.type), strict=True):
                assert matches(p, a, env), f"{t.data}: {p} and {a}"
        case Op.CON:
            check_con(program, t, args)
        case Op.SEL:
            fields = fields_of(program, t.data[0], args[0])
            assert t.type is fields[t.data[1]]
        case Op.IS:
            fields_of(program, t.data, args[0])
        case Op.IF:
            assert args[0] is BOOL
            assert args[1] is args[2] is t.type
        case Op.LET | Op.AT:
            assert t.type is args[-1]
        case Op.LAMBDA:
            assert t.type is fun_of(tuple(x for _, x in t.data), args[0])
        case Op.APPLY:
            assert args[0] is fun_of(args[1:], t.type)
        case Op.EQ:
            assert args[0] is args[1]
        case Op.AND | Op.OR | Op.NOT | Op.IMPLIES | Op.FORALL | Op.EXISTS:
            assert all(a is BOOL for a in args)
        case Op.ASSERT:
            assert args[0] is BOOL
            assert t.type is args[1]


def signature(program: Program, name: str) -> tuple[tuple[str, ...], list[Type], Type]:
    if name in program.fns:
        fn = program.fns[name]
        return fn.tparams, [p.type for p in fn.params], fn.result
    kernel = program.kernels[name]
    return kernel.tparams, [p.type for p in kernel.inputs], output_type([p.type for p in kernel.outputs])


def matches(pattern: Type, t: Type, env: dict[str, Type]) -> bool:
    if pattern.is_var:
        return env.setdefault(pattern.head, t) is t
    return pattern.head == t.head and len(pattern.args) == len(t.args) and all(matches(p, a, env) for p, a in zip(pattern.args, t.args))


def fields_of(program: Program, ctor: str, t: Type) -> tuple[Type, ...]:
    if ctor in BUILTIN:
        found = {"Nil": (), "None": (), "Cons": (t.args and t.args[0], t), "Some": t.args, "Tuple": t.args}[ctor]
        assert {"Nil": "List", "Cons": "List", "None": "Option", "Some": "Option", "Tuple": "Tuple"}[ctor] == t.head
        return found
    declared = program.ctors[ctor]
    assert declared.data == t.head
    env = dict(zip(program.datas[t.head].tparams, t.args, strict=True))
    return tuple(subst_type(f.type, env) for f in declared.fields)


def check_con(program: Program, t: Term, args: tuple[Type, ...]) -> None:
    assert args == fields_of(program, t.data, t.type), t.data
