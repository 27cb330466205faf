"""Which character encoding a file is in, found out without reading more of it than one pass, and why.

Byte order marks and UTF-16's pattern of NULs settle it; else UTF-8 if the bytes are valid; else the Windows code page
in which the bytes make the most plausible words.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

_BLOCK = 1 << 20
_SAMPLE = 64 << 10

#: Stands before each character that was read in place of invalid bytes, so that the row can say so. A noncharacter:
#: `clean_text` drops it, should it ever slip through.
REPAIRED = "\ufdd0"

_REPAIR = "kith-windows-1252"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are not valid as Windows-1252, each marked: one wrong byte must not cost the whole file."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(REPAIRED + bytes([byte]).decode("cp1252", "replace") for byte in wrong), error.end


codecs.register_error(_REPAIR, _as_windows_1252)


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by Python's name, its name for people, and the reason for taking it."""

    codec: str
    title: str
    reason: str

    def decoder(self) -> codecs.IncrementalDecoder:
        """Return a decoder that never fails: invalid bytes become marked Windows-1252 characters."""
        return codecs.getincrementaldecoder(self.codec)(_REPAIR)


# Letters that people of the code page's languages write, commonest languages first: they decide between code pages.
_CODE_PAGES: tuple[tuple[str, str, str], ...] = (
    ("cp1252", "Windows-1252 (Western Europe)", "àâäáãåæçèéêëìíîïñòóôöõøùúûüÿßœ"),
    ("cp1250", "Windows-1250 (Central Europe)", "ąćęłńóśźżáéíýčďěňřšťůúžäöüßőűăâîşţđôľĺŕç"),
    ("cp1251", "Windows-1251 (Cyrillic)", "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўђћџњљј"),
    ("cp1254", "Windows-1254 (Turkish)", "çğıöşüâîûäéèàáíóúñß"),
    ("cp1253", "Windows-1253 (Greek)", "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋ"),
    ("cp1257", "Windows-1257 (Baltic)", "āčēģīķļņšūžąęėįųõäöü"),
    ("cp1255", "Windows-1255 (Hebrew)", "אבגדהוזחטיכלמנסעפצקרשתםןךףץ"),
    ("cp1256", "Windows-1256 (Arabic)", "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإؤئآپچژگ"),
    ("cp932", "Shift JIS (Japanese)", ""),
    ("gb18030", "GB 18030 (Chinese)", ""),
    ("cp950", "Big5 (Chinese)", ""),
    ("cp949", "Korean (949)", ""),
)
_TITLES = {codec: title for codec, title, _letters in _CODE_PAGES}
_LATIN = frozenset({"cp1252", "cp1250", "cp1254", "cp1257"})
#: Croatian, Czech and Romanian; in Turkish these bytes are its commonest letters, ğ, ı and ş.
_NEVER_TOGETHER = frozenset("đýţ")
_ALPHABETS = frozenset(codec for codec, _title, letters in _CODE_PAGES if letters)
_PUNCTUATION = frozenset("«»‘’“”„–—…€£§°ºª·•´®©™¿¡\u00a0")


