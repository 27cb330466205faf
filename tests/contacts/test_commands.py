"""What the command bar lists and finds: only what one may see, in the session's organization, at a constant cost."""

import re

import pytest
from django.test import Client

from books.models import ContactBook
from books.services import unshare_book
from contacts.services import create_contact, trash_contacts
from organizations.sharing import Level
from tests.contacts.conftest import person
from tests.factories import make_book, share

COMMANDS, FIND = "/contacts/commands/", "/contacts/commands/find/"

pytestmark = pytest.mark.django_db


def window(user):
    found = Client(headers={"HX-Request": "true"})
    found.force_login(user)
    return found


def asked(user, address, **query):
    answer = window(user).get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def parts(html):
    return {
        name: re.findall(r'<a class="menu-item" href="([^"]+)"', part)
        for name, part in re.findall(r'data-part="(\w+)" data-quiet>(.*?)</section>', html, re.DOTALL)
    }


def found(user, q, **query):
    return parts(asked(user, FIND, q=q, **query))


def test_contacts_books_groups_and_companies_are_found_by_name(cast):
    contact = create_contact(
        by=cast.ann, book=cast.book, document=person("Clio", "Prado", company="Clio Ltd", groups=["Clio's friends"])
    )
    company, group = (contact.memberships.get(group__kind=kind).group for kind in ("company", "group"))
    for user in (cast.ann, cast.ben, cast.vic):
        assert found(user, "cli") == {
            "contacts": [f"/contacts/{contact.pk}/"],
            "books": [f"/books/{cast.book.pk}/"],
            "companies": [f"/companies/{company.pk}/"],
            "groups": [f"/groups/{group.pk}/"],
        }
    nothing = {"contacts": [], "books": [], "companies": [], "groups": []}
    assert found(cast.ada, "cli") == nothing  # an admin without a share
    assert found(cast.sam, "cli") == nothing
    assert found(cast.ann, "no such name") == nothing
    assert found(cast.ann, "") == {}
    assert found(cast.ann, "a\x00b" * 200)["contacts"] == []


def test_one_kind_is_chosen_from_without_typing(cast):
    assert found(cast.vic, "", among="books") == {
        "books": [f"/books/{book.pk}/" for book in (_personal(cast.vic), cast.book)]
    }
    assert found(cast.vic, "cl", among="books") == {"books": [f"/books/{cast.book.pk}/"]}
    assert found(cast.vic, "cl", among="unknown").keys() == {"contacts", "books", "groups", "companies"}


def test_who_loses_the_share_finds_nothing_of_it_any_more(cast):
    contact = create_contact(by=cast.ann, book=cast.private, document=person("Clio", company="Clio Ltd"))
    recent = f"/contacts/{contact.pk}/,/books/{cast.private.pk}/"
    assert found(cast.vic, "clio")["contacts"] == []
    share(cast.private, cast.vic, Level.VIEW)
    assert found(cast.vic, "clio")["contacts"] == [f"/contacts/{contact.pk}/"]
    assert f"/contacts/{contact.pk}/" in asked(cast.vic, COMMANDS, recent=recent)
    unshare_book(by=cast.ann, book=cast.private, to=cast.vic)
    html = asked(cast.vic, COMMANDS, recent=recent)
    assert found(cast.vic, "clio") == {"contacts": [], "books": [], "groups": [], "companies": []}
    for told in (contact.pk, cast.private.pk, "Clio", "Only Ann"):
        assert str(told) not in html


def test_contacts_of_a_book_that_is_left_out_of_search_are_left_out_here_and_the_book_opens(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Clio", "Prado"))
    recent = f"/contacts/{contact.pk}/"
    assert parts(asked(cast.vic, COMMANDS, recent=recent))["contacts"] == [f"/contacts/{contact.pk}/"]
    ContactBook.objects.filter(pk=cast.book.pk).update(exclude_from_search=True)
    assert found(cast.vic, "clio")["contacts"] == []
    assert "Clio" not in asked(cast.vic, COMMANDS, recent=recent)
    assert found(cast.vic, "clients")["books"] == [f"/books/{cast.book.pk}/"]


def test_books_of_one_name_say_with_whom_they_are_shared(cast):
    assert "<small>" not in asked(cast.ann, FIND, q="clients")
    make_book(cast.ann, cast.organization, "clients")
    html = asked(cast.ann, FIND, q="clients")
    assert html.count("<small>") == 2
    assert "<small>Personal</small>" in html


def test_what_is_in_the_trash_is_not_found(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Clio", "Prado"))
    trash_contacts(by=cast.ann, contacts=[contact.pk])
    assert found(cast.ann, "clio")["contacts"] == []
    assert "Clio" not in asked(cast.ann, COMMANDS, recent=f"/contacts/{contact.pk}/")


def test_the_bar_offers_what_the_person_may_do_here(cast):
    book = f"?book={cast.book.pk}"
    editor, viewer = (asked(user, COMMANDS, book=str(cast.book.pk)) for user in (cast.ben, cast.vic))
    assert f'href="/contacts/new/{book}"' in editor
    assert f'href="/contacts/new/{book}"' not in viewer  # only in their own
    assert f'href="/books/{cast.book.pk}/import/"' in editor
    assert f'href="/books/{cast.book.pk}/import/"' not in viewer
    for html in (editor, viewer):
        assert 'href="/organization/people/"' in html
        assert 'href="/organization/audit/"' not in html
        assert "Sign out" in html
        assert "Switch to" not in html
    assert 'href="/organization/audit/"' in asked(cast.ada, COMMANDS)


def test_a_list_that_is_gone_does_not_take_the_bar_with_it(cast):
    html = asked(cast.sam, COMMANDS, book=str(cast.book.pk))
    assert str(cast.book.pk) not in html
    assert "Sign out" in html


def test_recent_places_that_are_no_places_are_nothing(cast):
    for recent in (
        "/books/1/",
        "x" * 5000,
        "/contacts/ffffffff-ffff-ffff-ffff-ffffffffffff/",
        f"/books/{cast.foreign.pk}/",
    ):
        html = asked(cast.ann, COMMANDS, recent=recent)
        assert str(cast.foreign.pk) not in html


def test_it_costs_the_same_for_one_and_for_thirty(cast, django_assert_max_num_queries):
    for number in range(30):
        create_contact(
            by=cast.ann,
            book=cast.book,
            document=person(f"Clio{number}", company=f"Clio {number}", groups=[f"C {number}"]),
        )
        make_book(cast.ann, cast.organization, f"Clio {number}")
    here = window(cast.ann)
    with django_assert_max_num_queries(14):
        assert here.get(FIND, {"q": "clio"}).status_code == 200
    with django_assert_max_num_queries(12):
        assert here.get(COMMANDS).status_code == 200


def test_without_a_script_it_is_a_page_of_all_that_may_be_done(cast):
    client = Client()
    assert client.get(COMMANDS).status_code == 302
    client.force_login(cast.ann)
    page = client.get(COMMANDS).content.decode()
    assert "<h1>Everything you can do</h1>" in page
    assert 'href="/groups/new/"' in page


def _personal(user):
    return ContactBook.objects.get(owner=user, name="Personal")
