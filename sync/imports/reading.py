"""An uploaded file read as contacts: opened, previewed, and row by row for the job, in bounded memory."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from contacts.candidates import keys_of
from contacts.document import ContactDocument, InvalidDocument
from contacts.formats import vcard_reading
from contacts.formats.columns import Layout, detect
from contacts.formats.encodings import Encoding
from contacts.formats.refusals import SkippedRow
from contacts.formats.rows import to_document
from contacts.formats.tables import Table, open_table
from contacts.formats.targets import IGNORE
from contacts.formats.vcard_lines import CardFile, is_vcards, open_cards
from contacts.items import altered, put_state, state_of
from contacts.services.preparing import Prepared, prepare
from sync.imports.models import Import

#: The first column of the file of failed rows: it says why, and is not imported again.
REASON_COLUMN = "Not imported because"

#: Rows that are counted one by one before the rest is estimated.
COUNTED_ROWS = 5_000
PREVIEW_ROWS = 20
SAMPLED_ROWS = 200
SAMPLES = 3

#: Written in two thirds of a second on a small machine; a form save that touches one of its contacts waits so long.
BATCH_ROWS = 1_000
#: Characters in one batch: long notes make it shorter, so that memory stays bounded.
BATCH_SIZE = 3_000_000
#: Pictures in one batch, each of which is decoded by a process of its own before the batch is written.
BATCH_PICTURES = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """One row: its document, or why it has none. `skipped` rows say nothing of a person, `failed` ones cannot be
    stored; `remarks` are sentences on what was mended. `picture` is what a vCard gives for one, not yet looked at.

    For the job, `prepared` stands in place of the document, and `keys` are what the person is found by (`keys_of`).
    """

    number: int
    cells: list[str]
    document: ContactDocument | None = None
    skipped: str = ""
    failed: str = ""
    remarks: tuple[str, ...] = ()
    prepared: Prepared | None = None
    keys: Sequence[str] = ()
    picture: bytes = b""

    __getstate__ = state_of
    __setstate__ = put_state

    @property
    def size(self) -> int:
        """Characters in the row, and bytes of its picture."""
        return sum(map(len, self.cells)) + len(self.picture)


@dataclass(slots=True)
class Column:
    """One column as the mapping page shows it."""

    index: int
    title: str
    samples: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows as they will become contacts, and what stands in each column."""

    rows: list[Reading]
    columns: list[Column]
    sampled: int


def recognise(file: BinaryIO) -> tuple[Table | CardFile, Layout]:
    """Return the table in a file and what its columns mean, or its vCards, which have no columns.

    Raises `NotATable` with a sentence for people.
    """
    if is_vcards(file):
        return open_cards(file), Layout("vcard", _("It begins with a vCard."), (), (), ())
    table = open_table(file)
    layout = detect(table.header)
    return table, _without_reasons(layout)


def _without_reasons(layout: Layout) -> Layout:
    """Return the layout with our own column of reasons left out."""
    ours = [title.casefold() == REASON_COLUMN.casefold() for title in layout.header]
    if not any(ours):
        return layout
    return replace(
        layout,
        targets=tuple(IGNORE if own else target for own, target in zip(ours, layout.targets, strict=True)),
        known=tuple(own or known for own, known in zip(ours, layout.known, strict=True)),
    )


def table_to_json(table: Table | CardFile) -> dict[str, Any]:
    """Return how the bytes are read, so that nobody needs to find it out again."""
    encoding = {"codec": table.encoding.codec, "title": table.encoding.title, "reason": table.encoding.reason}
    if isinstance(table, CardFile):
        return encoding
    return encoding | {
        "delimiter": table.delimiter,
        "header_number": table.header_number,
        "titles": table.header,
    }


def table_of(imported: Import, file: BinaryIO) -> Table | CardFile:
    """Return the table or vCards of an import over its opened file, as they were recognised at the upload."""
    kept = imported.table
    encoding = Encoding(kept["codec"], kept["title"], kept["reason"])
    if imported.is_of_cards:
        return CardFile(file, encoding)
    return Table(file, encoding, kept["delimiter"], kept["titles"], kept["header_number"])


