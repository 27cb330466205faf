"""Sample people are made-up, skewed, the same for a seed, and stand in the database as imported ones do."""

import json
import re
import unicodedata
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from books.models import ContactBook
from contacts.candidates import Remembered
from contacts.document import Kind
from contacts.matching import Policy
from contacts.models import Change, ChangeSet, Contact, ContactMembership, Source
from contacts.sample import house, load, load_sample
from contacts.sample.people import People
from contacts.services import act, document_of, undo
from organizations.models import User
from sync.imports.people import take_batch
from sync.imports.reading import Reading, made_ready
from tests.contacts.test_services import assert_consistent, index_of
from tests.factories import make_cast


def test_the_same_seed_draws_the_same_people():
    def plain(person):
        return person.full_name, [info.content for info in person.infos], [each.content for each in person.memberships]

    one, two, other = People(1, companies=50), People(1, companies=50), People(2, companies=50)
    drawn = [plain(one.person()) for _number in range(50)]
    assert drawn == [plain(two.person()) for _number in range(50)]
    assert drawn != [plain(other.person()) for _number in range(50)]


def test_they_have_as_many_emails_and_phones_as_real_books():
    people = People(3, companies=500)
    drawn = [people.person() for _number in range(3000)]
    emails = sum(len(list(person.of_kind(Kind.EMAIL))) for person in drawn) / len(drawn)
    phones = sum(len(list(person.of_kind(Kind.PHONE))) for person in drawn) / len(drawn)
    assert 1.4 < emails < 1.8
    assert 1.0 < phones < 1.4
    assert all("example" in info.value.lower() for person in drawn for info in person.of_kind(Kind.EMAIL))


def test_from_any_number_on_the_same_people_come():
    people, others = People(4, companies=50), People(4, companies=50)
    for _number in range(10):
        people.person()
    people.begin_at(500)
    others.begin_at(500)
    drawn = [people.person() for _number in range(20)]
    assert [each.full_name for each in drawn] == [others.person().full_name for _number in range(20)]


