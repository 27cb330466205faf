"""What is deleted is erased when its time has come, with everything that ever stood in it, and not before."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models.functions import Now

from books.models import BookCount, ContactBook
from contacts.models import Change, ChangeSet, Contact, ContactMembership, ContactToken, PendingPicture, Tombstone
from contacts.services import act, create_contact, delete_book, star_contacts, trash_contacts, undo
from contacts.services.housekeeping import (
    erase_deleted_books,
    erase_old_trash,
    fold_counts,
    forget_old_tombstones,
    forget_pending_pictures,
)
from tests.contacts.conftest import person

pytestmark = pytest.mark.usefixtures("cast")


def age(queryset, field: str, days: int) -> None:
    queryset.update(**{field: Now() - timedelta(days=days)})


@pytest.mark.leaves_hooks  # they have run, and stay listed
def test_the_trash_is_erased_after_30_days_with_history_and_pictures(cast, django_capture_on_commit_callbacks):
    name = default_storage.save("avatars/x.webp", ContentFile(b"picture"))
    old = create_contact(by=cast.ann, book=cast.book, document=person("Old", groups=["VIP"], avatar=name))
    fresh = create_contact(by=cast.ann, book=cast.book, document=person("Fresh"))
    trash_contacts(by=cast.ann, contacts=[old.pk])
    trash_contacts(by=cast.ann, contacts=[fresh.pk])
    age(Contact.objects.filter(pk=old.pk), "trashed_at", 31)
    age(Contact.objects.filter(pk=fresh.pk), "trashed_at", 29)
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_old_trash() == 1
    assert not Contact.objects.filter(pk=old.pk).exists()
    assert not Change.objects.filter(contact=old.pk).exists()
    assert not ContactMembership.objects.filter(contact=old.pk).exists()
    assert not default_storage.exists(name)
    assert Contact.objects.filter(pk=fresh.pk).exists()
    assert erase_old_trash() == 0
    assert Tombstone.objects.filter(contact_id=old.pk).exists()


def test_no_act_keeps_the_name_of_somebody_erased(cast):
    create_contact(by=cast.ann, book=cast.book, document=person("Zanzibar", "Quist"))
    undo(by=cast.ann, change_set=ChangeSet.objects.get())
    with act(by=cast.ann, organization=cast.organization, label="Import of two") as writing:
        gone, _stays = writing.create(cast.book, [person("Zanzibar"), person("Kept")])
    trash_contacts(by=cast.ann, contacts=[gone])
    assert ChangeSet.objects.filter(label__contains="Zanzibar").count() == 2
    age(Contact.objects.filter(trashed_at__isnull=False), "trashed_at", 31)
    assert erase_old_trash() == 2
    assert not ChangeSet.objects.filter(label__contains="Zanzibar").exists()
    assert ChangeSet.objects.filter(label="Import of two").count() == 1


def test_a_deleted_book_is_erased_after_30_days_and_leaves_tombstones(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana", email="a@x.example"))
    kept = create_contact(by=cast.ann, book=cast.private, document=person("Kept"))
    delete_book(by=cast.ann, book=cast.book)
    assert erase_deleted_books() == 0
    age(ContactBook._base_manager.filter(pk=cast.book.pk), "deleted_at", 31)
    for _round in range(10):
        if not erase_deleted_books():
            break
    assert not ContactBook._base_manager.filter(pk=cast.book.pk).exists()
    assert not ContactToken.objects.filter(contact=contact.pk).exists()
    assert Tombstone.objects.filter(contact_id=contact.pk, book=cast.book.pk).exists()
    assert set(ChangeSet.objects.values_list("label", flat=True)) == {"", "Kept"}
    assert list(Contact.objects.all()) == [kept]


def test_tombstones_are_forgotten_after_a_year(cast):
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    trash_contacts(by=cast.ann, contacts=[contact.pk])
    assert forget_old_tombstones() == 0
    age(Tombstone.objects.all(), "at", 367)
    assert forget_old_tombstones() == 1


def test_counts_are_folded_into_one_row_a_book_and_stay_true(cast):
    contacts = [create_contact(by=cast.ann, book=cast.book, document=person(f"P{number}")).pk for number in range(5)]
    star_contacts(by=cast.ann, contacts=contacts[:2], starred=True)
    assert fold_counts() > 0
    assert BookCount.objects.filter(book=cast.book).count() == 1
    book = ContactBook.objects.with_counts().get(pk=cast.book.pk)
    assert (book.contact_count, book.starred_count) == (5, 2)
    assert fold_counts() == 0


@pytest.mark.leaves_hooks  # they have run, and stay listed
def test_pictures_that_no_contact_was_saved_with_go_after_a_day(cast, django_capture_on_commit_callbacks):
    names = [default_storage.save("avatars/pending.webp", ContentFile(b"picture")) for _number in range(3)]
    _abandoned, open_form, saved = names
    for name in names:
        PendingPicture.objects.create(name=name)
    create_contact(by=cast.ann, book=cast.book, document=person("Ana", avatar=saved))
    age(PendingPicture.objects.exclude(name=open_form), "at", 2)
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_pending_pictures() == 1
    assert [default_storage.exists(name) for name in names] == [False, True, True]
    assert list(PendingPicture.objects.values_list("name", flat=True)) == [open_form]
