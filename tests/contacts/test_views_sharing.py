"""Sharing a book in its form: asked before access changes, saved with the name or not at all, told to the owner."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from books.access import grants_of
from books.models import ContactBook
from contacts.services import delete_book, restore_book
from jobs.models import Job
from organizations.models import AuditEntry, OutgoingMail, Team
from organizations.outgoing import opened
from organizations.services import add_to_team, everyone
from organizations.sharing import Level
from tests.contacts.test_views_lists import add, signed_in
from tests.factories import make_book, make_member, make_team, share

MARKED = {"sharing": "1", "share": "on"}


def shares(book):
    return {str(to): level.name.lower() for to, level in grants_of(book).items()}


def key(to):
    """Return how the form names somebody."""
    return f"team:{to.public_id}" if isinstance(to, Team) else f"user:{to.pk}"


def sent(name, chosen, **more):
    """Return the form that shares with `chosen`, a level by whom."""
    levels = {f"level:{key(to)}": level for to, level in chosen.items()}
    return {"name": name, **MARKED, "with": [key(to) for to in chosen], **levels, **more}


def confirmed(response):
    """Return what the page that asks sends back when one agrees."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.text)
    data = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return data


def mails():
    return [opened(mail) for mail in OutgoingMail.objects.order_by("created_at")]


def test_a_new_book_is_shared_in_one_go_after_saying_who_gains(cast):
    client = signed_in(cast.ann)
    page = client.get("/books/new/").text
    for words in ("Share this contact book with others?", "Share with entire organization", "can edit", "can view"):
        assert words in page
    assert "Ben Editor" in page
    assert "Sam Stranger" not in page
    assert "Ann Owner" not in page[page.index('id="sharing"') :]
    form = sent("Clients 2", {cast.team: "view", cast.ben: "edit"}, organization=cast.organization.pk)
    asked = client.post("/books/new/", form)
    assert asked.status_code == 200
    assert "2 people gain access to 0 contacts." in asked.text
    assert not ContactBook.objects.filter(name="Clients 2").exists()
    done = client.post("/books/new/", confirmed(asked))
    book = ContactBook.objects.get(name="Clients 2")
    assert done["Location"] == f"/books/{book.pk}/"
    assert shares(book) == {"Sales": "view", "Ben Editor": "edit"}
    assert AuditEntry.objects.filter(action="book_shared", target_id=book.pk).count() == 2


def test_changes_of_access_are_said_in_numbers_and_names(cast):
    add(cast, "Ana", "Prado")
    client = signed_in(cast.ann)
    asked = client.post(f"/books/{cast.book.pk}/edit/", sent("Clients", {cast.ben: "view", cast.ada: "edit"}))
    assert "1 person gains, 1 loses access to 1 contact." in asked.text
    for title in ("Gain access · 1", "Lose access · 1", "May only view now · 1"):
        assert title in asked.text
    assert shares(cast.book) == {"Ben Editor": "edit", "Vic Viewer": "view"}
    client.post(f"/books/{cast.book.pk}/edit/", confirmed(asked))
    assert shares(cast.book) == {"Ben Editor": "view", "Ada Admin": "edit"}
    lines = AuditEntry.objects.filter(target_id=cast.book.pk, actor_id=cast.ann.pk).exclude(action="book_created")
    assert sorted((line.action, line.detail["name"]) for line in lines) == [
        ("book_shared", "Ada Admin"),
        ("book_shared", "Ben Editor"),
        ("book_unshared", "Vic Viewer"),
    ]


def test_what_changed_since_the_question_is_asked_again(cast):
    client = signed_in(cast.ann)
    asked = client.post(f"/books/{cast.book.pk}/edit/", sent("Other", {cast.team: "view"}))
    assert "Nobody gains or loses access to 0 contacts; what 1 person may do changes." in asked.text
    add_to_team(team=cast.team, user=make_member(cast.organization, "Eve New"), by=None)
    again = client.post(f"/books/{cast.book.pk}/edit/", confirmed(asked))
    assert again.status_code == 200
    assert "This changed while you were looking at it." in again.text
    assert "1 person gains access" in again.text
    cast.book.refresh_from_db()
    assert (cast.book.name, shares(cast.book)) == ("Clients", {"Ben Editor": "edit", "Vic Viewer": "view"})
    client.post(f"/books/{cast.book.pk}/edit/", confirmed(again))
    cast.book.refresh_from_db()
    assert (cast.book.name, shares(cast.book)) == ("Other", {"Sales": "view"})


