"""The groups of sidebars and pickers are those that `for_user` says are seen, the first by name."""

from dataclasses import replace

import pytest

from books.shelf import shelf_of
from contacts import seen_groups as module
from contacts.models import Group, GroupKind, KeptGroup
from contacts.seen_groups import seen_groups
from contacts.services import create_contact, trash_contacts
from tests.contacts.conftest import person


@pytest.fixture
def named(cast):
    """Groups of contacts that all, some or none of the cast read, one in the trash alone, one that Vic keeps."""
    for book, group in ((cast.book, "Shared"), (cast.private, "Ann's own"), (cast.book, "shared too")):
        create_contact(by=cast.ann, book=book, document=person("A", groups=[group], company="Acme"))
    gone = create_contact(by=cast.ann, book=cast.book, document=person("B", groups=["In the trash"]))
    trash_contacts(by=cast.ann, contacts=[gone.pk])
    create_contact(by=cast.sam, book=cast.foreign, document=person("C", groups=["Elsewhere"]))
    kept = Group.objects.create(organization=cast.organization, kind=GroupKind.GROUP, name="Kept", key="kept")
    KeptGroup.objects.create(group=kept, user=cast.vic, organization=cast.organization)


@pytest.mark.parametrize("few", [0, 2_000], ids=["walked", "gathered"])
@pytest.mark.parametrize("who", ["ann", "ben", "vic", "ada", "sam"])
@pytest.mark.parametrize("kind", GroupKind.values)
def test_they_are_those_that_for_user_names(cast, named, monkeypatch, few, who, kind):
    monkeypatch.setattr(module, "FEW", few)
    user = getattr(cast, who)
    organization = cast.elsewhere if who == "sam" else cast.organization
    shelf = shelf_of(user, organization)
    expected = Group.objects.for_user(user).filter(organization=organization, kind=kind).order_by("key", "pk")
    names = [group.name for group in expected]
    assert [group.name for group in seen_groups(user, shelf, GroupKind(kind), most=9)] == names
    assert [group.name for group in seen_groups(user, shelf, GroupKind(kind), most=1)] == names[:1]
    nothing = replace(shelf, books={})
    assert [group.name for group in seen_groups(user, nothing, GroupKind(kind), most=9)] == (
        ["Kept"] if who == "vic" and kind == "group" else []
    )
