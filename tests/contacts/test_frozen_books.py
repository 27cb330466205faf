"""Books of somebody who left: erased after 30 days, with everything in them, and given back before."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from books.leaving import end_membership
from books.models import ContactBook
from contacts.models import Change, Contact, ContactHandle, ContactToken
from contacts.services import create_contact
from contacts.services.housekeeping import erase_deleted_books
from organizations.models import Role
from organizations.services import add_member
from tests.contacts.conftest import person
from tests.factories import personal_book


@pytest.fixture
def frozen(cast):
    """Return the Personal book of Ben, who has left, and the contact in it."""
    book = personal_book(cast.ben, cast.organization)
    contact = create_contact(by=cast.ben, book=book, document=person("Secret", email="secret@x.example"))
    end_membership(organization=cast.organization, user=cast.ben, by=cast.ann)
    return book, contact


def ago(days):
    ContactBook._base_manager.filter(frozen_at__isnull=False).update(frozen_at=Now() - timedelta(days=days))


def test_it_waits_for_30_days(cast, frozen):
    ago(29)
    assert erase_deleted_books() == 0
    add_member(organization=cast.organization, user=cast.ben, role=Role.MEMBER, by=None)
    assert Contact.objects.for_user(cast.ben).get() == frozen[1]


def test_then_it_is_erased(cast, frozen):
    book, contact = frozen
    kept = create_contact(by=cast.ann, book=cast.book, document=person("Kept"))
    ago(31)
    for _round in range(10):
        if not erase_deleted_books():
            break
    assert not ContactBook._base_manager.filter(pk=book.pk).exists()
    for model in (Change, ContactHandle, ContactToken):
        assert not model.objects.filter(contact=contact.pk).exists()
    assert list(Contact.objects.all()) == [kept]


def test_one_that_may_be_half_erased_is_not_given_back(cast, frozen):
    ago(31)
    add_member(organization=cast.organization, user=cast.ben, role=Role.MEMBER, by=None)
    assert not Contact.objects.for_user(cast.ben).exists()
    (book,) = ContactBook.objects.for_user(cast.ben)
    assert book.pk != frozen[0].pk
