"""The trash by act: what stands there for whom, what comes back, and what goes for good."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from books.access import grants_of
from books.models import ContactBook
from contacts.models import Change, ChangeSet, Contact, ContactHandle
from contacts.services import Busy, delete_book, move_contacts, restore_contacts, star_contacts, trash_contacts, undo
from contacts.services import trash as service
from jobs.models import Job
from organizations.models import AuditEntry
from tests.contacts.test_views_lists import add, rows, signed_in
from tests.factories import share


def people(cast, number, book=None):
    return [add(cast, "Person", f"Number {n:03}", book=book, email=f"p{n}@x.example").pk for n in range(number)]


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def entries(page):
    return re.findall(r'href="/trash/([0-9a-f-]{36})/"', page.text)


def boxes(page):
    """Return the contacts that the entry offers to choose, not those of the list beside."""
    return re.findall(r'<input type="checkbox" name="contact" value="([^"]+)" id="contact-', page.text)


def test_what_is_deleted_together_is_one_entry_and_comes_back_together(cast):
    ids = people(cast, 3)
    done = trash_contacts(by=cast.ben, contacts=ids)
    one = add(cast, "Alone").pk
    trash_contacts(by=cast.ann, contacts=[one])
    client = signed_in(cast.ann)
    page = client.get("/trash/")
    assert len(entries(page)) == 2
    assert "3 contacts Ben Editor deleted 3 contacts" in words(page)
    assert "Alone Ann Owner deleted 1 contact" in words(page)
    assert "kept until" in page.text
    inside = client.get(f"/trash/{done.pk}/")
    assert set(boxes(inside)) == {str(pk) for pk in ids}
    answer = client.post(f"/trash/{done.pk}/restore/", follow=True)
    assert "3 contacts are restored." in answer.text
    assert len(rows(client.get("/contacts/"))) == 3
    assert client.get(f"/trash/{done.pk}/").status_code == 404
    assert len(entries(client.get("/trash/"))) == 1


def test_chosen_contacts_come_back_and_the_rest_stays(cast):
    ids = people(cast, 3)
    done = trash_contacts(by=cast.ann, contacts=ids)
    client = signed_in(cast.ben)
    address = f"/trash/{done.pk}/restore/"
    client.post(address, {"what": "chosen", "contact": [str(ids[0]), str(ids[2])]})
    assert set(Contact.objects.for_user(cast.ann).values_list("pk", flat=True)) == {ids[0], ids[2]}
    assert boxes(client.get(f"/trash/{done.pk}/")) == [str(ids[1])]
    assert "Choose the contacts" in client.post(address, {"what": "chosen"}, follow=True).text
    other = add(cast, "Living").pk
    for chosen in (other, ids[0], "nonsense"):
        assert client.post(address, {"what": "chosen", "contact": str(chosen)}).status_code == 404


def test_an_undone_import_or_creation_is_one_entry(cast):
    add(cast, "Ana")
    made = ChangeSet.objects.get()
    undone = undo(by=cast.ann, change_set=made).change_set
    page = signed_in(cast.ann).get("/trash/")
    assert entries(page) == [str(undone.pk)]


def test_a_contact_deleted_twice_stands_where_it_was_deleted_last(cast):
    ids = people(cast, 2)
    first = trash_contacts(by=cast.ann, contacts=ids)
    restore_contacts(by=cast.ann, contacts=ids)
    second = trash_contacts(by=cast.ann, contacts=ids[:1])
    client = signed_in(cast.ann)
    assert entries(client.get("/trash/")) == [str(second.pk)]
    assert client.get(f"/trash/{first.pk}/").status_code == 404


def test_only_what_one_may_see_is_listed_and_counted(cast):
    shared, own = people(cast, 2), people(cast, 3, book=cast.private)
    done = trash_contacts(by=cast.ann, contacts=[*shared, *own])
    assert "5 contacts" in words(signed_in(cast.ann).get("/trash/"))
    for user in (cast.ben, cast.vic):
        client = signed_in(user)
        assert "2 contacts" in words(client.get("/trash/"))
        assert "5 contacts" not in words(client.get("/trash/"))
        assert "Only Ann" not in client.get(f"/trash/{done.pk}/").text
    assert boxes(signed_in(cast.vic).get(f"/trash/{done.pk}/")) == []
    for user in (cast.ada, cast.sam):
        client = signed_in(user)
        assert entries(client.get("/trash/")) == []
        for act in ("", "restore/", "erase/"):
            method = client.post if act == "restore/" else client.get
            assert method(f"/trash/{done.pk}/{act}").status_code == 404
    # Ben restores what he may edit; the rest stays where it is.
    signed_in(cast.ben).post(f"/trash/{done.pk}/restore/")
    assert set(Contact.objects.filter(trashed_at__isnull=True).values_list("pk", flat=True)) == set(shared)


def test_who_may_only_view_neither_restores_nor_erases(cast):
    ids = people(cast, 1)
    done = trash_contacts(by=cast.ann, contacts=ids)
    before = list(Contact.objects.values_list("pk", "trashed_at"))
    for user, restores in ((cast.vic, 403), (cast.ben, 302)):
        client = signed_in(user)
        for data in ({"typed": "1"}, {"typed": "1", "what": "chosen", "contact": str(ids[0])}):
            assert client.post(f"/trash/{done.pk}/erase/", data).status_code == 403
        assert client.get(f"/trash/{done.pk}/erase/").status_code == 403
        assert list(Contact.objects.values_list("pk", "trashed_at")) == before
        assert client.post(f"/trash/{done.pk}/restore/").status_code == restores


@pytest.mark.leaves_hooks
def test_delete_for_good_asks_for_the_number_and_leaves_nothing(cast, django_capture_on_commit_callbacks):
    picture = default_storage.save("avatars/y.webp", ContentFile(b"picture"))
    kept = add(cast, "Kept").pk
    gone = add(cast, "Secretive", "Name", email="secret@x.example", avatar=picture).pk
    star_contacts(by=cast.ann, contacts=[gone], starred=True)
    done = trash_contacts(by=cast.ann, contacts=[gone, kept])
    client = signed_in(cast.ann)
    chosen = {"what": "chosen", "contact": str(gone)}
    asked = client.post(f"/trash/{done.pk}/erase/", chosen)
    assert "Type “1” to go on" in asked.text
    wrong = client.post(f"/trash/{done.pk}/erase/", {**chosen, "typed": "2"})
    assert wrong.status_code == 422
    assert Contact.objects.filter(pk=gone).exists()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/trash/{done.pk}/erase/", {**chosen, "typed": " 1 "})
    assert not Contact.objects.filter(pk=gone).exists()
    assert not Change.objects.filter(contact=gone).exists()
    assert not ContactHandle.objects.filter(contact=gone).exists()
    assert not default_storage.exists(picture)
    assert not ChangeSet.objects.filter(label__contains="Secretive").exists()
    assert Contact.objects.filter(pk=kept, trashed_at__isnull=False).exists()
    line = AuditEntry.objects.get(action="contacts_erased")
    assert (line.actor_id, line.detail["contacts"]) == (cast.ann.pk, 1)
    assert "1 contact" in words(client.get("/trash/"))


def test_a_deleted_book_is_one_entry_and_comes_back_with_contacts_and_shares(cast):
    people(cast, 2)
    shares = grants_of(cast.book)
    done = delete_book(by=cast.ann, book=cast.book)
    for user in (cast.ann, cast.ada):
        assert "Clients with 2 contacts" in words(signed_in(user).get("/trash/"))
    for user in (cast.ben, cast.vic, cast.sam):
        assert entries(signed_in(user).get("/trash/")) == []
        assert signed_in(user).post(f"/trash/{done.pk}/restore/").status_code == 404
    assert boxes(signed_in(cast.ada).get(f"/trash/{done.pk}/")) == []
    signed_in(cast.ada).post(f"/trash/{done.pk}/restore/")
    assert len(rows(signed_in(cast.vic).get("/contacts/"))) == 2
    assert grants_of(ContactBook.objects.get(pk=cast.book.pk)) == shares


def test_a_deleted_book_is_erased_by_its_name(cast):
    ids = people(cast, 2)
    trash_contacts(by=cast.ann, contacts=ids[:1])
    done = delete_book(by=cast.ann, book=cast.book)
    client = signed_in(cast.ann)
    assert client.post(f"/trash/{done.pk}/erase/", {"typed": "clients"}).status_code == 422
    client.post(f"/trash/{done.pk}/erase/", {"typed": "Clients"})
    assert not ContactBook._base_manager.filter(pk=cast.book.pk).exists()
    assert not Contact.objects.filter(pk__in=ids).exists()
    assert AuditEntry.objects.get(action="book_erased").target_id == cast.book.pk
    assert entries(client.get("/trash/")) == []


@pytest.mark.leaves_hooks
def test_much_is_a_job_that_is_asked_for_once(cast, monkeypatch):
    monkeypatch.setattr(service, "AT_ONCE", 2)
    done = trash_contacts(by=cast.ann, contacts=people(cast, 3))
    client = signed_in(cast.ann)
    for _twice in range(2):
        assert client.post(f"/trash/{done.pk}/restore/")["Location"] == f"/trash/{done.pk}/"
    assert Job.objects.filter(kind="contacts.trash").count() == 1
    page = client.get(f"/trash/{done.pk}/")
    assert "At work: 0 of 3." in words(page)
    assert "Restore all" not in page.text


def test_pages_follow_each_other_without_gap_or_repeat(cast, monkeypatch):
    monkeypatch.setattr("contacts.timeline.PAGE", 2)
    monkeypatch.setattr("contacts.timeline.page_of.__kwdefaults__", {"limit": 2})
    monkeypatch.setattr("contacts.trash.SHOWN", 2)
    ids = people(cast, 5)
    acts = [str(trash_contacts(by=cast.ann, contacts=[pk]).pk) for pk in ids]
    client = signed_in(cast.ann)
    seen, address = [], "/trash/"
    while address:
        page = client.get(address)
        seen += entries(page)
        more = re.search(r'href="(\?after=[^"]+)"', page.text)
        address = f"/trash/{more[1]}" if more else ""
    assert seen == acts[::-1]
    restore_contacts(by=cast.ann, contacts=ids)
    done = trash_contacts(by=cast.ann, contacts=ids)
    seen, address = [], f"/trash/{done.pk}/"
    while address:
        page = client.get(address)
        seen += boxes(page)
        more = re.search(r'href="(\?after=[^"]+)"', page.text)
        address = f"/trash/{done.pk}/{more[1]}" if more else ""
    assert seen == [str(pk) for pk in ids]
    assert client.get("/trash/?after=nonsense").status_code == 200


def test_the_pages_cost_the_same_for_one_act_and_for_ten(cast):
    client = signed_in(cast.ann)
    done = trash_contacts(by=cast.ann, contacts=people(cast, 1))
    delete_book(by=cast.ann, book=cast.private)

    def cost():
        numbers = []
        for address in ("/trash/", f"/trash/{done.pk}/", "/changes/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            numbers.append(len(queries))
        return numbers

    few = cost()
    for pk in people(cast, 10):
        trash_contacts(by=cast.ann, contacts=[pk])
    share(cast.book, cast.team)
    assert cost() == few


def test_what_is_older_than_a_month_is_not_listed_after_it_is_erased(cast):
    ids = people(cast, 1)
    trash_contacts(by=cast.ann, contacts=ids)
    moved = add(cast, "Moved").pk
    move_contacts(by=cast.ann, contacts=[moved], to=cast.private)
    Contact.objects.filter(pk__in=ids).update(trashed_at=Now() - timedelta(days=29))
    assert len(entries(signed_in(cast.ann).get("/trash/"))) == 1


def test_who_is_busy_is_said(cast, monkeypatch):
    done = trash_contacts(by=cast.ann, contacts=people(cast, 1))

    def busy(**_arguments):
        raise Busy("Ben Editor is changing many contacts right now.")

    monkeypatch.setattr("contacts.views.trash.restore_entry", busy)
    answer = signed_in(cast.ann).post(f"/trash/{done.pk}/restore/", follow=True)
    assert "Ben Editor is changing many contacts" in answer.text
