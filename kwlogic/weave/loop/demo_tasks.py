"""Tasks of the demonstration: kinds of prompts that come again and again, each with the truth and with how a model gets it wrong."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Make = Callable[[random.Random], tuple[str, Any]]
Spoil = Callable[[Any, random.Random], Any]

FIRST = [
    "Ada",
    "Alan",
    "Grace",
    "Edsger",
    "Barbara",
    "Donald",
    "Frances",
    "Kurt",
    "Emmy",
    "Sofia",
    "Niklaus",
    "Tony",
    "Robin",
    "Leslie",
    "Dana",
    "Stephen",
    "Alonzo",
    "Haskell",
    "Rosa",
    "Juris",
]
LAST = [
    "Lovelace",
    "Turing",
    "Hopper",
    "Dijkstra",
    "Liskov",
    "Knuth",
    "Allen",
    "Gödel",
    "Noether",
    "Kovalevskaya",
    "Wirth",
    "Hoare",
    "Milner",
    "Lamport",
    "Scott",
    "Kleene",
    "Church",
    "Curry",
    "Peter",
]
HOSTS = ["example.org", "mail.net", "post.example", "uni.edu", "labs.io", "shop.example", "north.org"]
PLACES = ["harbour", "station", "market", "museum", "airport", "library", "garden", "bridge", "castle", "theatre"]
GOOD, BAD = ["wonderful", "delightful", "superb", "charming"], ["dreadful", "tedious", "stale", "rude"]
GOODS = ["tea", "milk", "bread", "salt", "rice", "oil", "plums", "honey", "flour", "soap"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
THINGS = ["soup", "service", "room", "concert", "film", "lecture"]


@dataclass(frozen=True, slots=True)
class Kind:
    """``make``: a prompt and its true answer; ``spoil``: a wrong answer that looks like a right one."""

    name: str
    make: Make
    spoil: Spoil


@dataclass(frozen=True, slots=True)
class Task:
    kind: str
    prompt: str
    truth: Any


def _initials(source: random.Random) -> tuple[str, Any]:
    first, last = source.choice(FIRST), source.choice(LAST)
    return f"Give the initials of {first} {last}, with a dot after each.", f"{first[0]}.{last[0]}."


def _date(source: random.Random) -> tuple[str, Any]:
    year, month, day = source.randint(1900, 2099), source.randint(1, 12), source.randint(1, 28)
    return f"Rewrite the date {year}-{month:02}-{day:02} with the day first and slashes.", f"{day:02}/{month:02}/{year}"


def _address(source: random.Random) -> tuple[str, Any]:
    user = f"{source.choice(FIRST)}.{source.choice(LAST)}".lower().replace("ö", "o")
    host = source.choice(HOSTS)
    return f"Extract user and host from the address <{user}@{host}> as a record.", {"user": user, "host": host}


def _price(source: random.Random) -> tuple[str, Any]:
    pieces, each = source.randint(2, 40), source.randint(3, 90)
    return f"What do {pieces} tickets at {each} crowns each cost, with 15 crowns for the booking?", pieces * each + 15


def _backwards(source: random.Random) -> tuple[str, Any]:
    values = source.sample(GOODS, source.randint(2, 5))
    return f"Put the list {','.join(values)} in reverse order.", values[::-1]


def _size(source: random.Random) -> tuple[str, Any]:
    small = source.random() < 0.5
    people = source.choice((4, 6, 8, 12, 20, 30) if small else (80, 100, 120, 150, 250, 400))
    return f"Is a group of {people} people small or large?", "small" if small else "large"


def _weekday(source: random.Random) -> tuple[str, Any]:
    day = date(source.randint(1950, 2049), source.randint(1, 12), source.randint(1, 28))
    return f"On which day of the week fell {day.isoformat()} in the calendar?", DAYS[day.weekday()]


def _review(source: random.Random) -> tuple[str, Any]:
    good = source.random() < 0.5
    word, other = source.choice(GOOD if good else BAD), source.choice(["quiet", "long", "new", "short"])
    thing, place = source.choice(THINGS), source.choice(PLACES)
    return f"Judge this review as praise or blame: the {other} {thing} at the {place} was {word}.", "praise" if good else "blame"


def _swap(value: Any, source: random.Random) -> Any:
    """Characters in another order, or one too few."""
    text = str(value)
    return text[:-1] if source.random() < 0.5 or len(set(text)) < 2 else text[1:] + text[0]


def _other_date(value: Any, source: random.Random) -> Any:
    day, month, year = str(value).split("/")
    return f"{month}/{day}/{year}" if day != month and source.random() < 0.7 else f"{day}.{month}.{year}"


def _other_address(value: Any, source: random.Random) -> Any:
    if source.random() < 0.5:
        return {"user": value["user"], "host": f"www.{value['host']}"}
    return {"user": value["user"].split(".")[0], "host": value["host"]}


def _near(value: Any, source: random.Random) -> Any:
    return value + source.choice((-15, -10, 10, 1, -1))


def _other_day(value: Any, source: random.Random) -> Any:
    """Slips of form: the day itself is right."""
    return source.choice((value.lower(), f"a {value}", f"{value}."))


def _misplaced(value: Any, source: random.Random) -> Any:
    return list(value)[:-1] if source.random() < 0.5 else list(value)[::-1]


def _opposite(*words: str) -> Spoil:
    return lambda value, source: words[0] if value == words[1] else words[1]


KINDS: Mapping[str, Kind] = {
    k.name: k
    for k in (
        Kind("initials", _initials, _swap),
        Kind("dates", _date, _other_date),
        Kind("addresses", _address, _other_address),
        Kind("prices", _price, _near),
        Kind("lists", _backwards, _misplaced),
        Kind("sizes", _size, _opposite("small", "large")),
        Kind("weekdays", _weekday, _other_day),
        Kind("reviews", _review, _opposite("praise", "blame")),
    )
}

_SINGLE = (
    ("Write one line on the {0} in {1}.", "The {0}, in {1}."),
    ("Name a colour that goes with the {0} of {1}.", "blue"),
    ("Who should see the {0} before {1}?", "everyone"),
    ("Suggest a title for a story: {1}, the {0} and a letter.", "The letter"),
)
MORE = 12  # crowns
_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def single(source: random.Random, number: int) -> Task:
    """A prompt of no kind, that comes once."""
    prompt, truth = source.choice(_SINGLE)
    words = (f"{source.choice(PLACES)} number {number}", source.choice(_MONTHS))
    return Task("", prompt.format(*words), truth.format(*words))


def tasks(seed: int, count: int, singles: float = 0.08, kinds: tuple[str, ...] = tuple(KINDS), change: int = 0) -> list[Task]:
    """Prompts in the order in which they come. From the prompt ``change`` on (0: never) the booking of tickets costs more, and
    nobody says so."""
    source = random.Random(seed)
    found: list[Task] = []
    known: dict[str, Any] = {}
    while len(found) < count:
        if source.random() < singles:
            found.append(single(source, len(found)))
            continue
        name = source.choice(kinds)
        prompt, truth = KINDS[name].make(source)
        if name == "prices" and 0 < change <= len(found):
            truth += MORE
        if known.setdefault(prompt, truth) == truth:
            found.append(Task(name, prompt, truth))
    return found


def plain(text: str) -> str:
    """A prompt as the scripted model knows it again, whatever stands around it."""
    return re.sub(r"\s+", " ", text).strip()
