"""The list: what it shows to whom, in pieces and whole, and what that costs."""

import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.models import Group
from contacts.services import create_contact
from tests.contacts.conftest import person

HTMX = {"HX-Request": "true"}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def add(cast, *args, book=None, by=None, **more):
    return create_contact(by=by or cast.ann, book=book or cast.book, document=person(*args, **more))


def rows(response):
    """Return the names in a list, in order."""
    found = re.findall(r'<bdi class="row-name">(.*?)</bdi>', response.text)
    return [re.sub(r"</?mark>", "", name) for name in found]


def plain(html):
    """Return HTML without what differs from one answer to the next."""
    html = re.sub(r'value="[\w]{64}"|"X-CSRFToken": "\w+"|name="key" value="[\w-]{36}"', "", html)
    return re.sub(r"\s+", " ", html).strip()


def test_everybody_sees_the_contacts_of_their_own_books(cast):
    add(cast, "Ana", "Prado")
    add(cast, "Only", "Ann", book=cast.private)
    add(cast, "Foreign", "One", book=cast.foreign, by=cast.sam)
    assert rows(signed_in(cast.ann).get("/contacts/")) == ["Only Ann", "Ana Prado"]
    assert rows(signed_in(cast.vic).get("/contacts/")) == ["Ana Prado"]
    assert rows(signed_in(cast.ada).get("/contacts/")) == []
    assert rows(signed_in(cast.sam).get("/contacts/")) == ["Foreign One"]


def test_a_book_group_and_company_have_lists_of_their_own(cast):
    add(cast, "Ana", "Prado", company="Acme", groups=["VIP"])
    add(cast, "Other", "One", book=cast.private)
    client = signed_in(cast.ann)
    assert rows(client.get(f"/books/{cast.book.pk}/")) == ["Ana Prado"]
    assert rows(client.get(f"/contacts/?book={cast.private.pk}")) == ["Other One"]
    for group in Group.objects.for_user(cast.ann):
        folder = "companies" if group.kind == "company" else "groups"
        assert rows(client.get(f"/{folder}/{group.pk}/")) == ["Ana Prado"]


@pytest.mark.parametrize(
    "address",
    [
        "/books/{foreign}/",
        "/contacts/?book={foreign}",
        "/contacts/?book=nonsense",
        "/contacts/?book={random}",
        "/contacts/?group={group}",
        "/companies/{group}/",
        "/groups/{company}/",
        "/contacts/new/?book={foreign}",
    ],
)
def test_a_filter_that_is_not_there_for_one_is_a_404(cast, address):
    add(cast, "Ana", "Prado", company="Hidden", groups=["Secret"], book=cast.private)
    group, company = (Group.objects.for_user(cast.ann).get(name=name) for name in ("Secret", "Hidden"))
    address = address.format(foreign=cast.foreign.pk, random=uuid.uuid4(), group=group.pk, company=company.pk)
    assert signed_in(cast.vic).get(address).status_code == 404


def test_filters_of_an_address_hold_together(cast):
    add(cast, "Both", company="Acme", groups=["VIP"])
    add(cast, "Colleague", company="Acme")
    add(cast, "Friend", groups=["VIP"])
    company, group = (Group.objects.get(kind=kind).pk for kind in ("company", "group"))
    client = signed_in(cast.ann)
    assert rows(client.get(f"/contacts/?company={company}&group={group}")) == ["Both"]
    assert rows(client.get(f"/contacts/?company={company}&group={group}&q=bo")) == ["Both"]
    assert rows(client.get(f"/contacts/?company={company}&group={group}&book={cast.private.pk}")) == []


def test_a_piece_is_the_same_as_in_the_page(cast):
    for number in range(60):
        add(cast, f"First{number:02}", "Last", email=f"x{number}@example.com")
    client = signed_in(cast.ann)
    for address in ("/contacts/", "/contacts/?q=first0", f"/books/{cast.book.pk}/"):
        piece = client.get(address, headers=HTMX)
        assert "HX-Request" in piece.headers["Vary"]
        assert "<html" not in piece.text
        assert plain(piece.text) in plain(client.get(address).text)


def test_the_list_goes_on_by_key_to_its_end_without_gaps(cast):
    for number in range(120):
        add(cast, f"P{number:03}", "Same")
    client = signed_in(cast.vic)
    address, seen = "/contacts/", []
    while address:
        response = client.get(address, headers=HTMX)
        seen += rows(response)
        found = re.search(r'class="more"><a href="([^"]+)"', response.text)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == [f"P{number:03} Same" for number in range(120)]


