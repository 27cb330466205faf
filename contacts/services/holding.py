"""Holding what an act writes until it commits: books against revocation (ADR 11), contacts against other writers."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from books.models import ContactBook
from contacts.models import Contact
from contacts.services.errors import NotAllowed, NotVisible
from organizations.models import User
from organizations.sharing import Level


def hold_books(by: User, book_ids: Iterable[UUID], *, at_least: Level = Level.EDIT) -> dict[UUID, ContactBook]:
    """Return the books, held against revocation until commit; raise unless `by` may use all of them at `at_least`.

    Taking rights away and deleting a book lock its row for update: whoever holds the key first is finished first, so
    no write slips in after the right is gone. Two queries.
    """
    wanted = sorted(set(book_ids))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM books_contactbook WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [wanted])
    found = {book.pk: book for book in ContactBook.objects.for_user(by, at_least=at_least).filter(pk__in=wanted)}
    missing = set(wanted) - set(found)
    if missing:
        visible = ContactBook.objects.for_user(by).filter(pk__in=missing).count()
        if visible < len(missing):
            raise NotVisible
        raise NotAllowed(_("You may view this contact book, but not change its contacts."))
    return found


def hold_contacts(
    by: User, contact_ids: Iterable[UUID], *, trashed: bool = False, into: Iterable[UUID] = ()
) -> list[Contact]:
    """Return the contacts, locked in the order of their ids, with their books held. `by` must be able to edit all.

    `into`: books that they may go to, held with the others in one order: whoever takes rights away locks several.
    Raises `NotVisible` when one is not there (or in the trash, or, with `trashed`, not in it), `NotAllowed` when one
    may only be viewed.
    """
    wanted = sorted(set(contact_ids))
    contacts = list(
        Contact.objects.filter(pk__in=wanted, trashed_at__isnull=not trashed)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    if len(contacts) < len(wanted):
        raise NotVisible
    hold_books(by, {contact.book_id for contact in contacts} | set(into))
    return contacts


def hold_editable(by: User, contact_ids: Iterable[UUID], *, into: Iterable[UUID] = ()) -> list[Contact]:
    """Return those of the contacts that are not in the trash and that `by` may edit, locked in the order of their ids,
    their books held.

    For acts that leave the rest as it is. Give only ids of contacts that `by` can see. `into`: books that they may go
    to, held with the others in one order; raises like `hold_books` unless `by` may edit those. Three queries.
    """
    contacts = list(
        Contact.objects.filter(pk__in=sorted(set(contact_ids)), trashed_at__isnull=True)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    targets = set(into)
    books = sorted({contact.book_id for contact in contacts} | targets)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM books_contactbook WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [books])
    editable = ContactBook.objects.for_user(by, at_least=Level.EDIT).filter(pk__in=books)
    allowed = set(editable.values_list("pk", flat=True))
    if targets - allowed:
        hold_books(by, targets)  # raises what fits
    return [contact for contact in contacts if contact.book_id in allowed]
