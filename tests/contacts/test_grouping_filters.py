"""Filters of a list: chips that take each away, the form that chooses them, and who is incomplete."""

import random
import re
from dataclasses import replace
from html import unescape

import pytest
from django.db import connection

from contacts import scope as scope_module
from contacts.document import Membership
from contacts.listing import count, page
from contacts.models import Contact, Group
from contacts.scope import scope_for
from contacts.search import find
from contacts.services import create_contact, document_of
from tests.contacts.conftest import person
from tests.contacts.test_views_lists import HTMX, add, rows, signed_in
from tests.factories import make_book


def chips_of(response):
    """Return {name: address without it} of the chips over a list."""
    found = re.findall(r'class="chip chip-filter" href="([^"]+)"[^>]*><bdi>(.*?)</bdi>', response.text)
    return {unescape(name): unescape(address) for address, name in found}


@pytest.fixture
def lacking(cast):
    """Contacts that lack every combination of name, company, email and phone, in two books of Ann's."""
    source = random.Random(7)
    for number in range(60):
        document = person(
            source.choice(["", "Ana"]),
            source.choice(["", "Prado"]),
            email=source.choice(["", f"e{number}@example.com"]),
            phone=source.choice(["", "+46 70 123 45 67"]),
            company=source.choice(["", "", "Acme"]),
            groups=source.choice([(), ("VIP",)]),
            nickname=source.choice(["", "", "Nick"]),
            notes=f"everyword {number}",
        )
        create_contact(by=cast.ann, book=source.choice([cast.book, cast.private]), document=document)
    titled = replace(
        person(notes="everyword", email="t@x.example"), memberships=(Membership(kind="company", name="", title="CTO"),)
    )
    create_contact(by=cast.ann, book=cast.book, document=titled.normalised())
    return {contact.pk for contact in Contact.objects.all() if document_of(contact).is_incomplete}


@pytest.mark.parametrize("few", [0, 5_000], ids=["by index", "read whole"])
@pytest.mark.parametrize("order", ["family", "given"])
def test_incomplete_ones_are_those_of_whose_documents_it_is_true(cast, lacking, monkeypatch, few, order):
    monkeypatch.setattr(scope_module, "FEW", few)
    assert 10 < len(lacking) < 60
    for book in (None, cast.book):
        of_book = set(Contact.objects.filter(book__in=[book] if book else [cast.book, cast.private]).values_list("pk"))
        expected = {pk for pk in lacking if (pk,) in of_book}
        scope = scope_for(cast.ann, cast.organization, book=book, incomplete=True)
        assert {row.id for row in page(scope, limit=500, order=order).rows} == expected
        assert count(scope) == len(expected)
        assert {row.id for row in find(scope, "everyword", limit=500).rows} == expected
    vics = scope_for(cast.vic, cast.organization, incomplete=True)
    readable = set(Contact.objects.for_user(cast.vic).values_list("pk", flat=True))
    assert {row.id for row in page(vics, limit=500).rows} == lacking & readable


def test_the_list_of_incomplete_ones_has_an_index(cast, lacking):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        lacks = scope_for(cast.ann, cast.organization, book=cast.book, incomplete=True).own_conditions("c")
        cursor.execute(
            "EXPLAIN SELECT id FROM contacts_contact c WHERE c.book_id = %s AND c.trashed_at IS NULL"
            f"{lacks} ORDER BY sort_family, id LIMIT 50",
            [cast.book.pk],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "contacts_book_incomplete" in plan, plan


def test_filters_combine_and_each_chip_takes_one_away(cast):
    add(cast, "Both", groups=["VIP"], company="Acme", starred=True)
    add(cast, "Friend", groups=["VIP"], company="Acme", email="f@example.com")
    add(cast, "Elsewhere", book=cast.private, groups=["VIP"], company="Acme", starred=True)
    group, company = Group.objects.get(kind="group"), Group.objects.get(kind="company")
    client = signed_in(cast.ann)
    address = f"/contacts/?book={cast.book.pk}&group={group.pk}&company={company.pk}&starred=1&incomplete=1"
    response = client.get(address)
    assert rows(response) == ["Both"]
    chips = chips_of(response)
    assert list(chips) == ["Clients", "VIP", "Acme", "Starred", "Incomplete"]
    assert set(rows(client.get(chips["Clients"]))) == {"Both", "Elsewhere"}
    less = client.get(chips["Starred"])
    assert set(chips_of(less)) == {"Clients", "VIP", "Acme", "Incomplete"}
    assert set(rows(client.get(chips_of(less)["Incomplete"]))) == {"Both", "Friend"}
    assert 'href="/contacts/">Clear' in response.text
    assert f"/contacts/{Contact.objects.get(first_name='Both').pk}/?book=" in response.text  # kept in every link


def test_a_list_that_its_title_names_has_no_chips_but_for_what_has_no_list_of_its_own(cast):
    add(cast, "Ana", groups=["VIP"])
    client = signed_in(cast.ann)
    group = Group.objects.get()
    for address in ("/contacts/", "/contacts/?starred=1", f"/books/{cast.book.pk}/", f"/groups/{group.pk}/"):
        assert chips_of(client.get(address)) == {}
    assert chips_of(client.get("/contacts/?incomplete=1")) == {"Incomplete": "/contacts/"}
    assert chips_of(client.get("/contacts/?incomplete=1&q=an", headers=HTMX)) == {"Incomplete": "/contacts/?q=an"}


def test_the_form_goes_on_to_the_list_that_it_names(cast):
    add(cast, "Ana", groups=["VIP"], company="Acme")
    add(cast, "Ben", groups=["VIP"])
    client = signed_in(cast.vic)
    page = client.get(f"/contacts/filter/?group={Group.objects.get(name='VIP').pk}&q=a").text
    assert 'name="group_name" value="VIP"' in page
    assert '<input type="hidden" name="q" value="a">' in page
    answer = client.get("/contacts/filter/?apply=1&group_name=vip&company_name=ACME&book=&incomplete=1", follow=True)
    assert rows(answer) == ["Ana"]
    assert set(chips_of(answer)) == {"VIP", "Acme", "Incomplete"}
    assert client.get("/contacts/filter/?apply=1").headers["Location"] == "/contacts/"


def test_a_name_that_one_does_not_see_is_no_filter(cast):
    add(cast, "Hidden", book=cast.private, groups=["Secret"])
    add(cast, "Sam", book=cast.foreign, by=cast.sam, groups=["Foreign"])
    client = signed_in(cast.vic)
    answers = [client.get("/contacts/filter/", {"apply": "1", "group_name": name}) for name in ("Secret", "Nothing")]
    for answer, name in zip(answers, ("Secret", "Nothing"), strict=True):
        assert answer.status_code == 422
        assert f"There is no “{name}” that you can see." in unescape(answer.text)
    # Ann, who belongs to one organization, sees no group of another, also by its id.
    foreign = Group.objects.get(name="Foreign")
    assert signed_in(cast.ann).get(f"/contacts/filter/?group={foreign.pk}").status_code == 404


def test_books_to_filter_by_are_those_one_reads(cast):
    make_book(cast.ann, cast.organization, "Another of Ann's")
    text = signed_in(cast.vic).get("/contacts/filter/").text
    options = re.findall(r'<option value="[^"]*"[^>]*>([^<]+)<', text)
    assert options == ["All", "Personal (Personal)", "Clients (Specific users)"]
