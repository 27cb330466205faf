"""Who may be the person that is about to be created: found by exact address, among what one may read alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from books.shelf import shelf_of
from contacts.document import ContactDocument, Info, Kind
from contacts.duplicates import LOOKED_AT, SHOWN, Sign, mailbox, possible_duplicates
from contacts.services import create_contact, edit_book, trash_contacts
from tests.contacts.conftest import person
from tests.contacts.test_views_lists import add


def found(user, document, cast, region="SE"):
    """Return (name, sign, strong) of the possible duplicates of a document."""
    shelf = shelf_of(user, cast.organization)
    several = possible_duplicates(user, shelf, document, region=region)
    return [(str(each.contact), each.sign, each.strong) for each in several]


def test_the_same_email_phone_and_name_at_the_same_company(cast):
    add(cast, "Ana", "Prado", email="Ana@Acme.example", phone="070-123 45 67", company="Acme AB")
    same = ("Ana Prado", Sign.EMAIL, True)
    assert found(cast.vic, person(email="ana@acme.example"), cast) == [same]
    assert found(cast.vic, person("Bo", phone="+46 70 123 45 67"), cast) == [("Ana Prado", Sign.PHONE, True)]
    assert found(cast.vic, person("ana", "PRADO", company="ACME ab"), cast) == [("Ana Prado", Sign.NAME, False)]
    assert found(cast.vic, person("Ana", "Prado"), cast) == []
    assert found(cast.vic, person("Ana", "Prado", company="Other"), cast) == []
    assert found(cast.vic, person("Bo", email="bo@acme.example", phone="070-123 45 68"), cast) == []


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("anaprado@gmail.com", "ana.prado@gmail.com"),
        ("a.naprad.o@gmail.com", "anaprado@googlemail.com"),
        ("ana.prado+list@googlemail.com", "anaprado@gmail.com"),
        ("ana.prado@gmail.com", "ana.prado+kith@gmail.com"),
        ("ana+crm@acme.example", "ana@acme.example"),
        ("ana@acme.example", "ana+crm@acme.example"),
        ("ana+a@acme.example", "ana+b@acme.example"),
    ],
)
def test_other_spellings_of_one_mailbox(cast, kept, typed):
    add(cast, "Ana", "Prado", email=kept)
    assert found(cast.ben, person(email=typed), cast) == [("Ana Prado", Sign.MAILBOX, True)]


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("ana.prado@acme.example", "anaprado@acme.example"),
        ("ana@acme.example", "ana@acme2.example"),
        ("anab+x@acme.example", "ana@acme.example"),
        ("ana+x@sub.acme.example", "ana@acme.example"),
    ],
)
def test_what_is_another_mailbox(cast, kept, typed):
    add(cast, "Ana", "Prado", email=kept)
    assert found(cast.ben, person(email=typed), cast) == []


def test_a_mailbox_keeps_its_address_when_there_is_only_a_tag():
    assert mailbox("+x@acme.example") == "+x@acme.example"
    assert mailbox("a.n.a+x@googlemail.com") == "ana@gmail.com"


def test_a_desk_is_no_reason_to_ask(cast):
    add(cast, "Ana", "Prado", email="info@acme.example")
    assert found(cast.ann, person("Bo", "Ek", email="info@acme.example"), cast) == [("Ana Prado", Sign.EMAIL, False)]
    assert found(cast.ann, person("Ana", "Prado", email="info@acme.example"), cast) == [("Ana Prado", Sign.EMAIL, True)]


def test_nobody_learns_of_contacts_that_they_cannot_read(cast):
    add(cast, "Only", "Ann", email="ana@acme.example", phone="070-123 45 67", book=cast.private, company="Acme")
    add(cast, "Foreign", "One", email="ana@acme.example", book=cast.foreign, by=cast.sam)
    gone = add(cast, "Deleted", "One", email="ana@acme.example")
    trash_contacts(by=cast.ann, contacts=[gone.pk])
    asked = person("Only", "Ann", email="ana@acme.example", phone="070-123 45 67", company="Acme")
    for user in (cast.ben, cast.vic, cast.ada):
        assert found(user, asked, cast) == []
    assert found(cast.ann, asked, cast) == [("Only Ann", Sign.EMAIL, True)]


def test_books_left_out_of_searches_are_looked_at(cast):
    add(cast, "Ana", "Prado", email="ana@acme.example")
    edit_book(by=cast.ann, book=cast.book, name="Clients", exclude_from_search=True)
    assert found(cast.vic, person(email="ana@acme.example"), cast) == [("Ana Prado", Sign.EMAIL, True)]


def test_the_plainest_come_first_and_never_many(cast):
    for number in range(LOOKED_AT + 5):
        add(cast, f"N{number}", "Ek", phone="08-123 456 78")
    add(cast, "Ana", "Prado", email="ana@acme.example")
    document = person("Ana", email="ana@acme.example", phone="08-123 456 78")
    several = found(cast.ann, document, cast)
    assert len(several) == SHOWN
    assert several[0] == ("Ana Prado", Sign.EMAIL, True)


def test_many_addresses_cost_no_more_queries(cast):
    def queries(count):
        emails = tuple(Info(kind=Kind.EMAIL, value=f"ana{number}@gmail.com") for number in range(count))
        document = ContactDocument(infos=emails).normalised()
        with CaptureQueriesContext(
            connection,
        ) as caught:
            found(cast.ann, document, cast)
        return len(caught)

    create_contact(by=cast.ann, book=cast.book, document=person("Ana", email="ana0@gmail.com"))
    assert queries(1) == queries(20)
