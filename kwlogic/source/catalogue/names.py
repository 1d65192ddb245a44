"""KW2xx: names and modules."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

E = Severity.ERROR

CODES: tuple[Code, ...] = (
    Code(
        "KW201",
        E,
        "unknown name",
        "A value is used that nothing in scope declares. Looked for are, in this order: parameters and names bound by `let`, `match`, "
        "lambdas and quantifiers; the module's own declarations; what `use` brings in; the standard library. "
        "Correct the spelling, declare it, or add `use module (name)`.",
        'fn size(x: Int) -> Int\n= x + lenght("a")\n',
        'fn size(x: Int) -> Int\n= x + len("a")\n',
    ),
    Code(
        "KW202",
        E,
        "a name is declared twice",
        "Two declarations of a module, two parameters, ports, fields or constructors, or two variables of one pattern have the same name, "
        "so a use of it would be ambiguous. Give one of them another name. Types have names of their own: a record and its constructor share one.",
        "kernel pick(x: Int, x: Int) -> (y: Int)\n= x\n",
        "kernel pick(x: Int, z: Int) -> (y: Int)\n= x + z\n",
    ),
    Code(
        "KW203",
        E,
        "unknown type",
        "A type is named that nothing in scope declares. Known are the type parameters in `[...]`, the module's own types, those that `use` "
        "brings in, and `Int`, `Real`, `Bool`, `String`, `Unit`, `List[a]`, `Set[a]`, `Map[k, v]`, `Option[a]`.",
        "fn twice(x: Integer) -> Int\n= 2 * x\n",
        "fn twice(x: Int) -> Int\n= 2 * x\n",
    ),
    Code(
        "KW204",
        E,
        "unknown module",
        "No file of the run declares this module. A file's module is what its `module` line says (without one, the name of the file), and "
        "files are looked for in the project's paths. Correct the name, or check the file together with this one.",
        "use std.lists (sum)\n\nfn total(xs: List[Int]) -> Int\n= sum(xs)\n",
        "use std.list (sum)\n\nfn total(xs: List[Int]) -> Int\n= sum(xs)\n",
    ),
    Code(
        "KW205",
        E,
        "modules use each other in a circle",
        "Modules are checked in an order in which each comes after those it uses, so that facts never rest on themselves. "
        "Move what both need into a third module.",
        "module shop.prices\n\nuse shop.prices\n\nfn price(n: Int) -> Int\n= 2 * n\n",
        "module shop.prices\n\nfn price(n: Int) -> Int\n= 2 * n\n",
    ),
    Code(
        "KW206",
        E,
        "the module does not declare the name",
        "`use m (x)` and `m.x` name declarations of module `m`, and it has none of that name. "
        "What a module itself takes from others with `use` is not passed on.",
        "use std.list (summ)\n\nfn total(xs: List[Int]) -> Int\n= summ(xs)\n",
        "use std.list (sum)\n\nfn total(xs: List[Int]) -> Int\n= sum(xs)\n",
    ),
    Code(
        "KW207",
        E,
        "the module is not used here",
        "A qualified name `m.x` needs `use m` (or `use m (...)`) at the top of the file, so that a file's head says what it rests on. "
        "Only the standard library is in scope everywhere.",
        how="two modules, one of which names the other's declaration in full without `use`",
    ),
    Code(
        "KW208",
        E,
        "an overloaded name could be one of several",
        "Several functions of this name accept the arguments as far as their types are known here, and the choice would matter. "
        "Name the module (`std.list.sum(xs)`), or annotate the parameter of the lambda from which the argument comes.",
        "kernel odd() -> (y: Bool)\n= min_of([]) == min_of([])\n",
        "kernel odd(x: Int) -> (y: Bool)\n= min_of([x]) == min_of([x])\n",
    ),
    Code(
        "KW209",
        E,
        "unknown field",
        "`e.x` selects a field of a record or data type. The value's type has no such field, or no fields at all: tuples are taken apart with "
        "`let (a, b) = t;`, options with `match`, and there are no methods (`len(xs)`, not `xs.len`).",
        "fn wide(p: (Int, Int)) -> Int\n= p.width\n",
        "fn wide(p: (Int, Int)) -> Int\n= let (width, _) = p; width\n",
    ),
    Code(
        "KW210",
        E,
        "unknown constructor",
        "A name that starts upper-case in a pattern is a constructor, and nothing in scope declares this one. A pattern variable starts lower-case.",
        "type Color = Red | Green\n\nfn warm(c: Color) -> Bool\n= match c { case Redd => true case Green => false }\n",
        "type Color = Red | Green\n\nfn warm(c: Color) -> Bool\n= match c { case Red => true case Green => false }\n",
    ),
    Code(
        "KW211",
        E,
        "a declaration of another kind is wanted",
        "The name is declared, but as something that cannot stand here: `using` and `apply` take lemmas, `rollback` and `refine` take kernels, "
        "and a lemma has no value that an expression could use.",
        "lemma zero(x: Int)\n  ensures x * 0 == 0\n\nfn f(x: Int) -> Bool\n= zero(x)\n",
        "lemma zero(x: Int)\n  ensures x * 0 == 0\n\nfn f(x: Int) -> Bool\n= apply zero(x); x * 0 == 0\n",
    ),
    Code(
        "KW212",
        E,
        "no parameter, field or port of that name",
        "Arguments given by name (`f(x = 1)`) and the outputs that `evidence` lists must be declared under that name.",
        "record Point(x: Int, y: Int)\n\nexample Point(x = 1, z = 2).x == 1\n",
        "record Point(x: Int, y: Int)\n\nexample Point(x = 1, y = 2).x == 1\n",
    ),
    Code(
        "KW213",
        E,
        "unknown resource",
        "`reads` and `writes` name resources that `resource name` declares, here or in a module whose resource `use` brings in.",
        'kernel post(n: Int) -> (done: Bool)\n  writes ledger\n  by tool "ledger.post"\n',
        'resource ledger\n\nkernel post(n: Int) -> (done: Bool)\n  writes ledger\n  by tool "ledger.post"\n',
    ),
    Code(
        "KW214",
        E,
        "an output in a clause over the inputs",
        "`requires` and `fails when` say when a run may start and when it may fail; there are no outputs then. "
        "What holds of the outputs goes into an `ensures`. In a function, `result` is for its `ensures` only.",
        "kernel half(x: Int) -> (y: Int)\n  requires y >= 0\n= x // 2\n",
        "kernel half(x: Int) -> (y: Int)\n  ensures 2 * y <= x\n= x // 2\n",
    ),
    Code(
        "KW215",
        E,
        "a clause label is used twice",
        "Labels are how reports, baselines and people speak of clauses, so in one declaration each stands for one clause.",
        "kernel same(x: Int) -> (y: Int)\n  ensures low: y >= x\n  ensures low: y <= x\n= x\n",
        "kernel same(x: Int) -> (y: Int)\n  ensures low: y >= x\n  ensures high: y <= x\n= x\n",
    ),
    Code(
        "KW216",
        E,
        "a proof hint does not fit",
        "`by induction x` goes over parameters of the lemma, and `by induction f(x, y)` along the recursion of a function, "
        "so the names must be parameters, and the call one of a function.",
        "lemma add_zero(x: Int)\n  ensures x + 0 == x\n  by induction n\n",
        "lemma add_zero(n: Int)\n  ensures n + 0 == n\n  by induction n\n",
    ),
    Code(
        "KW217",
        E,
        "a kernel calls itself",
        "A kernel is a unit of work that others rest on by its contract, so it cannot be defined by itself, directly or through others. "
        "Recursive work goes into a `fn`, whose termination is proved.",
        "kernel down(n: Int) -> (m: Int)\n  requires n >= 0\n= if n == 0 then 0 else down(n - 1)\n",
        "fn sink(n: Int) -> Int\n  requires n >= 0\n= if n == 0 then 0 else sink(n - 1)\n\n"
        "kernel down(n: Int) -> (m: Int)\n  requires n >= 0\n= sink(n)\n",
    ),
    Code(
        "KW218",
        E,
        "a proof rests on itself",
        "A lemma is used by a function or lemma that its own statement or proof needs, so neither can come first. "
        "State what is needed in a lemma that mentions only what comes before.",
        "lemma left(x: Int)\n  ensures x == x + 0\n  by { apply right(x); }\n\nlemma right(x: Int)\n  ensures x + 0 == x\n  by { apply left(x); }\n",
        "lemma left(x: Int)\n  ensures x == x + 0\n\nlemma right(x: Int)\n  ensures x + 0 == x\n  by { apply left(x); }\n",
    ),
    Code(
        "KW219",
        E,
        "two files declare one module",
        "The `module` lines of two files say the same, so a qualified name would mean two things. The second file is left out. Rename one of them.",
        how="two sources whose `module` lines agree, given to elaboration directly (a check of files says it first, as KW706)",
    ),
    Code(
        "KW220",
        E,
        "a type or constructor that starts lower-case",
        "In a pattern, a name that starts upper-case is a constructor and any other one a variable, so constructors start upper-case, and types with "
        "them. Everything else is as the author likes.",
        "type Color = red | Green\n",
        "type Color = Red | Green\n",
    ),
)
