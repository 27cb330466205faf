"""Reading a table in tests: from bytes or a sample to documents and reasons."""

import io
from dataclasses import dataclass, field
from pathlib import Path

from contacts.document import ContactDocument, InvalidDocument
from contacts.formats.columns import Layout, detect
from contacts.formats.refusals import SkippedRow
from contacts.formats.rows import to_document
from contacts.formats.tables import Table, open_table

DATA = Path(__file__).parents[2] / "data"


@dataclass
class Import:
    """What a file gave: documents by row number, reasons of rows that gave none, warnings."""

    table: Table
    layout: Layout
    documents: dict[int, ContactDocument] = field(default_factory=dict)
    skipped: dict[int, str] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    warnings: list[tuple[int, str]] = field(default_factory=list)

    @property
    def only(self) -> ContactDocument:
        """The one document."""
        (document,) = self.documents.values()
        return document


def read(data: bytes | str | Path) -> Import:
    """Import a file's rows, as a job would, without a database."""
    if isinstance(data, Path):
        data = data.read_bytes()
    elif isinstance(data, str):
        data = data.encode()
    table = open_table(io.BytesIO(data))
    found = Import(table, detect(table.header))
    for row in table.rows():
        if row.problem:
            found.failed[row.number] = row.problem
            continue
        found.warnings += [(row.number, warning) for warning in row.warnings]
        try:
            parsed = to_document(row.cells, found.layout)
        except SkippedRow as error:
            found.skipped[row.number] = str(error)
        except InvalidDocument as error:
            found.failed[row.number] = str(error)
        else:
            found.documents[row.number] = parsed.document
            found.warnings += [(row.number, warning) for warning in parsed.warnings]
    return found


def infos(document: ContactDocument) -> list[tuple[str, str, str]]:
    """Return (kind, label as people read it, value) of every info; an address as its parts, joined by " / "."""
    return [
        (str(info.kind), info.label_name, info.value or " / ".join(info.address.values())) for info in document.infos
    ]


def companies(document: ContactDocument) -> list[tuple[str, str, str, str]]:
    """Return (name, title, department, location) of every company."""
    return [(item.name, item.title, item.department, item.location) for item in document.companies]


def groups(document: ContactDocument) -> list[str]:
    """Return the names of the groups."""
    return [item.name for item in document.groups]
