"""Contacts as CSV, in Google's layout (everything comes out, and in again) and in Outlook's (what it can hold).

Both are written as they are read from the database, in memory that does not grow with their number. A cell that a
spreadsheet would take for a formula gets an apostrophe, which the import takes off again (`marks.guard`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from contacts.document import ContactDocument, Info, Kind
from contacts.formats.google_csv import ADDRESS_COLUMNS, COMPANY_COLUMNS
from contacts.formats.marks import SEPARATOR, escape_value, guard, write_group, write_label

_BLOCK = 1 << 16

_NAME_COLUMNS = {
    "First Name": "first_name",
    "Middle Name": "middle_name",
    "Last Name": "last_name",
    "Phonetic First Name": "phonetic_first_name",
    "Phonetic Middle Name": "phonetic_middle_name",
    "Phonetic Last Name": "phonetic_last_name",
    "Name Prefix": "prefix",
    "Name Suffix": "suffix",
    "Nickname": "nickname",
    "File As": "file_as",
}
_FIRST_COMPANY = {
    "Organization Name": "name",
    "Organization Title": "title",
    "Organization Department": "department",
}
_WORDS = {
    Kind.EMAIL: "E-mail",
    Kind.PHONE: "Phone",
    Kind.ADDRESS: "Address",
    Kind.URL: "Website",
    Kind.DATE: "Event",
    Kind.CUSTOM: "Custom Field",
    Kind.FACEBOOK: "Facebook",
    Kind.INSTAGRAM: "Instagram",
    Kind.TWITTER: "Twitter",
}


@dataclass(slots=True)
class Shape:
    """How many columns of each kind the fullest contacts need, and which columns beyond Google's own are in use."""

    infos: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    companies: int = 1
    gender: bool = False
    pronouns: bool = False
    location: bool = False
    description: bool = False

    def add(self, document: ContactDocument) -> None:
        """Widen the shape for one more contact."""
        counts = dict.fromkeys(Kind, 0)
        birthday = _birthday(document)
        for info in document.infos:
            if info is not birthday:
                counts[info.kind] += 1
        for kind, count in counts.items():
            self.infos[kind] = max(self.infos[kind], count)
        companies = document.companies
        self.companies = max(self.companies, len(companies))
        self.gender |= bool(document.gender)
        self.pronouns |= bool(document.pronouns)
        if companies:
            self.location |= bool(companies[0].location)
            self.description |= bool(companies[0].description)


def measure(documents: Iterable[ContactDocument]) -> Shape:
    """Return the shape that holds all of `documents`; read them from one snapshot for this and for the export."""
    shape = Shape()
    for document in documents:
        shape.add(document)
    return shape


def _birthday(document: ContactDocument) -> Info | None:
    """Return the info for the Birthday column, which has no place for a preferred mark; other dates are events."""
    return next((info for info in document.of_kind(Kind.DATE) if info.label == "birthday" and not info.preferred), None)


def fitted(document: ContactDocument, shape: Shape) -> ContactDocument:
    """Return the document as a shape holds it: what has come to it since the measuring goes below its notes."""
    own = Shape()
    own.add(document)
    if (
        all(own.infos[kind] <= shape.infos[kind] for kind in Kind)
        and own.companies <= shape.companies
        and all(
            getattr(own, name) <= getattr(shape, name) for name in ("gender", "pronouns", "location", "description")
        )
    ):
        return document
    room = dict(shape.infos)
    birthday = _birthday(document)
    kept: list[Info] = []
    rest: list[str] = []
    for info in document.infos:
        if info is birthday or room[info.kind] > 0:
            kept.append(info)
            room[info.kind] -= info is not birthday
        else:
            text = ", ".join(info.address.values()) if info.kind is Kind.ADDRESS else info.value
            rest.append(f"{info.label_name}: {text}")
    memberships = []
    companies = 0
    for membership in document.memberships:
        companies += membership.kind == "company"
        if membership.kind == "company" and companies > shape.companies:
            rest.append(", ".join(filter(None, membership.content[1:])))
            continue
        if membership.kind == "company" and companies == 1:
            for part in ("location", "description"):
                if not getattr(shape, part) and (text := getattr(membership, part)):
                    rest.append(text)
                    membership = replace(membership, **{part: ""})
        memberships.append(membership)
    changed: dict[str, Any] = {}
    for name in ("gender", "pronouns"):
        if not getattr(shape, name):
            rest.append(getattr(document, name))
            changed[name] = ""
    return replace(
        document,
        **changed,
        infos=tuple(kept),
        memberships=tuple(memberships),
        notes="\n".join(filter(None, (document.notes, *rest))),
    )