@contextmanager
def opened(imported: Import) -> Iterator[Table | CardFile]:
    """Open the stored file of an import. Raises FileNotFoundError when it is gone."""
    with open_stored(imported) as file:
        yield table_of(imported, file)


def open_stored(imported: Import) -> BinaryIO:
    """Return the stored file, to be closed by the caller. Raises FileNotFoundError when it is gone."""
    if not imported.stored:
        raise FileNotFoundError(imported.pk)
    return cast(BinaryIO, default_storage.open(imported.stored, "rb"))


def count_rows(table: Table | CardFile, size: int) -> int:
    """Return how many rows or cards a file of `size` bytes has: counted while there are few, else estimated."""
    count = 0
    for count, _row in enumerate(table.cards() if isinstance(table, CardFile) else table.rows(), start=1):
        if count >= COUNTED_ROWS:
            return max(count, count * size // max(1, table.file.tell()))
    return count


def read_rows(table: Table | CardFile, layout: Layout, *, after: int = 0) -> Iterator[Reading]:
    """Yield the rows or cards numbered above `after` as contacts. Nothing in one can end the reading of the others."""
    if isinstance(table, CardFile):
        yield from _read_cards(table, after)
        return
    for row in table.rows(after=after):
        if row.problem:
            yield Reading(row.number, row.cells, failed=row.problem)
            continue
        if row.is_empty:
            yield Reading(row.number, [], skipped=_("This row is empty."))
            continue
        try:
            parsed = to_document(row.cells, layout)
        except SkippedRow as reason:
            yield Reading(row.number, row.cells, skipped=str(reason))
        except InvalidDocument as problem:
            yield Reading(row.number, row.cells, failed=str(problem))
        else:
            yield Reading(row.number, row.cells, parsed.document, remarks=(*row.warnings, *parsed.warnings))


def _read_cards(cards: CardFile, after: int) -> Iterator[Reading]:
    """Yield the cards numbered above `after` as contacts; the text of a card is its one cell."""
    for card in cards.cards(after=after):
        cells = [card.text]
        if card.problem:
            yield Reading(card.number, [card.whole], failed=card.problem)
            continue
        try:
            parsed = vcard_reading.to_document(card)
        except SkippedRow as reason:
            yield Reading(card.number, cells, skipped=str(reason))
        except InvalidDocument as problem:
            yield Reading(card.number, [card.whole], failed=str(problem))
        else:
            remarks = (*card.warnings, *parsed.warnings)
            yield Reading(card.number, cells, parsed.document, remarks=remarks, picture=parsed.picture)


def batches(readings: Iterator[Reading], region: str) -> Generator[list[Reading]]:
    """Yield the rows in batches that one transaction writes, prepared for an organization of `region` (ISO 3166)."""
    batch: list[Reading] = []
    size = pictures = 0
    for reading in readings:
        batch.append(made_ready(reading, region))
        size += reading.size
        pictures += bool(reading.picture)
        if len(batch) >= BATCH_ROWS or size >= BATCH_SIZE or pictures >= BATCH_PICTURES:
            yield batch
            batch, size, pictures = [], 0, 0
    if batch:
        yield batch


def made_ready(reading: Reading, region: str) -> Reading:
    """Return a row for the job: with what follows from its document, before anybody asks the book."""
    document = reading.document
    if document is None:
        return reading
    return altered(reading, document=None, prepared=prepare(document, region), keys=keys_of(document))


def preview(table: Table | CardFile, layout: Layout) -> Preview:
    """Return the first rows as contacts, and for each column the first values that stand in it."""
    rows: list[Reading] = []
    columns = [Column(index, title) for index, title in enumerate(layout.header)]
    sampled = 0
    for reading in read_rows(table, layout):
        sampled += 1
        if len(rows) < PREVIEW_ROWS:
            rows.append(replace(reading, picture=b""))
        for column, cell in zip(columns, reading.cells, strict=False):
            text = " ".join(cell[:200].split())
            if text and len(column.samples) < SAMPLES and text[:60] not in column.samples:
                column.samples.append(text[:60])
        if sampled >= SAMPLED_ROWS:
            break
    return Preview(rows, columns, sampled)
