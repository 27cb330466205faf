"""Reading delimited text row by row when the text may be broken: bounded in memory, and no row costs another.

`csv.reader` lets one unclosed quote swallow the rest of a file, and its limit on cells is one for the whole process;
so where records end is found here, and only what is a whole record is given to it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import BinaryIO

from django.utils.translation import gettext as _

from contacts.formats.encodings import REPAIRED, Encoding

#: Characters in one cell, in one row, and cells in one row: more fails the row, never the file.
MAX_CELL = 1_000_000
MAX_ROW = 2_000_000
MAX_CELLS = 4_000
#: Lines in one row: what is held while it is not clear whether a quote is closed.
MAX_LINES = 20_000

_BLOCK = 1 << 18
_LOOK_AHEAD = 20
_ENDS = re.compile("\r\n|\n|\r")
_IN_QUOTES = re.compile(r'[^"]*+(?:""[^"]*+)*+')  # up to a quote that is not doubled


class State(Enum):
    """Where in a record the reading stands."""

    START = 1  # at the beginning of a cell
    PLAIN = 2  # inside a cell without quotes
    QUOTED = 3  # inside a cell in quotes
    CLOSED = 4  # behind a closing quote, with more text before the delimiter: a quote that was not doubled


@dataclass(slots=True)
class Line:
    """One physical line, without its end; or a piece of one that is too long to hold."""

    number: int
    text: str
    ended: bool = True


@dataclass(slots=True)
class Record:
    """What stands in one row: its cells, the physical line it begins on, what is wrong or was mended."""

    line: int
    cells: list[str]
    problem: str | None = None
    warnings: list[str] = field(default_factory=list)


def read_lines(file: BinaryIO, encoding: Encoding) -> Iterator[Line]:
    """Yield the physical lines of a file from its start, in bounded memory: an endless line comes in pieces."""
    file.seek(0)
    decoder = encoding.decoder()
    rest = ""
    number = 1
    while True:
        data = file.read(_BLOCK)
        text = rest + decoder.decode(data, final=not data)
        if data and text.endswith("\r"):  # its "\n" may come with the next block
            text, held = text[:-1], "\r"
        else:
            held = ""
        *lines, rest = _ENDS.split(text) if "\r" in text else text.split("\n")
        for line in lines:
            yield Line(number, line)
            number += 1
        rest += held
        if not data:
            break
        if len(rest) > MAX_ROW:
            # A doubled quote must not be cut in two; where all are quotes, an even number of them is one piece.
            cut = len(rest[: len(rest) - len(held)].rstrip('"')) or (len(rest) - len(held)) // 2 * 2
            yield Line(number, rest[:cut], ended=False)
            rest = rest[cut:]
    if rest:
        yield Line(number, rest)


def scan(text: str, delimiter: str, state: State) -> State:
    """Return the state at the end of `text`, or CLOSED as soon as a quote stands where none may."""
    position, end = 0, len(text)
    while position < end:
        if state is State.START:
            if text[position] == '"':
                state = State.QUOTED
                position += 1
            else:
                state = State.PLAIN
        elif state is State.QUOTED:
            quote = _IN_QUOTES.match(text, position).end()  # type: ignore[union-attr]  # it matches anything
            if quote == end:
                return state
            if quote + 1 == end or text.startswith(delimiter, quote + 1):
                position = quote + 1
                state = State.PLAIN
            else:
                return State.CLOSED
        else:
            found = text.find(delimiter, position)
            if found < 0:
                return State.PLAIN
            position = found + 1
            state = State.START
    return state


def split(text: str, delimiter: str) -> list[str]:
    """Return the cells of one whole record."""
    if '"' not in text:
        return text.split(delimiter)
    if len(text) < 131_072:  # csv's limit on a cell; it is one for the whole process, so it stays as it is
        try:
            return next(csv.reader([text], delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            pass
    return _split_tolerantly(text, delimiter)


def _split_tolerantly(text: str, delimiter: str) -> list[str]:
    """Return the cells of a record whose quotes are not as they should be: what is between stays, as it stands."""
    cells: list[str] = []
    position, end = 0, len(text)
    while position <= end:
        value = ""
        if text.startswith('"', position):
            start = position + 1
            quote = _IN_QUOTES.match(text, start).end()  # type: ignore[union-attr]  # it matches anything
            value = text[start:quote].replace('""', '"')
            position = quote + 1
        found = text.find(delimiter, position)
        if found < 0:
            found = end
        cells.append(value + text[position:found])
        position = found + 1
    return cells


class Records:
    """The records of a file, one after another, however broken. Iterate once."""

    def __init__(self, lines: Iterator[Line], delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._again: list[Line] = []  # lines to be read anew, after a quote was found to be unclosed; last one first
        self._width = 0  # cells of the header
        self._usual = 0  # cells of the last good row
        self._broken = 0  # the line of the last unclosed quote, while the rest of its row may still follow

    def __iter__(self) -> Iterator[Record]:
        while (line := self._next()) is not None:
            record = self._record(line)
            if self._broken and record.problem is None and len(record.cells) not in {self._width, self._usual}:
                if not any(cell.strip() for cell in record.cells):
                    continue
                record.problem = _(
                    'This line seems to be the rest of the row on line %(line)d, whose quote (") is not closed. '
                    "Mend that row and import it again."
                ) % {"line": self._broken}
            elif record.problem is None:
                self._broken = 0
                self._usual = len(record.cells)
                self._width = self._width or self._usual
            yield record

    def _next(self) -> Line | None:
        return self._again.pop() if self._again else next(self._lines, None)

    def _record(self, first: Line) -> Record:
        if first.ended and '"' not in first.text:
            return self._finished(first.number, first.text)
        lines = [first]
        size = len(first.text)
        state = scan(first.text, self._delimiter, State.START)
        if not first.ended:
            return self._oversized(lines, state)
        if state is State.CLOSED:  # a quote within a cell was not doubled, all on one line
            return self._odd(first)
        while state is State.QUOTED:
            line = self._next()
            if line is None:
                return self._unclosed(lines)
            lines.append(line)
            size += len(line.text) + 1
            if '"' in line.text:
                state = scan(line.text, self._delimiter, state)
            if state is State.CLOSED:
                return self._unclosed(lines)
            if size > MAX_ROW or len(lines) > MAX_LINES or not line.ended:
                if state is State.QUOTED and self._looks_like_rows(lines[1:]):
                    return self._unclosed(lines)
                return self._oversized(lines, state)
        return self._finished(first.number, "\n".join(line.text for line in lines))

    def _finished(self, number: int, text: str) -> Record:
        if text.count(self._delimiter) >= MAX_CELLS:
            cells = split(text, self._delimiter) if len(text) <= MAX_ROW else [text[:200]]
            if len(cells) > MAX_CELLS:
                problem = _("This row has %(count)d cells; at most %(limit)d are read. Is its line broken?")
                return Record(number, cells, problem % {"count": len(cells), "limit": MAX_CELLS})
        else:
            cells = split(text, self._delimiter)
        if len(text) > MAX_CELL and max(map(len, cells)) > MAX_CELL:
            return Record(number, [_start(cell) for cell in cells], _too_large())
        record = Record(number, cells)
        if "\0" in text:
            record.cells = [cell.replace("\0", "") for cell in record.cells]
            record.warnings.append(_("It held NUL bytes, which no text has; they were removed."))
        if REPAIRED in text:
            record.cells = [cell.replace(REPAIRED, "") for cell in record.cells]
            record.warnings.append(
                _("It held bytes that do not fit the file's encoding; they were read as Windows-1252. Check it.")
            )
        return record

    def _odd(self, line: Line) -> Record:
        """Return a one-line record with an undoubled quote: taken as it stands when it has the width of the others."""
        record = self._finished(line.number, line.text)
        if record.problem is None and self._width and len(record.cells) not in {self._width, self._usual}:
            record.problem = _quote_not_closed(line.number)
            self._broken = line.number
        return record

    def _unclosed(self, lines: list[Line]) -> Record:
        """Fail the first line alone and read the others anew: the quote that it opened belongs to it."""
        first, *others = lines
        self._again.extend(reversed(others))
        self._broken = first.number
        cells = [_start(cell) for cell in _split_tolerantly(first.text, self._delimiter)[:MAX_CELLS]]
        return Record(first.number, cells, _quote_not_closed(first.number))

    def _looks_like_rows(self, lines: list[Line]) -> bool:
        """Whether text inside a quote looks like rows of this table, so that the quote is more likely unclosed."""
        sample = lines[:_LOOK_AHEAD]
        alike = sum(line.text.count(self._delimiter) >= max(1, (self._usual or self._width) - 1) for line in sample)
        return len(sample) > 1 and alike * 2 >= len(sample)

    def _oversized(self, lines: list[Line], state: State) -> Record:
        """Read to the end of a row that is too large without keeping it, and fail it."""
        first, last = lines[0], lines[-1]
        cells = [_start(first.text)]
        while True:
            if last.ended and state is not State.QUOTED:
                return Record(first.number, cells, _too_large())
            line = self._next()
            if line is None:
                return Record(first.number, cells, _too_large())
            state = scan(line.text, self._delimiter, state)
            last = line


def _start(cell: str) -> str:
    return cell if len(cell) <= 1_000 else cell[:200] + "…"


def _too_large() -> str:
    return _("A cell of this row is larger than a contact can hold (1 MB). Shorten it and import the row again.")


def _quote_not_closed(number: int) -> str:
    return _(
        'A quote (") that begins a cell on line %(line)d is not closed, so it is not clear where the cell ends. '
        'Close it there, or write a quote inside a cell twice (""), and import the row again.'
    ) % {"line": number}
