"""Control Z: undoing one's own latest act, doing it again, and what that never touches."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import ChangeSet, Contact
from contacts.services import create_contact, move_contacts, save_contact, star_contacts, trash_contacts
from jobs.models import Job
from organizations.models import Role
from organizations.services import add_member
from tests.contacts.conftest import person
from tests.contacts.test_views_cards import message_of
from tests.contacts.test_views_lists import HTMX, add, signed_in
from tests.factories import personal_book


def undo(client, **more):
    return message_of(client.post("/changes/undo/", more, headers=HTMX))


def redo(client, **more):
    return message_of(client.post("/changes/redo/", more, headers=HTMX))


@pytest.fixture
def three(cast):
    return [add(cast, "P", str(number)).pk for number in range(3)]


def test_it_says_which_act_it_took_back_and_goes_on_to_the_one_before(cast, three):
    move_contacts(by=cast.ann, contacts=three, to=cast.private)
    star_contacts(by=cast.ann, contacts=three[:1], starred=True)
    client = signed_in(cast.ann)
    assert undo(client) == ["Undid: Changed 1 contact: P 0."]
    assert not Contact.objects.filter(starred=True).exists()
    assert undo(client) == ["Undid: Moved 3 contacts to Only Ann."]
    assert Contact.objects.filter(book=cast.book).count() == 3
    assert undo(client) == ["Undid: Created 1 contact: P 2."]
    assert Contact.objects.filter(trashed_at__isnull=True).count() == 2


def test_redo_does_the_undone_acts_again_in_their_order_until_something_new_is_done(cast, three):
    star_contacts(by=cast.ann, contacts=three[:1], starred=True)
    move_contacts(by=cast.ann, contacts=three, to=cast.private)
    client = signed_in(cast.ann)
    assert redo(client) == ["There is nothing to do again."]
    undo(client)
    undo(client)
    assert redo(client) == ["Did again: Changed 1 contact: P 0."]
    assert Contact.objects.get(starred=True).pk == three[0]
    assert redo(client) == ["Did again: Moved 3 contacts to Only Ann."]
    assert Contact.objects.filter(book=cast.private).count() == 3
    assert redo(client) == ["There is nothing to do again."]
    undo(client)
    add(cast, "New")
    assert redo(client) == ["There is nothing to do again."]
    assert undo(client) == ["Undid: Created 1 contact: New."]


def test_only_my_own_acts_of_the_last_day(cast, three):
    trash_contacts(by=cast.ben, contacts=three[:1])
    assert undo(signed_in(cast.ann)) == ["Undid: Created 1 contact: P 2."]
    ChangeSet.objects.update(started_at=timezone.now() - timedelta(hours=25))
    for user in (cast.ann, cast.ben, cast.vic):
        assert "nothing of yours" in undo(signed_in(user))[0]
    assert Contact.objects.filter(trashed_at__isnull=True).count() == 1


def test_the_organization_is_that_of_the_page_and_one_of_my_own(cast):
    add_member(organization=cast.elsewhere, user=cast.ann, role=Role.MEMBER, by=None)
    create_contact(by=cast.ann, book=personal_book(cast.ann, cast.elsewhere), document=person("There"))
    create_contact(by=cast.ann, book=cast.book, document=person("Here"))
    client = signed_in(cast.ann)
    assert undo(client, organization=cast.elsewhere.pk) == ["Undid: Created 1 contact: There."]
    assert undo(client, organization=cast.organization.pk) == ["Undid: Created 1 contact: Here."]
    before = ChangeSet.objects.count()
    for wrong in ("x", "00000000-0000-0000-0000-000000000000"):
        assert client.post("/changes/undo/", {"organization": wrong}).status_code == 404
    foreign = signed_in(cast.ben).post("/changes/redo/", {"organization": cast.elsewhere.pk})
    assert foreign.status_code == 404
    assert ChangeSet.objects.count() == before


def test_what_one_may_no_longer_change_is_passed_over(cast, three):
    star_contacts(by=cast.ben, contacts=three[:1], starred=True)
    move_contacts(by=cast.ann, contacts=three, to=cast.private)
    before = ChangeSet.objects.count()
    assert "nothing of yours" in undo(signed_in(cast.ben))[0]
    assert ChangeSet.objects.count() == before
    assert Contact.objects.get(pk=three[0]).starred


def test_what_somebody_changed_since_is_kept_and_said(cast, three):
    star_contacts(by=cast.ann, contacts=three, starred=True)
    trash_contacts(by=cast.ben, contacts=three[:1])
    answer = signed_in(cast.ann).post("/changes/undo/", headers=HTMX)
    assert message_of(answer) == ["Undid: Changed 3 contacts."]  # whom one no longer finds is not named
    assert Contact.objects.filter(starred=True).count() == 1
    row = create_contact(by=cast.ann, book=cast.book, document=person("Ana", "Prado"))
    save_contact(by=cast.ben, contact=row, document=person("Ana", "Other"), base_version=row.version)
    said = undo(signed_in(cast.ann))
    assert said == ["Undid: Created 1 contact: Ana Other, but kept: Ana Other (somebody changed it since)."]


def test_without_a_script_the_page_goes_on_where_it_was(cast, three):
    client = signed_in(cast.ann)
    answer = client.post("/changes/undo/", {"next": "/contacts/?starred=1"}, follow=True)
    assert answer.redirect_chain == [("/contacts/?starred=1", 302)]
    assert message_of(answer) == ["Undid: Created 1 contact: P 2."]
    assert client.get("/changes/undo/").status_code == 405


def test_a_long_one_goes_on_by_itself_and_shows_how_far_it_is(cast, three, monkeypatch):
    monkeypatch.setattr("contacts.services.undoing.AT_ONCE", 2)
    moved = move_contacts(by=cast.ann, contacts=three, to=cast.private)
    answer = signed_in(cast.ann).post("/changes/undo/", headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/changes/{moved.pk}/"
    assert Job.objects.filter(kind="contacts.undo").count() == 1


def test_an_undo_from_a_toast_says_so_where_it_is(cast, three):
    made = trash_contacts(by=cast.ann, contacts=three[:1])
    client = signed_in(cast.ann)
    current = {**HTMX, "HX-Current-URL": "http://testserver/contacts/?q=p"}
    piece = client.post(f"/changes/{made.pk}/undo/", headers=current)
    assert message_of(piece) == ["Undone."]
    assert "<html" not in piece.text
    assert '<input type="hidden" name="next" value="/contacts/?q=p">' in piece.text
