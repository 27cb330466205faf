"""vCards through the same import as tables: recognised, shown, written, undone; failed cards come back as vCards."""

import json

import pytest
from django.core.management import call_command

from contacts.models import ChangeSet
from contacts.services import document_of
from sync.imports import services
from sync.imports.failures import failed_vcards
from tests.sync.conftest import DATA, counts, draft, imports, people, reasons

CARDS = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lee;Ann;;;\r\nFN:Ann Lee\r\nEMAIL:ann@example.com\r\n"
    "CATEGORIES:Friends\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Lee\r\nEMAIL:ann@example.com\r\nTEL:+49 30 123456\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:" + "L" * 300 + ";Bad;;;\r\nNOTE:=41\\n;kept\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Good;Eve\r\nPHOTO;ENCODING=BASE64:\r\n AAAA\r\n\r\nEND:VCARD\r\n"
).encode()


def test_cards_come_in_and_bad_ones_are_told(committed):
    imported = imports(committed.ann, committed.book, CARDS)
    assert imported.state == "done"
    assert counts(imported) == {"created": 2, "updated": 1, "skipped": 1, "failed": 1}
    ann, eve = people(committed.book)
    assert (ann.first_name, eve.first_name) == ("Ann", "Eve")
    assert [item.name for item in document_of(ann).groups] == ["Friends"]
    [(number, reason)] = reasons(imported, "failed")
    assert number == 3
    assert "at most 255" in reason
    [(number, remark)] = reasons(imported, "remark")
    assert number == 5
    assert remark.startswith("PHOTO: this picture was left out. This is not a picture")
    services.undo(by=committed.ann, imported=imported)
    assert people(committed.book) == []


def test_failed_cards_are_mended_and_imported_again(committed, client):
    imported = imports(committed.ann, committed.book, CARDS)
    client.force_login(committed.ann)
    response = client.get(f"/imports/{imported.pk}/failed.csv")
    assert response["Content-Type"].startswith("text/vcard")
    assert 'filename="failed-cards.vcf"' in response["Content-Disposition"]
    text = b"".join(response.streaming_content).decode()
    assert text == b"".join(failed_vcards(imported)).decode()
    assert "X-KITH-NOT-IMPORTED:3: " in text
    mended = imports(committed.ann, committed.book, text.replace("L" * 300, "Long").encode())
    assert counts(mended) == {"created": 1}
    found = next(contact for contact in people(committed.book) if contact.first_name == "Bad")
    assert (found.last_name, found.notes) == ("Long", "=41\n;kept")


@pytest.mark.parametrize("batch", [1, 2])
def test_a_killed_import_goes_on_behind_its_last_card(committed, monkeypatch, batch):
    monkeypatch.setattr("sync.imports.reading.BATCH_ROWS", batch)
    assert counts(imports(committed.ann, committed.book, CARDS)) == {
        "created": 2,
        "updated": 1,
        "skipped": 1,
        "failed": 1,
    }


def test_the_draft_shows_cards_as_contacts_and_no_columns(cast, client):
    imported = draft(cast.ann, cast.book, DATA / "vcard-iphone-3.0.vcf", name="people.vcf")
    client.force_login(cast.ann)
    page = client.get(f"/imports/{imported.pk}/").content.decode()
    assert "This is taken for vCard." in page
    assert "2 vCards" in page
    assert "Ana María Prado PhD" in page
    assert "Corner Bakery" in page
    assert "What each column becomes" not in page
    assert client.post(f"/imports/{imported.pk}/mapping/", {"policy": "skip"}).status_code == 302
    imported.refresh_from_db()
    assert (imported.policy, imported.corrected) == ("skip", False)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("vcard-outlook-2.1.vcf", 1),
        ("vcard-android-2.1.vcf", 2),
        ("vcard-iphone-3.0.vcf", 2),
        ("vcard-google-3.0.vcf", 1),
        ("vcard-4.0.vcf", 1),
    ],
)
def test_samples_by_command_twice(committed, capsys, name, number):
    call_command("import_contacts", str(committed.book.pk), str(DATA / name), json=True)
    assert json.loads(capsys.readouterr().out)["created"] == number
    call_command("import_contacts", str(committed.book.pk), str(DATA / name), json=True)
    counted = json.loads(capsys.readouterr().out)
    assert (counted["created"], counted["unchanged"]) == (0, number)
    assert ChangeSet.objects.filter(source="import").count() == 2
