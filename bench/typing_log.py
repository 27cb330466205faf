"""What people type into the search field, key by key, drawn from the data by a seed.

The log is tuned to nothing: `make bench` reports on one seed, and whoever changes search tries others (`--seed`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 12


@dataclass(frozen=True, slots=True)
class Person:
    """What of a contact somebody may remember; empty where there is none."""

    first: str = ""
    last: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    notes: str = ""
    custom: str = ""


@dataclass(frozen=True, slots=True)
class Keystroke:
    """The field's text after a key, and what kind of thing is being typed."""

    query: str
    kind: str


#: How often each kind is typed, in parts of the whole.
WEIGHTS: Final[dict[str, int]] = {
    "first name": 20,
    "last name": 18,
    "two words": 16,
    "last name first": 6,
    "name and company": 6,
    "company": 10,
    "email": 6,
    "part of an email": 4,
    "phone as written": 4,
    "end of a phone": 4,
    "note": 3,
    "custom value": 2,
    "one letter and another": 3,
    "apostrophe or hyphen": 3,
    "percent and underscore": 1,
    "miss": 4,
}
_PUNCTUATED: Final = re.compile(r"\w['’\-]\w")
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"


def typing_log(people: Sequence[Person], *, seed: int, count: int) -> list[Keystroke]:
    """Return `count` keystrokes of people typing one thing after another. Equal arguments give an equal log.

    Raises `ValueError` when there is nobody to search for.
    """
    if not people:
        raise ValueError("There is nobody to search for: the log is drawn from people.")
    source = random.Random(seed)  # noqa: S311  # choices of a bench, no secret
    kinds, weights = list(WEIGHTS), list(WEIGHTS.values())
    log: list[Keystroke] = []
    while len(log) < count:
        [kind] = source.choices(kinds, weights)
        text = _text(kind, source, people)
        log += [Keystroke(typed, kind) for typed in keys(text)]
    return log[:count]


def keys(text: str) -> Iterator[str]:
    """Yield what stands in the field after each key; a blank at the end asks nothing new and is left out."""
    for length in range(1, len(text) + 1):
        if text[length - 1] != " ":
            yield text[:length]


def _text(kind: str, source: random.Random, people: Sequence[Person]) -> str:
    """Return what somebody types of a random person who has it; of a first name where nobody drawn has."""
    for _attempt in range(40):
        if text := _TEXTS[kind](source, source.choice(people)).strip():
            return text
    return source.choice(people).first[:LONGEST] or "a"


def _word(source: random.Random, text: str) -> str:
    return source.choice(text.split() or [""])


def _case(source: random.Random, text: str) -> str:
    return text.lower() if source.random() < 0.7 else text


def _miss(source: random.Random, person: Person) -> str:
    if source.random() < 0.5:
        return "".join(source.choices(_ALPHABET, k=source.randrange(4, 9)))
    name = person.first or person.last
    place = source.randrange(len(name) + 1)
    return _case(source, name[:place] + source.choice(_ALPHABET) + name[place:])[:LONGEST]


def _with_punctuation(source: random.Random, person: Person) -> str:
    found = [word for word in (*person.last.split(), *person.first.split()) if _PUNCTUATED.search(word)]
    return _case(source, source.choice(found))[:LONGEST] if found else ""


def _percent(source: random.Random, person: Person) -> str:
    return source.choice(("100%", "a_", "%", "_", f"{person.first[:2]}%", "50 %"))


def _two(first: str, second: str) -> str:
    return f"{first} {second[:6]}" if first and second else ""


def _phone_end(source: random.Random, person: Person) -> str:
    digits = "".join(character for character in person.phone if character.isdigit())
    return digits[-source.randrange(4, 9) :] if digits else ""


_TEXTS: Final[dict[str, Callable[[random.Random, Person], str]]] = {
    "first name": lambda source, person: _case(source, person.first)[:LONGEST],
    "last name": lambda source, person: _case(source, person.last)[:LONGEST],
    "two words": lambda source, person: _two(_case(source, person.first), _case(source, person.last)),
    "last name first": lambda source, person: _two(_case(source, person.last), _case(source, person.first)),
    "name and company": lambda source, person: _two(_case(source, person.first), _case(source, person.company)),
    "company": lambda source, person: _case(source, person.company)[:LONGEST],
    "email": lambda source, person: person.email[: 2 * LONGEST],
    "part of an email": lambda source, person: person.email.partition("@")[2][:LONGEST],
    "phone as written": lambda source, person: person.phone[: LONGEST + 4],
    "end of a phone": _phone_end,
    "note": lambda source, person: _case(source, _word(source, person.notes))[:LONGEST],
    "custom value": lambda source, person: person.custom[:LONGEST],
    "one letter and another": lambda source, person: _two(person.first[:1].lower(), person.last[:1].lower()),
    "apostrophe or hyphen": _with_punctuation,
    "percent and underscore": _percent,
    "miss": _miss,
}
