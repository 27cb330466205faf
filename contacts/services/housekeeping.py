"""What time erases: the trash and frozen books after 30 days, tombstones after a year, words that jobs searched for.

In batches, each in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from books.leaving import FROZEN_DAYS
from books.models import ContactBook
from contacts.models import Change, ChangeSet, Contact, PendingPicture, Tombstone
from contacts.services.forgetting import forget_searches
from organizations.services.invitations import forget_expired

KEEP_TRASH = timedelta(days=30)
KEEP_TOMBSTONES = timedelta(days=366)
KEEP_PENDING = timedelta(days=1)
BATCH = 500


def erase_old_trash() -> int:
    """Erase the next batch of contacts that have been in the trash for 30 days. Return how many.

    Contacts in the trash have no index rows.
    """
    with transaction.atomic():
        old = Contact._base_manager.filter(trashed_at__lt=Now() - KEEP_TRASH).order_by("pk")
        ids = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        erase_contacts(ids)
    return len(ids)


def erase_deleted_books() -> int:
    """Erase the next batch of contacts of a book deleted 30 days ago, the book itself with its last one.

    A book that has been frozen for as long goes the same way: its owner left and did not return in time. Every
    contact leaves a tombstone: until now the book's own flag stood for all of them. Returns how many rows went; 0
    when nothing is left to do.
    """
    with transaction.atomic():
        over = Q(deleted_at__lt=Now() - KEEP_TRASH) | Q(frozen_at__lt=Now() - timedelta(days=FROZEN_DAYS))
        old = ContactBook._base_manager.filter(over).order_by("pk")
        book = old.select_for_update(skip_locked=True).first()
        if book is None:
            return 0
        return erase_book_batch(book)


def erase_book_batch(book: ContactBook) -> int:
    """Erase the next batch of a locked, deleted book's contacts, the book itself when none is left.

    Returns how many rows went. Call it in a transaction.
    """
    if tokens := _erase_tokens(book):
        return tokens
    contacts = Contact._base_manager.filter(book=book).order_by("pk")
    ids = list(contacts.select_for_update(of=("self",)).values_list("pk", flat=True)[:BATCH])
    Tombstone.objects.bulk_create(
        Tombstone(organization_id=book.organization_id, book=book, contact_id=contact_id) for contact_id in ids
    )
    erase_contacts(ids)
    if not ids:
        # A moved contact's history elsewhere may name the book: that line goes with it.
        Change.objects.filter(from_book=book).delete()
        acts = _acts_on(Change.objects.filter(book=book))
        book.delete()
        _forget_labels(acts)
        return 1
    return len(ids)


def forget_old_tombstones() -> int:
    """Delete the next batch of tombstones older than a year. Return how many."""
    old = Tombstone.objects.filter(at__lt=Now() - KEEP_TOMBSTONES).order_by("pk").values("pk")[: 10 * BATCH]
    return Tombstone.objects.filter(pk__in=old).delete()[0]


def _erase_tokens(book: ContactBook) -> int:
    """Delete some of the tokens of a book's contacts, which have no index by contact. Return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM contacts_contacttoken WHERE ctid = ANY(ARRAY("
            "SELECT ctid FROM contacts_contacttoken WHERE book_id = %s LIMIT %s))",
            [book.pk, 20 * BATCH],
        )
        return int(cursor.rowcount)


def forget_pending_pictures() -> int:
    """Delete the next batch of pictures that were uploaded a day ago and saved with no contact. Return how many."""
    with transaction.atomic():
        old = PendingPicture.objects.filter(at__lt=Now() - KEEP_PENDING).order_by("pk")
        pictures = dict(old.select_for_update(skip_locked=True).values_list("pk", "name")[:BATCH])
        PendingPicture.objects.filter(pk__in=list(pictures)).delete()
        if pictures:
            transaction.on_commit(partial(_delete_files, list(pictures.values())))
    return len(pictures)


def fold_counts() -> int:
    """Fold what the books' counts changed by into one row a book. Return how many rows were folded."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH many AS (
                SELECT book_id FROM books_bookcount GROUP BY book_id HAVING count(*) > 1 ORDER BY book_id LIMIT %s
            ), gone AS (
                DELETE FROM books_bookcount WHERE book_id IN (SELECT book_id FROM many)
                RETURNING book_id, contacts, starred
            ), folded AS (
                INSERT INTO books_bookcount (book_id, contacts, starred)
                SELECT book_id, sum(contacts), sum(starred) FROM gone GROUP BY book_id
            )
            SELECT count(*) FROM gone
            """,
            [BATCH],
        )
        return int(cursor.fetchone()[0])


def erase_contacts(contact_ids: Sequence[UUID]) -> None:
    """Delete contacts with everything that ever stood in them: rows, index, history, labels of acts, pictures."""
    if not contact_ids:
        return
    pictures = _pictures(contact_ids)
    acts = _acts_on(Change.objects.filter(contact__in=contact_ids))
    with connection.cursor() as cursor:
        for table, column in (
            ("contacts_contacthandle", "contact_id"),
            ("contacts_contactsearch", "contact_id"),
            ("contacts_contactmembership", "contact_id"),
            ("contacts_change", "contact_id"),
            ("contacts_contact", "id"),
        ):
            cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [list(contact_ids)])  # noqa: S608  # constants
    _forget_labels(acts)
    if pictures:
        transaction.on_commit(partial(_delete_files, pictures))


def _acts_on(changes: QuerySet[Change]) -> list[UUID]:
    """Return the ids of the change-sets that made these changes."""
    return list(changes.order_by().values_list("change_set", flat=True).distinct())


def _forget_labels(change_sets: Sequence[UUID]) -> None:
    """Empty the labels, which may name somebody, of acts and of their undos of which no change is left."""
    concerned = ChangeSet.objects.filter(Q(pk__in=change_sets) | Q(undo_of__in=change_sets))
    concerned.filter(changes__isnull=True).update(label="")


def _delete_files(names: Sequence[str]) -> None:
    for name in names:
        default_storage.delete(name)


def _pictures(contact_ids: Sequence[UUID]) -> list[str]:
    """Return the storage names of every picture that the contacts have or had."""
    now = Contact._base_manager.filter(pk__in=contact_ids).exclude(avatar="").values_list("avatar", flat=True)
    changes = Change.objects.filter(contact__in=contact_ids, before__has_key="avatar").values_list(
        "before__avatar", flat=True
    )
    return sorted({name for name in (*now, *changes) if name})


#: Each does one batch and says how many rows it took; done when that is none.
CHORES = (
    fold_counts,
    erase_old_trash,
    erase_deleted_books,
    forget_old_tombstones,
    forget_pending_pictures,
    forget_expired,
    forget_searches,
)
