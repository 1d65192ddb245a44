"""KW4xx: compositions of kernels, `compose` bodies and graph bodies."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

_PARTS = """\
kernel half(m: Int) -> (n: Int)
  requires m % 2 == 0
= m // 2

kernel double(n: Int) -> (m: Int)
= 2 * n

kernel zero(text: String) -> (n: Int)
= 0

kernel count(text: String) -> (n: Int)
= len(text)

kernel both(n: Int) -> (m: Int, k: Int)
= (2 * n, n)

resource ledger

kernel post(n: Int) -> (receipt: String)
  writes ledger
  rollback unpost
  by tool "ledger.post"

kernel unpost(receipt: String) -> (undone: Bool)
  writes ledger
  by tool "ledger.unpost"

"""

_SEND = """\
kernel send(n: Int) -> (sent: Bool)
  irrevocable
  by tool "mail.send"

kernel ask(n: Int) -> (answer: Int)
  by prompt "{n}?"

kernel note(n: Int) -> (entry: String)
  writes ledger
  by tool "ledger.note"

"""


def _code(number: int, title: str, explanation: str, example: str, fixed: str) -> Code:
    return Code(f"KW{number}", Severity.ERROR, title, explanation, _PARTS + example, _PARTS + fixed)


CODES: tuple[Code, ...] = (
    _code(
        401,
        "a link lacks a port",
        "In `a >> b` every input of `b` must be an output of `a`, by name: `b` sees nothing else. The input named in the message is no output "
        "of the left side. Rename the output that is meant (`a[x as y] >> b`), or pass a port of the surroundings along (`(a & id(y)) >> b`).",
        "kernel use(text: String) -> (n: Int)\n= compose zero >> half\n",
        "kernel use(text: String) -> (n: Int)\n= compose zero[n as m] >> half\n",
    ),
    _code(
        402,
        "ports of one name have different types",
        "Ports meet by name: an output and the input it feeds, inputs that two parts share, outputs of alternatives, a wire and the port it "
        "reaches, and the ports that the kernel around declares. Where they meet, their types must be equal (refinements may differ; whether "
        "they fit is proved). Nothing is converted silently: put a kernel that converts in between, or rename the port if another one was meant.",
        "kernel shout(n: String) -> (loud: String)\n= upper(n)\n\nkernel use(text: String) -> (loud: String)\n= compose zero >> shout\n",
        "kernel shout(n: Int) -> (loud: String)\n= to_string(n)\n\nkernel use(text: String) -> (loud: String)\n= compose zero >> shout\n",
    ),
    _code(
        403,
        "both sides of `&` yield the same port",
        "`a & b` yields the outputs of both side by side, so their names must differ: otherwise it would not be clear whose value is meant. "
        "Rename one of them with `[x as y]`.",
        "kernel use(text: String) -> (n: Int)\n= compose zero & count\n",
        "kernel use(text: String) -> (n: Int, z: Int)\n= compose zero[n as z] & count\n",
    ),
    _code(
        404,
        "alternatives yield different ports",
        "Whichever side of `??` or branch of `case` runs, what follows sees the same outputs. So both sides yield the same names. Rename with "
        "`[x as y]`, or drop what is too much with `>> id(...)`.",
        "kernel use(text: String) -> (n: Int)\n= compose zero ?? (count >> double)\n",
        "kernel use(text: String) -> (n: Int)\n= compose zero ?? count\n",
    ),
    _code(
        405,
        "a rename that does not fit",
        "`a[x as y]` gives the port `x` of `a` the name `y`. Where `x` is an input and an output (of `id`, `guard`, `iterate`, `fold`), the output "
        "is renamed. The port must exist, be renamed once, and two ports of one side must not end up with one name.",
        "kernel use(text: String) -> (k: Int)\n= compose zero[m as k]\n",
        "kernel use(text: String) -> (k: Int)\n= compose zero[n as k]\n",
    ),
    _code(
        406,
        "steps that wait for each other",
        "The steps of a graph body may stand in any order, but a wire must be computable from the inputs: a step waits for the steps whose wires "
        "it uses, for those it names after `after`, and for the guards and assertions on its wires. Here some steps wait for each other in a "
        "ring, so none could begin. A loop is written `iterate ... while (p) max n`.",
        "kernel use(n: Int) -> (b: Int)\n{\n  a <- double(b);\n  b <- double(a);\n}\n",
        "kernel use(n: Int) -> (b: Int)\n{\n  a <- double(n);\n  b <- double(a);\n}\n",
    ),
    _code(
        407,
        "a wire bound twice",
        "A wire has one value in a run, so that contracts can speak of it: each name on the left of `<-` is bound once and is none of the inputs. "
        "Give the second value a name of its own. To discard an output, bind it to `_`.",
        "kernel use(n: Int) -> (m: Int)\n{\n  m <- double(n);\n  m <- double(n);\n}\n",
        "kernel use(n: Int) -> (m: Int)\n{\n  k <- double(n);\n  m <- double(k);\n}\n",
    ),
    _code(
        408,
        "no such port or wire here",
        "`id(x)` passes on a port that is there; a part without arguments in a graph body takes the wires named like its inputs; `after` names a "
        "wire that another step binds. The name in the message is none of them at this place.",
        "kernel use(n: Int) -> (k: Int)\n{\n  a <- double(n);\n  k <- half;\n}\n",
        "kernel use(n: Int) -> (k: Int)\n{\n  a <- double(n);\n  k <- half(a);\n}\n",
    ),
    _code(
        409,
        "arguments that do not fit the inputs",
        "A call in a composition gives every input of the kernel exactly one value, by the port's name (`k(x = e)`) or by position in the order "
        "declared. The message says which input is missing, unknown, given twice or one too many.",
        "kernel use(n: Int) -> (m: Int)\n{\n  m <- double(n, n);\n}\n",
        "kernel use(n: Int) -> (m: Int)\n{\n  m <- double(n);\n}\n",
    ),
    _code(
        410,
        "targets that do not match the outputs",
        "The names left of `<-` stand for the outputs of the step: by name if they are just the names of the outputs, else by position in the "
        "order declared. There must be as many as outputs; `_` discards one, and a single `_` discards all.",
        "kernel use(n: Int) -> (m: Int)\n{\n  m <- both(n);\n}\n",
        "kernel use(n: Int) -> (m: Int)\n{\n  (m, _) <- both(n);\n}\n",
    ),
    _code(
        411,
        "a declared output is not yielded",
        "Every output that a kernel declares must come out of its body: as an output of the composition, or as a wire of that name in a graph "
        "body. What comes out besides is dropped.",
        "kernel use(n: Int) -> (k: Int)\n= compose double\n",
        "kernel use(n: Int) -> (k: Int)\n= compose double[m as k]\n",
    ),
    _code(
        412,
        "a composition needs an input that is not there",
        "The inputs of a composition are taken from the inputs of the kernel around it, by name. This part takes one that the kernel does not "
        "declare. Declare it, or rename the port of the part.",
        "kernel use(k: Int) -> (m: Int)\n= compose double\n",
        "kernel use(k: Int) -> (m: Int)\n= compose double[n as k]\n",
    ),
    _code(
        413,
        "a kernel composed of itself",
        "A composition is a finite graph of kernels. One that contains itself, directly or through its parts, would never stop unfolding. "
        "Repetition with a bound is `iterate ... while (p) max n`, over a list it is `map` or `fold`.",
        "kernel spin(n: Int) -> (n2: Int)\n= compose double[m as n] >> spin\n",
        "kernel spin(n: Int) -> (n2: Int)\n= compose (iterate double[m as n] while (n < 100) max 7)[n as n2]\n",
    ),
    _code(
        414,
        "a part of the wrong shape",
        "`fold` runs a part with inputs `acc` and `item` and the output `acc` over a list. `iterate` feeds the outputs of a round into the next, "
        "so they are among its inputs, with equal types. `map` needs an input, whose list decides how often it runs. Rename ports with `[x as y]`.",
        "kernel use(acc: Int, item: List[Int]) -> (acc2: Int)\n= compose fold double invariant (acc >= 0)\n",
        "kernel plus(acc: Int, item: Int) -> (sum: Int)\n= acc + item\n\n"
        "kernel use(acc: Int, item: List[Int]) -> (sum: Int)\n= compose (fold plus[sum as acc] invariant (true))[acc as sum]\n",
    ),
    _code(
        415,
        "a count below one",
        "`retry n` tries at most n times and `iterate ... max n` runs at most n rounds; n must be at least 1.",
        "kernel use(n: Int) -> (receipt: String)\n= compose retry 0 post\n",
        "kernel use(n: Int) -> (receipt: String)\n= compose retry 2 post\n",
    ),
    _code(
        416,
        "a type parameter that the links do not settle",
        "A kernel with type parameters takes their types from the ports it is connected to. Nothing here says which type is meant.",
        "kernel size[a](xs: List[a]) -> (n: Int)\n= len(xs)\n\nkernel use() -> (n: Int)\n{\n  n <- size([]);\n}\n",
        "kernel size[a](xs: List[a]) -> (n: Int)\n= len(xs)\n\nkernel use(xs: List[Int]) -> (n: Int)\n{\n  n <- size(xs);\n}\n",
    ),
    _code(
        417,
        "parts that clash over a resource",
        "Parts with no order between them may run at the same time. Where one writes a resource that the other reads or writes, the outcome would "
        "depend on chance. Put them in order: with `>>`, by a wire from one to the other, or with `after`.",
        "kernel use(n: Int) -> (a: String, b: String)\n{\n  a <- post(n);\n  b <- post(n + 1);\n}\n",
        "kernel use(n: Int) -> (a: String, b: String)\n{\n  a <- post(n);\n  b <- post(n + 1) after a;\n}\n",
    ),
    _code(
        418,
        "a resource touched without saying so",
        "A composition that lists resources (`reads`, `writes`) must list all that its parts touch, since whoever uses it relies on the list. "
        "One that lists none at all takes over those of its parts.",
        "resource stock\n\nkernel use(n: Int) -> (receipt: String)\n  reads stock\n= compose post\n",
        "resource stock\n\nkernel use(n: Int) -> (receipt: String)\n  reads stock\n  writes ledger\n= compose post\n",
    ),
    _code(
        419,
        "a rollback that cannot be fed",
        "When a later step fails, the rollback of a finished one is run with that step's inputs and outputs, by name. It asks for a port that the "
        "kernel neither takes nor yields, or for one of another type.",
        'kernel undo(number: Int) -> (done: Bool)\n  writes ledger\n  by tool "ledger.undo"\n\n'
        'kernel pay(n: Int) -> (slip: String)\n  writes ledger\n  rollback undo\n  by tool "ledger.pay"\n',
        'kernel undo(slip: String) -> (done: Bool)\n  writes ledger\n  by tool "ledger.undo"\n\n'
        'kernel pay(n: Int) -> (slip: String)\n  writes ledger\n  rollback undo\n  by tool "ledger.pay"\n',
    ),
    _code(
        420,
        "ports named badly",
        "`id(x, y)` names the ports it passes through, each once, and computes nothing; a `hole` names each of its ports once on a side.",
        "kernel use(n: Int) -> (n2: Int)\n= compose id(n + 1)\n",
        "kernel use(n: Int) -> (n2: Int)\n= compose id(n)[n as n2]\n",
    ),
    _code(
        421,
        "a composition of something that is no kernel",
        "Compositions are made of kernels, since kernels have ports and contracts. A function, a constructor or a lemma is used inside an "
        "expression: write an expression kernel around it and compose that.",
        "fn twice(n: Int) -> Int\n= 2 * n\n\nkernel use(n: Int) -> (m: Int)\n{\n  m <- twice(n);\n}\n",
        "fn twice(n: Int) -> Int\n= 2 * n\n\nkernel twofold(n: Int) -> (m: Int)\n= twice(n)\n\n"
        "kernel use(n: Int) -> (m: Int)\n{\n  m <- twofold(n);\n}\n",
    ),
    _code(
        422,
        "a kernel that cannot stand in for another",
        "`refine a by b` says that b may stand wherever a does. So b takes at most the inputs of a and yields at least its outputs, each of "
        "the same type. The message names the port. Rename ports in a composition (`= compose b[x as y]`) and refine by that.",
        "kernel triple(k: Int) -> (m: Int)\n= 3 * k\n\nrefine both by triple\n",
        "kernel triple(n: Int) -> (m: Int, k: Int)\n= (3 * n, 0)\n\nrefine both by triple\n",
    ),
    _code(
        423,
        "a stand-in that touches more resources",
        "`refine a by b` promises users of a that nothing gets worse for them, and a resource that b reads or writes and a does not is new to "
        "them: two steps that could run side by side would race. Declare the resource on a, or keep b from touching it.",
        'kernel quiet(n: Int) -> (receipt: String)\n  by tool "quiet"\n\nrefine quiet by post\n',
        'kernel loud(n: Int) -> (receipt: String)\n  writes ledger\n  by tool "loud"\n\nrefine loud by post\n',
    ),
    _code(
        424,
        "an irrevocable step too early",
        "A run fails as a whole, and what it did is taken back. An `irrevocable` kernel cannot be taken back, so everything that may fail must "
        "come before it, by its wires or by `after`; in a loop, the round before it counts, too.",
        _SEND + "kernel use(n: Int) -> (sent: Bool, answer: Int)\n{\n  sent <- send(n);\n  answer <- ask(n);\n}\n",
        _SEND + "kernel use(n: Int) -> (sent: Bool, answer: Int)\n{\n  answer <- ask(n);\n  sent <- send(n) after answer;\n}\n",
    ),
    _code(
        425,
        "a write that nothing takes back",
        "A run that fails leaves every resource as it was. This step writes one and has no `rollback`, and another step may fail when it has "
        "written already. Give it a `rollback`, or order the steps so that whatever may fail comes first.",
        _SEND + "kernel use(n: Int) -> (entry: String, answer: Int)\n{\n  entry <- note(n);\n  answer <- ask(n);\n}\n",
        _SEND + "kernel use(n: Int) -> (entry: String, answer: Int)\n{\n  answer <- ask(n);\n  entry <- note(n) after answer;\n}\n",
    ),
    Code(
        "KW426",
        Severity.WARNING,
        "a step that does nothing",
        "No output of the composition comes from this step, it writes nothing, and it never fails: a run without it is the same run. Remove "
        "it, or use one of its outputs.",
        _PARTS + "kernel use(n: Int) -> (m: Int)\n{\n  (m, _) <- both(n);\n  _ <- both(n + 1);\n}\n",
        _PARTS + "kernel use(n: Int) -> (m: Int)\n{\n  (m, _) <- both(n);\n}\n",
    ),
)
