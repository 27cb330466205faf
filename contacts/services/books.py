"""What happens to a book as a whole: renaming, deletion, restoring. Each is one change-set with one row."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from books.models import ContactBook
from books.services import set_sharing
from contacts.models import ChangeKind, ChangeSet
from contacts.services.acts import act
from contacts.services.errors import NotAllowed, NotVisible
from organizations.models import Team, User
from organizations.names import clean_name
from organizations.sharing import Level


def edit_book(
    *,
    by: User,
    book: ContactBook,
    name: str,
    description: str = "",
    exclude_from_search: bool = False,
    grants: Iterable[tuple[User | Team, Level]] | None = None,
    expected: str | None = None,
) -> ContactBook:
    """Rename a book, describe it, take it out of All's search or back in. Needs *manage*.

    With `grants` it is shared with exactly those in the same transaction; `expected` and what is raised are those of
    `books.services.set_sharing`.
    """
    name = clean_name(name)
    new = {"name": name, "description": description, "exclude_from_search": exclude_from_search}
    with act(by=by, organization=book.organization, label=_("Edit %(book)s") % {"book": name}) as writing:
        held = _manage(by, book.pk)
        old = {field: getattr(held, field) for field in new}
        changed = [field for field in new if old[field] != new[field]]
        if changed:
            ContactBook.objects.filter(pk=held.pk).update(**{field: new[field] for field in changed})
            writing.note_book(
                held,
                ChangeKind.BOOK_EDIT,
                before={field: old[field] for field in changed},
                after={field: new[field] for field in changed},
            )
        if grants is not None:
            set_sharing(by=by, book=held, grants=grants, expected=expected)
        held.refresh_from_db()
    return held


def delete_book(*, by: User, book: ContactBook) -> ChangeSet:
    """Delete a book with all that is in it; it can be restored for 30 days. Needs *manage*.

    Only the book's own flag is set: a million contacts vanish without being rewritten.
    """
    with act(by=by, organization=book.organization, label=_("Delete %(book)s") % {"book": book.name}) as writing:
        held = _manage(by, book.pk)
        ContactBook.objects.filter(pk=held.pk).update(deleted_at=Now())
        writing.note_book(held, ChangeKind.BOOK_DELETE)
    return writing.change_set


def restore_book(*, by: User, book: ContactBook) -> ChangeSet:
    """Bring a deleted book back, with its contacts and shares. For those who managed it."""
    with act(by=by, organization=book.organization, label=_("Restore %(book)s") % {"book": book.name}) as writing:
        held = _lock(book.pk)
        if not ContactBook.objects.deleted_for_user(by).filter(pk=held.pk).exists():
            raise NotVisible
        ContactBook.objects.filter(pk=held.pk).update(deleted_at=None)
        writing.note_book(held, ChangeKind.BOOK_RESTORE)
    return writing.change_set


def _lock(book_id: UUID) -> ContactBook:
    """Lock a book's row against everyone who writes into it, until commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM books_contactbook WHERE id = %s FOR UPDATE", [book_id])
    return ContactBook._base_manager.get(pk=book_id)


def _manage(by: User, book_id: UUID) -> ContactBook:
    """Lock a living book; raise unless `by` may manage it."""
    held = _lock(book_id)
    if not ContactBook.objects.for_user(by, at_least=Level.MANAGE).filter(pk=book_id).exists():
        if ContactBook.objects.for_user(by).filter(pk=book_id).exists():
            raise NotAllowed(_("Only the owner of a contact book, or an admin once it is shared, may do that."))
        raise NotVisible
    return held
