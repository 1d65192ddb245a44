"""KW3xx: types, patterns and what may stand where."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

E = Severity.ERROR
COLOR = "type Color = Red | Green | Blue\n\n"

CODES: tuple[Code, ...] = (
    Code(
        "KW301",
        E,
        "a value of another type is wanted",
        "The place says what type it needs (a parameter, a declared result, the other branch), and the expression has another. "
        "Nothing converts silently: `real(n)` and `floor(r)` go between numbers, `to_string` makes text, `Some(x)` an option.",
        'fn shout(s: String) -> Int\n= s ++ "!"\n',
        'fn shout(s: String) -> String\n= s ++ "!"\n',
    ),
    Code(
        "KW302",
        E,
        "Int and Real are mixed",
        "`Int` is the unbounded integers, `Real` the exact rationals, and an operation works on one of them. Convert with `real(n)`; "
        "an integer literal becomes a real one with `.0`; `floor(r)` and `round(r)` go back.",
        "fn mixed(x: Int, r: Real) -> Real\n= x + r\n",
        "fn mixed(x: Int, r: Real) -> Real\n= real(x) + r\n",
    ),
    Code(
        "KW303",
        E,
        "the operator is not defined on this type",
        "Operators mean what the types of their operands say: `+ - *` are for Int and Real, `//` and `%` for Int, `/` for Real, `++` for lists and "
        "strings, `<` and its like for Int, Real and String, `in` for lists, strings, sets and maps, `[...]` for lists, strings and maps.",
        "fn both(a: String, b: String) -> String\n= a + b\n",
        "fn both(a: String, b: String) -> String\n= a ++ b\n",
    ),
    Code(
        "KW304",
        E,
        "no function of this name takes such arguments",
        "The name is overloaded, and none of its forms fits the types of the arguments. The notes list the forms. "
        "Functions come first and collections last: `count(x, xs)`, `index_of(x, xs)`.",
        "fn bigger(x: Int, r: Real) -> Real\n= max(x, r)\n",
        "fn bigger(x: Int, r: Real) -> Real\n= max(real(x), r)\n",
    ),
    Code(
        "KW305",
        E,
        "the number of arguments is wrong",
        "A call gives as many arguments as there are parameters, a pattern as many as the constructor has fields (`_` for those that do not "
        "matter), and a function that is passed takes as many as it will be given.",
        "fn twice(x: Int) -> Int\n= x + x\n\nexample twice(1, 2) == 2\n",
        "fn twice(x: Int) -> Int\n= x + x\n\nexample twice(1) == 2\n",
    ),
    Code(
        "KW306",
        E,
        "arguments by name do not add up",
        "An argument is given twice, missing, by position after one by name, or by name where there are no names. "
        "Arguments by position come first, then those by name, each parameter once.",
        "record Point(x: Int, y: Int)\n\nexample Point(1, x = 2).x == 1\n",
        "record Point(x: Int, y: Int)\n\nexample Point(1, y = 2).x == 1\n",
    ),
    Code(
        "KW307",
        E,
        "the type is not known here",
        "What comes here depends on a type that nothing has settled at this point, most often the parameter of a lambda. "
        "Annotate it: `fn (p: Point) => p.x`.",
        "record Point(x: Int)\n\nexample let n = any(fn (p) => p.x > 0, []); not n\n",
        "record Point(x: Int)\n\nexample let n = any(fn (p: Point) => p.x > 0, []); not n\n",
    ),
    Code(
        "KW308",
        E,
        "a function where only values may stand",
        "Functions are parameters of a `fn` or a `lemma`, and arguments there. They cannot be stored, compared, returned, or put into ports, "
        "fields, lists, sets, maps, options and tuples, so that every value can be printed, compared and sent.",
        "kernel each(f: Int -> Int, x: Int) -> (y: Int)\n= f(x)\n",
        "fn each(f: Int -> Int, x: Int) -> Int\n= f(x)\n\nkernel plus(x: Int) -> (y: Int)\n= each(fn (n) => n + 1, x)\n",
    ),
    Code(
        "KW309",
        E,
        "the number of type arguments is wrong",
        "A type is given as many arguments as it has parameters: `List[Int]`, `Map[String, Int]`, plain `Int`.",
        "fn first(xs: List) -> Int\n= 0\n",
        "fn first(xs: List[Int]) -> Int\n= 0\n",
    ),
    Code(
        "KW310",
        E,
        "a match does not cover every value",
        "Every value must have an arm, since functions are total. The message shows a pattern of values that none takes. "
        "Add an arm for it, or a last `case _ => ...`. An arm with a guard may be passed over, so it covers nothing by itself.",
        COLOR + 'fn name(c: Color) -> String\n= match c { case Red => "red" case Green => "green" }\n',
        COLOR + 'fn name(c: Color) -> String\n= match c { case Red => "red" case Green => "green" case Blue => "blue" }\n',
    ),
    Code(
        "KW311",
        E,
        "an arm that no value reaches",
        "The arms above take every value that this one matches, so it never runs: usually an arm stands too low, or a pattern says more than was meant. "
        "Move it up or remove it.",
        COLOR + "fn rank(c: Color) -> Int\n= match c { case Red => 1 case _ => 2 case Blue => 3 }\n",
        COLOR + "fn rank(c: Color) -> Int\n= match c { case Red => 1 case Blue => 3 case _ => 2 }\n",
    ),
    Code(
        "KW312",
        E,
        "a pattern of let that may not match",
        "`let` has one pattern, so it must match every value: variables, `_`, tuples and types of a single constructor do. "
        "For the rest there is `match`.",
        "fn first(xs: List[Int]) -> Int\n= let [x, *_] = xs; x\n",
        "fn first(xs: List[Int]) -> Int\n= match xs { case [x, *_] => x case [] => 0 }\n",
    ),
    Code(
        "KW313",
        E,
        "a pattern for values of another type",
        "A pattern has the shape of what is matched: constructors of its type, `[...]` for lists, `(a, b)` for tuples, literals of its type.",
        "fn first(xs: List[Int]) -> Int\n= match xs { case Some(x) => x case _ => 0 }\n",
        "fn first(xs: List[Int]) -> Int\n= match xs { case [x, *_] => x case _ => 0 }\n",
    ),
    Code(
        "KW314",
        E,
        "a data type without values",
        "Every constructor needs a value of the type itself, so none can ever be built, and anything could be proved of it. "
        "Add a constructor that needs none, or put an `Option` or a `List` around the recursion.",
        "type Endless = More(rest: Endless)\n",
        "type Chain = End | More(rest: Chain)\n",
    ),
    Code(
        "KW315",
        E,
        "a refinement where it cannot be kept",
        "Refinements become clauses of what they stand in: of parameters, results, ports, fields, quantified variables, and inside `List`, `Set`, "
        "`Map`, `Option` and tuples. Function types, lambda parameters and the arguments of other types cannot carry them: "
        "use the plain type there and state what must hold as a clause.",
        "type Pos = {n: Int | n > 0}\n\nfn on(f: Pos -> Int, x: Int) -> Int\n= f(x)\n",
        "fn on(f: Int -> Int, x: Int) -> Int\n  requires x > 0\n= f(x)\n",
    ),
    Code(
        "KW316",
        E,
        "an unbounded quantifier where it would have to run",
        "`forall x: Int :: p` ranges over all integers and cannot be run. It may stand in `requires`, `ensures`, lemmas and `assert`, which are "
        "proved; in bodies, examples, refinements and what an oracle ensures, quantifiers are bounded: `forall x in xs :: p`, "
        "`exists i in range(0, n) :: p`.",
        'kernel pick(text: String) -> (n: Int)\n  ensures forall m: Int :: n <= m or m < 0\n  by prompt "{text}"\n',
        'kernel pick(text: String) -> (n: Int)\n  ensures forall m in range(0, 9) :: n <= m\n  by prompt "{text}"\n',
    ),
    Code(
        "KW317",
        E,
        "this kernel cannot be called in an expression",
        "Only kernels whose body is an expression are functions. Oracles and compositions may fail, so they are used in compositions, "
        "where what happens then is said: `a >> b`, `a ?? b`, `{ y <- k(x); ... }`.",
        'kernel read(text: String) -> (n: Int)\n  by prompt "{text}"\n\nkernel next(text: String) -> (m: Int)\n= read(text) + 1\n',
        'kernel read(text: String) -> (n: Int)\n  by prompt "{text}"\n\nkernel inc(n: Int) -> (m: Int)\n= n + 1\n\n'
        "kernel next(text: String) -> (m: Int)\n= compose read >> inc\n",
    ),
    Code(
        "KW318",
        E,
        "a pattern that cannot be read",
        "`matches` takes what Python's `re` and JSON Schema have in common: literals, classes, repetition, alternation, groups, anchors. "
        "Look-around, back references, lazy repetition and flags are not in it.",
        'fn code(s: String) -> Bool\n= matches(s, "[a-z")\n',
        'fn code(s: String) -> Bool\n= matches(s, "[a-z]")\n',
    ),
    Code(
        "KW319",
        E,
        "the pattern of matches is not a literal",
        "Patterns are read when a file is checked and become part of what is proved, so they are written out where they are used.",
        "fn code(s: String, p: String) -> Bool\n= matches(s, p)\n",
        'fn code(s: String) -> Bool\n= matches(s, "^[a-z]+$")\n',
    ),
    Code(
        "KW320",
        E,
        "not a semantic version",
        'A kernel\'s version has three numbers, `version "1.2.0"`, and optionally a pre-release and build part, as semver.org says. '
        "Changes of the contract are held against it.",
        'kernel same(x: Int) -> (y: Int)\n  version "1.2"\n  ensures y == x\n= x\n',
        'kernel same(x: Int) -> (y: Int)\n  version "1.2.0"\n  ensures y == x\n= x\n',
    ),
    Code(
        "KW321",
        E,
        "a clause that does not belong here",
        "A clause is repeated that stands once, contradicts the kind of the declaration, or is missing: a kernel has an output, a lemma states something, "
        "an expression kernel touches no resource.",
        "lemma empty(x: Int)\n  requires x > 0\n",
        "lemma stated(x: Int)\n  requires x > 0\n  ensures x != 0\n",
    ),
    Code(
        "KW322",
        E,
        "the body does not have one value for each output",
        "The body of a kernel of several outputs is a tuple of them, in the order declared.",
        "kernel split(n: Int) -> (half: Int, rest: Int)\n= (n // 2, n % 2, n)\n",
        "kernel split(n: Int) -> (half: Int, rest: Int)\n= (n // 2, n % 2)\n",
    ),
    Code(
        "KW323",
        E,
        "a measure that cannot decrease",
        "`decreases` takes integers (which stay non-negative while they decrease) or values of data types and lists (which get structurally smaller).",
        "fn strip_all(s: String) -> String\n  decreases s\n= s\n",
        "fn strip_all(s: String) -> String\n  decreases len(s)\n= s\n",
    ),
    Code(
        "KW324",
        E,
        "not every constructor has the field",
        "`e.x` and `e with (x = ...)` need a field that every constructor of the type has, at one type. Otherwise `match` tells the constructors apart.",
        "type Shape = Circle(r: Real) | Square(side: Real)\n\nfn radius(s: Shape) -> Real\n= s.r\n",
        "type Shape = Circle(r: Real) | Square(side: Real)\n\nfn radius(s: Shape) -> Real\n= match s { case Circle(r) => r case Square(side) => side / 2.0 }\n",
    ),
    Code(
        "KW326",
        E,
        "a recorded case that is no call of a kernel",
        "`example k(x = 1) -> (y = 2)` records inputs and outputs of a kernel. Any other example is a closed Bool expression.",
        "fn twice(x: Int) -> Int\n= 2 * x\n\nexample twice(1) -> (y = 2)\n",
        "fn twice(x: Int) -> Int\n= 2 * x\n\nexample twice(1) == 2\n",
    ),
    Code(
        "KW328",
        E,
        "an alias that stands for itself",
        "`type T = type-expression` is another name for a type, so it cannot contain itself. A recursive type is a data type: give it constructors.",
        "type Nested = List[Nested]\n",
        "type Nested = Leaf | Node(children: List[Nested])\n",
    ),
    Code(
        "KW329",
        E,
        "a match too large to check",
        "Whether every value has an arm was not found out within the budget: the patterns combine many alternatives at many places. "
        "Nest matches, one for each part of the value.",
        how="a match over a wide tuple whose arms constrain ever different parts",
    ),
    Code(
        "KW330",
        E,
        "a declaration that nests too deep",
        "The expression or type nests deeper than can be checked. Name parts of it with `let`, or move them into functions.",
        how="an expression nested past the recursion limit of elaboration",
    ),
    Code(
        "KW331",
        E,
        "an expression that rests on what does not check",
        "An expression given on the command line uses a declaration that has errors of its own, so it has no value. Correct these first.",
        how="`kwlogic eval` of a call of a function whose body has an error",
    ),
)
