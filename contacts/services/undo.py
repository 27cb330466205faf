"""Undo: the reverse of a change-set, itself a change-set.

It restores what still holds the value that the act set, and names what it kept because somebody changed it since, or
because the person who undoes may no longer edit it. Each contact is undone by the net of what the act did to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from books.models import ContactBook
from books.shelf import among
from contacts.document import ContactDocument
from contacts.merging import revert
from contacts.models import Change, ChangeKind, ChangeSet, Contact, Source
from contacts.services.acts import Act, Edit, act, begin, finish
from contacts.services.errors import NotAllowed, NotVisible
from contacts.services.history import with_fields
from contacts.services.holding import hold_books
from contacts.services.rows import documents_of
from organizations.models import User
from organizations.sharing import Level

#: How many contacts one batch undoes: well under a second of work, and of waiting for everybody else.
BATCH = 1_000

#: Why something was kept, by an undo or by an act on many contacts; the sentence is chosen when it is shown.
KEPT_BECAUSE = {
    "changed": gettext_lazy("somebody changed it since"),
    "moved": gettext_lazy("somebody moved it since"),
    "deleted": gettext_lazy("somebody deleted it since"),
    "restored": gettext_lazy("somebody restored it since"),
    "no_right": gettext_lazy("you may not edit it any more"),
    "view_only": gettext_lazy("you can only view it"),
    "spelling": gettext_lazy("the name of its group or company is spelled otherwise now: rename that"),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A contact (or book) that an undo left as it is, wholly or in `fields`, and why: a key of `KEPT_BECAUSE`."""

    contact_id: UUID
    reason: str
    fields: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as the change-set keeps it."""
        return {"contact": str(self.contact_id), "reason": self.reason, "fields": list(self.fields)}


@dataclass(slots=True)
class Undone:
    """What came of an undo: its change-set, how many contacts were taken back, and what was kept."""

    change_set: ChangeSet
    reverted: int = 0
    kept: list[Kept] = field(default_factory=list)


class _Step(NamedTuple):
    """One change of the act: a row of the change table."""

    pk: int
    contact_id: UUID
    kind: str
    book_id: UUID
    from_book_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(slots=True)
class _Net:
    """What one act did to one contact, all in all. `first_*` is before the act, `last_*` after it."""

    contact_id: UUID
    created_in: UUID | None = None
    trashed: bool = False
    restored: bool = False
    moved_from: UUID | None = None
    moved_to: UUID | None = None
    changed_in: UUID | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    last_change: int = 0

    def add(self, change: _Step) -> None:
        """Take in one more change of the act, in order."""
        self.last_change = change.pk
        match change.kind:
            case ChangeKind.CREATE:
                self.created_in = change.book_id
            case ChangeKind.UPDATE:
                self.changed_in = change.book_id
                self.before = (change.before or {}) | self.before
                self.after |= change.after or {}
            case ChangeKind.MOVE:
                self.moved_from = self.moved_from or change.from_book_id
                self.moved_to = change.book_id
            case ChangeKind.TRASH:
                self.trashed, self.restored = not self.restored, False
            case ChangeKind.RESTORE:
                self.restored, self.trashed = not self.trashed, False


def begin_undo(*, by: User, change_set: ChangeSet) -> ChangeSet:
    """Open the change-set that will undo `change_set`; raise unless `by` can see it, and edit some of it.

    Undoing twice is harmless: the second finds nothing that still holds what the act set.
    """
    visible = ChangeSet.objects.for_user(by).filter(pk=change_set.pk).first()
    if visible is None:
        raise NotVisible
    if not ChangeSet.objects.for_user(by, at_least=Level.EDIT).filter(pk=change_set.pk).exists():
        raise NotAllowed(_("You may view this contact book, but not change its contacts."))
    return begin(
        by=by,
        organization=visible.organization,
        source=Source.UNDO,
        label=_("Undo: %(label)s") % {"label": visible.label},
        undo_of=visible,
    )


def undo(*, by: User, change_set: ChangeSet) -> Undone:
    """Undo an act at once, batch by batch. For acts of thousands of contacts use the job (`contacts.tasks`)."""
    undone = Undone(begin_undo(by=by, change_set=change_set))
    cursor: str | None = ""
    while cursor is not None:
        with transaction.atomic():
            cursor, reverted, kept = undo_batch(by=by, undo_set=undone.change_set, cursor=cursor)
        undone.reverted += reverted
        undone.kept += kept
    finish(undone.change_set)
    undone.change_set.refresh_from_db()
    return undone


def undo_batch(*, by: User, undo_set: ChangeSet, cursor: str) -> tuple[str | None, int, list[Kept]]:
    """Undo the next batch of the act that `undo_set` undoes; call it within a transaction.

    `cursor` is "" at first. Returns (next cursor, None at the end; contacts taken back; what was kept), and writes
    what was kept into the change-set. Repeating a batch that has committed changes nothing.
    """
    target = undo_set.undo_of
    if target is None:
        return None, 0, []
    if cursor == "":
        kept_books = _undo_books(by, undo_set, target)
        _keep(undo_set, kept_books)
        return "0", 0, kept_books
    contact_ids = _next_contacts(target, after=None if cursor == "0" else UUID(cursor))
    if not contact_ids:
        return None, 0, []
    nets = _nets(target, contact_ids)
    kept: list[Kept] = []
    with act(by=by, change_set=undo_set) as writing:
        reverted = _undo_contacts(writing, nets, kept)
    _keep(undo_set, kept)
    return str(contact_ids[-1]), reverted, kept


def _next_contacts(target: ChangeSet, after: UUID | None) -> list[UUID]:
    changes = Change.objects.filter(change_set=target, contact__isnull=False)
    if after:
        changes = changes.filter(contact__gt=after)
    return list(changes.order_by("contact_id").values_list("contact_id", flat=True).distinct()[:BATCH])


def _nets(target: ChangeSet, contact_ids: Sequence[UUID]) -> dict[UUID, _Net]:
    nets = {contact_id: _Net(contact_id) for contact_id in contact_ids}
    changes = Change.objects.filter(among("contact_id", contact_ids), change_set=target).order_by("pk")
    for row in changes.values_list(*_Step._fields):
        change = _Step(*row)
        nets[change.contact_id].add(change)
    return nets


def _undo_contacts(writing: Act, nets: dict[UUID, _Net], kept: list[Kept]) -> int:
    """Take back what can be, by set; put the rest into `kept`. Return how many contacts were taken back."""
    locked = {
        contact.pk: contact
        for contact in Contact.objects.filter(among("pk", nets))
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    }
    needed = {contact.book_id for contact in locked.values()}
    needed |= {book_id for net in nets.values() for book_id in (net.moved_from, net.changed_in) if book_id}
    editable = _editable(writing.by, needed)
    documents = documents_of(locked.values())
    touched = _touched_since(nets.values(), documents)
    plan = _Plan(documents, touched, editable)
    for contact_id, net in nets.items():
        if contact_id in locked:
            plan.add(net, locked[contact_id], kept)
    writing.restore(plan.restores)
    # A value goes back in the book that it was changed in, so that no reader of another book is told of it.
    here = [edit for edit in plan.edits if nets[edit.contact.pk].changed_in == edit.contact.book_id]
    versions = writing.update(here)
    _read_again(here, plan.moves)
    by_book: dict[UUID, list[Contact]] = {}
    for contact, book_id in plan.moves:
        by_book.setdefault(book_id, []).append(contact)
    for book_id, contacts in by_book.items():
        writing.move(contacts, editable[book_id])
    written = {edit.contact.pk for edit in here}
    versions |= writing.update([edit for edit in plan.edits if edit.contact.pk not in written])
    # A name is spelled as the organization keeps it, whatever an older document says.
    spelled = [edit.contact for edit in plan.edits if edit.contact.pk not in versions]
    kept += [Kept(contact.pk, "spelling") for contact in spelled]
    plan.reverted -= {contact.pk for contact in spelled} - {contact.pk for contact, _book in plan.moves}
    writing.trash(plan.trashes, documents=documents)
    return len(plan.reverted)


def _read_again(edits: Sequence[Edit], moves: Sequence[tuple[Contact, UUID]]) -> None:
    """Bring contacts that were changed and are to be moved in step with their rows. A query for each: they are few."""
    moving = {contact.pk for contact, _book_id in moves}
    for edit in edits:
        if edit.contact.pk in moving:
            edit.contact.refresh_from_db()


class _Plan:
    """Sorts the contacts of a batch by what is to be done with each."""

    def __init__(
        self, documents: dict[UUID, ContactDocument], touched: set[UUID], editable: dict[UUID, ContactBook]
    ) -> None:
        self.documents = documents
        self.touched = touched
        self.editable = editable
        self.trashes: list[Contact] = []
        self.restores: list[Contact] = []
        self.moves: list[tuple[Contact, UUID]] = []
        self.edits: list[Edit] = []
        self.reverted: set[UUID] = set()

    def add(self, net: _Net, contact: Contact, kept: list[Kept]) -> None:
        """Decide what becomes of one contact."""
        if contact.book_id not in self.editable:
            kept.append(Kept(contact.pk, "no_right"))
        elif net.created_in:
            self._uncreate(net, contact, kept)
        elif net.trashed:
            self._put(self.restores, contact, kept, done=contact.trashed_at is None, because="restored")
        elif net.restored:
            done = contact.trashed_at is not None
            self._put(self.trashes, contact, kept, done=done or contact.pk in self.touched, because="changed")
        elif contact.trashed_at is not None:
            kept.append(Kept(contact.pk, "deleted"))
        else:
            self._unmove(net, contact, kept)
            self._unchange(net, contact, kept)

    def _put(self, where: list[Contact], contact: Contact, kept: list[Kept], *, done: bool, because: str) -> None:
        if done:
            kept.append(Kept(contact.pk, because))
        else:
            where.append(contact)
            self.reverted.add(contact.pk)

    def _uncreate(self, net: _Net, contact: Contact, kept: list[Kept]) -> None:
        if net.trashed or contact.trashed_at is not None:
            return  # it is gone already, as the undo would have it
        if contact.book_id != (net.moved_to or net.created_in):
            kept.append(Kept(contact.pk, "moved"))
        else:
            self._put(self.trashes, contact, kept, done=contact.pk in self.touched, because="changed")

    def _unmove(self, net: _Net, contact: Contact, kept: list[Kept]) -> None:
        if not net.moved_from:
            return
        if contact.book_id != net.moved_to:
            kept.append(Kept(contact.pk, "moved"))
        elif net.moved_from not in self.editable:
            kept.append(Kept(contact.pk, "no_right"))
        else:
            self.moves.append((contact, net.moved_from))
            self.reverted.add(contact.pk)

    def _unchange(self, net: _Net, contact: Contact, kept: list[Kept]) -> None:
        if not net.before:
            return
        if net.changed_in not in self.editable:  # what stood in another book is not brought into this one
            if not net.moved_from:
                kept.append(Kept(contact.pk, "no_right"))
            return
        current = self.documents[contact.pk]
        act_before, act_after = with_fields(current, net.before), with_fields(current, net.after)
        kept_fields: tuple[str, ...] = ()
        if current == act_after:  # nobody touched it: the act's own values go, whatever they are
            document = act_before
        else:
            reverted = revert(current, act_before, act_after)
            document, kept_fields = reverted.document, tuple(reverted.kept)
        if kept_fields:
            kept.append(Kept(contact.pk, "changed", kept_fields))
        if document != current:
            self.edits.append(Edit(contact, current, document))
            self.reverted.add(contact.pk)


def _editable(by: User, book_ids: Iterable[UUID]) -> dict[UUID, ContactBook]:
    """Return the books among `book_ids` that `by` may edit, held until commit."""
    wanted = set(book_ids)
    editable = ContactBook.objects.for_user(by, at_least=Level.EDIT).filter(pk__in=wanted)
    return hold_books(by, editable.values_list("pk", flat=True)) if wanted else {}


def _touched_since(nets: Iterable[_Net], documents: dict[UUID, ContactDocument]) -> set[UUID]:
    """Return the contacts whose document is not what it was after the act. One query.

    Later changes that were themselves taken back leave nothing behind, and do not count.
    """
    last = {net.contact_id: net.last_change for net in nets}
    touched: set[UUID] = set()
    seen: set[tuple[UUID, str]] = set()
    later = Change.objects.filter(
        among("contact_id", documents), kind=ChangeKind.UPDATE, pk__gt=min(last.values(), default=0)
    ).order_by("pk")
    for contact_id, pk, before in later.values_list("contact_id", "pk", "before"):
        if pk <= last[contact_id]:
            continue
        for name, value in (before or {}).items():
            # The first later change of a field tells what the act had left in it.
            if (contact_id, name) not in seen:
                seen.add((contact_id, name))
                if with_fields(documents[contact_id], {name: value}) != documents[contact_id]:
                    touched.add(contact_id)
    return touched


def _undo_books(by: User, undo_set: ChangeSet, target: ChangeSet) -> list[Kept]:
    """Take back what the act did to books as a whole."""
    kept: list[Kept] = []
    changes = Change.objects.filter(change_set=target, contact__isnull=True).order_by("-pk")
    for change in changes:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM books_contactbook WHERE id = %s FOR UPDATE", [change.book_id])
        book = ContactBook._base_manager.get(pk=change.book_id)
        living = ContactBook.objects.for_user(by, at_least=Level.MANAGE).filter(pk=book.pk)
        managed = living.exists() or ContactBook.objects.deleted_for_user(by).filter(pk=book.pk).exists()
        with act(by=by, change_set=undo_set) as writing:
            if not managed:
                kept.append(Kept(book.pk, "no_right"))
            elif change.kind == ChangeKind.BOOK_DELETE and book.deleted_at:
                ContactBook._base_manager.filter(pk=book.pk).update(deleted_at=None)
                writing.note_book(book, ChangeKind.BOOK_RESTORE)
            elif change.kind == ChangeKind.BOOK_RESTORE and not book.deleted_at:
                ContactBook._base_manager.filter(pk=book.pk).update(deleted_at=undo_set.started_at)
                writing.note_book(book, ChangeKind.BOOK_DELETE)
            elif change.kind == ChangeKind.BOOK_EDIT:
                held = {name: value for name, value in (change.after or {}).items() if getattr(book, name) == value}
                back = {name: (change.before or {})[name] for name in held}
                if len(held) < len(change.after or {}):
                    kept.append(Kept(book.pk, "changed"))
                if back:
                    ContactBook._base_manager.filter(pk=book.pk).update(**back)
                    writing.note_book(book, ChangeKind.BOOK_EDIT, before=held, after=back)
    return kept


def _keep(undo_set: ChangeSet, kept: Sequence[Kept]) -> None:
    """Add to what the undo kept. Appended in the database: batches of one act follow each other."""
    if kept:
        undo_set.kept = [*undo_set.kept, *(item.to_json() for item in kept)]
        ChangeSet.objects.filter(pk=undo_set.pk).update(kept=undo_set.kept)
