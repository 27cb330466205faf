"""What was said of a contact in a book is not told to the readers of the book that it moves to."""

import pytest

from contacts.models import Change, ChangeSet, Contact
from contacts.scope import scope_for
from contacts.search import find
from contacts.services import create_contact, document_of, move_contacts, save_contact, undo
from tests.contacts.conftest import person
from tests.security.conftest import everything, signed_in

SECRET = "owes us money"


@pytest.fixture
def moved(cast) -> Contact:
    """A contact that Ann cleaned and moved from her own book into the shared one with the same *Save*."""
    contact = create_contact(by=cast.ann, book=cast.private, document=person("Zoë", notes=SECRET))
    return save_contact(
        by=cast.ann, contact=contact, document=person("Zoë", notes="nice"), base_version=1, book=cast.book
    )


def found(user, cast, words):
    return [row.id for row in find(scope_for(user, cast.organization), words).rows]


def test_the_history_of_a_contact_cleaned_and_moved_at_once_begins_with_the_move(cast, moved):
    assert moved.book_id == cast.book.pk
    assert document_of(moved).notes == "nice"
    for reader in (cast.ben, cast.vic):
        page = signed_in(reader).get(f"/contacts/{moved.pk}/history/")
        assert page.status_code == 200
        assert "moved it to" in page.text
        assert SECRET not in page.text
        act = Change.objects.filter(contact=moved).latest("pk").change_set_id
        assert SECRET not in signed_in(reader).get(f"/changes/{act}/").text
    assert SECRET in signed_in(cast.ann).get(f"/contacts/{moved.pk}/history/").text


def test_the_index_follows_a_contact_changed_and_moved_at_once(cast, moved):
    assert found(cast.ben, cast, "nice") == [moved.pk]
    assert found(cast.ann, cast, "money") == []
    assert moved.version == 2


def test_undoing_does_not_bring_back_what_one_may_not_see(cast, moved):
    act = Change.objects.filter(contact=moved).latest("pk").change_set
    before = document_of(moved)
    response = signed_in(cast.ben).post(f"/changes/{act.pk}/undo/", follow=True)
    moved.refresh_from_db()
    assert (document_of(moved), moved.book_id) == (before, cast.book.pk)
    assert SECRET not in response.text
    assert "you may not edit it any more" in response.text


def test_the_owner_undoes_both_and_redoes_both_and_still_tells_nobody(cast, moved):
    act = Change.objects.filter(contact=moved).latest("pk").change_set
    undone = undo(by=cast.ann, change_set=act)
    contact = Contact.objects.get(pk=moved.pk)
    assert (document_of(contact).notes, contact.book_id) == (SECRET, cast.private.pk)
    assert found(cast.ann, cast, "money") == [moved.pk]
    assert found(cast.ann, cast, "nice") == []

    undo(by=cast.ann, change_set=undone.change_set)
    contact = Contact.objects.get(pk=moved.pk)
    assert (document_of(contact).notes, contact.book_id) == ("nice", cast.book.pk)
    assert found(cast.ben, cast, "nice") == [moved.pk]
    assert found(cast.ann, cast, "money") == []
    assert SECRET not in signed_in(cast.ben).get(f"/contacts/{moved.pk}/history/").text
    for made in ChangeSet.objects.filter(changes__contact=contact):
        assert SECRET not in signed_in(cast.ben).get(f"/changes/{made.pk}/").text


def test_a_form_cannot_begin_with_a_version_from_before_the_move(cast):
    contact = create_contact(by=cast.ann, book=cast.private, document=person("Zoë", notes=SECRET))
    contact = save_contact(by=cast.ann, contact=contact, document=person("Zoë", notes="nice"), base_version=1)
    move_contacts(by=cast.ann, contacts=[contact.pk], to=cast.book)
    client = signed_in(cast.ben)
    before = everything()
    sent = {"book": cast.book.pk, "first_name": "Zoë", "notes": "other", "base_version": "1"}
    response = client.post(f"/contacts/{contact.pk}/edit/", sent)
    assert response.status_code in {400, 404}
    assert SECRET not in response.text
    assert everything() == before
    # Ann, who could read it then, is shown what she began with.
    own = signed_in(cast.ann).post(f"/contacts/{contact.pk}/edit/", sent)
    assert own.status_code == 409
    assert SECRET in own.text
