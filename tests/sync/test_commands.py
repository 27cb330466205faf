"""`import_contacts` and `export_contacts`: the same import as the page's, and a book as CSV."""

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from contacts.models import ChangeSet
from contacts.services import create_contact, delete_book
from organizations.models import AuditEntry
from tests.contacts.conftest import person
from tests.sync.conftest import DATA, contents, people, table


def test_an_import_in_the_foreground(committed, capsys):
    call_command("import_contacts", str(committed.book.pk), str(DATA / "google-2024.csv"), json=True)
    counts = json.loads(capsys.readouterr().out)
    assert counts == {"created": 60, "updated": 1, "unchanged": 0, "skipped": 1, "failed": 0}
    assert len(people(committed.book)) == 60
    change_set = ChangeSet.objects.get(source="import")
    assert change_set.actor_id == committed.ann.pk  # as the book's owner
    call_command("import_contacts", str(committed.book.pk), str(DATA / "google-2024.csv"))
    assert capsys.readouterr().out.startswith("0 created, 0 updated, 61 unchanged, 1 skipped, 0 failed.")


def test_failed_rows_are_told_and_a_policy_is_taken(committed, capsys, tmp_path):
    create_contact(by=committed.ann, book=committed.book, document=person("Ann", email="ann@example.com", notes="old"))
    file = tmp_path / "people.csv"
    file.write_bytes(table(("Ann", "", "ann@example.com", "", "new"), ("L" * 300, "", "", "", "")))
    call_command("import_contacts", str(committed.book.pk), str(file), policy="overwrite", json=True)
    said = capsys.readouterr()
    assert json.loads(said.out)["updated"] == 1
    assert "Row 3: " in said.err
    assert [contact.notes for contact in people(committed.book)] == ["new"]


@pytest.mark.parametrize(
    ("book", "file", "sentence"),
    [
        ("nonsense", "x.csv", "is not the id of a book"),
        ("00000000-0000-7000-8000-000000000000", "x.csv", "There is no book"),
        ("", "missing.csv", "cannot be read"),
        ("", "empty.csv", "is empty"),
        ("deleted", "empty.csv", "There is no book"),
    ],
)
def test_refusals_are_sentences(committed, tmp_path, book, file, sentence):
    (tmp_path / "empty.csv").write_bytes(b"")
    delete_book(by=committed.ann, book=committed.private)
    chosen = {"": str(committed.book.pk), "deleted": str(committed.private.pk)}.get(book, book)
    with pytest.raises(CommandError, match=sentence):
        call_command("import_contacts", chosen, str(tmp_path / file))


def test_an_export_holds_living_contacts_of_the_book_alone(committed, capsys):
    for index in range(3):
        create_contact(by=committed.ann, book=committed.book, document=person(f"P{index}", notes="=1+1"))
    create_contact(by=committed.ann, book=committed.private, document=person("Private"))
    call_command("export_contacts", str(committed.book.pk), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert [row["First Name"] for row in rows] == ["P0", "P1", "P2"]
    assert {row["Notes"] for row in rows} == {"'=1+1"}
    call_command("export_contacts", str(committed.book.pk), "--raw")
    assert "'=1+1" not in capsys.readouterr().out
    call_command("export_contacts", str(committed.book.pk), "--format", "outlook-csv")
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert [row["First Name"] for row in rows] == ["P0", "P1", "P2"]


def test_an_export_is_told_in_the_audit_list_before_its_first_byte(committed, capsys, monkeypatch):
    for index in range(3):
        create_contact(by=committed.ann, book=committed.book, document=person(f"P{index}"))

    def broken_pipe(*_arguments):
        assert AuditEntry.objects.filter(action="contacts_exported").exists()
        raise BrokenPipeError

    monkeypatch.setattr("sync.management.commands.export_contacts._write", broken_pipe)
    with pytest.raises(BrokenPipeError):
        call_command("export_contacts", str(committed.book.pk), "--format", "outlook-csv")
    line = AuditEntry.objects.get(action="contacts_exported")
    assert (line.actor_id, line.target_id, line.organization_id, line.detail) == (
        None,
        committed.book.pk,
        committed.organization.pk,
        {"contacts": 3, "format": "outlook-csv"},
    )


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_vcards_come_in_again_as_the_same_contacts(committed, capsys, tmp_path, version):
    create_contact(by=committed.ann, book=committed.book, document=person("Ann", email="ann@example.com", notes="a\nb"))
    create_contact(by=committed.ann, book=committed.book, document=person("Żółć", "Łukasz"))
    call_command("export_contacts", str(committed.book.pk), "--format", "vcard", "--vcard-version", version)
    file = tmp_path / "people.vcf"
    file.write_bytes(capsys.readouterr().out.encode())
    assert file.read_text(encoding="utf-8").count(f"VERSION:{version}") == 2
    call_command("import_contacts", str(committed.private.pk), str(file), json=True)
    assert json.loads(capsys.readouterr().out)["created"] == 2
    taken = [document for _key, document in contents(committed.private)]
    assert taken == [document for _key, document in contents(committed.book)]


def test_an_empty_book_is_a_header(committed, capsys):
    call_command("export_contacts", str(committed.book.pk))
    assert capsys.readouterr().out.count("\n") == 1
