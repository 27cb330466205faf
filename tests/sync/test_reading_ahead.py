"""Large files are read by a process of its own: the same comes of them, whatever happens to that process."""

from __future__ import annotations

import pytest

from contacts.candidates import Remembered, candidates
from contacts.derived import derive
from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.models import Contact, ContactHandle, ContactSearch, ContactToken
from contacts.services import Edit, act, document_of
from contacts.services.preparing import prepare
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
    assert [row.prepared.document.last_name for row in first[:2]] == ["Number 0", "Number 1"]
    assert counts(run(imported)) == {"created": 5_000}


@pytest.mark.parametrize("fate", ["renamed", "deleted"])
def test_who_was_looked_up_ahead_counts_as_they_stand_now(cast, fate):
    remembered = Remembered()
    with act(by=cast.ann, organization=cast.book.organization) as writing:
        [contact_id] = writing.create(cast.book, [person("Bob")])
    remembered.add(remembered.ahead(cast.book, ["bob@example.com"]))
    with act(by=cast.ann, organization=cast.book.organization) as writing:
        [contact] = Contact.objects.filter(pk=contact_id).select_for_update(of=("self",))
        if fate == "deleted":
            writing.trash([contact])
        else:
            writing.update([Edit(contact, document_of(contact), person("Robert"))])
    found = candidates(cast.book, ["bob@example.com"], remembered)
    assert [document.first_name for document in found.values()] == (["Robert"] if fate == "renamed" else [])


def test_who_was_looked_up_ahead_is_not_read_again(cast, django_assert_num_queries):
    remembered = Remembered()
    with act(by=cast.ann, organization=cast.book.organization) as writing:
        [contact_id] = writing.create(cast.book, [person("Bob")])
    remembered.add(remembered.ahead(cast.book, ["bob@example.com"]))
    with django_assert_num_queries(2):  # who it may be, and whether they still are what was read
        found = candidates(cast.book, ["bob@example.com"], remembered)
    assert found == {contact_id: person("Bob")}


def person(name):
    """Return somebody with an email."""
    return ContactDocument(
        first_name=name, infos=(Info(kind=Kind.EMAIL, label="work", value="bob@example.com", id="1"),)
    ).normalised()


def test_what_was_derived_in_another_region_is_derived_anew(cast):
    document = ContactDocument(
        first_name="Ann", infos=(Info(kind=Kind.PHONE, label="work", value="030 1234567"),)
    ).normalised()
    region = cast.book.organization.region
    other = "DE" if region != "DE" else "US"
    with act(by=cast.ann, organization=cast.book.organization) as writing:
        [contact_id] = writing.create(cast.book, [prepare(document, other)])
    handles = ContactHandle.objects.filter(contact=contact_id).values_list("kind", "key")
    assert set(handles) == derive(document, region).handles != derive(document, other).handles


def test_what_was_prepared_under_another_spelling_is_prepared_anew(cast):
    def at(company):
        member = Membership(kind="company", name=company)
        return ContactDocument(first_name="Ann", memberships=(member,)).normalised()

    region = cast.book.organization.region
    with act(by=cast.ann, organization=cast.book.organization) as writing:
        writing.create(cast.book, [at("Acme")])
        [contact_id] = writing.create(cast.book, [prepare(at("ACME"), region)])
    contact = Contact.objects.get(pk=contact_id)
    assert contact.second_line == "Acme"
    assert document_of(contact).companies[0].name == "Acme"