def test_what_changes_nobodys_access_is_not_asked(cast):
    client = signed_in(cast.ann)
    same = sent("Renamed", {cast.ben: "edit", cast.vic: "view"})
    assert client.post(f"/books/{cast.book.pk}/edit/", same).status_code == 302
    assert ContactBook.objects.get(pk=cast.book.pk).name == "Renamed"
    # A form without the sharing part leaves sharing alone.
    client.post(f"/books/{cast.book.pk}/edit/", {"name": "Again"})
    assert shares(cast.book) == {"Ben Editor": "edit", "Vic Viewer": "view"}


def test_back_and_find_keep_what_was_typed_and_save_nothing(cast):
    for number in range(32):
        make_member(cast.organization, f"Colleague {number:02}")
    last = make_member(cast.organization, "Zed Zulu")
    client = signed_in(cast.ann)
    address = f"/books/{cast.book.pk}/edit/"
    assert "Zed Zulu" not in client.get(address).text
    found = client.post(address, sent("Typed", {cast.ben: "edit"}, find="zed", step="find")).text
    assert "Zed Zulu" in found
    assert 'value="Typed"' in found
    assert re.search(rf'id="with-user:{cast.ben.pk}" checked', found)
    asked = client.post(address, sent("Typed", {last: "view"}))
    back = client.post(address, confirmed(asked) | {"step": "back"}).text
    assert re.search(rf'id="with-user:{last.pk}" checked', back)
    assert 'value="Typed"' in back
    assert ContactBook.objects.get(pk=cast.book.pk).name == "Clients"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (MARKED, "Choose whom to share this contact book with"),
        ({**MARKED, "with": "everyone", "level:everyone": "manage"}, "Choose “can edit” or “can view”"),
    ],
)
def test_choices_that_say_nothing_get_a_sentence(cast, data, says):
    answer = signed_in(cast.ann).post(f"/books/{cast.book.pk}/edit/", {"name": "x", **data})
    assert answer.status_code == 422
    assert says in answer.text
    assert ContactBook.objects.get(pk=cast.book.pk).name == "Clients"


def test_people_and_teams_from_elsewhere_do_not_exist(cast):
    strange = make_team(cast.elsewhere, cast.sam)
    client = signed_in(cast.ann)
    for chosen in (
        f"user:{cast.sam.pk}",
        f"team:{strange.public_id}",
        "user:nonsense",
        "nobody",
        f"user:{cast.ann.pk}",
    ):
        answer = client.post(f"/books/{cast.book.pk}/edit/", {"name": "x", **MARKED, "with": chosen})
        assert answer.status_code == 404
    assert shares(cast.book) == {"Ben Editor": "edit", "Vic Viewer": "view"}


@pytest.mark.leaves_hooks
def test_an_admin_who_opens_a_book_to_themselves_is_named_to_the_owner(cast):
    client = signed_in(cast.ada)
    form = sent("Clients", {cast.ben: "edit", cast.vic: "view", cast.ada: "view"})
    asked = client.post(f"/books/{cast.book.pk}/edit/", form)
    assert "is told by email" in asked.text
    assert not mails()
    client.post(f"/books/{cast.book.pk}/edit/", confirmed(asked))
    [mail] = mails()
    assert mail.to == [cast.ann.email]
    assert mail.subject == "Ada Admin can now see your contact book Clients"
    assert f"/books/{cast.book.pk}/access/" in mail.body
    assert Job.objects.filter(kind="organizations.send_mail").count() == 1


@pytest.mark.leaves_hooks
def test_the_owner_is_told_too_when_the_way_in_is_a_team(cast):
    share(cast.book, everyone(cast.organization), Level.VIEW)
    assert not mails()  # the operator did it
    client = signed_in(cast.ada)
    client.post(f"/books/{cast.book.pk}/edit/", {"name": "Clients"})
    assert not mails()


