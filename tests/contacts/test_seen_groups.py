"""The groups of sidebars and pickers, and those of `for_user`: of living contacts that one reads, and those kept."""

from dataclasses import replace

import pytest
from django.utils import timezone

from books.models import ContactBook
from books.shelf import shelf_of
from contacts import seen_groups as module
from contacts.models import Contact, Group, GroupKind, KeptGroup
from contacts.seen_groups import seen_group, seen_groups
from contacts.services import create_contact, move_contacts, restore_contacts, trash_contacts
from tests.contacts.conftest import person


@pytest.fixture
def named(cast):
    """Groups of contacts that all, some or none of the cast read, one in the trash alone, one that Vic keeps."""
    for book, group in ((cast.book, "Shared"), (cast.private, "Ann's own"), (cast.book, "shared too")):
        create_contact(by=cast.ann, book=book, document=person("A", groups=[group], company="Acme"))
    for fate in ("In the trash", "Back from it", "Moved out of sight", "Moved into sight"):
        book = cast.private if fate == "Moved into sight" else cast.book
        contact = create_contact(by=cast.ann, book=book, document=person("B", groups=[fate]))
        if "Moved" in fate:
            move_contacts(by=cast.ann, contacts=[contact.pk], to=cast.private if book == cast.book else cast.book)
        else:
            trash_contacts(by=cast.ann, contacts=[contact.pk])
        if fate == "Back from it":
            restore_contacts(by=cast.ann, contacts=[contact.pk])
    create_contact(by=cast.sam, book=cast.foreign, document=person("C", groups=["Elsewhere"]))
    kept = Group.objects.create(organization=cast.organization, kind=GroupKind.GROUP, name="Kept", key="kept")
    KeptGroup.objects.create(group=kept, user=cast.vic, organization=cast.organization)


@pytest.mark.parametrize("few", [0, 2_000], ids=["walked", "gathered"])
@pytest.mark.parametrize("who", ["ann", "ben", "vic", "ada", "sam"])
@pytest.mark.parametrize("kind", GroupKind.values)
def test_they_are_those_of_contacts_that_one_reads_and_those_kept(cast, named, monkeypatch, few, who, kind):
    monkeypatch.setattr(module, "FEW", few)
    user = getattr(cast, who)
    organization = cast.elsewhere if who == "sam" else cast.organization
    shelf = shelf_of(user, organization)
    books = ContactBook.objects.for_user(user)
    contacts = Contact.objects.filter(organization=organization, book__in=books, trashed_at=None)
    used = Group.objects.filter(memberships__contact__in=contacts, kind=kind)
    kept = Group.objects.filter(kept_by__user=user, kind=kind)
    names = [group.name for group in sorted({*used, *kept}, key=lambda group: group.key)]
    assert names == [group.name for group in Group.objects.for_user(user).filter(kind=kind).order_by("key", "pk")]

    def seen(shelf, most):
        return [group.name for group in seen_groups(user, shelf, most=most)[GroupKind(kind)]]

    assert seen(shelf, 9) == names
    assert seen(shelf, 1) == names[:1]
    assert seen(replace(shelf, books={}), 9) == (["Kept"] if who == "vic" and kind == "group" else [])


@pytest.mark.parametrize("who", ["ann", "ben", "vic", "ada", "sam"])
def test_one_is_that_of_the_queryset(cast, named, who, django_assert_num_queries):
    user = getattr(cast, who)
    seen = {group.pk: group for group in Group.objects.for_user(user)}
    for group in Group.objects.all():
        for kind in GroupKind:
            with django_assert_num_queries(1):
                found = seen_group(user, group.pk, kind)
            assert found == (seen.get(group.pk) if kind == group.kind else None)
            assert found is None or (found.name, found.organization) == (group.name, group.organization)


def test_nobody_sees_one_who_is_not_active_or_whose_books_are_gone(cast, named):
    shared = Group.objects.get(name="Shared")
    assert seen_group(cast.ben, shared.pk, GroupKind.GROUP) == shared
    ContactBook.objects.filter(pk=cast.book.pk).update(deleted_at=timezone.now())
    assert seen_group(cast.ben, shared.pk, GroupKind.GROUP) is None
    ContactBook.objects.filter(pk=cast.book.pk).update(deleted_at=None)
    cast.ben.is_active = False
    assert seen_group(cast.ben, shared.pk, GroupKind.GROUP) is None
