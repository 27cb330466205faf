"""What is left of a Cyrillic, Greek or Latin name in every spelling of it: enough to compare, never shown.

Transliterations differ (Юлия: Yulia, Iuliia, Julija), mostly in vowels and in how one hisses. Pure: no queries.
"""

import re
from functools import lru_cache

from contacts.folding import fold

_CYRILLIC = "а:a б:b в:v г:g ґ:g д:d е:e є:e ж:z з:z и:i і:i й:i к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:h ц:c"
_CYRILLIC_TOO = "ч:c ш:s щ:s ъ: ы:y ь: э:e ю:u я:a ё:e ї:i ђ:d ј:i љ:l њ:n ћ:c џ:c ў:u"
_GREEK = "α:a β:v γ:g δ:d ε:e ζ:z η:i θ:t ι:i κ:k λ:l μ:m ν:n ξ:ks ο:o π:p ρ:r σ:s ς:s τ:t υ:i φ:f χ:h ψ:ps ω:o"
_LETTERS = {pair[0]: pair[2:] for pair in f"{_CYRILLIC} {_CYRILLIC_TOO} {_GREEK}".split()}


# The hissing and the breathed sounds, from long to short, as languages write them.
_SOUNDS = (
    ("shch", "s"),
    ("schtsch", "s"),
    ("tsch", "c"),
    ("tch", "c"),
    ("sch", "s"),
    ("sh", "s"),
    ("zh", "z"),
    ("kh", "h"),
    ("ch", "c"),
    ("cz", "c"),
    ("sz", "s"),
    ("rz", "z"),
    ("ts", "c"),
    ("tz", "c"),
    ("ph", "f"),
    ("th", "t"),
    ("x", "ks"),
    ("w", "v"),
    ("q", "k"),
)


@lru_cache(maxsize=4_096)
def skeleton(word: str) -> str:
    """Return the sounds of one folded word that survive transliteration; empty for a script we cannot read."""
    latin = "".join(_LETTERS.get(character, character) for character in fold(word))
    if not latin.isascii() or not latin.isalpha():
        return ""
    for spelling, sound in _SOUNDS:
        latin = latin.replace(spelling, sound)
    # Vowels count where a word begins, there as one (Yulia, Iuliia, Юлия), and as a closing "a" (Петрова).
    begins = re.match("[aeiouyj]*", latin)
    vowels = begins[0] if begins else ""
    first = next((vowel for vowel in vowels if vowel in "aeou"), "i") if vowels else ""
    consonants = re.sub(r"(.)\1+", r"\1", re.sub("[aeiouyj]+", "", latin))
    return first + consonants + ("-a" if consonants and latin.endswith(("a", "ya")) else "")
