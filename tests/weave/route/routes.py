"""What the tests of routing share: four small kernels, with prompts."""

from __future__ import annotations

from functools import cache

from kwlogic.weave.route.router import Router

EXAMPLES = {
    "text.upper": [
        "make this upper case: hello",
        "uppercase the word banana",
        "convert this to capitals please",
        "put foo in upper case letters",
        "capitalise every letter of good morning",
        "I want it in upper case",
    ],
    "text.reverse": [
        "reverse the string hello",
        "turn abc around backwards",
        "spell banana backwards",
        "write foo in reverse",
        "reverse the letters of good",
        "mirror this text from back to front",
    ],
    "math.add": [
        "add 3 and 5",
        "what is 7 plus 9",
        "sum of 10 and 20",
        "compute 1 + 2 for me",
        "please add 100 to 250",
        "what do 4 and 6 add up to",
    ],
    "list.sort": [
        "sort the list 3 1 2",
        "order these numbers: 9 8 7",
        "sort 5 2 9 ascending",
        "put 4 3 2 in order",
        "arrange 10 7 8 from small to large",
        "sort my list of numbers",
    ],
}

SPEC = """module demo

type Order = Up | Down

## Add two numbers.
kernel add(a: Int, b: Int) -> (sum: Int)
  ensures sum == a + b
= a + b

## Divide one whole number by another.
kernel divide(a: Int, b: Int) -> (q: Int)
  requires positive: b > 0
= a // b

## Sort numbers up or down.
kernel arrange(order: Order, items: List[Int]) -> (n: Int)
= len(items)

## Buy some pieces at a price.
kernel buy(qty: Int, price: Real) -> (total: Real)
  requires qty > 0
= real(qty) * price

## How long is a text?
kernel length(text: String) -> (n: Int)
= len(text)

## Greet somebody who is away.
kernel greet(name: String, days: Int) -> (text: String)
  requires days > 0
  ensures len(text) > 0
  by prompt "Greet {name} who is away for {days} days"
"""


@cache
def small() -> Router:
    """Shared: nobody gives it feedback."""
    return Router.fit(EXAMPLES)
