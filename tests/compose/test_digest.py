"""The digest of a composition: what is the same has the same, what differs differs."""

from __future__ import annotations

import random
import re
import time

import pytest

from kwlogic.compose.data import Composition
from kwlogic.compose.digest import digest, normal_text
from kwlogic.compose.facts import PLAIN, FactsOf, facts_of
from kwlogic.compose.generate import PARTS, SHAPES, Maker, bracketed, composition, module, shape, shuffled
from kwlogic.compose.wiring_to_dag import composition_of
from kwlogic.core.program import ComposeBody
from kwlogic.core.wiring import Wiring
from kwlogic.elab.elaborate import elaborate
from kwlogic.source.data import Source
from kwlogic.syntax.parse import parse_module

FORMS = 40
HEAD = """module m
resource db
resource log
kernel f(x: Int) -> (y: Int)
= x + 1
kernel g(y: Int) -> (z: Int)
= y * 2
kernel h(z: Int) -> (w: Int)
= z * 3
kernel low(x: Int) -> (y: Int)
  requires x < 0
= x
kernel ask(x: Int) -> (q: Int)
  by tool "ask"
kernel save(x: Int) -> (n: Int)
  writes db
  by tool "save"
kernel look(x: Int) -> (v: Int)
  reads db
  by tool "look"
kernel note(x: Int) -> (u: Int)
  writes log
  by tool "note"
kernel both(x: Int) -> (p: Int, q: Int)
= (x, x + 1)
"""


def compositions(text: str) -> tuple[dict[str, Composition], FactsOf]:
    source = Source("m.kw", text)
    tree, problems = parse_module(source)
    assert not problems, [d.message for d in problems]
    program, found = elaborate([(source, tree)])
    assert not found, [(d.message, source.slice(d.span) if d.span else "") for d in found]
    made: dict[str, Composition] = {}
    for kernel in program.kernels.values():
        if isinstance(kernel.body, ComposeBody):
            assert isinstance(kernel.body.wiring, Wiring)
            made[kernel.name.rpartition(".")[2]] = composition_of(kernel.body.wiring, kernel)
    return made, facts_of(program)


def digests(*bodies: str, inputs: str = "x: Int", outputs: str = "w: Int") -> list[str]:
    text = HEAD + "".join(f"kernel c{i}({inputs}) -> ({outputs})\n{b}\n" for i, b in enumerate(bodies))
    made, known = compositions(text)
    return [digest(made[f"c{i}"], known) for i in range(len(bodies))]