def google_csv(documents: Iterable[ContactDocument], *, shape: Shape, safe: bool = True) -> Iterator[bytes]:
    """Yield a CSV file in Google's layout since 2024, UTF-8, in blocks.

    Whatever a document holds comes out; imported here again it makes an equal document (but for item ids, the picture,
    and the order between kinds). What Google has no column for stands in columns of our own, which Google leaves out.
    `safe`: for spreadsheets, with a byte order mark, every cell quoted, formulas disarmed; without it cells are raw,
    as Google and other programs expect. Raises ValueError for a document that `shape` was not measured with.
    """
    header, row_of = _google_columns(shape)
    yield from write(header, map(row_of, documents), safe=safe)


def _google_columns(shape: Shape) -> tuple[list[str], Callable[[ContactDocument], list[tuple[str, bool]]]]:
    """Return the header, and the function that gives a document's cells, each with whether it is of a phone."""
    header = [*_NAME_COLUMNS, *_FIRST_COMPANY, "Birthday", "Notes", "Photo", "Labels"]
    extras = [
        title
        for title, used in (
            ("Gender", shape.gender),
            ("Pronouns", shape.pronouns),
            ("Organization Location", shape.location),
            ("Organization Description", shape.description),
        )
        if used
    ]
    header += extras
    for kind, word in _WORDS.items():
        for number in range(1, shape.infos[kind] + 1):
            parts = list(ADDRESS_COLUMNS) if kind is Kind.ADDRESS else ["Label", "Value"]
            header += [f"{word} {number} - {part}" for part in parts]
    for number in range(2, shape.companies + 1):
        header += [f"Organization {number} - {part}" for part in COMPANY_COLUMNS]

    def row_of(document: ContactDocument) -> list[tuple[str, bool]]:
        companies = document.companies
        first = companies[0] if companies else None
        birthday = _birthday(document)
        cells = [getattr(document, name) for name in _NAME_COLUMNS.values()]
        cells += [escape_value(getattr(first, part)) if first else "" for part in _FIRST_COMPANY.values()]
        cells += [birthday.value if birthday else "", document.notes, "", _labels(document)]
        values = {
            "Gender": document.gender,
            "Pronouns": document.pronouns,
            "Organization Location": escape_value(first.location) if first else "",
            "Organization Description": escape_value(first.description) if first else "",
        }
        cells += [values[title] for title in extras]
        row = [(cell, False) for cell in cells]
        for kind in _WORDS:
            infos = [info for info in document.of_kind(kind) if info is not birthday]
            width = len(ADDRESS_COLUMNS) if kind is Kind.ADDRESS else 2
            for info in infos:
                row += _info_cells(info)
            row += [("", False)] * (width * (shape.infos[kind] - len(infos)))
        for company in companies[1:]:
            row += [(escape_value(getattr(company, part)), False) for part in COMPANY_COLUMNS.values()]
        row += [("", False)] * (len(header) - len(row))
        if len(row) != len(header):
            raise ValueError("a contact has more values than the export was measured for")
        return row

    return header, row_of


def _labels(document: ContactDocument) -> str:
    names = [escape_value(write_group(group.name)) for group in document.groups]
    marks = ["* myContacts", "* starred"] if document.starred else ["* myContacts"]
    return SEPARATOR.join([*names, *marks])


def _info_cells(info: Info) -> list[tuple[str, bool]]:
    label = (write_label(info), False)
    if info.kind is not Kind.ADDRESS:
        return [label, (escape_value(info.value), info.kind is Kind.PHONE)]
    parts = dict(info.address)
    cells = []
    for part in ADDRESS_COLUMNS.values():
        if part == "formatted":
            cells.append((escape_value(formatted_address(parts)), False))
        elif part != "label":
            cells.append((escape_value(parts.get(part, "")), False))
    return [label, *cells]


def formatted_address(parts: dict[str, str]) -> str:
    """Return an address in lines, as Google writes it: street, city with postal code, country."""
    place = ", ".join(filter(None, (parts.get("city"), parts.get("region"), parts.get("postal_code"))))
    street = (parts.get("street"), parts.get("extended"), parts.get("po_box"))
    return "\n".join(filter(None, (*street, place, parts.get("country"))))


def write(header: Sequence[str], rows: Iterable[Sequence[tuple[str, bool]]], *, safe: bool) -> Iterator[bytes]:
    """Yield the bytes of a CSV file, in blocks of some 64 kB."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL if safe else csv.QUOTE_MINIMAL, lineterminator="\r\n")
    if safe:
        buffer.write("\ufeff")
    writer.writerow(header)
    for row in rows:
        writer.writerow([guard(text, phone=phone, safe=safe) if text else "" for text, phone in row])
        if buffer.tell() >= _BLOCK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
