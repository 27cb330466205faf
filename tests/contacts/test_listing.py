"""Lists narrowed by groups and star hold what a look at every contact finds, in order, however they are found."""

import itertools
import random

import pytest

from contacts import listing
from contacts.document import ContactDocument, Membership
from contacts.models import Contact, Group
from contacts.scope import scope_for
from contacts.services import act, documents_of, move_contacts, restore_contacts, star_contacts, trash_contacts
from organizations.models import User
from tests.factories import make_book

NAMES = ["Ann", "Bo", "Cy", "Édith", "Øre", "Żółć", "Иван", ""]


@pytest.fixture
def crowd(cast):
    """Contacts of few names in several books and groups, some twice in a company, starred, moved, trashed, restored."""
    chance = random.Random(7)  # a choice of made-up people, no secret
    books = [cast.book, cast.private, *(make_book(cast.ann, cast.organization) for _book in range(3))]
    for book in books:
        documents = []
        for number in range(30):
            companies = chance.choices(["Acme", "Beta"], k=chance.randint(0, 3))
            memberships = [
                Membership(kind="company", name=name, title=f"Title {each}") for each, name in enumerate(companies)
            ]
            memberships += [Membership(kind="group", name=name) for name in ("VIP", "Press") if chance.random() < 0.4]
            documents.append(
                ContactDocument(
                    first_name=chance.choice(NAMES),
                    last_name=chance.choice(NAMES),
                    nickname=f"{book.name} {number}",
                    memberships=tuple(memberships),
                ).normalised()
            )
        with act(by=cast.ann, organization=cast.organization) as writing:
            writing.create(book, documents)
    ids = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
    star_contacts(by=cast.ann, contacts=chance.sample(ids, 40), starred=True)
    move_contacts(by=cast.ann, contacts=chance.sample(ids, 20), to=cast.book)
    move_contacts(by=cast.ann, contacts=chance.sample(ids, 20), to=cast.private)
    gone = chance.sample(ids, 30)
    trash_contacts(by=cast.ann, contacts=gone)
    restore_contacts(by=cast.ann, contacts=gone[:15])
    return books


def expected(user: User, scope, order: str) -> list:
    """Return the ids of a scope's contacts by name, from a look at the document of each."""
    groups = set(Group.objects.filter(pk__in=scope.group_ids).values_list("kind", "name"))
    contacts = Contact.objects.for_user(user).filter(book__in=scope.book_ids)
    documents = documents_of(contacts)
    found = [
        contact
        for contact in contacts
        if groups <= {(item.kind, item.name) for item in documents[contact.pk].memberships}
        and (contact.starred or not scope.starred)
    ]
    return [contact.pk for contact in sorted(found, key=lambda each: (getattr(each, listing.ORDERS[order]), each.pk))]


def paged(scope, order: str) -> list:
    """Return the ids of all pages of a list, one after another."""
    found, after = [], None
    while True:
        part = listing.page(scope, after=after, limit=7, order=order)
        found += [row.id for row in part.rows]
        if (after := part.next) is None:
            return found


@pytest.mark.parametrize("few", [0, 5, 5_000], ids=["walked", "some each", "looked up"])
@pytest.mark.parametrize("who", ["ann", "vic"])
def test_filtered_lists_hold_what_every_contact_says(cast, crowd, monkeypatch, few, who):
    monkeypatch.setattr(listing, "FEW_MEMBERS", few)
    user = getattr(cast, who)
    groups = [None, *Group.objects.filter(organization=cast.organization, kind="group")]
    companies = [None, *Group.objects.filter(organization=cast.organization, kind="company")]
    books = [None, cast.book] if who == "vic" else [None, cast.book, crowd[-1]]
    sizes = set()
    for group, company, book, starred in itertools.product(groups, companies, books, (False, True)):
        scope = scope_for(user, cast.organization, group=group, company=company, book=book, starred=starred)
        for order in listing.ORDERS:
            wanted = expected(user, scope, order)
            assert paged(scope, order) == wanted
        assert listing.count(scope) == len(wanted)
        if wanted:
            assert listing.count(scope, most=len(wanted) - 1) is None
        sizes.add(len(wanted))
    assert len(sizes) > 10  # the filters filter


def test_a_filtered_list_costs_as_many_queries_for_few_as_for_many(cast, crowd, monkeypatch, django_assert_num_queries):
    group = Group.objects.get(organization=cast.organization, name="VIP")
    for few, starred in itertools.product((0, 5_000), (False, True)):
        monkeypatch.setattr(listing, "FEW_MEMBERS", few)
        scope = scope_for(cast.ann, cast.organization, group=group, starred=starred)
        with django_assert_num_queries(2):
            listing.page(scope)
        with django_assert_num_queries(2 if starred else 1):
            listing.count(scope)
