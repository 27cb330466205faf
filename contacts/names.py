"""Whether two names can be one person's: for people who share an address, and for files that spell a name anew.

A wrong "yes" mixes two people, a wrong "no" only leaves a duplicate that is offered later; so doubt is a "no".
Pure: no queries.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from contacts.document import ContactDocument
from contacts.folding import fold
from contacts.transliteration import skeleton

_GENERATIONS = {
    "jr": "jr",
    "jnr": "jr",
    "jun": "jr",
    "junior": "jr",
    "sr": "sr",
    "snr": "sr",
    "sen": "sr",
    "senior": "sr",
    "ii": "2",
    "2nd": "2",
    "iii": "3",
    "3rd": "3",
    "iv": "4",
    "4th": "4",
}
_TITLE_WORDS = """
    mr mrs ms miss mx dr prof professor sir dame herr frau fr monsieur madame mme mlle sr sra srta don dona ing dipl mag
    pan pani phd md esq mba dds cpa msc bsc rev
"""
_TITLES = frozenset(_TITLE_WORDS.split())


# Short forms that stand for one name only; "Chris" or "Alex" could be either of a couple.
_SHORT = {
    short: full
    for full, shorts in {
        "robert": "bob bobby rob robbie",
        "william": "bill billy will willy",
        "richard": "dick rick ricky rich",
        "michael": "mike mick mikey",
        "thomas": "tom tommy",
        "timothy": "tim timmy",
        "james": "jim jimmy jamie",
        "joseph": "joe joey sepp",
        "david": "dave davey",
        "daniel": "dan danny",
        "stephen": "steve steven stefan stephan",
        "anthony": "tony",
        "andrew": "andy drew",
        "matthew": "matt",
        "nicholas": "nick",
        "benjamin": "ben benny",
        "kenneth": "ken kenny",
        "ronald": "ron ronnie",
        "donald": "don donnie",
        "edward": "ed eddie ted teddy",
        "gregory": "greg",
        "jeffrey": "jeff geoffrey geoff",
        "lawrence": "larry",
        "peter": "pete",
        "raymond": "ray",
        "charles": "charlie chuck",
        "jonathan": "jon",
        "john": "johnny jack",
        "elizabeth": "liz beth betty lizzie",
        "katherine": "kate kathy katie catherine kathryn cathy",
        "margaret": "maggie peggy meg",
        "jennifer": "jen jenny",
        "susan": "sue susie",
        "deborah": "debbie deb",
        "rebecca": "becky becca",
        "victoria": "vicky",
        "barbara": "barb babs",
        "cynthia": "cindy",
        "johannes": "hannes hans",
        "wolfgang": "wolf",
        "friedrich": "fritz",
        "gunther": "gunter",
        "jose": "pepe",
        "francisco": "paco pancho",
        "giuseppe": "beppe peppe",
        "aleksander": "olek",
        "malgorzata": "gosia",
        "katarzyna": "kasia",
        "joanna": "asia",
        "agnieszka": "aga",
    }.items()
    for short in shorts.split()
}

#: Names that are kept as they were read: one person is compared with many who share an address.
_REMEMBERED = 4_096

# "Anna & Peter": a mailbox of two.
_TOGETHER = re.compile(r"\s(?:&|\+|and|und|et|y|e|og|och|oraz|и)\s|&|\w/\s?\w")


@dataclass(frozen=True, slots=True)
class _Name:
    """The words of a name. What is compared is worked out once: an import asks some names thousands of times."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    generation: str
    is_couple: bool
    all: tuple[str, ...]  # given and family
    joined: str  # all, without blanks
    turned: str  # likewise, the family first
    in_order: tuple[str, ...]  # the words in an order of their own, umlauts alike
    script: str  # of the first letter, as Unicode names it: "LATIN", "CYRILLIC", "CJK"


def names_contradict(a: ContactDocument, b: ContactDocument) -> bool:
    """Return whether two names cannot be one person's. What is not said contradicts nothing.

    Compares folded: initials, middle names left out, short forms, nicknames, double surnames, swapped first and last
    names, one-cell names and Cyrillic or Greek beside Latin agree; another surname, another generation (Jr., Sr.),
    another middle initial, or a couple beside one of the two contradict. Names in scripts that cannot be compared
    (陈伟, Wei Chen) do not contradict. Symmetric.
    """
    first, second = _name(a), _name(b)
    if first is second and first.in_order:
        return False  # the very same, as it was read before
    if not first.all and not second.all:
        mine, theirs = _tokens(a.nickname), _tokens(b.nickname)
        return bool(mine and theirs and set(mine) != set(theirs))
    if not first.all or not second.all:
        return False
    if first.is_couple != second.is_couple:
        return True
    if first.generation and second.generation and first.generation != second.generation:
        return True
    nicknames = (*_tokens(a.nickname), *_tokens(b.nickname))
    return not any(_agree(x, y, nicknames) for x in (first, *_phonetic(a)) for y in (second, *_phonetic(b)))


def same_full_name(a: ContactDocument, b: ContactDocument) -> bool:
    """Return whether both have a name, the same when folded, in whatever order its words come."""
    first, second = _name(a), _name(b)
    return bool(first.all) and first.in_order == second.in_order and first.generation == second.generation