def test_names_come_in_many_scripts_and_some_are_much_commoner_than_others():
    people = People(3, companies=500)
    drawn = [people.person() for _number in range(3000)]
    letters = "".join(person.full_name for person in drawn)
    scripts = {unicodedata.name(letter).split(" ")[0] for letter in set(letters) if letter.isalpha()}
    assert scripts >= {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "CJK", "HANGUL", "DEVANAGARI", "THAI"}
    assert scripts & {"KATAKANA", "HIRAGANA"}
    surnames = Counter(person.last_name for person in drawn).most_common()
    assert surnames[0][1] > 20 * surnames[len(surnames) // 2][1]


def test_three_in_a_hundred_are_met_again():
    people = People(5, companies=500)
    drawn = [people.person() for _number in range(3000)]
    found = 0
    seen: set[str] = set()
    for person in drawn:
        emails = {info.value.lower() for info in person.of_kind(Kind.EMAIL)}
        phones = {re.sub(r"[^0-9+]", "", info.value) for info in person.of_kind(Kind.PHONE)}
        firms = {f"{person.full_name} {company.name}".upper() for company in person.companies}
        bare = not person.notes and len(person.infos) + len(person.companies) == 1
        found += bare and bool((emails | phones | firms) & seen)
        seen |= emails | phones | firms
    assert 40 < found < 160


def stands(contact: Contact) -> tuple:
    """Return all that a write leaves of a contact but ids and times: columns, index rows, memberships, history."""
    columns = Contact.objects.filter(pk=contact.pk).values(
        *("display_name", "second_line", "sort_family", "sort_given", "derived_region", "version", "membership_stamp"),
        *("search__sort_key", "starred", "notes"),
    )
    members = ContactMembership.objects.filter(contact=contact).order_by("position").values_list("item", "group__name")
    changes = Change.objects.filter(contact=contact).values_list("kind", "version", "before", "after", "from_book")
    return document_of(contact), list(columns), index_of(contact), list(members), list(changes)


def test_what_stands_there_is_what_an_import_of_the_same_people_leaves(cast):
    load_sample(contacts=60, organization=cast.organization, seed=9)
    loaded = list(Contact.objects.order_by("pk"))
    documents = [document_of(contact) for contact in loaded]
    with act(by=cast.ann, organization=cast.organization, source=Source.IMPORT) as writing:
        region = cast.organization.region
        rows = [made_ready(Reading(number, [], document), region) for number, document in enumerate(documents, start=2)]
        assert take_batch(writing, cast.book, rows, Policy.KEEP_BOTH, Remembered()).created == 60
    imported = Contact.objects.filter(book=cast.book).order_by("pk")
    assert list(map(stands, loaded)) == list(map(stands, imported))
    assert_consistent()


def test_people_of_one_batch_go_into_many_books_of_unequal_size(cast):
    loaded = load_sample(contacts=1500, organization=cast.organization)
    counts = ContactBook.objects.filter(owner=cast.ann).with_counts().order_by("pk")
    sizes = sorted((book.contact_count for book in counts), reverse=True)
    assert sum(sizes) == 1500
    assert loaded.books == 30
    assert len([size for size in sizes if size]) > 25
    assert sizes[0] > 5 * sizes[15]


def plain(organization):
    people = Contact.objects.filter(organization=organization).select_related("book")
    return sorted((contact.book.name, contact.display_name, contact.second_line, contact.notes) for contact in people)


def test_two_processes_load_the_same_people_into_the_same_books(transactional_db, monkeypatch):
    cast = make_cast()
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
    monkeypatch.setenv("KITH_DATABASE_NAME", connection.settings_dict["NAME"])
    monkeypatch.setattr(load, "BATCH", 40)
    load_sample(contacts=120, organization=cast.organization, processes=2)
    load_sample(contacts=120, organization=cast.elsewhere, processes=1)
    written = plain(cast.organization)
    assert len(written) == 120
    assert written == plain(cast.elsewhere)
    assert_consistent()


def test_a_load_of_size_makes_colleagues_who_read_much_and_little(cast, monkeypatch):
    monkeypatch.setattr(house, "LEAST_FOR_COLLEAGUES", 1000)
    loaded = load_sample(contacts=2000, organization=cast.organization, password="a long password")
    readable = {
        reader.email.partition("@")[0]: Contact.objects.for_user(User.objects.get(email=reader.email))
        for reader in loaded.readers
    }
    assert 1800 < readable["sample-everything"].count() < 2000  # some books are their owner's alone
    assert 50 < readable["sample-percent"].count() < 100  # 40 of what is small and everybody's
    assert 200 <= readable["sample-hundreds"].count() <= 240
    assert readable["sample-small"].values("book").distinct().count() == 20
    assert User.objects.get(email=loaded.readers[0].email).check_password("a long password")
    assert not Contact.objects.for_user(cast.sam).exists()


def test_the_command_loads_them_through_the_service_and_undo_takes_them_back(cast, capsys):
    call_command("load_sample", contacts=120, organization="acme", json=True)
    assert json.loads(capsys.readouterr().out) == {
        "contacts": 120,
        "books": 2,
        "organization": "acme",
        "readers": [],
    }
    assert Contact.objects.for_user(cast.ann).count() == 120
    assert_consistent()
    assert undo(by=cast.ann, change_set=ChangeSet.objects.order_by("-pk")[0]).reverted == 120
    assert not Contact.objects.for_user(cast.ann).exists()


def test_other_organizations_stand_beside(cast, monkeypatch, capsys):
    monkeypatch.setattr("contacts.management.commands.load_sample.BESIDE", 20)
    for _time in range(2):
        call_command("load_sample", contacts=10, organization="acme", organizations=2)
    beside = Contact.objects.exclude(organization=cast.organization)
    assert sorted(Counter(beside.values_list("organization__name", flat=True)).items()) == [
        ("Beside 1", 40),
        ("Beside 2", 40),
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"contacts": 0}, "from 1"),
        ({"contacts": 5}, "several"),
        ({"contacts": 5, "organizations": -1}, "from 0"),
    ],
)
def test_the_command_refuses_with_a_sentence(cast, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("load_sample", **arguments)
