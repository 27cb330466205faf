"""One contact as somebody may see it: every card, form and act on one begins with it."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from books.models import ContactBook
from config.prepared import prepared_cursor
from config.row_objects import Columns
from contacts.models import Contact
from organizations.models import Organization, User
from organizations.sharing import Level, level_of


def seen_contact(user: User, contact_id: UUID) -> Contact | None:
    """Return the contact, with its book, organization and `is_editable`, as `Contact.objects.for_user(user)` and
    `with_right` have it; None when the person does not see it. One query.

    Written out: the queryset that says the same asked for the rights twice, and took longer to build than to answer.
    """
    if not user.is_active:
        return None
    contacts, books, organizations = _columns()
    with prepared_cursor() as cursor:
        cursor.execute(_statement(), {"contact": contact_id, "user": user.pk})
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    contact, book, organization = contacts.read(values), books.read(values), organizations.read(values)
    book.organization = contact.organization = organization
    contact.book = book
    contact.is_editable = next(values) >= Level.EDIT
    return contact


@cache
def _columns() -> tuple[Columns[Contact], Columns[ContactBook], Columns[Organization]]:
    return Columns(Contact, "contact"), Columns(ContactBook, "book"), Columns(Organization, "organization")


@cache
def _statement() -> str:
    return (
        f"SELECT {', '.join(columns.sql for columns in _columns())}, mine.level"  # noqa: S608  # names of columns and tables
        " FROM contacts_contact contact"
        " JOIN books_contactbook book ON book.id = contact.book_id AND book.deleted_at IS NULL"
        " JOIN organizations_organization organization ON organization.id = contact.organization_id,"
        f" LATERAL ({level_of(ContactBook, 'book')}) AS mine"
        " WHERE contact.id = %(contact)s AND contact.trashed_at IS NULL AND mine.level IS NOT NULL"
    )
