"""Letters to jump to in a list by name: those that names begin with, in the order of the list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

#: What stands for everything that is no letter.
OTHERS = "#"
_IDEOGRAPHS = "漢"
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_HANGUL, _SYLLABLES = 0xAC00, 588


class Letter(NamedTuple):
    """A letter as it is shown, and the text that its names are not before; empty for the beginning of the list."""

    label: str
    start: str


def letters_of(keys: Iterable[str]) -> list[Letter]:
    """Return the letters of sort keys that come in order, each once: neighbours with one label are one letter.

    Letters of an alphabet stand for themselves. Syllables of Hangul go by their first sound, ideographs are one letter,
    and what is none at all is `#`.
    """
    found: list[Letter] = []
    for key in keys:
        letter = _letter(key[:1])
        if not found and letter.label == OTHERS:
            letter = Letter(OTHERS, "")
        if not found or found[-1].label != letter.label:
            found.append(letter)
    return found


def _letter(character: str) -> Letter:
    code = ord(character) if character else 0
    if _HANGUL <= code < _HANGUL + len(_INITIALS) * _SYLLABLES:
        sound = (code - _HANGUL) // _SYLLABLES
        return Letter(_INITIALS[sound], chr(_HANGUL + sound * _SYLLABLES))
    if 0x3400 <= code <= 0x9FFF or code >= 0x20000:
        return Letter(_IDEOGRAPHS, character)
    if not character.isalpha():
        return Letter(OTHERS, character)
    return Letter(character.title(), character)
