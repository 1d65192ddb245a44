"""The tree that a text is: keywords and names, precedence, spans, documentation, every form of the language."""

from __future__ import annotations

from fractions import Fraction

import pytest
from syntax_help import case_files, decl, difference, expr, parse, spec_files

from kwlogic.source.data import Source
from kwlogic.syntax import data as syn
from kwlogic.syntax.format import show_expr, show_wiring
from kwlogic.syntax.lex import HARD
from kwlogic.syntax.parse import parse_module
from kwlogic.syntax.tables import load_tables


@pytest.mark.parametrize("path", spec_files() + case_files(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_every_spec_parses(path):
    module, problems = parse_module(Source(str(path), path.read_text(encoding="utf-8")))
    assert not problems
    assert module.decls


@pytest.mark.parametrize("word", sorted(load_tables().words))
def test_a_keyword_is_a_whole_word(word):
    for name in (f"{word}f", f"{word}_", f"{word}'", f"{word}1"):
        tree = expr(f"{name}(1)")
        assert isinstance(tree, syn.Call)
        assert tree.fn == syn.Name(tree.span, name)


@pytest.mark.parametrize("word", sorted(set(load_tables().words) - HARD))
def test_a_soft_keyword_is_a_name_where_a_name_is_wanted(word):
    tree = parse(
        f"fn f({word}: Int, g: Int) -> Int\n  requires {word} > 0\n= {word} + {word}({word}, g = {word}).{word}\n"
        f"kernel k({word}: Int) -> (y: Int)\n  evidence {word}\n= match {word} {{ case {word} => {word} }}\n"
        f"record R({word}: Int)\n"
    )
    assert [type(d) for d in tree.decls] == [syn.FnDecl, syn.KernelDecl, syn.RecordDecl]


@pytest.mark.parametrize("word", sorted(HARD - {"kernel", "lemma", "theorem", "axiom", "fn"}))
def test_any_word_may_follow_a_dot(word):
    assert str(parse(f"module a.{word}.b\n").name) == f"a.{word}.b"
    assert expr(f"x.{word}").name == word


PRECEDENCE = [
    ("a <==> b ==> c", "a <==> (b ==> c)"),
    ("a <==> b <==> c", "(a <==> b) <==> c"),
    ("a ==> b ==> c", "a ==> (b ==> c)"),
    ("a or b ==> c", "(a or b) ==> c"),
    ("a or b and c", "a or (b and c)"),
    ("not a and b", "(not a) and b"),
    ("not a == b", "not (a == b)"),
    ("not not a", "not (not a)"),
    ("a == b ++ c", "a == (b ++ c)"),
    ("a ++ b ++ c", "a ++ (b ++ c)"),
    ("a ++ b + c", "a ++ (b + c)"),
    ("a - b - c", "(a - b) - c"),
    ("a + b * c", "a + (b * c)"),
    ("a // b % c / d", "((a // b) % c) / d"),
    ("-a * b", "(-a) * b"),
    ("-a.b", "-(a.b)"),
    ("-f(x)[1]", "-((f(x))[1])"),
    ("a * -b", "a * (-b)"),
    ("p with (x = 1) with (y = 2)", "(p with (x = 1)) with (y = 2)"),
    ("if a then b else c + d", "if a then b else (c + d)"),
    ("let x = 1; x + 1", "let x = 1; (x + 1)"),
    ("fn (x) => x + 1", "fn (x) => (x + 1)"),
    ("forall x in xs :: p(x) ==> q(x)", "forall x in xs :: (p(x) ==> q(x))"),
    ("assert p; q and r", "assert p; (q and r)"),
    ("match x { case 1 => 2 } + 1", "(match x { case 1 => 2 }) + 1"),
    ("x <-1", "x < (-1)"),
]


@pytest.mark.parametrize(("plain", "grouped"), PRECEDENCE)
def test_precedence(plain, grouped):
    assert difference(expr(plain), expr(grouped)) is None


@pytest.mark.parametrize(("plain", "grouped"), PRECEDENCE)
def test_an_expression_is_shown_with_no_more_parentheses_than_it_needs(plain, grouped):
    assert show_expr(expr(grouped)) == plain.replace("<-1", "< -1")


@pytest.mark.parametrize(
    "text", ["(a < b) == c", "(a ==> b) ==> c", "a - (b - c)", "(a ++ b) ++ c", "-(a + b)", "(if a then b else c) + 1"]
)
def test_parentheses_that_matter_stay(text):
    assert show_expr(expr(text)) == text


def test_comparisons_chain():
    tree = expr("0 <= i < n != m in s not in t")
    assert [op for op, _ in tree.rest] == ["<=", "<", "!=", "in", "not in"]


def test_literals():
    assert expr("1_000").value == 1000
    assert expr("1.50").value == Fraction(3, 2)
    assert expr('"a\\n\\"\\u{e9}\\u00e9\\\\"').value == 'a\n"éé\\'
    assert expr('"""a\n"b" \\t"""').value == 'a\n"b" \t'
    assert expr("true").value is True
    assert expr("(1, ())") == expr("(1, ())")


def test_brackets():
    assert isinstance(expr("{}"), syn.SetExpr)
    assert isinstance(expr("{1, 2}"), syn.SetExpr)
    assert expr("{:}").entries == ()
    assert len(expr("{a: 1, b: 2,}").entries) == 2
    assert isinstance(expr("[a, *rest, b]").items[1], syn.Spread)
    assert [type(expr(t)) for t in ("x[:]", "x[1:]", "x[:1]", "x[1:2]", "x[1]")] == [syn.Slice] * 4 + [syn.Index]


def test_patterns():
    tree = expr(
        'match x { case -1 => 0 case -1.5 => 0 case "a" => 1 case [] => 2 case [a, (b, _), *_] => 3 case m.C(p) if p => 4 case C => 5 }'
    )
    patterns = [a.pattern for a in tree.arms]
    assert [p.value for p in patterns[:3]] == [-1, Fraction(-3, 2), "a"]
    assert patterns[3].rest is None
    assert isinstance(patterns[4].rest, syn.PWild)
    assert patterns[5].name.parts == ("m", "C")
    assert tree.arms[5].guard is not None
    assert isinstance(patterns[6], syn.PVar)


def test_types():
    tree = decl(
        "fn f(g: (Int, a) -> (b) -> c, h: Map[String, List[a]], u: (), p: {x: Int | x > 0}, t: (Int, Bool), o: ((Int, Int)) -> m.T) -> a = x"
    )
    g, h, u, p, t, o = (q.type for q in tree.params)
    assert (len(g.params), type(g.result)) == (2, syn.TypeFun)
    assert len(h.args) == 2
    assert u.items == ()
    assert isinstance(p, syn.TypeRefine)
    assert isinstance(t, syn.TypeTuple)
    assert [type(x) for x in o.params] == [syn.TypeTuple]
    assert o.result.name.parts == ("m", "T")


def test_type_declarations():
    alias, data, lone, barred, one = parse("type A = B\ntype C[a] = D | E(x: a)\ntype F = | G\ntype H = | I | J\ntype K = L(x: Int)").decls
    assert alias.alias is not None
    assert not alias.variants
    assert [v.name for v in data.variants] == ["D", "E"]
    assert data.tparams == ("a",)
    assert [[v.name for v in d.variants] for d in (lone, barred, one)] == [["G"], ["I", "J"], ["L"]]


def test_proofs():
    lemmas = parse(
        "lemma a(x: Int) ensures p by induction x, y using l1, m.l2\nlemma b() by induction f(x, y)\ntheorem c() by cases x > 0\n"
        "lemma d() by auto using l\nlemma e() by { assert p; apply m.l(1); }\naxiom f() ensures p\nlemma g()\n"
    ).decls
    kinds = [syn.ByInduction, syn.ByRecursion, syn.ByCases, syn.ByAuto, syn.BySteps, type(None), type(None)]
    assert [type(d.proof) for d in lemmas] == kinds
    assert lemmas[0].proof.vars == ("x", "y")
    assert [str(q) for q in lemmas[0].proof.using] == ["l1", "m.l2"]
    assert [d.keyword for d in lemmas] == ["lemma", "lemma", "theorem", "lemma", "lemma", "axiom", "lemma"]
    assert isinstance(lemmas[4].proof.steps[1].lemma.fn, syn.Field)


def test_labels_and_clauses():
    tree = decl(
        'kernel k(x: Int) -> (y: Int)\n  version "1.0.0"\n  family "f"\n  requires small: x < 9\n  fails when x < 0\n  ensures y == x\n'
        "  evidence y\n  reads a, b\n  writes c\n  rollback m.undo\n  deterministic\n  irrevocable\n  idempotent\n  decreases x\n"
    )
    kinds = [type(c).__name__ for c in tree.clauses]
    assert kinds == [
        "Version",
        "Family",
        "Clause",
        "Clause",
        "Clause",
        "Evidence",
        "Resources",
        "Resources",
        "Rollback",
        "Flag",
        "Flag",
        "Flag",
        "Decreases",
    ]
    assert [(c.kind, c.label) for c in tree.clauses if isinstance(c, syn.Clause)] == [
        ("requires", "small"),
        ("fails", None),
        ("ensures", None),
    ]
    assert tree.body is None


WIRINGS = [
    "a >> b >> c",
    "a & b >> c",
    "a >> b ?? c",
    "(a ?? b) >> c",
    "a >> (b >> c)",
    "retry 2 (a >> b)",
    "map a",
    "map m.k(x, y = 2)",
    "fold step invariant (acc >= 0)",
    "iterate step while (n > 0) max 10",
    "iterate step while (n > 0) max 10 invariant (n >= 0)",
    "case (n > 0) then a else (b >> c)",
    "guard (n > 0) >> assert (n > 0)",
    "hole(x: Int) -> (y: Int)",
    "double >> half[n as k, m as j][k as l]",
    "id(x, y) & a",
]


@pytest.mark.parametrize("text", WIRINGS)
def test_compositions(text):
    body = decl(f"kernel k(x: Int) -> (y: Int)\n= compose {text}").body
    assert show_wiring(body.wiring) == text


def test_operator_spans_of_compositions():
    text = "kernel k(x: Int) -> (y: Int)\n= compose (a & b) >> c ?? d"
    source, wiring = Source("test.kw", text), decl(text).body.wiring
    assert [source.slice(w.op_span) for w in (wiring, wiring.left, wiring.left.left)] == ["??", ">>", "&"]
    assert [source.slice(w.span) for w in (wiring, wiring.left, wiring.left.left)] == ["(a & b) >> c ?? d", "(a & b) >> c", "a & b"]


def test_bindings():
    tree = decl("kernel k(x: Int) -> (y: Int)\n{ (a, b) <- f(x = x + 1) ?? g; y <- map h after a, b; guard a > 0; assert b > 0; }").body
    many, one, guard, claim = tree.binds
    assert [n for n, _ in many.targets] == ["a", "b"]
    assert many.tuple_target
    assert not one.tuple_target
    assert [n for n, _ in one.after] == ["a", "b"]
    assert (type(guard), type(claim)) == (syn.BindGuard, syn.BindAssert)


def test_prompts():
    text = 'kernel k(t: String, n: Int) -> (y: Int)\n  by prompt """é {t} {{"a": {n + 1}}} {f("}")} \\u{41}"""'
    source, body = Source("test.kw", text), decl(text).body
    shown = [p if isinstance(p, str) else source.slice(p.expr.span) for p in body.parts]
    assert shown == ["é ", "t", ' {"a": ', "n + 1", "} ", 'f("}")', " A"]


def test_oracles_without_holes():
    assert decl('kernel k(x: Int) -> (y: Int) by tool "a{b}c"').body.parts == ("a{b}c",)
    assert decl('kernel k(x: Int) -> (y: Int) by python "m:f"').body.kind == "python"


def test_examples():
    plain, case = parse("example f(1) == 2\nexample k(1, x = 2) -> (y = 3, 4)").decls
    assert plain.outputs is None
    assert [a.name for a in case.outputs] == ["y", None]


def test_documentation_is_directly_above():
    tree = parse(
        "## not for f: a line is between\n\n## one\n## two\nfn f() -> Int = 1\n# plain\nfn g() -> Int = 2\n## last\nfn h() -> Int = 3 # end"
    )
    assert [d.doc for d in tree.decls] == [("one", "two"), (), ("last",)]
    assert [c.text for c in tree.comments] == ["## not for f: a line is between", "# plain", "# end"]
    assert [c.own_line for c in tree.comments] == [True, True, False]


SPANNED = """# a comment
module a.b
fn f(x: Int) -> Int
  requires (x) + 2 > 0
= g(x) * (1 + h.y[2])
"""


def test_spans_are_exact():
    source, tree = Source("test.kw", SPANNED), decl(SPANNED)
    assert source.slice(tree.span) == SPANNED[SPANNED.index("fn f") : -1]
    assert source.slice(tree.name_span) == "f"
    clause = tree.clauses[0]
    assert source.slice(clause.span) == "requires (x) + 2 > 0"
    assert source.slice(clause.pred.first.span) == "(x) + 2"
    assert source.slice(tree.body.span) == "g(x) * (1 + h.y[2])"
    assert source.slice(tree.body.right.span) == "1 + h.y[2]"
    assert source.slice(tree.body.right.right.subject.name_span) == "y"


def test_spans_count_code_points():
    text = '# \U0001f600 é\nfn f() -> String = "\U0001f600" ++ abc'
    tree = decl(text)
    assert text[tree.body.right.span.start : tree.body.right.span.end] == "abc"


def test_spans_of_chains():
    text = "(a) - (b) - (c) * d"
    tree = expr(text)
    assert text[tree.left.span.start : tree.left.span.end] == "(a) - (b)"
    assert text[tree.right.span.start : tree.right.span.end] == "(c) * d"
    right = "(a) ++ (b) ++ (c)"
    assert right[expr(right).right.span.start :] == "(b) ++ (c)"


def test_line_ends_and_marks_of_other_systems():
    assert len(parse("\ufefffn f() -> Int\r\n= 1\r\n\r\nfn g() -> Int = 2\t# x\r\n").decls) == 2
    assert parse("fn f() -> Int = 1 # x\r\n").comments[0].text == "# x"


def test_trees_of_any_depth_compare_hash_and_show():
    text = " + ".join(["x"] * 20_000)
    left, right = expr(text), expr(text.replace(" ", ""))
    assert left == right
    assert hash(left) == hash(right)
    assert repr(left) == repr(right)
    assert expr("true") != expr("1")
