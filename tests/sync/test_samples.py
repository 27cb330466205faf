"""Every sample through the whole import, with the counts that a person counts by hand, and out again."""

import csv
import io

import pytest
from django.core.management import call_command

from contacts.formats.templates import FORMATS, template_csv
from contacts.models import Contact
from tests.factories import make_book
from tests.sync.conftest import DATA, contents, counts, imports, people, reasons

BY_HAND = {
    # 62 rows. Row 22 holds nothing but delimiters. Row 10 has the name and an email of row 9 (Benjamin) and adds
    # another email. The other 60 have no email in common; the two Wendys are one person only to a person.
    "google-2024.csv": {"created": 60, "updated": 1, "skipped": 1},
    # No email twice, no empty row, in any of these: every row is somebody.
    "google-old-utf16.csv": {"created": 60},
    "outlook-desktop-cp1250.csv": {"created": 30},
    "outlook-desktop-cp1252.csv": {"created": 41},
    "outlook-desktop-german.csv": {"created": 30},
    "outlook-desktop-semicolon.csv": {"created": 25},
    "outlook-web-bom.csv": {"created": 60},
}


def test_every_sample_was_counted():
    assert {path.name for path in DATA.glob("*.csv")} == set(BY_HAND)


@pytest.mark.parametrize("name", BY_HAND)
def test_a_sample_comes_in_whole_and_a_second_time_changes_nothing(committed, name):
    expected = BY_HAND[name]
    first = imports(committed.ann, committed.book, DATA / name)
    assert (first.state, first.sentence, counts(first)) == ("done", "", expected)
    assert first.rows_done == first.rows_total == sum(expected.values())
    assert len(people(committed.book)) == expected["created"]
    before = contents(committed.book)

    second = imports(committed.ann, committed.book, DATA / name)
    skipped = expected.get("skipped", 0)
    again = {"unchanged": sum(expected.values()) - skipped} | ({"skipped": skipped} if skipped else {})
    assert counts(second) == again
    assert contents(committed.book) == before


def test_what_is_said_of_single_rows(committed):
    imported = imports(committed.ann, committed.book, DATA / "google-2024.csv")
    assert reasons(imported, "skipped") == [(22, "This row is empty.")]
    [(row, text)] = reasons(imported, "remark")
    assert row == 7
    assert "not an email address" in text
    assert Contact.objects.filter(book=committed.book, first_name="Łukasz", last_name="Żółć").count() == 1


def test_what_was_imported_comes_out_again_and_in_again(committed, capsys):
    imports(committed.ann, committed.book, DATA / "google-2024.csv")
    call_command("export_contacts", str(committed.book.pk))
    exported = capsys.readouterr().out
    assert exported.startswith('"First Name"')
    rows = list(csv.DictReader(io.StringIO(exported, newline="")))
    assert len(rows) == 60
    other = make_book(committed.ann, committed.organization)
    again = imports(committed.ann, other, exported.encode())
    assert counts(again) == {"created": 60}
    assert _plain(contents(other)) == _plain(contents(committed.book))

    back = imports(committed.ann, committed.book, exported.encode())
    assert counts(back) == {"unchanged": 60}


def _plain(found):
    """Return contents without ids of contacts, and with the order between kinds of values left out."""
    return [
        {name: sorted(map(str, value)) if isinstance(value, list) else value for name, value in data.items()}
        for _id, data in found
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_a_template_imports_without_a_warning(committed, name):
    imported = imports(committed.ann, committed.book, template_csv(name))
    assert counts(imported) == {"created": 2}
    assert imported.remarks == 0
    assert imported.outcomes.count() == 0
    assert [contact.first_name for contact in people(committed.book)] == ["Ada", "Jürgen"]
    assert all(imported.columns.known)