def detect_encoding(file: BinaryIO) -> Encoding:
    """Return the encoding of a seekable file. Reads at most once through it, in blocks; leaves it at an odd place."""
    file.seek(0)
    head = file.read(8 << 10)
    for mark, codec, title in (
        (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
        (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
        (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
        (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    ):
        if head.startswith(mark):
            return Encoding(codec, title, _("it begins with the byte order mark of %(name)s") % {"name": title})
    for codec, lows in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        others = head[0::2] if codec == "utf-16-le" else head[1::2]
        if len(lows) >= 4 and lows.count(0) > 0.4 * len(lows) and others.count(0) < 0.1 * len(others):
            return Encoding(codec, "UTF-16", _("every other byte is empty, as in UTF-16"))
    sample = _foreign_lines(file)
    if not sample:
        return Encoding("utf-8", "UTF-8", _("it holds plain ASCII characters only"))
    valid = sum(_decodes(line, "utf-8") for line in sample)
    if valid == len(sample):
        return Encoding("utf-8", "UTF-8", _("its accented characters are valid UTF-8"))
    if valid > 0.5 * len(sample):
        return Encoding("utf-8", "UTF-8", _("nearly all its accented characters are valid UTF-8"))
    return _code_page(b"\n".join(sample))


def _foreign_lines(file: BinaryIO) -> list[bytes]:
    """Return lines with bytes beyond ASCII, up to 64 kB of them, from the first places where they occur."""
    file.seek(0)
    found: list[bytes] = []
    size = 0
    rest = b""
    while size < _SAMPLE and (block := file.read(_BLOCK)):
        if block.isascii() and rest.isascii():
            rest = block[block.rfind(b"\n") + 1 :][-_SAMPLE:]
            continue
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            if not line.isascii():
                found.append(line[:_SAMPLE])
                size += len(found[-1])
                if size >= _SAMPLE:
                    return found
        rest = rest[-_SAMPLE:]
    if not rest.isascii():
        found.append(rest)
    return found


def _decodes(line: bytes, codec: str) -> bool:
    try:
        line.decode(codec)
    except UnicodeDecodeError as error:
        # A line cut at the sample's edge may end within a character.
        return error.end >= len(line) - 1 and len(line) >= _SAMPLE
    return True


def _code_page(sample: bytes) -> Encoding:
    scores: dict[str, float] = {}
    for codec, _title, letters in _CODE_PAGES:
        try:
            text = sample.decode(codec)
        except UnicodeDecodeError:
            continue
        high = sum(byte > 127 for byte in sample)
        if not letters and high < 1.4 * sum(not character.isascii() for character in text):
            continue  # Latin letters swallow their neighbours there; real text is written in pairs of high bytes
        scores[codec] = _plausibility(text, frozenset(letters + letters.upper()), latin=codec in _LATIN)
        if codec == "cp1250" and len(_NEVER_TOGETHER.intersection(text.lower())) > 1:
            scores[codec] -= 0.5
    if not scores:
        reason = _("it is not valid UTF-8, and no other code page fits better")
        return Encoding("cp1252", _TITLES["cp1252"], reason)
    best = max(scores, key=lambda codec: scores[codec])  # the first of equals: the commonest
    close = [codec for codec in scores if scores[codec] >= scores[best] - 0.02 and codec != best]
    if close and best not in _ALPHABETS:
        # Several East Asian pages make plausible characters: a statistical second opinion on the sample.
        guess = from_bytes(sample[:_SAMPLE], cp_isolation=[best, *close]).best()
        if guess is not None and guess.encoding in scores:
            best = guess.encoding
    return Encoding(best, _TITLES[best], _("it is not valid UTF-8, and its accented characters make words so"))


def _plausibility(text: str, letters: frozenset[str], *, latin: bool) -> float:
    """Return how likely a text was meant, -1 to 1: its characters beyond ASCII are letters, in their usual places."""
    score = 0.0
    count = 0
    for word in text.split():
        if word.isascii():
            continue
        foreign = [character for character in word if not character.isascii()]
        count += len(foreign)
        for character in foreign:
            if not letters:
                common = "\u4e00" <= character <= "\u9fff" or "\u3040" <= character <= "\u30ff"
                score += 0.85 if common or "\uac00" <= character <= "\ud7a3" else -1
            elif character in letters:
                score += 1
            elif character in _PUNCTUATION:
                score += 0.5 if not re.search(rf"\w{re.escape(character)}\w", word) else -0.5
            else:
                score -= 1
        if letters and not latin:  # no alphabet mixes with ASCII letters inside a word
            score -= 2 * len(re.findall(r"[a-z](?=[^\x00-\x7f])|[^\x00-\x7f](?=[a-z])", word, re.IGNORECASE))
        elif latin and len(foreign) > 2 and not re.search("[a-z]", word, re.IGNORECASE):
            score -= 0.5 * len(foreign)  # "Żółć" exists, but such words are rare
        # "dziaŁu": a capital inside a word is a sign of the wrong page.
        score -= sum(2 for left, right in pairwise(word) if left.islower() and right.isupper() and right > "~")
    return score / count if count else 0.0
