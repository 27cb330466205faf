"""The rows of the contacts room."""

from contacts.models.changes import Change, ChangeKind, ChangeSet, Source, Tombstone
from contacts.models.contact import Contact, ContactMembership
from contacts.models.groups import Group, GroupKind, KeptGroup
from contacts.models.pictures import PendingPicture
from contacts.models.search import ContactHandle, ContactSearch, ContactToken, HandleKind

__all__ = [
    "Change",
    "ChangeKind",
    "ChangeSet",
    "Contact",
    "ContactHandle",
    "ContactMembership",
    "ContactSearch",
    "ContactToken",
    "Group",
    "GroupKind",
    "HandleKind",
    "KeptGroup",
    "PendingPicture",
    "Source",
    "Tombstone",
]