def _tokens(text: str) -> tuple[str, ...]:
    """Return the words of a name, folded; marks stay with their letters (Devanagari spells vowels so)."""
    if not text:
        return ()
    letters = (character if unicodedata.category(character)[0] in "LMN" else " " for character in fold(text))
    return tuple("".join(letters).split())


def _name(document: ContactDocument) -> _Name:
    """Return the words of a name, titles and generation apart."""
    return _read(document.first_name, document.middle_name, document.last_name, document.suffix)


def _phonetic(document: ContactDocument) -> list[_Name]:
    """Return how a name is spoken, where that is said."""
    parts = (document.phonetic_first_name, document.phonetic_middle_name, document.phonetic_last_name)
    return [name] if any(parts) and (name := _read(*parts, "")).all else []


@lru_cache(maxsize=_REMEMBERED)
def _read(first: str, middle: str, last: str, suffix: str) -> _Name:
    given = [*_tokens(first), *_tokens(middle)]
    family = list(_tokens(last))
    generation = next((_GENERATIONS[word] for word in _tokens(suffix) if word in _GENERATIONS), "")
    while len(given) > 1 and given[0] in _TITLES:
        given.pop(0)
    for words in (family, given):
        while len(words) > 1 and (words[-1] in _GENERATIONS or words[-1] in _TITLES):
            generation = generation or _GENERATIONS.get(words[-1], "")
            words.pop()
    in_order = sorted(map(_umlauts_alike, (*given, *family)))
    is_couple = bool(_TOGETHER.search(f"{first} {middle}".strip()))
    joined = "".join((*given, *family))
    return _Name(
        given=tuple(given),
        family=tuple(family),
        generation=generation,
        is_couple=is_couple,
        all=(*given, *family),
        joined=joined,
        turned="".join((*family, *given)),
        in_order=tuple(in_order),
        script=_script(joined),
    )


def _agree(a: _Name, b: _Name, nicknames: tuple[str, ...]) -> bool:
    if a.in_order == b.in_order or a.joined in (b.joined, b.turned) or b.joined == a.turned:
        return True
    if a.script != b.script:
        return _agree_across_scripts(a, b)
    return any(_fits(x, y, nicknames) for x in _readings(a, b) for y in _readings(b, a))


def _readings(name: _Name, other: _Name) -> list[_Name]:
    """Return how a name may be meant: one of several words in one field may hold the surname at either end."""
    words = name.given or name.family
    if (name.given and name.family) or len(words) < 2:
        return [name]
    readings = [replace(name, given=words[:-1], family=words[-1:]), replace(name, given=words[1:], family=words[:1])]
    if len(words) <= len(other.given if name.given else other.family):
        readings.append(name)
    return readings


def _fits(a: _Name, b: _Name, nicknames: tuple[str, ...]) -> bool:
    return _given_fits(a.given, b.given, nicknames) and _family_fits(a.family, b.family)


def _given_fits(a: tuple[str, ...], b: tuple[str, ...], nicknames: tuple[str, ...]) -> bool:
    """Return whether first and middle names agree: the same first, and none of the rest against each other."""
    if not a or not b or "".join(a) == "".join(b):
        return True
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if _is_initial(long[0]) and not _is_initial(short[0]) and long[0] != short[0][0]:
        long = long[1:]  # "J. Edgar" goes by Edgar
    if not long or not (_alike(short[0], long[0]) or _is_nickname(short[0], long[0], nicknames)):
        return False
    rest = iter(long[1:])
    return all(any(_alike(word, other) for other in rest) for word in short[1:])


def _is_nickname(a: str, b: str, nicknames: tuple[str, ...]) -> bool:
    """Return whether one of two first names is what the other's card calls them."""
    return a in nicknames or b in nicknames


def _family_fits(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Return whether surnames agree: one of a double surname is enough, or its initial."""
    if not a or not b or "".join(a) == "".join(b):
        return True
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    return all(any(_alike(word, other) for other in long) for word in short)


def _alike(a: str, b: str) -> bool:
    """Return whether two words are one name: equal, initial and name, or short form and name."""
    if _is_initial(a) or _is_initial(b):
        return a[0] == b[0]
    return _loose(a) == _loose(b)


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.upper() != word.lower()


def _loose(word: str) -> str:
    """Return a word with short forms at length and umlauts alike: Mueller is Müller."""
    return _umlauts_alike(_SHORT.get(word, word))


def _umlauts_alike(word: str) -> str:
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _script(text: str) -> str:
    """Return the script of the first letter of `text`, empty without one."""
    letter = next(filter(str.isalpha, text), "")
    return unicodedata.name(letter, "").split(" ")[0] if letter else ""


def _agree_across_scripts(a: _Name, b: _Name) -> bool:
    """Compare two names of different scripts by what is left of a word in every transliteration."""
    mine, theirs = ([skeleton(word) for word in name.all] for name in (a, b))
    if not all(mine) or not all(theirs):
        return True  # a script without letters for sounds, or one that we cannot read: nothing is known
    short, long = (mine, theirs) if len(mine) <= len(theirs) else (theirs, mine)
    return all(word in long for word in short)
