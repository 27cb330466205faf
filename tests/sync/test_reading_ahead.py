"""Large files are read by a process of its own: the same comes of them, whatever happens to that process."""

from __future__ import annotations

import pytest

from contacts.derived import derive
from contacts.document import ContactDocument, Info, Kind
from contacts.models import ContactHandle, ContactSearch, ContactToken
from contacts.services import act
from sync.imports import ahead, running
from sync.imports.reading import open_stored
from tests.sync.conftest import contents, counts, imports, reasons, run, start, table
from tests.sync.test_crashes import many

ROWS = table(
    ("Ann", "Smith", "ann@example.com", "030 1234567", "Met in Łódź"),
    ("Ann", "Smith", "ann@example.com", "+44 20 7946 0001", "and again"),
    ("", "", "", "", ""),
    ("Bob", "Smith", "no address", "", '"a quote'),
    ("王", "小明", "person@example.com", "", ""),
    ("Zoë", "O'Connor-Smith", "", "(212) 555-0123", ""),
)


@pytest.fixture
def apart(monkeypatch):
    """Have files of any size read by a process of their own."""
    monkeypatch.setattr(running, "WORTH_A_PROCESS", 0)


def index_of(book):
    """Return every index row of a book's contacts, without ids."""
    return (
        sorted(ContactSearch.objects.filter(book=book).values_list("sort_key", "text")),
        sorted(ContactToken.objects.filter(book=book).values_list("tier", "token")),
        sorted(ContactHandle.objects.filter(book=book).values_list("kind", "key")),
    )


def test_what_is_read_apart_is_what_is_read_here(committed, request):
    here = imports(committed.ann, committed.book, ROWS)
    request.getfixturevalue("apart")
    there = imports(committed.ann, committed.private, ROWS)
    assert (there.state, counts(there)) == ("done", counts(here))
    assert reasons(there, "remark") == reasons(here, "remark")
    assert reasons(there, "failed") == reasons(here, "failed")
    assert [data for _pk, data in contents(committed.private)] == [data for _pk, data in contents(committed.book)]
    assert index_of(committed.private) == index_of(committed.book)


@pytest.mark.usefixtures("apart")
def test_an_import_goes_on_when_the_process_that_reads_is_killed(committed):
    imported = start(committed.ann, committed.book, many(5_000, notes="x" * 100))
    with open_stored(imported) as file:
        reading = ahead.Ahead(imported, file, after=0, region="US")
        try:
            first = next(reading)
            reading._process.kill()
            with pytest.raises(ahead.ReadingEndedError):
                list(reading)
        finally:
            reading.close()
    assert [row.document.last_name for row in first[:2]] == ["Number 0", "Number 1"]
    assert counts(run(imported)) == {"created": 5_000}


def test_what_was_derived_in_another_region_is_derived_anew(cast):
    document = ContactDocument(
        first_name="Ann", infos=(Info(kind=Kind.PHONE, label="work", value="030 1234567"),)
    ).normalised()
    region = cast.book.organization.region
    other = "DE" if region != "DE" else "US"
    with act(by=cast.ann, organization=cast.book.organization) as writing:
        [contact_id] = writing.create(cast.book, [document], derived=[derive(document, other)])
    handles = ContactHandle.objects.filter(contact=contact_id).values_list("kind", "key")
    assert set(handles) == derive(document, region).handles != derive(document, other).handles
