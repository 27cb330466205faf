"""A name that stands in one cell: split where it can be, left whole where splitting would be guessing."""

from __future__ import annotations

import re
from functools import cache

from nameparser import HumanName
from nameparser.config import CONSTANTS

from contacts import limits

# Han, kana, hangul: names in them are written family first and mostly without a blank.
_UNSPLIT = re.compile("[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f]")
_PARTS = {"title": "prefix", "first": "first_name", "middle": "middle_name", "last": "last_name", "suffix": "suffix"}
_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


@cache
def _special_words() -> frozenset[str]:
    """Return words that are not a first or last name by themselves: titles, particles, suffixes, conjunctions."""
    sets = (
        CONSTANTS.titles,
        CONSTANTS.first_name_titles,
        CONSTANTS.prefixes,
        CONSTANTS.suffix_acronyms,
        CONSTANTS.suffix_not_acronyms,
        CONSTANTS.conjunctions,
    )
    return frozenset(word for words in sets for word in words)


def split_name(text: str) -> dict[str, str]:
    """Return the name fields of a document for a whole name. Nothing of it is lost; at worst all is the first name."""
    text = " ".join(text.split())
    if len(text) > limits.NAME or _UNSPLIT.search(text):
        return {"first_name": text}
    words = text.split(" ")
    plain = all(_PLAIN_WORD.fullmatch(word) and word.casefold() not in _special_words() for word in words)
    if plain and len(words) <= 2:
        return dict(zip(("first_name", "last_name"), words, strict=False))
    parts = HumanName(text).as_dict()
    fields = {field: str(parts.get(part) or "") for part, field in _PARTS.items()}
    if nickname := str(parts.get("nickname") or ""):
        fields["nickname"] = nickname
    kept = re.findall(r"\w", " ".join(fields.values()))
    if not kept or sorted(kept) != sorted(re.findall(r"\w", text)) or text.count("(") != text.count(")"):
        return {"first_name": text}
    return {field: value for field, value in fields.items() if value}