SAME = {
    "brackets": ("= compose (f >> g) >> h", "= compose f >> (g >> h)", "{ b <- f(x); w <- h(c); c <- g(b); }"),
    "names": ("{ b <- f(x); c <- g(b); w <- h(c); }", "{ k <- f(x); l <- g(k); w <- h(l); }"),
    "units": ("= compose f >> g >> h", "= compose id(x) >> f >> id(y) >> g >> id(z) >> h >> id(w)"),
    "renamed": ("= compose f >> g >> h", "= compose f[y as a] >> g[y as a, z as b] >> h[z as b]"),
    "guard": ("= compose f >> guard (y > 0) >> g >> h", "{ b <- f(x); w <- h(c); c <- g(b); guard b > 0; }"),
    "guard, told twice": (
        "{ a <- f(x); guard x > 0; c <- g(a); w <- h(c + x); }",
        "= compose guard (x > 0) >> ((f >> g) & id(x)) >> h(z = z + x)",
    ),
    "guards": (
        "{ a <- f(x); guard a > 0; guard a < 9; c <- g(a); w <- h(c); }",
        "{ guard a < 9; a <- f(x); c <- g(a); w <- h(c); guard a > 0; }",
    ),
    "dead": ("= compose f >> g >> h", "{ a <- f(x); b <- g(a); w <- h(b); unused <- g(b); more <- g(unused); }"),
    "case": (
        "{ a <- case (x > 1) then f(x) else f(x + 1); b <- g(a); w <- h(b); }",
        "{ t <- case (x > 1) then f(x = x) else f(x = x + 1); b <- g(t); w <- h(b); }",
    ),
    "fallback": ("{ w <- ask(x) ?? ask(x + 1); }", "{ r <- ask(x) ?? ask(x + 1); w <- id(r)[r as w]; }"),
    "asked twice": ("{ a <- ask(x); b <- ask(x); w <- h(a + b); }", "{ b <- ask(x); a <- ask(x); w <- h(a + b); }"),
    "left alone": ("{ w <- ask(x); a <- ask(x); b <- ask(a); }", "{ c <- ask(x); w <- ask(x); b <- ask(c); }"),
    "resources": (
        "{ a <- save(x); b <- look(x) after a; c <- save(b) after b; w <- note(x); }",
        "{ w <- note(x); a <- save(x); b <- look(x) after a; c <- save(b) after b; }",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_same(name: str):
    assert len(set(digests(*SAME[name]))) == 1


DIFFERENT = {
    "order": ("= compose f >> g >> h", "{ a <- g(x); b <- f(a); w <- h(b); }"),
    "kernel": ("{ w <- f(x); }", "{ w <- g(x); }"),
    "constant": ("{ w <- f(x + 1); }", "{ w <- f(x + 2); }"),
    "a guard more": ("= compose f >> g >> h", "= compose f >> guard (y > 0) >> g >> h"),
    "another guard": ("= compose f >> guard (y > 0) >> g >> h", "= compose f >> guard (y > 1) >> g >> h"),
    "guard or assert": ("= compose f >> guard (y > 0) >> g >> h", "= compose f >> assert (y > 0) >> g >> h"),
    "guard elsewhere": ("= compose guard (x > 0) >> f >> g >> h", "= compose f >> g >> guard (z > 0) >> h"),
    "asked once": ("{ a <- ask(x); w <- h(a + a); }", "{ a <- ask(x); b <- ask(x); w <- h(a + b); }"),
    "dead but may fail": ("{ w <- f(x); }", "{ w <- f(x); unused <- ask(x); }"),
    "dead but demands": ("{ w <- f(x); }", "{ w <- f(x); unused <- low(x); }"),
    "dead but writes": ("{ w <- f(x); }", "{ w <- f(x); unused <- save(x); }"),
    "branches": ("{ w <- case (x > 1) then f(x) else g(x)[z as y]; }", "{ w <- case (x > 1) then g(x)[z as y] else f(x); }"),
    "fallback": ("{ w <- ask(x) ?? f(x)[y as q]; }", "{ w <- f(x)[y as q] ?? ask(x); }"),
    "retry": ("{ w <- retry 2 ask(x); }", "{ w <- retry 3 ask(x); }"),
    "read before or after": (
        "{ w <- save(x); b <- look(x) after w; }",
        "{ b <- look(x); w <- save(x) after b; }",
    ),
    "written in another order": (
        "{ a <- save(x); w <- save(x + 1) after a; }",
        "{ w <- save(x + 1); a <- save(x) after w; }",
    ),
    "outputs swapped": ("{ (a, b) <- both(x); w <- h(a - b); }", "{ (a, b) <- both(x); w <- h(b - a); }"),
    "waits": ("{ a <- ask(x); w <- f(x); }", "{ a <- ask(x); w <- f(x) after a; }"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str):
    found = digests(*DIFFERENT[name])
    assert len(set(found)) == len(found)


def test_interface_counts():
    one, two = digests("= compose f", outputs="y: Int"), digests("= compose f", inputs="x: Int, k: Int", outputs="y: Int")
    assert one != two


def test_whole_digests():
    """A digest is never shortened: nested compositions do not share prefixes by accident."""
    found = digests("= compose f >> g >> h")[0]
    assert len(found) == 64
    assert int(found, 16) >= 0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", SHAPES)
def test_order_of_boxes(name: str, seed: int):
    made = composition(shape(name, 60, seed))
    for known in (lambda _: PLAIN, None):
        first = digest(made, known) if known else digest(made)
        assert all((digest(shuffled(made, s), known) if known else digest(shuffled(made, s))) == first for s in range(4))
    other = composition(shape(name, 61, seed))
    assert digest(other) != digest(made)


def test_random_brackets_and_orders():
    """One chain, one fan and one graph, in many forms each."""
    dice = random.Random(5)
    stages = ["f", "(g[z as z2] & id(y))", "guard (z2 > 0)", "(h[z as z2, w as a] & h[z as z2, w as b])", "h(a + b)"]
    chain = [f"= compose {bracketed(stages, '>>', dice)}" for _ in range(FORMS)]
    beside = [f"f[y as y{i}]" for i in range(6)]
    fans = []
    for _ in range(FORMS):
        dice.shuffle(beside)
        fans.append(f"= compose ({bracketed(beside, '&', dice)}) >> h({' + '.join(f'y{i}' for i in range(6))})")
    steps = ["a <- f(x);", "b <- g(a);", "c <- ask(a);", "d <- ask(b);", "guard b > 0;", "guard c > d;", "w <- h(c - d);", "e <- save(d);"]
    graphs = []
    for _ in range(FORMS):
        dice.shuffle(steps)
        graphs.append("{ " + " ".join(steps) + " }")
    for forms in (chain, fans, graphs):
        assert len(set(digests(*forms))) == 1


def random_steps(dice: random.Random) -> list[str]:
    """Statements of a graph body: guards, order edges, resources and regions among them."""
    wires, steps, touched = ["x"], list[str](), list[str]()
    for number in range(dice.randint(4, 12)):
        kind = dice.choice(("f", "g", "ask", "ask", "low", "guard", "assert", "save", "look", "case", "fallback", "retry"))
        wire, a, b = f"w{number}", dice.choice(wires), dice.choice(wires)
        after = f" after {dice.choice(wires[1:])}" if dice.random() < 0.25 and len(wires) > 1 else ""
        if kind in ("guard", "assert"):
            steps.append(f"{kind} {a} > {dice.randint(0, 1)} or {b} > 0;" if dice.random() < 0.5 else f"{kind} {a} > 0;")
            continue
        if kind in ("save", "look"):
            after = f" after {touched[-1]}" if touched else after
            touched.append(wire)
        made = {
            "case": f"case ({a} > {b}) then ask({a}) else ask({b} + 1)",
            "fallback": f"ask({a}) ?? ask({b})",
            "retry": f"retry 2 ask({a})",
        }
        steps.append(f"{wire} <- {made.get(kind, f'{kind}({a})')}{after};")
        wires.append(wire)
    return [*steps, f"w <- h({dice.choice(wires)} + {dice.choice(wires)});"]


@pytest.mark.parametrize("seed", [1, 2, 3, *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 60))])
def test_random_graphs(seed: int):
    """Other names for wires, and another order of statements: the same digest."""
    dice = random.Random(seed)
    steps = random_steps(dice)
    forms = []
    for _ in range(5):
        dice.shuffle(steps)
        names = dice.sample(range(50), 50)
        forms.append("{ " + re.sub(r"\bw(\d+)\b", lambda m, names=names: f"n{names[int(m.group(1))]}", " ".join(steps)) + " }")
    assert len(set(digests(*forms))) == 1


@pytest.mark.slow
def test_linear():
    """A graph of ten times the size takes about ten times as long."""
    times = []
    for size in (10_000, 100_000):
        made = composition(shape("random", size, 1))
        began = time.process_time()
        digest(made, lambda _: PLAIN)
        times.append(time.process_time() - began)
    assert times[1] < 30 * times[0] + 0.5


@pytest.mark.parametrize("seed", range(4))
def test_random_compositions(seed: int):
    """Brackets, a step of its own and other names change nothing, whatever the operators."""
    maker = Maker(seed)
    text = "module m\n" + PARTS
    pairs = []
    for number in range(8):
        body, outs = maker.make(["i", "j"], 3)
        wanted = [o for o in outs if o not in ("i", "j")]
        if not wanted:
            continue
        head = f"(i: Int, j: Int) -> ({', '.join(f'{o}: Int' for o in wanted)})"
        again = ", ".join(wanted)
        text += f"kernel a{number}{head}\n= compose {body}\n"
        text += f"kernel b{number}{head}\n= compose (id(i, j) >> ({body})) >> id({again})\n"
        targets = ", ".join(f"n{k}" for k in range(len(outs)))
        ends = " ".join(f"{o} <- id(n{k})[n{k} as {o}];" for k, o in enumerate(outs) if o in wanted)
        text += f"kernel g{number}{head}\n{{ {ends} ({targets}) <- {body}; }}\n"
        pairs.append(number)
    made, known = compositions(text)
    for number in pairs:
        plain = normal_text(made[f"a{number}"], known)
        assert normal_text(made[f"b{number}"], known) == plain
        assert normal_text(made[f"g{number}"], known) == plain


def test_generated_modules_are_well_typed():
    for name in SHAPES:
        for contracts in ("none", "bounds", "linear", "strings"):
            made, known = compositions(module(shape(name, 12, 3), contracts))
            assert len(made["whole"].root.boxes) >= 12
            assert digest(made["whole"], known)


def test_records_and_text_agree():
    of = shape("random", 40, 2)
    made, known = compositions(module(of, "none"))
    from kwlogic.compose.generate import composition as records

    assert digest(made["whole"], known) == digest(records(of), known)


def test_many_twins():
    """Thousands of boxes that cannot be told apart do not take long."""
    steps = " ".join(f"a{i} <- ask(x);" for i in range(300))
    one, two = digests(f"{{ w <- ask(x); {steps} }}", f"{{ {steps} w <- ask(x); }}")
    assert one == two
