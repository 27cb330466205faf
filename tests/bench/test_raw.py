"""The raw SQL beside which Kith is measured gives Kith's answers: else the ratio would compare two different things."""

import pytest
from django.db import connection

from bench import raw
from bench.data import OWNER, PASSWORD, people
from bench.readers import NAMES, readers_of
from bench.subject import Scope
from books.models import ContactBook
from books.services import create_book, share_book
from contacts import listing, search
from contacts.models import Group, Source
from contacts.sample.house import Reader
from contacts.sample.load import Loaded
from contacts.scope import scope_for
from contacts.services import act
from organizations.models import Role, User
from organizations.services import add_member, create_organization, create_user, everyone
from organizations.sharing import Level

QUERIES = [
    "a",
    "an",
    "anna",
    "anna m",
    "o'con",
    "o",
    "example",
    "mail.ex",
    "555",
    "(212) 555",
    "+49 30",
    "%",
    "_",
    "zz",
]


@pytest.fixture
def organization(db):
    """Two shared books of made-up people, and a Personal one."""
    owner = create_user(email=OWNER, password=PASSWORD)
    organization = create_organization(name="Bench", owner=owner)
    for number, count in enumerate((140, 60)):
        book = create_book(by=owner, organization=organization, name=f"Shared {number}")
        share_book(by=None, book=book, to=everyone(organization), level=Level.EDIT)
        with act(by=owner, organization=organization, source=Source.COMMAND) as writing:
            writing.create(book, list(people(number, count)))
    return organization


@pytest.fixture
def owner(organization):
    return User.objects.get(email=OWNER)


@pytest.fixture
def scope(organization, owner):
    books = list(ContactBook.objects.for_user(owner).order_by("pk").values_list("pk", flat=True))
    return Scope(organization.pk, books, books)


def ids(rows):
    return [str(row.id) for row in rows]


def database():
    """Return psycopg's connection within this test's transaction."""
    connection.ensure_connection()
    return connection.connection


@pytest.mark.parametrize("column", ["family", "given"])
def test_pages_of_a_list_are_the_same(organization, owner, scope, column):
    kiths = scope_for(owner, organization)
    after = None
    for _page in range(3):
        page = listing.page(kiths, after=after, order=column)
        ways = raw.list_page(scope, after=listing.read_key(after), column=f"sort_{column}")
        assert {way: ask(database()) for way, ask in ways.items()} == dict.fromkeys(ways, ids(page.rows))
        after = page.next
    assert page.rows
    assert after


def test_filters_are_the_same(organization, owner, scope):
    [group] = Group.objects.filter(name="VIP contacts")
    company = Group.objects.for_user(owner).filter(kind="company").order_by("key")[0]
    for chosen in ({"group": group}, {"company": company}, {"group": group, "starred": True}, {"starred": True}):
        expected = ids(listing.page(scope_for(owner, organization, **chosen)).rows)
        groups = [chosen[kind].pk for kind in ("group", "company") if kind in chosen]
        ways = raw.list_page(scope, groups=groups, starred="starred" in chosen, counted=True)
        assert {way: ask(database()) for way, ask in ways.items()} == dict.fromkeys(ways, expected)


@pytest.mark.parametrize("query", QUERIES)
def test_search_is_the_same_and_right(organization, owner, scope, query):
    kiths, words = scope_for(owner, organization, searching=True), search.words_of(query)
    found = search.find(kiths, query)
    for ask in raw.search(scope, words).values():
        answer = ask(database())
        assert len(answer) == len(found.rows)
        if found.complete:
            assert set(answer) == set(ids(found.rows))
    truth = raw.every_match(database(), scope, words)
    assert set(ids(found.rows)) <= set(truth)
    assert not found.complete or len(truth) == len(found.rows)
    page = search.find_page(kiths, query)
    assert ids(page.rows) == truth[:50]
    for ask in raw.by_name(scope, words).values():
        assert ask(database()) == truth[:50]
    if page.next:
        for ask in raw.by_name(scope, words, after=listing.read_key(page.next)).values():
            assert ask(database()) == truth[50:100]


def test_the_best_way_is_the_quickest_that_answers(scope):
    def slow(link):
        link.execute("SELECT pg_sleep(0.05)")
        return ["slow"]

    ways = {"slow": slow, "quick": lambda link: ["quick"]}
    best = raw.Best(database(), [ways])
    assert best.way == "quick"
    assert best.ask(ways)[0] == ["quick"]


def test_the_readers_of_a_sample_have_our_names_and_what_they_read(organization, owner):
    emails = [owner.email, *(f"reader-{number}@bench.example" for number in range(3))]
    for email in emails[1:]:
        add_member(organization=organization, user=create_user(email=email, password=None), role=Role.MEMBER, by=None)
    loaded = Loaded(200, 2, organization.slug, [Reader(email, "") for email in emails])
    readers = readers_of(loaded, organization, PASSWORD)
    assert [(reader.name, reader.email) for reader in readers] == list(zip(NAMES, emails, strict=True))
    assert [reader.contacts for reader in readers] == [200, 200, 200, 200]
