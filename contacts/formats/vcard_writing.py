"""Contacts as vCards, 3.0 (RFC 2426) for phones and older programs, 4.0 (RFC 6350, 9554) for newer ones.

Everything that a document says comes out, and in again as an equal document, but for item ids. The picture goes with
it where whoever asks brings it: as JPEG or PNG, which everything reads, and which are encoded anew on the way in. What
the standards have no place for stands in properties of Apple's (labels, further dates) or in our own (X-KITH-…),
which other programs leave out.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from contacts.derived import display_name
from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.formats.vcard_words import TYPES, beside

type Version = Literal["3.0", "4.0"]
#: A picture: "jpeg" or "png", and its bytes.
type Picture = tuple[str, bytes]

_BLOCK = 1 << 16
_FOLD = 75  # octets in a line (RFC 6350 3.2)
_PHONETIC = {
    "X-PHONETIC-FIRST-NAME": "phonetic_first_name",
    "X-PHONETIC-MIDDLE-NAME": "phonetic_middle_name",
    "X-PHONETIC-LAST-NAME": "phonetic_last_name",
}
_NAMES = ("last_name", "first_name", "middle_name", "prefix", "suffix")
_ADDRESS = ("po_box", "extended", "street", "city", "region", "postal_code", "country")
_PROPERTIES = {
    Kind.EMAIL: "EMAIL",
    Kind.PHONE: "TEL",
    Kind.ADDRESS: "ADR",
    Kind.URL: "URL",
    Kind.DATE: "X-ABDATE",
    Kind.CUSTOM: "X-KITH-CUSTOM",
}
_SERVICES = {Kind.FACEBOOK: "Facebook", Kind.INSTAGRAM: "Instagram", Kind.TWITTER: "Twitter"}
#: Names of groups that a reader would take for Google's own.
_GOOGLES = frozenset({"mycontacts", "starred"})
_SEXES = {"male": "M", "female": "F", "other": "O"}


def vcards(
    documents: Iterable[ContactDocument],
    *,
    version: Version = "3.0",
    picture_of: Callable[[str], Picture | None] | None = None,
) -> Iterator[bytes]:
    """Yield a file of vCards, UTF-8, in blocks of some 64 kB and a picture; nothing for no documents.

    `picture_of` returns the picture of a storage name, or None when it is gone; without it no pictures go out.
    """
    block: list[str] = []
    size = 0
    for document in documents:
        picture = picture_of(document.avatar) if picture_of and document.avatar else None
        text = vcard(document, version=version, picture=picture)
        block.append(text)
        size += len(text)
        if size >= _BLOCK:
            yield "".join(block).encode()
            block, size = [], 0
    if block:
        yield "".join(block).encode()


def vcard(document: ContactDocument, *, version: Version = "3.0", picture: Picture | None = None) -> str:
    """Return one document as a vCard, its lines folded and ended by CR LF."""
    lines = ["BEGIN:VCARD", f"VERSION:{version}", *_Card(document, version).lines()]
    lines += [*(_photo(picture, version) if picture else ()), "END:VCARD"]
    return "".join(fold(line) for line in lines)


def fold(line: str) -> str:
    """Return a line with its CR LF, folded where it is longer than 75 octets, never within a character."""
    if len(line) * 4 <= _FOLD or (line.isascii() and len(line) <= _FOLD):
        return f"{line}\r\n"
    if line.isascii():
        rest = (line[start : start + _FOLD - 1] for start in range(_FOLD, len(line), _FOLD - 1))
        return "\r\n ".join([line[:_FOLD], *rest]) + "\r\n"
    data = line.encode()
    pieces = []
    room = _FOLD
    while len(data) > room:
        cut = room
        while data[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(data[:cut])
        data = data[cut:]
        room = _FOLD - 1  # the blank before it
    return b"\r\n ".join([*pieces, data]).decode() + "\r\n"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")


def _parameter(text: str) -> str:
    """Return the value of a parameter in quotes, its own escaped (RFC 6868)."""
    return '"' + text.replace("^", "^^").replace("\n", "^n").replace('"', "^'") + '"'


def _photo(picture: Picture, version: Version) -> Iterator[str]:
    """Yield the picture (RFC 2426 3.1.4; RFC 6350 6.2.4)."""
    form, data = picture
    text = b64encode(data).decode()
    yield (
        f"PHOTO:data:image/{form};base64,{text}" if version == "4.0" else f"PHOTO;ENCODING=b;TYPE={form.upper()}:{text}"
    )


class _Card:
    """One document on its way to lines."""

    def __init__(self, document: ContactDocument, version: Version) -> None:
        self.document = document
        self.new = version == "4.0"
        self.items = 0  # how many groups of properties there are

    def lines(self) -> Iterator[str]:
        """Yield the properties, unfolded."""
        yield from self.names()
        yield from self.infos()
        yield from self.memberships()
        if self.document.notes:
            yield f"NOTE:{_escape(self.document.notes)}"
        if self.document.starred:
            yield "X-KITH-STARRED:TRUE"

    def names(self) -> Iterator[str]:
        """Yield what the person is called."""
        document = self.document
        named = document.first_name or document.middle_name or document.last_name
        shown = _escape(display_name(document) or "?")
        yield f"FN:{shown}" if named else f"FN;DERIVED=TRUE:{shown}"  # RFC 9554 4.4: made of other values
        sort_as = f";SORT-AS={_parameter(document.file_as)}" if document.file_as and self.new else ""
        yield f"N{sort_as}:" + ";".join(_escape(getattr(document, name)) for name in _NAMES)
        if document.file_as and not self.new:
            yield f"SORT-STRING:{_escape(document.file_as)}"
        for name, part in _PHONETIC.items():
            if text := getattr(document, part):
                yield f"{name}:{_escape(text)}"
        if document.nickname:
            yield f"NICKNAME:{_escape(document.nickname)}"
        if document.gender:
            sex = _SEXES.get(document.gender.casefold(), "")
            text = _escape(document.gender)
            yield f"GENDER:{sex};{text}" if self.new else f"X-GENDER:{text}"
        if document.pronouns:
            yield f"{'' if self.new else 'X-'}PRONOUNS:{_escape(document.pronouns)}"

    def infos(self) -> Iterator[str]:
        """Yield the labelled values, in their order."""
        once = {"birthday": "BDAY", "anniversary": "ANNIVERSARY" if self.new else "X-ANNIVERSARY"}
        for info in self.document.infos:
            if info.kind is Kind.DATE and info.label in once:
                day = info.value.replace("--", "~").replace("-", "").replace("~", "--") if self.new else info.value
                yield f"{once.pop(info.label)}{self.preferred(info)}:{day}"
            else:
                yield from self.info(info)

    def preferred(self, info: Info) -> str:
        """Return the parameter that marks the preferred value of its kind."""
        return (";PREF=1" if self.new else ";TYPE=PREF") if info.preferred else ""

    def info(self, info: Info) -> Iterator[str]:
        """Yield a labelled value, and its label where that needs a line."""
        label = beside(info)
        name = _PROPERTIES.get(info.kind) or ("SOCIALPROFILE" if self.new else "X-SOCIALPROFILE")
        words = list(TYPES[info.kind].get(info.label, ())) if not label else []
        if info.kind is Kind.EMAIL and not self.new:
            words.insert(0, "INTERNET")
        parameters = "".join(f";TYPE={word.lower() if self.new else word}" for word in words) + self.preferred(info)
        if service := _SERVICES.get(info.kind):
            parameters = (
                f";SERVICE-TYPE={service};VALUE=text" if self.new else f";TYPE={service.lower()}"
            ) + parameters
        if info.kind is Kind.ADDRESS:
            value = ";".join(_escape(info.address.get(part, "")) for part in _ADDRESS)
        elif info.kind is Kind.URL:
            value = info.value.replace("\\", "\\\\")  # other signs of an address are not escaped
        else:
            value = _escape(info.value)
        item = self.item() if label else ""
        yield f"{item}{name}{parameters}:{value}"
        if label:
            yield f"{item}X-ABLabel:{_escape(label)}"

    def item(self) -> str:
        """Return the prefix of the next group of properties."""
        self.items += 1
        return f"item{self.items}."

    def memberships(self) -> Iterator[str]:
        """Yield companies and groups, in their order; several companies are told apart by groups of properties."""
        several = len(self.document.companies) > 1
        names: list[str] = []
        for membership in self.document.memberships:
            if membership.kind == "group":
                names.append(membership.name)
                continue
            yield from _categories(names)
            names = []
            yield from self.company(membership, self.item() if several else "")
        yield from _categories(names)

    @staticmethod
    def company(company: Membership, item: str) -> Iterator[str]:
        """Yield one company with what the person is in it."""
        if company.name or company.department:
            department = f";{_escape(company.department)}" if company.department else ""
            yield f"{item}ORG:{_escape(company.name)}{department}"
        if company.title:
            yield f"{item}TITLE:{_escape(company.title)}"
        if company.location:
            yield f"{item}X-KITH-LOCATION:{_escape(company.location)}"
        if company.description:
            yield f"{item}X-KITH-DESCRIPTION:{_escape(company.description)}"


def _categories(names: list[str]) -> Iterator[str]:
    """Yield groups; names that a reader would take for Google's own are marked."""
    if not names:
        return
    plain = ";X-KITH-PLAIN=1" if any(name.casefold() in _GOOGLES for name in names) else ""
    yield f"CATEGORIES{plain}:" + ",".join(map(_escape, names))
