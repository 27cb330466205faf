"""Who is in the book already, and what becomes of them under each policy; rows of one file among each other."""

import pytest

from contacts.matching import Policy
from contacts.models import Contact
from contacts.services import create_contact, document_of, trash_contacts
from sync.imports import people as matched
from sync.imports import reading
from tests.contacts.conftest import person
from tests.sync.conftest import contents, counts, imports, people, reasons, table

ROW = ("Ann", "Smith", "ann@example.com", "+44 20 7946 0123", "from the file")


@pytest.fixture
def ann_is_known(committed):
    """Somebody in the book whom the file knows too, with another note and no phone."""
    return create_contact(
        by=committed.ann,
        book=committed.book,
        document=person("Ann", "", email="ANN@example.com", notes="from the book"),
    )


@pytest.mark.parametrize(
    ("policy", "expected", "notes", "last_names", "phones"),
    [
        (Policy.FILL, {"updated": 1}, "from the book", ["Smith"], 1),
        (Policy.OVERWRITE, {"updated": 1}, "from the file", ["Smith"], 1),
        (Policy.KEEP_BOTH, {"created": 1}, "from the book", ["", "Smith"], 0),
        (Policy.SKIP, {"skipped": 1}, "from the book", [""], 0),
    ],
)
def test_policies(committed, ann_is_known, policy, expected, notes, last_names, phones):
    imported = imports(committed.ann, committed.book, table(ROW), policy)
    assert counts(imported) == expected
    ann_is_known.refresh_from_db()
    document = document_of(ann_is_known)
    assert document.notes == notes
    assert [contact.last_name for contact in people(committed.book)] == last_names
    assert sum(info.kind == "phone" for info in document.infos) == phones
    assert sum(info.kind == "email" for info in document.infos) == 1


@pytest.mark.parametrize(
    ("meanwhile", "expected", "notes"),
    [
        ({"last_name": "Jones", "notes": "typed just now"}, {"created": 1}, "typed just now"),
        ({"notes": "typed just now"}, {"updated": 1}, "typed just now"),
        ({"trashed_at": "2026-11-22T10:00Z"}, {"created": 1}, "from the book"),
    ],
)
def test_somebody_changed_between_reading_and_writing(committed, ann_is_known, monkeypatch, meanwhile, expected, notes):
    hold = matched._People.hold
    rounds = []

    def late(people):
        rounds.append(people)
        if len(rounds) == 1:
            Contact.objects.filter(pk=ann_is_known.pk).update(**meanwhile)
        return hold(people)

    monkeypatch.setattr(matched._People, "hold", late)
    assert counts(imports(committed.ann, committed.book, table(ROW))) == expected
    assert len(rounds) == 2
    ann_is_known.refresh_from_db()
    assert ann_is_known.notes == notes
    assert ann_is_known.last_name == meanwhile.get("last_name", "Smith" if "updated" in expected else "")


def test_names_that_contradict_are_two_people(committed, ann_is_known):
    imported = imports(committed.ann, committed.book, table(("Bob", "Miller", "ann@example.com", "", "")))
    assert counts(imported) == {"created": 1}


def test_people_of_other_books_and_in_the_trash_do_not_count(committed, ann_is_known):
    create_contact(by=committed.ann, book=committed.private, document=person("Ann", email="ann@example.com"))
    trash_contacts(by=committed.ann, contacts=[ann_is_known.pk])
    assert counts(imports(committed.ann, committed.book, table(ROW))) == {"created": 1}


MANY = table(
    ("Ann", "Smith", "ann@example.com", "", ""),  # 2: somebody new
    ("Ann", "Smith", "ann@example.com", "+44 20 7946 0123", ""),  # 3: a phone more
    ("Ann", "Smith", "ann@example.com", "", ""),  # 4: nothing new
    ("Bob", "Miller", "ann@example.com", "", ""),  # 5: another person at the same address
    ("", "", "ann@example.com", "", "who?"),  # 6: either of them: not guessed
    ("", "", "", "", ""),  # 7: nothing
    ("Eve", "Jones", "", "+44 20 7946 0999", ""),  # 8: somebody new, without an email
    ("Eve", "Jones", "", "+44 20 7946 0999", ""),  # 9: the very same
    ("Eve", "Jones", "", "+44 20 7946 0998", ""),  # 10: another Eve for all we know
)


@pytest.mark.parametrize("batch", [1, 2, 3, 500])
def test_rows_of_one_file_are_compared_wherever_batches_end(committed, monkeypatch, batch):
    monkeypatch.setattr(reading, "BATCH_ROWS", batch)
    imported = imports(committed.ann, committed.book, MANY)
    assert counts(imported) == {"created": 5, "updated": 1, "unchanged": 2, "skipped": 1}
    assert [(row, text) for row, text in reasons(imported, "unchanged")] == [
        (4, "All of it is in the book already."),
        (9, "All of it is in the book already."),
    ]
    [(row, text)] = reasons(imported, "remark")
    assert row == 6
    assert text.startswith("2 contacts of the book could be this person.")
    assert [(c.first_name, c.notes) for c in people(committed.book)] == [
        ("Ann", ""), ("Bob", ""), ("", "who?"), ("Eve", ""), ("Eve", ""),
    ]  # fmt: skip


def test_an_ambiguous_row_is_not_made_anew_by_every_import(committed):
    imports(committed.ann, committed.book, MANY)
    before = contents(committed.book)
    again = imports(committed.ann, committed.book, MANY)
    assert counts(again) == {"unchanged": 8, "skipped": 1}
    assert contents(committed.book) == before


@pytest.mark.parametrize("batch", [1, 500])
def test_keeping_both_makes_a_contact_of_every_row(committed, monkeypatch, batch):
    monkeypatch.setattr(reading, "BATCH_ROWS", batch)
    assert counts(imports(committed.ann, committed.book, MANY, Policy.KEEP_BOTH)) == {"created": 8, "skipped": 1}


@pytest.mark.parametrize("batch", [1, 500])
def test_skipping_leaves_out_whom_an_earlier_row_brought(committed, monkeypatch, batch):
    monkeypatch.setattr(reading, "BATCH_ROWS", batch)
    imported = imports(committed.ann, committed.book, MANY, Policy.SKIP)
    assert counts(imported) == {"created": 4, "skipped": 5}
    assert (3, "This person is in the book already.") in reasons(imported, "skipped")


def test_a_row_that_no_contact_can_hold_beside_what_it_holds_fails_alone(committed):
    rows = [("Ann", "Smith", "ann@example.com", f"+44 20 7946 {number:04}", "") for number in range(101)]
    imported = imports(committed.ann, committed.book, table(*rows))
    assert counts(imported) == {"created": 1, "updated": 99, "failed": 1}
    [(row, text)] = reasons(imported, "failed")
    assert row == 102
    assert "at most 100" in text
