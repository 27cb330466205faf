"""What people do with contacts: create, save, star, move, delete, restore. Each is one change-set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

from django.utils.translation import ngettext

from books.models import BookUse, ContactBook
from contacts.derived import display_name
from contacts.document import ContactDocument
from contacts.merging import merge
from contacts.models import ChangeSet, Contact, Source
from contacts.services.acts import Act, Edit, act
from contacts.services.errors import EditConflict, NotVisible
from contacts.services.history import document_at, document_of, require_seen
from contacts.services.holding import hold_contacts
from contacts.services.rows import documents_of
from organizations.models import Organization, User


def create_contact(
    *,
    by: User,
    book: ContactBook,
    document: ContactDocument,
    source: Source = Source.FORM,
    form_key: UUID | None = None,
) -> Contact:
    """Create a contact in `book`. The same `form_key` twice is one contact: the first one is returned.

    Raises `InvalidDocument`, `NotVisible` for a book that `by` cannot see, `NotAllowed` for one they may only view.
    """
    document = document.normalised()
    if form_key and (known := _made_with(by, form_key)):
        return known
    label = display_name(document)
    with act(by=by, organization=book.organization, source=source, label=label, form_key=form_key) as writing:
        [contact_id] = writing.create(book, [document])
        BookUse.objects.update_or_create(user=by, organization_id=book.organization_id, defaults={"book": book})
    return Contact.objects.get(pk=contact_id)


def _made_with(by: User, form_key: UUID) -> Contact | None:
    return Contact.objects.for_user(by).filter(changes__change_set__form_key=form_key).first()


def save_contact(
    *,
    by: User,
    contact: Contact,
    document: ContactDocument,
    base_version: int,
    book: ContactBook | None = None,
    source: Source = Source.FORM,
) -> Contact:
    """Save what `by` made of the contact's version `base_version`, and move it to `book` when another is given.

    What others saved since is merged in: different fields by themselves; for the same field `EditConflict` is raised
    and nothing is written. Raises `InvalidDocument`, `NotVisible`, `NotAllowed` and `Busy` likewise; `NotVisible` also
    for a `base_version` from before what `by` may see of the contact's history.
    """
    with act(by=by, organization=contact.organization, source=source, label=contact.display_name) as writing:
        [locked] = hold_contacts(by, [contact.pk], into=[book.pk] if book is not None else [])
        current = document_of(locked)
        if locked.version == base_version:
            merged = document.normalised(like=current)
        else:
            require_seen(by=by, contact=locked, version=base_version)
            base = document_at(locked, base_version)
            result = merge(base, document.normalised(like=base), current)
            if result.conflicts:
                raise EditConflict(result.conflicts, result.document, locked.version)
            merged = result.document
        # First what changed, then the move: readers of the new book are not told what stood there before.
        writing.update([Edit(locked, current, merged)])
        if book is not None and book.pk != locked.book_id:
            locked.refresh_from_db()
            writing.move([locked], book)
    return Contact.objects.get(pk=contact.pk)


def star_contacts(*, by: User, contacts: Sequence[UUID], starred: bool) -> ChangeSet | None:
    """Star or unstar contacts, for everybody: it is a change, and needs edit. None when they all were so already."""
    if starred:
        label = ngettext("Star %(count)d contact", "Star %(count)d contacts", len(contacts))
    else:
        label = ngettext("Unstar %(count)d contact", "Unstar %(count)d contacts", len(contacts))
    with _act_on(by, contacts, label % {"count": len(contacts)}) as (writing, locked):
        documents = documents_of(locked)
        writing.update([Edit(row, documents[row.pk], replace(documents[row.pk], starred=starred)) for row in locked])
    return writing.outcome


def move_contacts(*, by: User, contacts: Sequence[UUID], to: ContactBook) -> ChangeSet | None:
    """Move contacts into another book of their organization; edit is needed on both. Ids, groups, history stay.

    None when they all were there already.
    """
    label = ngettext("Move %(count)d contact to %(book)s", "Move %(count)d contacts to %(book)s", len(contacts))
    with _act_on(by, contacts, label % {"count": len(contacts), "book": to.name}, into=[to.pk]) as (writing, locked):
        writing.move(locked, to)
    return writing.outcome


def trash_contacts(*, by: User, contacts: Sequence[UUID]) -> ChangeSet:
    """Put contacts into the trash, where they keep everything for 30 days."""
    label = ngettext("Delete %(count)d contact", "Delete %(count)d contacts", len(contacts))
    with _act_on(by, contacts, label % {"count": len(contacts)}) as (writing, locked):
        writing.trash(locked)
    return writing.change_set


def restore_contacts(*, by: User, contacts: Sequence[UUID]) -> ChangeSet:
    """Take contacts out of the trash, into the books they were in."""
    label = ngettext("Restore %(count)d contact", "Restore %(count)d contacts", len(contacts))
    with _act_on(by, contacts, label % {"count": len(contacts)}, trashed=True) as (writing, locked):
        writing.restore(locked)
    return writing.change_set


@contextmanager
def _act_on(
    by: User, contacts: Sequence[UUID], label: str, *, trashed: bool = False, into: Sequence[UUID] = ()
) -> Iterator[tuple[Act, list[Contact]]]:
    """Open an act on contacts of one organization, all locked and editable by `by`. Yields (act, contacts).

    Raises `NotVisible` and `NotAllowed` unless `by` sees and may change every one of them.
    """
    visible = Contact.objects.trashed_for_user(by) if trashed else Contact.objects.for_user(by)
    found = dict(visible.filter(pk__in=contacts).values_list("pk", "organization"))
    organizations = set(found.values())
    # Before any lock: nobody waits for, or learns of, what they cannot see.
    if len(organizations) != 1 or len(found) < len(set(contacts)):
        raise NotVisible
    organization = Organization.objects.get(pk=organizations.pop())
    with act(by=by, organization=organization, label=label) as writing:
        yield writing, hold_contacts(by, contacts, trashed=trashed, into=into)
