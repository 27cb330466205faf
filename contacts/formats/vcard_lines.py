"""A vCard file split into cards, and a card into properties: tolerant, bounded, and no card costs another.

Lines are unfolded as each version does it (RFC 6350 3.2, RFC 2426 2.6, and the soft line breaks of vCard 2.1's
quoted-printable); what follows no rule is taken as the rest of the line before. Nothing here recurses.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from contacts.formats.encodings import REPAIRED, Encoding, detect_encoding
from contacts.formats.lines import Line, read_lines
from contacts.formats.refusals import NotATable

#: Characters in one card (pictures and sounds left out), its properties, and cards within cards.
MAX_CARD = 1_000_000
MAX_PROPERTIES = 5_000
MAX_DEPTH = 8
#: What the lines of a card keep of a picture or sound: enough to tell an address from data.
_BINARY_KEPT = 2_000
#: Characters of the one picture that is kept whole beside them: 3 MB in base64.
MAX_PHOTO = 4_000_000
_BINARY = frozenset({"PHOTO", "LOGO", "SOUND", "KEY", "X-MS-CARDPICTURE", "X-WAB-GENDER-PHOTO"})

_BEGIN = re.compile(r"\s*(?:[\w-]+\.)?BEGIN\s*:\s*VCARD\s*", re.IGNORECASE)
_END = re.compile(r"\s*(?:[\w-]+\.)?END\s*:\s*VCARD\s*", re.IGNORECASE)
_NAME = re.compile(r"(?:([\w-]+)\.)?([A-Za-z][\w-]*)\s*(?=[;:])", re.ASCII)
_QUOTED_PRINTABLE = re.compile(r"[^:]*;\s*(?:ENCODING\s*=\s*)?QUOTED-PRINTABLE\b", re.IGNORECASE)
_OLD = re.compile(r"VERSION\s*:\s*2\.1\s*", re.IGNORECASE)
_PARAMETERS = re.compile(r'((?:;(?:[^":;]++|"[^"]*+")*+)*+)\s*:')
_PARAMETER = re.compile(r';((?:[^":;]++|"[^"]*+")*+)')
_ENCODINGS = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})
#: Character sets that a property may name: those that phones and Outlook wrote, and nothing slow or odd.
_CHARSETS = re.compile(
    r"(?:utf-?8|utf-?16(?:-?[lb]e)?|us-ascii|ascii|iso-?8859-?\d{1,2}|(?:windows|cp)-?125\d|koi8-[ru]|shift_?jis|sjis"
    r"|euc-(?:jp|kr)|gb2312|gbk|gb18030|big5|macintosh)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Property:
    """One line of a card: `ITEM1.TEL;TYPE=WORK:…`. Names are in capitals; `value` is decoded, its escapes stand."""

    group: str
    name: str
    parameters: dict[str, list[str]]
    value: str

    @property
    def types(self) -> list[str]:
        """What its TYPE says, in capitals."""
        return [text.upper() for text in self.parameters.get("TYPE", ())]


@dataclass(frozen=True, slots=True)
class Card:
    """One card as it stands in the file: the lines between its BEGIN and END, unfolded.

    `number` counts cards from 1, `line` is where it begins. `problem`: why it cannot be used; `warnings`: what was
    mended. `is_old`: it says to be of version 2.1, in which a backslash is mostly a backslash. `photo`: the line of the
    first embedded PHOTO, which `lines` only begin; None when it is longer than `MAX_PHOTO`.
    """

    number: int
    line: int
    lines: list[str]
    problem: str | None = None
    warnings: tuple[str, ...] = ()
    is_old: bool = False
    photo: str | None = ""

    @property
    def text(self) -> str:
        """The card as text, one property a line, its picture only begun."""
        return "\n".join(self.lines)

    @property
    def whole(self) -> str:
        """The same with its picture."""
        if not self.photo:
            return self.text
        begun = self.photo[:_BINARY_KEPT]
        return "\n".join(self.photo if line == begun else line for line in self.lines)


@dataclass(frozen=True, slots=True)
class CardFile:
    """A file that was recognised as vCards. `cards()` reads it anew each time, in memory that does not grow."""

    file: BinaryIO
    encoding: Encoding

    @property
    def description(self) -> str:
        """One sentence on how the file is read, and why."""
        return _("Read as %(encoding)s because %(reason)s.") % {
            "encoding": self.encoding.title,
            "reason": self.encoding.reason,
        }

    def cards(self, *, after: int = 0) -> Iterator[Card]:
        """Yield the cards numbered above `after`, broken ones too."""
        return (card for card in split_cards(read_lines(self.file, self.encoding)) if card.number > after)


def is_vcards(file: BinaryIO) -> bool:
    """Whether a card begins within the first lines of a seekable file. Reads its first 64 kB."""
    file.seek(0)
    head = file.read(64 << 10)
    head = head.replace(b"\0", b"") if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"B\0E\0" in head[:200] else head
    lines = [line for line in head[:4096].decode("latin-1").lstrip("\xef\xbb\xbf\xff\xfe").splitlines() if line.strip()]
    return any(_BEGIN.fullmatch(line) for line in lines[:5])


def open_cards(file: BinaryIO) -> CardFile:
    """Return the cards of a file that `is_vcards`. Raises `NotATable` with a sentence when nothing is in them."""
    found = CardFile(file, detect_encoding(file))
    if not any(not line.upper().startswith("VERSION") for card in found.cards() for line in card.lines):
        raise NotATable(_("No vCard in this file holds anything. Export your contacts again and choose that file."))
    return found


@dataclass(slots=True)
class _Gathering:
    """A card while its lines come in."""

    number: int
    line: int
    properties: list[list[str]] = field(default_factory=list)  # the pieces of each line
    size: int = 0
    depth: int = 0
    problem: str | None = None
    old: bool = False
    soft: bool = False  # the last property is in quoted-printable, so a "=" at its end joins the next line
    binary: bool = False
    room: int = 0  # characters that the last property may still have, if it is binary
    nest: bool = False  # the last property is an AGENT, whose card stands below it
    photo: list[str] = field(default_factory=list)  # the pieces of the picture
    photo_size: int = 0
    draws: bool = False  # the last property is the picture

    def begin(self, text: str) -> None:
        """Begin a property."""
        name = _NAME.match(text)
        word = name[2].upper() if name else ""
        self.old |= word == "VERSION" and bool(_OLD.fullmatch(text))
        self.soft = ";" in text and bool(_QUOTED_PRINTABLE.match(text))
        self.binary, self.room = word in _BINARY, _BINARY_KEPT
        self.draws = word == "PHOTO" and not _is_embedded(self.photo)
        if self.draws:
            self.photo, self.photo_size = [], 0
        self.nest = word == "AGENT" and not text.partition(":")[2].strip()
        if len(self.properties) >= MAX_PROPERTIES:
            self.problem = _("This card has more than %(limit)d lines. Split it.") % {"limit": MAX_PROPERTIES}
        if self.problem:
            return
        self.properties.append([])
        self.add(text)

    def add(self, text: str) -> None:
        """Add to the property begun last."""
        if self.draws:
            self.photo_size += len(text)
            if self.photo_size <= MAX_PHOTO:
                self.photo.append(text)
        if self.binary:
            text = text[: self.room]
            self.room -= len(text)
        self.size += len(text)
        if self.size > MAX_CARD:
            self.problem = self.problem or _("This card is longer than %(limit)d characters. Shorten it.") % {
                "limit": MAX_CARD
            }
        if not self.problem:
            self.properties[-1].append(text)

    def take(self, text: str) -> None:
        """Take a line between BEGIN and END."""
        if self.depth:
            self.add(f"\n{text}")
        elif self.soft and self.properties and self.properties[-1] and self.properties[-1][-1].endswith("="):
            self.properties[-1][-1] = self.properties[-1][-1][:-1]
            self.add(text)
        elif text[:1] in (" ", "\t") and self.properties:
            self.add(text if self.old else text[1:])
        elif _NAME.match(text) and ":" in text:
            self.begin(text)
        elif self.properties and text.strip():  # a line that was broken without being folded
            self.add(text if self.binary else f"\n{text}")

    def finish(self, *, closed: bool = True) -> Card:
        """Return the card."""
        lines = ["".join(pieces) for pieces in self.properties]
        warnings = [] if closed else [_("The end of this card is missing; what stands before it was read.")]
        if any(REPAIRED in line for line in lines):
            lines = [line.replace(REPAIRED, "") for line in lines]
            warnings.append(
                _("Some characters are not valid in the encoding of the file; they were read as Windows-1252.")
            )
        photo = "".join(self.photo) if self.photo_size <= MAX_PHOTO else None
        return Card(self.number, self.line, lines, self.problem, tuple(warnings), self.old, photo)


def _is_embedded(photo: list[str]) -> bool:
    """Whether the pieces of a PHOTO begin a picture, not the address of one."""
    head = "".join(photo[:4])[:_BINARY_KEPT].upper()
    return "ENCODING" in head or "BASE64" in head or "DATA:" in head or sum(map(len, photo)) > 1_000


def split_cards(lines: Iterable[Line]) -> Iterator[Card]:
    """Yield the cards that stand in physical lines. What stands between cards is left out.

    A BEGIN inside a card that has not ended begins the next one, unless it stands below an AGENT (vCard 2.1 nests).
    """
    card: _Gathering | None = None
    number = 0
    whole = True  # the piece before ended its line
    for line in lines:
        text, begins = line.text, whole
        whole = line.ended
        # A mark begins with its word, or with that of its group; before the first card it may be indented.
        marks = begins and (
            card is None or (text[:1] not in (" ", "\t") and ("VCARD" in text or "vcard" in text.lower()))
        )
        if not begins:
            if card is not None and card.properties:
                card.add(text)
        elif marks and _BEGIN.fullmatch(text.lstrip("\ufeff")):
            if card is not None and (card.depth or card.nest):
                card.take(text) if card.depth else card.add(f"\n{text}")
                card.depth += 1
                if card.depth > MAX_DEPTH:
                    card.problem = _("More than %(limit)d cards stand in one another here.") % {"limit": MAX_DEPTH}
                continue
            if card is not None:
                yield card.finish(closed=False)
            number += 1
            card = _Gathering(number, line.number)
        elif card is not None and marks and _END.fullmatch(text):
            if card.depth:
                card.take(text)
                card.depth -= 1
                card.nest = False
                continue
            yield card.finish()
            card = None
        elif card is not None:
            card.take(text)
    if card is not None:
        yield card.finish(closed=False)


def properties_of(card: Card) -> Iterator[Property]:
    """Yield the properties of a card, in order."""
    return _properties(card.lines)


def photo_of(card: Card) -> bytes | None:
    """Return the embedded picture of a card (RFC 2426 2.4.1, RFC 6350 6.2.4), as it claims to be one.

    None without one, when it is too long, and when it is not written in base64.
    """
    for photo in _properties([card.photo] if card.photo else []):
        if not is_binary(photo):
            return None
        head, comma, data = photo.value.partition(",")
        if head.lstrip().lower().startswith("data:"):
            if "base64" not in head.lower():
                return None
        else:
            data = head + comma + data
        try:
            return base64.b64decode(f"{data}==") or None  # signs of other alphabets are passed over
        except (binascii.Error, ValueError):
            return None
    return None


def _properties(lines: Iterable[str]) -> Iterator[Property]:
    for line in lines:
        name = _NAME.match(line)
        if name is None:
            continue
        head = _PARAMETERS.match(line, name.end())
        if head is None:  # a quote that is not closed
            end = line.index(":", name.end())
            parameters, value = line[name.end() : end].replace('"', ""), line[end + 1 :]
        else:
            parameters, value = head[1], line[head.end() :]
        read = _parameters(parameters)
        yield Property((name[1] or "").upper(), name[2].upper(), read, _decoded(value, name[2].upper(), read))


def _parameters(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if not text:
        return found
    custom = re.search(r";X-CUSTOM\(([^()]*)\)", text, re.IGNORECASE)
    if custom:  # Android: the words of a label of one's own, in quoted-printable
        text = text[: custom.start()] + text[custom.end() :]
        found["X-CUSTOM"] = [_bytes_to_text(quopri.decodestring(custom[1].rsplit(",", 1)[-1].encode()), "")]
    for part in _PARAMETER.findall(text):
        name, equals, value = part.partition("=")
        name = name.strip().upper()
        if not equals:
            found.setdefault("ENCODING" if name in _ENCODINGS else "TYPE", []).append(part.strip())
            continue
        values = re.findall(r'"([^"]*)"|([^",]+)', value)
        texts = [_caret(quoted or plain.strip()) for quoted, plain in values]
        if name == "TYPE":
            texts = [piece.strip() for text in texts for piece in text.split(",")]
        found.setdefault(name, []).extend(filter(None, texts))
    return found


def _caret(text: str) -> str:
    """Undo the escapes of parameter values (RFC 6868)."""
    if "^" not in text:
        return text
    signs = {"^n": "\n", "^'": '"', "^^": "^"}
    return re.sub(r"\^[n'^]", lambda found: signs[found[0]], text)


def _decoded(value: str, name: str, parameters: dict[str, list[str]]) -> str:
    encoding = (parameters.get("ENCODING") or [""])[-1].upper()
    charset = (parameters.get("CHARSET") or [""])[-1]
    if encoding == "QUOTED-PRINTABLE" and "=" in value:
        return _bytes_to_text(quopri.decodestring(value.encode()), charset)
    if encoding in {"B", "BASE64"} and name not in _BINARY:
        try:
            return _bytes_to_text(base64.b64decode("".join(value.split()), validate=True), charset)
        except (binascii.Error, ValueError):
            return value
    return value


def _bytes_to_text(data: bytes, charset: str) -> str:
    for codec in (charset, "utf-8"):
        if codec and _CHARSETS.fullmatch(codec):
            try:
                return codecs.decode(data, codec)
            except (UnicodeError, LookupError):
                continue
    return data.decode("cp1252", "replace")


def is_binary(line: Property) -> bool:
    """Whether a property holds a picture, sound or key itself, not its address."""
    if line.name not in _BINARY:
        return False
    return "ENCODING" in line.parameters or line.value.lstrip().lower().startswith("data:") or len(line.value) > 500


_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def unescape(text: str, *, old: bool = False) -> str:
    """Return a value without its backslashes; in vCard 2.1 (`old`) they do not write line breaks."""
    if "\\" not in text:
        return text

    def plain(found: re.Match[str]) -> str:
        sign = found[1]
        if sign in "nN" and not old:
            return "\n"
        return sign if sign in "\\,;:" or (sign == '"' and not old) else found[0]

    return _ESCAPE.sub(plain, text)


def split_value(text: str, separator: str) -> list[str]:
    """Return the parts of a value between separators that no backslash stands before; their escapes stand."""
    if "\\" not in text:
        return text.split(separator)
    parts = []
    start = 0
    for found in re.finditer(rf"\\.|{re.escape(separator)}", text, re.DOTALL):
        if found[0] == separator:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]
