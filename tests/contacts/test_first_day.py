"""The first day: what empty lists say, sample people that come and go as one act, a checklist that goes away."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from books.shelf import shelf_of
from contacts.first_people import first_people
from contacts.first_steps import facts_of
from contacts.models import ChangeSet, Contact, Group, Source
from contacts.services import NotAllowed, NotVisible, create_contact, star_contacts, trash_contacts, undo
from contacts.services.first_day import load_sample_people, standing_sample
from organizations.models import User
from organizations.services import create_organization
from organizations.sharing import Level
from tests.contacts.conftest import person
from tests.contacts.test_services import assert_consistent
from tests.contacts.test_views_lists import add, rows, signed_in
from tests.contacts.test_views_trash import words
from tests.factories import make_book, make_cast, make_user, personal_book, share

COUNT = len(first_people())


@pytest.fixture
def newcomer(db):
    """Nia, who opened an organization today, and nothing else."""
    nia = make_user("Nia Newcomer", newcomer=True)
    organization = create_organization(name="New", owner=nia)
    return nia, organization, personal_book(nia, organization)


def living(book):
    return Contact.objects.filter(book=book, trashed_at__isnull=True)


def steps(page):
    """Return {step: whether it is ticked} of the checklist, empty when there is none."""
    card = re.search(r'<details class="first-steps".*?</details>', page.text, re.S)
    found = re.findall(r"<li>(.*?)</li>", card[0], re.S) if card else []
    plain = [re.sub(r"<kbd>.*?</kbd>|<[^>]+>", "", each).strip() for each in found]
    return {each.removeprefix("Done: "): each.startswith("Done: ") for each in plain}


# --- sample people -------------------------------------------------------------------------------------------------


def test_sample_people_come_as_one_act_and_go_with_one_click(newcomer):
    nia, _organization, book = newcomer
    client = signed_in(nia)
    page = client.get("/contacts/")
    assert f'action="/books/{book.pk}/sample/"' in page.text
    page = client.post(f"/books/{book.pk}/sample/", follow=True)
    assert living(book).count() == COUNT == len(rows(page))
    act = ChangeSet.objects.get(label="Sample people")
    assert (act.source, act.finished_at is not None, act.changes.count()) == (Source.SAMPLE, True, COUNT)
    assert_consistent()
    assert "Nia Newcomer created 20 contacts" in words(client.get("/changes/"))
    # The list, the checklist and the book's menu all offer to take them away.
    assert f'action="/books/{book.pk}/sample/remove/"' in client.get(f"/books/{book.pk}/actions/").text
    assert f'action="/books/{book.pk}/sample/remove/"' in page.text
    page = client.post(f"/books/{book.pk}/sample/remove/", follow=True)
    assert "20 sample people removed." in words(page)
    assert not living(book).exists()
    assert "Remove the sample people" not in client.get(f"/books/{book.pk}/actions/").text
    assert not Group.objects.for_user(nia).exists()
    assert_consistent()


def test_they_are_realistic_and_reach_nobody():
    people = first_people()
    written = " ".join(str(each.to_json()) for each in people)
    for script in (r"[α-ω]", r"[а-я]", r"[א-ת]", r"[ء-ي]", r"[一-龥]", r"[ぁ-ん]", r"[अ-ह]", r"[ąęłżó]"):
        assert re.search(script, written), script
    emails = re.findall(r"[\w.]+@[\w.]+", written)
    assert emails
    assert all(email.endswith(".example") for email in emails)
    assert not any(each.is_incomplete for each in people)
    assert all(item.id for each in people for item in each.infos)
    assert len({each.full_name for each in people}) == COUNT


def test_whoever_was_changed_is_kept_and_named(newcomer):
    nia, _organization, book = newcomer
    load_sample_people(by=nia, book=book)
    kept = living(book).get(last_name="Okafor")
    star_contacts(by=nia, contacts=[kept.pk], starred=True)
    trash_contacts(by=nia, contacts=[living(book).get(last_name="Finch").pk])
    page = signed_in(nia).post(f"/books/{book.pk}/sample/remove/", follow=True)
    assert "18 sample people removed. Kept: Amara Okafor (somebody changed it since)." in words(page)
    assert list(living(book)) == [kept]
    # She is Nia's own now.
    assert "There are no sample people any more." in words(
        signed_in(nia).post(f"/books/{book.pk}/sample/remove/", follow=True)
    )
    assert list(living(book)) == [kept]


def test_they_are_not_loaded_twice_but_again_after_they_went(newcomer):
    nia, organization, book = newcomer
    client = signed_in(nia)
    client.post(f"/books/{book.pk}/sample/")
    assert "The sample people are here already." in words(client.post(f"/books/{book.pk}/sample/", follow=True))
    assert living(book).count() == COUNT
    # Taken back by the list of changes rather than by the button: it is the same.
    undone = undo(by=nia, change_set=ChangeSet.objects.get(label="Sample people"))
    assert not standing_sample(nia, organization).exists()
    client.post(f"/books/{book.pk}/sample/")
    assert living(book).count() == COUNT
    # Bringing the first ones back makes no second sample of them.
    undo(by=nia, change_set=undone.change_set)
    assert living(book).count() == 2 * COUNT
    assert standing_sample(nia, organization).count() == 1


def test_the_checklist_asks_for_the_same_sample_as_the_rest(newcomer):
    nia, organization, book = newcomer
    samples = []

    def look():
        known = facts_of(nia, organization, shelf_of(nia, organization)).sample
        standing = standing_sample(nia, organization).first()
        assert known == (standing.pk if standing else None)
        samples.append(known)

    look()
    first = load_sample_people(by=nia, book=book)
    look()
    taken_back = undo(by=nia, change_set=first)
    look()
    undo(by=nia, change_set=taken_back.change_set)
    look()
    trash_contacts(by=nia, contacts=living(book).values_list("pk", flat=True))
    look()
    assert samples == [None, first.pk, None, first.pk, None]


def test_who_may_not_edit_the_book_loads_nothing(cast):
    for user, raised, status in ((cast.vic, NotAllowed, 403), (cast.ada, NotVisible, 404), (cast.sam, NotVisible, 404)):
        with pytest.raises(raised):
            load_sample_people(by=user, book=cast.book)
        assert signed_in(user).post(f"/books/{cast.book.pk}/sample/").status_code == status
    assert not Contact.objects.exists()
    assert not ChangeSet.objects.exists()
    load_sample_people(by=cast.ben, book=cast.book)
    # Nobody takes away what somebody else loaded.
    client = signed_in(cast.ann)
    assert "Remove the sample people" not in client.get(f"/books/{cast.book.pk}/actions/").text
    client.post(f"/books/{cast.book.pk}/sample/remove/")
    assert living(cast.book).count() == COUNT
    assert signed_in(cast.vic).post(f"/books/{cast.book.pk}/sample/remove/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_load_them_once():
    cast = make_cast()
    barrier, loaded = threading.Barrier(2), []

    def load():
        try:
            barrier.wait(10)
            loaded.append(load_sample_people(by=cast.ann, book=cast.book))
        finally:
            connection.close()

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(loaded) == 2
    assert [each is None for each in loaded].count(True) == 1
    assert living(cast.book).count() == COUNT
    assert_consistent()


# --- the checklist ---------------------------------------------------------------------------------------------------


def test_steps_are_ticked_by_what_is_there_and_go_away_when_all_are_done(newcomer):
    nia, organization, book = newcomer
    client = signed_in(nia)
    names = ["Bring in your contacts", "Find one of them", "Make a group or a company", "Invite a colleague"]
    names.append("Share a contact book")
    assert steps(client.get("/contacts/")) == dict.fromkeys(names, False)
    # Sample people are nobody's own work.
    load_sample_people(by=nia, book=book)
    assert steps(client.get("/contacts/")) == dict.fromkeys(names, False)
    create_contact(by=nia, book=book, document=person("Ana", "Prado", email="ana@x.example"))
    assert steps(client.get("/contacts/")) == dict.fromkeys(names, False) | {names[0]: True}
    client.get("/contacts/?q=zzz")
    assert not steps(client.get("/contacts/"))[names[1]]
    client.get("/contacts/?q=ana")
    assert steps(client.get("/contacts/"))[names[1]]
    client.post("/groups/new/", {"name": "VIP", "organization": organization.pk})
    assert steps(client.get("/contacts/"))[names[2]]
    client.post("/organization/people/invite/", {"email": "bo@x.example", "role": "member"})
    assert steps(client.get("/contacts/")) == dict.fromkeys(names, True) | {names[4]: False}
    other = make_user("Bo")
    organization.memberships.create(user=other)
    share(make_book(nia, organization, "Sales"), other, Level.VIEW)
    # Done, but for the sample people, which it still offers to remove.
    assert steps(client.get("/contacts/")) == dict.fromkeys(names, True)
    client.post(f"/books/{book.pk}/sample/remove/")
    assert steps(client.get("/contacts/")) == {}
    with CaptureQueriesContext(connection) as asked:
        client.get("/contacts/")
    assert not any("books_bookteamgrant" in query["sql"] and "invitation" in query["sql"] for query in asked)


def test_it_is_closed_for_good_and_costs_nothing_then(newcomer):
    nia, _organization, book = newcomer
    client = signed_in(nia)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = client.get("/contacts/")
        return len(asked), bool(steps(page))

    shown, is_shown = queries()
    page = client.post("/contacts/first-steps/close/", {"next": f"/books/{book.pk}/"}, follow=True)
    assert page.redirect_chain == [(f"/books/{book.pk}/", 302)]
    assert "The checklist is closed." in words(page)
    assert (is_shown, queries()) == (True, (shown - 1, False))
    # Nor is it there for who has been here for long.
    User.objects.filter(pk=nia.pk).update(first_steps_closed=False, date_joined=timezone.now() - timedelta(days=31))
    assert queries() == (shown - 1, False)


def test_who_closes_it_is_told_where_the_sample_people_go(newcomer):
    nia, _organization, book = newcomer
    load_sample_people(by=nia, book=book)
    page = signed_in(nia).post("/contacts/first-steps/close/", {"next": "https://evil.example/"}, follow=True)
    assert page.redirect_chain == [("/contacts/", 302)]
    assert "still removes the sample people" in words(page)


def test_a_member_sets_things_up_instead_of_inviting(newcomer):
    _nia, organization, _book = newcomer
    mia = make_user("Mia", newcomer=True)
    organization.memberships.create(user=mia)
    client = signed_in(mia)
    assert steps(client.get("/contacts/"))["Set up names, keys and lists"] is False
    User.objects.filter(pk=mia.pk).update(name_order="family")
    assert steps(client.get("/contacts/"))["Set up names, keys and lists"] is True


# --- what empty lists say --------------------------------------------------------------------------------------------


def test_an_empty_panel_and_an_empty_book_have_three_ways_on(newcomer):
    nia, organization, book = newcomer
    sales = make_book(nia, organization, "Sales")
    client = signed_in(nia)
    for address, target, lead in (
        ("/contacts/", book, "Bring in the people you know"),
        (f"/books/{sales.pk}/", sales, "Bring people into Sales"),
    ):
        page = client.get(address)
        assert lead in words(page)
        links = re.findall(r'class="way" href="([^"]+)"', page.text)
        new = "/contacts/new/" + (f"?book={sales.pk}" if target == sales else "")
        assert links[:3] == [f"/books/{target.pk}/import/", "/help/moving/", new]
        assert "Load sample people" in page.text
        assert all(client.get(link).status_code == 200 for link in links)
    # With people elsewhere the sample is not offered any more.
    add_to = create_contact(by=nia, book=book, document=person("Ana", "Prado"))
    page = client.get(f"/books/{sales.pk}/")
    assert add_to.pk
    assert "Bring people into Sales" in words(page)
    assert "Load sample people" not in page.text


def test_a_book_that_one_may_only_view_offers_nothing(cast):
    page = signed_in(cast.vic).get(f"/books/{cast.book.pk}/")
    assert "No one in Clients yet" in words(page)
    assert 'class="way"' not in page.text
    assert "Load sample people" not in page.text


def test_a_search_without_hits_counts_those_elsewhere(cast):
    for name in ("Ana", "Anna", "Anke"):
        add(cast, name, "Prado")
    client = signed_in(cast.ann)
    page = client.get(f"/books/{cast.private.pk}/", {"q": "an"})
    assert "No one in Only Ann matches “an”" in words(page)
    assert 'href="/contacts/?q=an">Search all contact books (3)</a>' in page.text
    nowhere = words(client.get(f"/books/{cast.private.pk}/", {"q": "zzz"}))
    assert "Nor in any other contact book." in nowhere
    assert "Search all contact books" not in nowhere
    everywhere = words(client.get("/contacts/", {"q": "<zzz>"}))
    assert "No one matches “&lt;zzz&gt;”" in everywhere
    # What others hold is not counted.
    assert "Nor in any other contact book." in words(signed_in(cast.ada).get("/contacts/?starred=1&q=an"))


def test_every_other_empty_list_says_why_it_is(cast):
    contact = add(cast, "Ana", "Prado", email="ana@x.example", groups=["VIP"], company="Acme")
    group, company = Group.objects.get(kind="group"), Group.objects.get(kind="company")
    client = signed_in(cast.ann)
    assert "No one is starred" in words(client.get("/contacts/?starred=1"))
    assert "No one is incomplete" in words(client.get("/contacts/?incomplete=1"))
    page = client.get(f"/groups/{group.pk}/?starred=1")
    assert "No one matches these filters" in words(page)
    assert 'href="/contacts/">Clear all filters</a>' in page.text
    client.post("/groups/new/", {"name": "Empty", "organization": cast.organization.pk})
    client.post("/companies/new/", {"name": "Void", "organization": cast.organization.pk})
    for name, said in (("Empty", "No one in Empty yet"), ("Void", "No one at Void yet")):
        found = Group.objects.get(name=name)
        folder = "companies" if found.kind == "company" else "groups"
        assert said in words(client.get(f"/{folder}/{found.pk}/"))
    assert contact.pk
    assert company.pk
    assert "No one" not in words(client.get("/contacts/"))
