"""Writes of contact data: every door goes through here."""

from contacts.services.acts import Act, Edit, act, begin, finish
from contacts.services.books import delete_book, edit_book, restore_book
from contacts.services.contacts import (
    create_contact,
    move_contacts,
    restore_contacts,
    save_contact,
    star_contacts,
    trash_contacts,
)
from contacts.services.errors import Busy, EditConflict, NotAllowed, NotVisible
from contacts.services.grouping import (
    Regrouped,
    group_named,
    regroup,
)
from contacts.services.history import document_of, latest_act
from contacts.services.holding import hold_books, hold_contacts, hold_editable
from contacts.services.rows import document_from, documents_of, memberships_of
from contacts.services.undo import Kept, Undone, undo, undo_batch

__all__ = [
    "Act",
    "Busy",
    "Edit",
    "EditConflict",
    "Kept",
    "NotAllowed",
    "NotVisible",
    "Regrouped",
    "Undone",
    "act",
    "begin",
    "create_contact",
    "delete_book",
    "document_from",
    "document_of",
    "documents_of",
    "edit_book",
    "finish",
    "group_named",
    "hold_books",
    "hold_contacts",
    "hold_editable",
    "latest_act",
    "memberships_of",
    "move_contacts",
    "regroup",
    "restore_book",
    "restore_contacts",
    "save_contact",
    "star_contacts",
    "trash_contacts",
    "undo",
    "undo_batch",
]