def test_search_marks_why_it_matched_and_says_how_many(cast):
    add(cast, "Żółć", "Gęślą", email="zolc@example.pl")
    add(cast, "Ben", "Other", company="Zolc & Sons")
    add(cast, "No", "Match")
    response = signed_in(cast.vic).get("/contacts/?q=zolc", headers=HTMX)
    assert rows(response)[0] == "Żółć Gęślą"
    assert "<mark>Żółć</mark>" in response.text
    assert "<mark>Zolc</mark>" in response.text
    assert 'data-announce="2 contacts"' in response.text


def test_a_query_is_text_and_nothing_else(cast):
    add(cast, "Ana", "Prado")
    for query in ("%3Cscript%3E", "%00", "%25", "_" * 500, "' OR 1=1 --", "%F0%9F%98%80", "%ED%A0%80"):
        response = signed_in(cast.ann).get(f"/contacts/?q={query}")
        assert response.status_code == 200
        assert "<script>" not in response.text.replace("<script type", "")


def test_the_list_is_by_last_or_by_first_names(cast):
    add(cast, "Ana", "Prado")
    add(cast, "Zoe", "Adams")
    client = signed_in(cast.vic)
    page = client.get("/contacts/")
    assert rows(page) == ["Zoe Adams", "Ana Prado"]
    assert 'href="/contacts/?sort=given"' in client.get("/contacts/view/").text
    assert rows(client.get("/contacts/?sort=given")) == ["Ana Prado", "Zoe Adams"]


def test_a_page_key_that_is_none_starts_over(cast):
    add(cast, "Ana", "Prado")
    for key in ("x", "WyJhIl0", "bnVsbA", "%00", "a" * 5000):
        assert rows(signed_in(cast.ann).get(f"/contacts/?after={key}")) == ["Ana Prado"]


def test_only_what_one_may_do_is_offered(cast):
    add(cast, "Ana", "Prado")
    for name, user in (("ann", cast.ann), ("ben", cast.ben), ("vic", cast.vic)):
        text, menu = (signed_in(user).get(f"/books/{cast.book.pk}/{page}").text for page in ("", "actions/"))
        manages, edits = name == "ann", name != "vic"
        assert (f"/books/{cast.book.pk}/edit/" in menu) is manages
        assert (f"/books/{cast.book.pk}/delete/" in menu) is manages
        assert (f"/books/{cast.book.pk}/import/" in menu) is edits
        assert (f"/books/{cast.book.pk}/import/" in text) is edits
        assert ("Create contact" in text) is edits
        assert ("data-fixed><div>" in text) is not edits


@pytest.mark.parametrize("address", ["/contacts/", "/contacts/?q=person", "/books/{book}/", "/contacts/?starred=1"])
def test_thirty_rows_cost_as_many_queries_as_one(cast, address):
    address = address.format(book=cast.book.pk)
    client = signed_in(cast.ann)
    add(cast, "Person", "Zero", company="Acme", groups=["VIP"], starred=True)
    client.get(address)  # the first one of a process also learns what content types there are
    with CaptureQueriesContext(connection) as one:
        assert len(rows(client.get(address))) == 1
    for number in range(29):
        add(cast, "Person", f"N{number}", company=f"C{number}", groups=[f"G{number}"], starred=True)
    with CaptureQueriesContext(connection) as thirty:
        assert len(rows(client.get(address))) == 30
    assert len(thirty) == len(one)


def test_an_empty_book_says_how_to_begin(cast):
    text = signed_in(cast.sam).get("/contacts/").text
    assert "Import contacts (CSV)" in text
    assert "Create contact" in text


def test_the_theme_is_kept_and_rendered(cast):
    client = signed_in(cast.ann)
    response = client.post("/settings/theme/", {"theme": "dark", "next": "/contacts/?starred=1"})
    assert response.headers["Location"] == "/contacts/?starred=1"
    assert 'data-theme="dark"' in client.get("/contacts/").text
    assert client.post("/settings/theme/", {"theme": "x", "next": "//evil.example"}).headers["Location"] == "/contacts/"
    assert "data-theme" not in client.get("/contacts/").text
