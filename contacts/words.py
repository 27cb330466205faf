"""Words: what folded text is cut into to be searched, and when a word of a query is in it.

A word is text between blanks. Scripts that write without blanks get them here: each Han character, kana and Hangul
syllable is a word of its own. A word of a query is in a text

- when it has three letters or digits in a row: anywhere;
- when it is written without blanks: as that row of characters;
- else, when it begins with a letter or digit: where a word begins, after a blank or a mark;
- else, as it stands, anywhere.

Each of these the trigram index can answer, which knows nothing of marks: those that are rare in contacts are written
once more beside the text, in letters (`marks_of`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from contacts.handles import digits

#: Marks the digits of a phone in search text and tokens, so that "0301-66" can be asked of phones alone.
PHONE_MARK = "\x1f"
_MARK_MARK = "\x1e"

_WITHOUT_BLANKS = re.compile(
    "[\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
_PHONE_LIKE = re.compile(r"[+(]?[0-9][0-9()./+\-]*")
_THREE_IN_A_ROW = re.compile(r"[LMN]{3}")
#: What a word begins after, in a regular expression of PostgreSQL: a blank or any mark of ASCII, to which folding
#: brings dashes and quotation marks too. Named one by one: Python and PostgreSQL do not agree on what a letter is, in
#: scripts with combining vowels above all, and for "^" or other characters the trigram index would not be asked.
_BEFORE_A_WORD = r"[] !-/:-@[\\^-`{-~" + _MARK_MARK + PHONE_MARK + "]"
#: The same, one by one. A letter beyond `_SIMPLE`, as of Devanagari or Thai, in a regular expression gives the trigram
#: index nothing to look for (PostgreSQL, src/include/regex/regcustom.h: MAX_SIMPLE_CHR); in a pattern of LIKE it does.
_BEGINNINGS = [character for character in map(chr, range(32, 127)) if not character.isalnum()] + [
    _MARK_MARK,
    PHONE_MARK,
]
_SIMPLE = "\u07ff"
#: Of a longer word only so many characters are looked for in the index: the rest of an address, as ".example", is in
#: so many contacts that it costs the index more than it spares.
_INDEXED = 16
#: SQL for what the index answers, and (`IS TRUE`) for what only what it found is asked.
_HOLDS = "s.text LIKE %s"
_MATCHES = "s.text ~ %s"
_ALSO_HOLDS = " AND (s.text LIKE %s) IS TRUE"
_ALSO_MATCHES = " AND (s.text ~ %s) IS TRUE"
#: In so many contacts that looking for them in an index would not help.
_COMMON_MARKS = frozenset("@.-+()/:,")
#: Letters of a script that no contact is written in (Yi), to write marks with; 128 from here.
_FIRST_LETTER = 0xA000


def is_without_blanks(text: str) -> bool:
    """Return whether `text` has a character that is a word of its own."""
    return not text.isascii() and bool(_WITHOUT_BLANKS.search(text))


def spaced(folded: str) -> str:
    """Return folded text with its words apart."""
    if not is_without_blanks(folded):
        return folded
    return " ".join(_WITHOUT_BLANKS.sub(r" \g<0> ", folded).split())


def phone_part(word: str) -> str:
    """Return the digits of a word that looks like part of a phone number with punctuation in it, else empty."""
    return digits(word) if _PHONE_LIKE.fullmatch(word) and not word.isdigit() else ""


def number_of(words: Sequence[str]) -> str:
    """Return the digits of words that are one phone number, with or without blanks in it, else empty."""
    parts = [phone_part(word) or (word if word.isdigit() else "") for word in words]
    return "".join(parts) if all(parts) else ""


def marks_of(text: str) -> list[str]:
    """Return each rare mark of `text` once, written so that the trigram index finds it."""
    if text.isalnum():
        return []
    found = set(text) - _COMMON_MARKS
    return sorted(_spelled(character) for character in found if not character.isalnum() and not character.isspace())


def _spelled(mark: str) -> str:
    point = ord(mark)
    return _MARK_MARK + "".join(chr(_FIRST_LETTER + (point >> shift & 127)) for shift in (14, 7, 0))


def begins_words(word: str) -> bool:
    """Return whether a folded word of a query is looked for where words begin alone, because it is short."""
    short = not _THREE_IN_A_ROW.search(_kinds(word))
    return short and word[0].isalnum() and not is_without_blanks(word)


@dataclass(frozen=True, slots=True)
class Condition:
    """When a row `s` of the search text is meant: its text is LIKE one of each of `likes`, which only help the index,
    and one of `either` holds, each of them SQL with its values. `leads`: the index finds few rows by this word alone;
    `is_few_digits`: it finds so many of a phone's that it had better not be asked, beside a word that leads."""

    likes: tuple[list[str], ...]
    either: tuple[tuple[str, tuple[str, ...]], ...]
    leads: bool = False
    is_few_digits: bool = False


def condition(word: str) -> Condition:
    """Return when a folded word of a query is in the search text of a contact, or in one of its phones."""
    text = spaced(word)
    here: tuple[str, tuple[str, ...]]
    if is_without_blanks(text):
        before = " " if is_without_blanks(text[0]) else ""
        after = " " if is_without_blanks(text[-1]) else ""
        here = _HOLDS, (f"%{before}{escape_like(text)}{after}%",)
    elif begins_words(word):
        here = _MATCHES, (_BEFORE_A_WORD + _escape_regex(word),)
        if max(word) > _SIMPLE:
            beginnings = [f"%{escape_like(before + word)}%" for before in _BEGINNINGS]
            return Condition((beginnings,), ((f"({here[0]}) IS TRUE", here[1]),))
    else:
        here = _anywhere(word)
    number = phone_part(word)
    leads = is_without_blanks(text) or bool(_THREE_IN_A_ROW.search(_kinds(word)))
    if not number:
        marks = tuple([f"%{mark} %"] for mark in marks_of(word))
        return Condition(marks, (here,), leads or bool(marks))
    return Condition((), (here, _in_a_phone(number)), leads, is_few_digits=not leads)


def _anywhere(word: str) -> tuple[str, tuple[str, ...]]:
    whole = f"%{escape_like(word)}%"
    if len(word) <= _INDEXED:
        return _HOLDS, (whole,)
    return _HOLDS + _ALSO_HOLDS, (f"%{escape_like(word[:_INDEXED])}%", whole)


def _in_a_phone(number: str) -> tuple[str, tuple[str, ...]]:
    """Fewer than three digits are asked of the beginnings of numbers alone, as short words are of words."""
    if len(number) <= 2:
        return _HOLDS, (f"%{PHONE_MARK}{number}%",)
    return _HOLDS + _ALSO_MATCHES, (f"%{number}%", f"{PHONE_MARK}[0-9]*{number}")


def _kinds(word: str) -> str:
    """Return the major Unicode category of each character: letters L, their marks M, numbers N, others."""
    return "".join(unicodedata.category(character)[0] for character in word)


def escape_like(text: str) -> str:
    """Return `text` with the characters that mean something to LIKE escaped."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _escape_regex(text: str) -> str:
    return "".join(character if character.isalnum() else f"\\{character}" for character in text)
