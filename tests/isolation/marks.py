"""Marks: words that stand in one text of the whole test alone, so that wherever one is met it says where it is from.

A mark is `qx`, four letters, `xq`; it stands in a page in small letters, so that what a search field repeats in
capitals is no mark. A marked phone number is known by its digits, however it is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LETTERS = "abcdefghijklmnop"
WORD = re.compile(r"qx[a-p]{4}xq")
PHONE = re.compile(r"48[\s().-]*5(?:[\s().-]*\d){8}")
NOT_DIGITS = re.compile(r"\D+")


@dataclass(frozen=True)
class Mark:
    """What a mark is part of: a kind of thing, the book, organization or person that it belongs to, and the field."""

    kind: str
    home: str
    field: str

    def __str__(self) -> str:
        return f"the {self.field} ({self.kind} of {self.home})"


class Marks:
    """Every mark that was given out."""

    def __init__(self):
        self.known = {}  # by the word, or by the digits of a phone number

    def word(self, kind, home, field):
        """Return a word that nothing else bears."""
        number, letters = len(self.known), ""
        for _ in range(4):
            number, digit = divmod(number, 16)
            letters = LETTERS[digit] + letters
        self.known[f"qx{letters}xq"] = Mark(kind, home, field)
        return f"qx{letters}xq"

    def phone(self, kind, home, field):
        """Return a phone number that nothing else bears."""
        digits = f"485120{len(self.known):05d}"
        self.known[digits] = Mark(kind, home, field)
        return f"+{digits[:2]} {digits[2:5]} {digits[5:8]} {digits[8:]}"

    def within(self, text):
        """Return the marks that a text bears, by what they look like."""
        found = {word: self.known[word] for word in WORD.findall(text) if word in self.known}
        for written in PHONE.findall(text):
            digits = NOT_DIGITS.sub("", written)
            if digits in self.known:
                found[digits] = self.known[digits]
        return found
