"""The failed rows of an import as a CSV file, its failed cards as vCards: to be mended and imported again."""

from __future__ import annotations

from collections.abc import Iterator

from contacts.formats.export import write
from sync.imports.models import Import, OutcomeKind
from sync.imports.reading import REASON_COLUMN


def failed_csv(imported: Import) -> Iterator[bytes]:
    """Yield the failed rows under the file's own header, UTF-8, a batch at a time. The first column says why each
    failed; the import leaves that column out. Cells that a spreadsheet would take for formulas are disarmed."""
    header = [REASON_COLUMN, *(title for title in imported.columns.header if title != REASON_COLUMN)]
    ours = [index for index, title in enumerate(imported.columns.header) if title == REASON_COLUMN]
    yield from write(header, _rows(imported, ours), safe=True)


def failed_vcards(imported: Import) -> Iterator[bytes]:
    """Yield the failed cards as they stood in the file, UTF-8, a batch at a time. A property of ours in each says why
    it failed; the import leaves it out. Nothing is folded: vCard 2.1 would take the fold for a blank."""
    failed = imported.outcomes.filter(kind=OutcomeKind.FAILED).order_by("row", "id")
    for row, reason, cells in failed.values_list("row", "reason", "cells").iterator(chunk_size=20):
        [text] = cells or [""]
        lines = [
            "BEGIN:VCARD",
            *text.split("\n"),
            f"X-KITH-NOT-IMPORTED:{row}: {' '.join(reason.split())}",
            "END:VCARD",
        ]
        yield "".join(f"{line}\r\n" for line in lines).encode()


def _rows(imported: Import, ours: list[int]) -> Iterator[list[tuple[str, bool]]]:
    failed = imported.outcomes.filter(kind=OutcomeKind.FAILED).order_by("row", "id")
    for row, reason, cells in failed.values_list("row", "reason", "cells").iterator(chunk_size=200):
        kept = [cell for index, cell in enumerate(cells or []) if index not in ours]
        yield [(f"{row}: {reason}", False), *((cell, False) for cell in kept)]