def test_everybody_who_can_see_is_listed_with_the_reason(cast):
    share(cast.book, cast.team, Level.VIEW)
    share(cast.book, cast.organization, Level.VIEW)
    page = signed_in(cast.vic).get(f"/books/{cast.book.pk}/access/").text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "4 people can see its contacts" in text
    assert re.search(r"Ann Owner \S+ owns it · everyone in Acme Owner", text)
    assert re.search(r"Ben Editor \S+ everyone in Acme · team Sales · shared with them directly can edit", text)
    assert re.search(r"Ada Admin \S+ everyone in Acme can view", text)
    assert "Sam Stranger" not in text
    contact = add(cast, "Ana")
    assert f'/books/{cast.book.pk}/access/"' in signed_in(cast.vic).get(f"/contacts/{contact.pk}/").text


def test_the_pages_cost_the_same_with_many_people(cast):
    client = signed_in(cast.ann)

    def cost(address):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    addresses = [f"/books/{cast.book.pk}/{page}/" for page in ("access", "edit", "hand-over")]
    share(cast.book, cast.team)
    few = [cost(address) for address in addresses]
    for number in range(12):
        person = make_member(cast.organization, f"Colleague {number}")
        share(cast.book, person)
        share(cast.book, make_team(cast.organization, person))
    assert [cost(address) for address in addresses] == few


def test_more_people_than_a_page_are_paged(cast, monkeypatch):
    monkeypatch.setattr("contacts.views.access.SHOWN", 2)
    client = signed_in(cast.ann)
    first = client.get(f"/books/{cast.book.pk}/access/").text
    more = re.search(r'href="(\?after=[^"]+)"', first)[1]
    second = client.get(f"/books/{cast.book.pk}/access/{more}").text
    assert "Ben Editor" in first
    assert "Vic Viewer" not in first
    assert "Vic Viewer" in second
    assert 'href="?after=' not in second
    assert client.get(f"/books/{cast.book.pk}/access/?after=nonsense").status_code == 404


@pytest.mark.leaves_hooks
def test_a_book_changes_hands_and_the_old_owner_keeps_editing(cast):
    book = make_book(cast.ben, cast.organization, "Ours")
    share(book, cast.vic)
    client = signed_in(cast.ben)
    assert "Vic Viewer" in client.get(f"/books/{book.pk}/hand-over/").text
    assert client.post(f"/books/{book.pk}/hand-over/", {}).status_code == 422
    client.post(f"/books/{book.pk}/hand-over/", {"owner": cast.vic.pk})
    book = ContactBook.objects.get(pk=book.pk)
    assert book.owner == cast.vic
    assert shares(book) == {"Ben Editor": "edit"}
    assert client.get(f"/books/{book.pk}/edit/").status_code == 403
    assert signed_in(cast.vic).get(f"/books/{book.pk}/edit/").status_code == 200
    assert AuditEntry.objects.filter(action="book_handed_over", target_id=book.pk, actor_id=cast.ben.pk).count() == 1
    assert [mail.to for mail in mails()] == [[cast.vic.email]]


@pytest.mark.leaves_hooks
def test_an_admin_who_hands_a_book_over_is_named_to_both_owners(cast):
    signed_in(cast.ada).post(f"/books/{cast.book.pk}/hand-over/", {"owner": cast.vic.pk})
    assert sorted(mail.to[0] for mail in mails()) == sorted([cast.ann.email, cast.vic.email])
    assert all("Ada Admin" in mail.body for mail in mails())


def test_suggestions_fill_in_name_and_purpose(cast):
    client = signed_in(cast.ann)
    page = client.get("/books/new/").text
    for name in ("Clients", "Prospects", "Vendors", "Partners", "Personal", "Team"):
        assert f"<strong>{name}</strong>" in page
    chosen = client.get("/books/new/?kind=vendors").text
    assert 'value="Vendors"' in chosen
    assert 'value="Those we buy from"' in chosen
    assert client.get("/books/new/?kind=nonsense").status_code == 200


def test_a_deleted_book_comes_back_with_its_shares(cast):
    before = shares(cast.book)
    delete_book(by=cast.ann, book=cast.book)
    restore_book(by=cast.ann, book=cast.book)
    assert shares(cast.book) == before
    assert signed_in(cast.vic).get(f"/books/{cast.book.pk}/").status_code == 200


def test_an_admin_undoes_the_deletion_of_a_shared_book_in_one_click(cast):
    client = signed_in(cast.ada)
    answer = client.post(f"/books/{cast.book.pk}/delete/", follow=True)
    undo = re.search(r'action="(/changes/[^"]+/undo/)"', answer.text)[1]
    client.post(undo)
    assert signed_in(cast.vic).get(f"/books/{cast.book.pk}/").status_code == 200
