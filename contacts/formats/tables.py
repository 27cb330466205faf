"""Opening a file as a table: its encoding, its delimiter, its header row, its rows; or a sentence why it is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext as _

from contacts.formats.encodings import Encoding, detect_encoding
from contacts.formats.lines import Line, Record, Records, read_lines
from contacts.formats.refusals import NotATable

DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row below the header. `number` is its row as a spreadsheet shows it, `line` the line of the file it is on.

    `problem`: why it cannot be used; its cells are then what could be made out. `warnings`: what was mended in it.
    """

    number: int
    line: int
    cells: list[str]
    problem: str | None = None
    warnings: tuple[str, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether every cell is blank."""
        return not any(cell and not cell.isspace() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was recognised as a table. `rows()` reads it anew each time, in memory that does not grow with it."""

    file: BinaryIO
    encoding: Encoding
    delimiter: str
    header: list[str]
    header_number: int

    @property
    def description(self) -> str:
        """One sentence on how the file is read, and why."""
        return _("Read as %(encoding)s because %(reason)s; cells are separated by %(delimiter)s.") % {
            "encoding": self.encoding.title,
            "reason": self.encoding.reason,
            "delimiter": {",": _("a comma"), ";": _("a semicolon"), "\t": _("a tab")}[self.delimiter],
        }

    def rows(self, *, after: int = 0) -> Iterator[TableRow]:
        """Yield the rows below the header, broken and empty ones too; only those numbered above `after`.

        Empty rows at the very end of the file are not yielded.
        """
        for number, record in _numbered(_records(self.file, self.encoding, self.delimiter)):
            if number > self.header_number and number > after:
                yield TableRow(number, record.line, record.cells, record.problem, tuple(record.warnings))


def open_table(file: BinaryIO) -> Table:
    """Return the table in a seekable binary file. Raises `NotATable` with a sentence for people.

    Reads the file once in blocks at most (to find its encoding), and its first rows.
    """
    _refuse_other_files(file)
    encoding = detect_encoding(file)
    first = next((line for line in read_lines(file, encoding) if line.text.strip() and not _is_hint(line)), None)
    if first is None:
        raise NotATable(_("This file is empty. Export your contacts again and choose that file."))
    delimiter = _delimiter(first.text)
    records = _numbered(_records(file, encoding, delimiter))
    number, header = next(found for found in records if any(cell.strip() for cell in found[1].cells))
    titles = [" ".join(cell.replace("\ufeff", "").split()) for cell in header.cells]
    _refuse_odd_header(header, titles)
    if next(records, None) is None:
        raise NotATable(
            _("This file has column titles but no rows below them. Export your contacts again; it should hold some.")
        )
    return Table(file, encoding, delimiter, titles, number)


def _is_hint(line: Line) -> bool:
    """Whether it is the line in which spreadsheets note the delimiter."""
    return line.number == 1 and line.text.strip().casefold() in {f"sep={mark}" for mark in DELIMITERS}


def _records(file: BinaryIO, encoding: Encoding, delimiter: str) -> Iterator[Record]:
    lines = read_lines(file, encoding)
    first = next(lines, None)
    if first is not None and not _is_hint(first):
        lines = _chain(first, lines)
    yield from Records(lines, delimiter)


def _chain(first: Line, others: Iterator[Line]) -> Iterator[Line]:
    yield first
    yield from others


def _numbered(records: Iterator[Record]) -> Iterator[tuple[int, Record]]:
    """Number records from 1, holding blank lines back until something follows them."""
    number = 0
    blank_from = 0
    for record in records:
        number += 1
        if record.cells == [""] and record.problem is None:
            blank_from = blank_from or record.line
            continue
        if blank_from:
            # Blank lines all look alike: their number is kept, not they themselves.
            for line in range(blank_from, record.line):
                yield number - (record.line - line), Record(line, [""])
            blank_from = 0
        yield number, record


def _delimiter(line: str) -> str:
    """Return the delimiter that the header line has most of, outside quotes."""
    outside = "".join(line.split('"')[::2]) if line.count('"') % 2 == 0 else line
    return max(DELIMITERS, key=outside.count)


def _refuse_odd_header(header: Record, titles: list[str]) -> None:
    if header.problem:
        raise NotATable(
            _("The first row, which should hold the column titles, cannot be read. %(problem)s")
            % {"problem": header.problem}
        )
    filled = [title for title in titles if title]
    data = [title for title in filled if "@" in title or title.replace(" ", "").lstrip("+").isdecimal()]
    if data:
        raise NotATable(
            _(
                "The first row has no column titles: “%(text)s” looks like a value. "
                "Add a first row that says what each column holds, such as First Name, Last Name, E-mail 1 - Value."
            )
            % {"text": data[0][:60]}
        )


def _refuse_other_files(file: BinaryIO) -> None:
    file.seek(0)
    head = file.read(64 << 10)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if len(head) < 64 << 10 and not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise NotATable(_("This file is empty. Export your contacts again and choose that file."))
    found = None
    if head.startswith(b"PK\x03\x04"):
        office = b"xl/" in head or b"[Content_Types].xml" in head or b"spreadsheet" in head
        found = (
            _("This is an Excel workbook, not a CSV file. Open it and save it as “CSV UTF-8”, then import that.")
            if office
            else _("This is a ZIP archive. Unpack it and import the CSV file in it.")
        )
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        found = _("This is an Excel workbook, not a CSV file. Open it and save it as “CSV UTF-8”, then import that.")
    elif head.startswith(b"%PDF"):
        found = _("This is a PDF document. Export the contacts as a CSV file from where they came and import that.")
    elif head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM6", b"II*\0", b"MM\0*")) or (
        head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    ):
        found = _("This is a picture, not a CSV file. Export your contacts as CSV and choose that file.")
    elif start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        found = _(
            "This is a web page, not a CSV file; perhaps a sign-in page was saved in its place. "
            "Export your contacts again and choose that file."
        )
    elif start.startswith(b"begin:vcard") or b"b\0e\0g\0i\0n\0:\0v\0c\0a\0r\0d" in head[:64].lower():
        found = _(
            "This is a vCard file; here a CSV file is read. Export your contacts as Google CSV or Outlook CSV instead."
        )
    elif start.startswith((b"<?xml", b"{\\rtf", b"{", b"[")) and b"," not in start.split(b"\n")[0][:40]:
        found = _("This is not a table of contacts. Export your contacts as Google CSV or Outlook CSV and choose that.")
    elif head.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"SQLite format 3")) or _looks_binary(head):
        found = _("This is not a text file, so it holds no table. Export your contacts as CSV and choose that file.")
    if found:
        raise NotATable(found)


def _looks_binary(head: bytes) -> bool:
    """Whether too many bytes are controls for a text. UTF-16 has NULs in every other place; a few strays are let be."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        return False
    for mine, other in ((head[0::2], head[1::2]), (head[1::2], head[0::2])):
        if len(mine) >= 4 and mine.count(0) > 0.4 * len(mine) and other.count(0) < 0.1 * len(other):
            return False
    controls = sum(head.count(byte) for byte in range(32) if byte not in (9, 10, 11, 12, 13, 27))
    return controls > 0.05 * len(head)
