"""Acts: the one write path of contact data, inside a change-set, singly or by the hundred thousand.

`act()` opens a transaction and a change-set. What it writes, rows, index rows, memberships, counts, tombstones and the
change rows themselves, commits together or not at all. A long act opens its change-set once with `begin()` and writes
each batch with `act(change_set=…)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from books.models import ContactBook
from contacts.derived import derive, phones_in, tokens_of
from contacts.document import ContactDocument, changed_fields
from contacts.live.bell import ring_on_commit
from contacts.models import ChangeKind, ChangeSet, Contact, PendingPicture, Source
from contacts.services import regions, rows
from contacts.services.copying import NULL, CopyLines, copy, copy_lines, copying_ahead
from contacts.services.errors import Busy, NotVisible
from contacts.services.groups import Names, ensure_groups, named_in, with_kept_names
from contacts.services.holding import hold_books
from contacts.services.preparing import MembershipPart, Prepared, dumps, index_parts, membership_parts, prepare
from contacts.services.rows import New, Stored
from organizations.models import Organization, User

#: How long a form save waits for a long act, which holds its contacts for at most a second a batch.
PATIENCE = "2s"

#: New contacts from which it is worth a thread that the rows of one table are made while those of another are written.
MANY = 100


@dataclass(frozen=True, slots=True)
class Edit:
    """A locked contact row with its document before and after."""

    contact: Contact
    before: ContactDocument
    after: ContactDocument


def begin(
    *,
    by: User | None,
    organization: Organization,
    source: Source,
    label: str,
    undo_of: ChangeSet | None = None,
    form_key: UUID | None = None,
) -> ChangeSet:
    """Open a change-set that several batches will write to. Its actor is `by`; None is the machine itself."""
    return ChangeSet.objects.create(
        organization=organization,
        actor_id=by.pk if by else None,
        actor_name=str(by)[:255] if by else "",
        source=source,
        label=label[:255],
        undo_of=undo_of,
        form_key=form_key,
    )


def finish(change_set: ChangeSet) -> None:
    """Say that no more changes will come."""
    ChangeSet.objects.filter(pk=change_set.pk, finished_at__isnull=True).update(finished_at=Now())
    change_set.refresh_from_db(fields=["finished_at"])


@contextmanager
def act(
    *,
    by: User,
    organization: Organization | None = None,
    source: Source = Source.FORM,
    label: str = "",
    change_set: ChangeSet | None = None,
    form_key: UUID | None = None,
    undo_of: ChangeSet | None = None,
) -> Iterator[Act]:
    """Write contacts as one act of `by`, in one transaction: with `change_set` one batch of it, else a whole one.

    A whole act that changed nothing leaves no change-set.

    Raises `Busy` when a long act holds one of the contacts for more than two seconds.
    """
    whole = change_set is None
    try:
        with transaction.atomic():
            if change_set is not None:
                regions.hold(change_set.organization_id, patience=PATIENCE)
            else:
                if organization is None:
                    raise TypeError("A new act needs its organization.")
                regions.hold(organization.pk, patience=PATIENCE)
                change_set = begin(
                    by=by, organization=organization, source=source, label=label, form_key=form_key, undo_of=undo_of
                )
            writing = Act(by, change_set)
            yield writing
            if whole and writing.wrote_nothing:
                change_set.delete()
            elif whole:
                finish(change_set)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy(_who_is_busy(by, change_set.organization_id if change_set else None)) from error
        raise


def _who_is_busy(by: User, organization_id: UUID | None) -> str:
    """Return a sentence that names the long act under way, if there is one that `by` may know of."""
    running = (
        ChangeSet.objects.for_user(by)
        .filter(organization=organization_id, finished_at__isnull=True)
        .order_by("-started_at", "id")
        .first()
    )
    if running is None or not running.actor_name:
        return _("Somebody is changing this contact right now. Try again in a moment.")
    return _("%(name)s is changing many contacts right now (%(label)s). Try again in a moment.") % {
        "name": running.actor_name,
        "label": running.label,
    }


class Act:
    """Writes one batch of one change-set. Rights are checked, and contacts locked, before anything is written."""

    def __init__(self, by: User, change_set: ChangeSet) -> None:
        self.by = by
        self.change_set = change_set
        self.organization_id = change_set.organization_id
        self.wrote_nothing = True
        self.region = regions.in_force(self.organization_id)

    @property
    def outcome(self) -> ChangeSet | None:
        """The change-set, or None when nothing was changed."""
        return None if self.wrote_nothing else self.change_set

    def create(self, book: ContactBook, people: Sequence[ContactDocument | Prepared]) -> list[UUID]:
        """Write new contacts into `book`, which `by` must be able to edit. Return their ids, in order.

        Documents must be normalised; a long act may have prepared them ahead. A constant number of statements
        whatever their number.
        """
        return self.create_in([(book.pk, person) for person in people])

    def create_in(self, placed: Sequence[tuple[UUID, ContactDocument | Prepared]]) -> list[UUID]:
        """Write new contacts given as (book id, person), as `create` does, into as many books as it may be."""
        if not placed:
            return []
        self._hold_own({book for book, _person in placed})
        names = ensure_groups(self.organization_id, named_in(person for _book, person in placed))
        batch = [
            New(contact_id, book, self._prepared(person, names))
            for contact_id, (book, person) in zip(rows.new_ids(len(placed)), placed, strict=True)
        ]
        with copying_ahead() if len(batch) >= MANY else nullcontext(copy_lines) as writes:
            rows.insert_contacts(self.organization_id, batch, copy=writes)
            parts = ((item.id, item.book_id, item.prepared.index) for item in batch)
            rows.insert_index(self.organization_id, parts, copy=writes)
            members = ((item.id, item.book_id, item.prepared.memberships) for item in batch)
            self._insert_memberships(members, names, copy=writes)
        _keep_pictures(item.prepared.avatar for item in batch)
        self._count(((item.book_id, item.prepared.starred) for item in batch), 1)
        self._note(ChangeKind.CREATE, [(item.id, item.book_id, None, 1, None, None) for item in batch])
        return [item.id for item in batch]

    def update(self, edits: Sequence[Edit]) -> dict[UUID, int]:
        """Write changed documents of contacts locked by `hold_contacts`. Return the new versions by contact id.

        Edits that change nothing write nothing, and are not in the answer.
        """
        edits = [edit for edit in edits if edit.before != edit.after]
        if not edits:
            return {}
        names = ensure_groups(self.organization_id, named_in(edit.after for edit in edits))
        afters = [with_kept_names(edit.after, names) for edit in edits]
        batch = [
            (
                self._standing(edit.contact, edit.before),
                self._stored(edit.contact.pk, edit.contact.book_id, after),
            )
            for edit, after in zip(edits, afters, strict=True)
            if edit.before != after
        ]
        moved_members = [new for old, new in batch if old.document.memberships != new.document.memberships]
        versions = rows.update_contacts(
            [(new, old.document.memberships != new.document.memberships) for old, new in batch]
        )
        written = {new.id: new.derived.region for _old, new in batch}
        for edit in edits:
            edit.contact.derived_region = written.get(edit.contact.pk, edit.contact.derived_region)
        rows.replace_index(self.organization_id, batch)
        _keep_pictures(new.document.avatar for _old, new in batch)
        if moved_members:
            rows.delete_memberships([item.id for item in moved_members])
            self._insert_memberships(
                ((item.id, item.book_id, membership_parts(item.document)) for item in moved_members), names
            )
        self._count_stars(batch)
        notes = []
        for old, new in batch:
            fields = changed_fields(old.document, new.document)
            before, after = (
                {name: _field(document, name) for name in fields} for document in (old.document, new.document)
            )
            notes.append((new.id, new.book_id, None, versions[new.id], before, after))
        self._note(ChangeKind.UPDATE, notes)
        return versions

    def trash(self, contacts: Sequence[Contact], *, documents: Mapping[UUID, ContactDocument] | None = None) -> None:
        """Put locked contacts into the trash: they keep everything, and are found nowhere else.

        `documents` by contact, where the caller has read them since it locked the contacts.
        """
        if not contacts:
            return
        documents = documents or rows.documents_of(contacts)
        rows.set_trashed([contact.pk for contact in contacts], trashed=True)
        texts = rows.delete_texts([contact.pk for contact in contacts])
        tokens = {c.pk: tokens_of(documents[c.pk], phones_in(texts.get(c.pk, ""))) for c in contacts}
        rows.delete_keys(self.organization_id, tokens)
        rows.bury(self.organization_id, ((contact.book_id, contact.pk) for contact in contacts))
        self._count(((contact.book_id, contact.starred) for contact in contacts), -1)
        self._note(ChangeKind.TRASH, [(c.pk, c.book_id, None, c.version, None, None) for c in contacts])

    def restore(self, contacts: Sequence[Contact]) -> None:
        """Take locked contacts out of the trash."""
        batch = self._load(contacts)
        if not batch:
            return
        batch = self._read_anew(contacts, batch)
        rows.set_trashed([item.id for item in batch], trashed=False)
        self._insert_index(batch)
        self._count(_stars(batch), 1)
        self._note(ChangeKind.RESTORE, [(c.pk, c.book_id, None, c.version, None, None) for c in contacts])

    def move(self, contacts: Sequence[Contact], to: ContactBook) -> None:
        """Put locked contacts into `to`, which `by` must be able to edit too. Ids, groups and history stay."""
        contacts = [contact for contact in contacts if contact.book_id != to.pk]
        if not contacts:
            return
        self._hold_own({to.pk})
        batch = self._load(contacts)
        rows.delete_texts([item.id for item in batch])
        rows.delete_keys(self.organization_id, {item.id: item.derived.tokens for item in batch})
        rows.set_book([item.id for item in batch], to.pk)
        moved = [replace(item, book_id=to.pk) for item in self._read_anew(contacts, batch)]
        self._insert_index(moved)
        rows.bury(self.organization_id, ((item.book_id, item.id) for item in batch))
        self._count(_stars(batch), -1)
        self._count(_stars(moved), 1)
        self._note(ChangeKind.MOVE, [(c.pk, to.pk, c.book_id, c.version, None, None) for c in contacts])
        for contact in contacts:
            contact.book_id = to.pk

    def note_book(
        self,
        book: ContactBook,
        kind: ChangeKind,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down what happened to a book as a whole: one row, however many contacts it holds."""
        self._note(kind, [(None, book.pk, None, 0, before, after)])

    def _prepared(self, person: ContactDocument | Prepared, names: Names) -> Prepared:
        """Return a person ready to be written. What was prepared ahead counts while region and names are the same."""
        if isinstance(person, Prepared):
            same_names = all(names[item.kind, item.key][1] == item.name for item in person.memberships)
            if same_names and person.region in {"", self.region}:
                return person
            person = person.document
        return prepare(with_kept_names(person, names), self.region)

    def _stored(self, contact_id: UUID, book_id: UUID, document: ContactDocument) -> Stored:
        """Return a contact as it is to be written."""
        return Stored(contact_id, book_id, document, derive(document, self.region))

    def _standing(self, contact: Contact, document: ContactDocument) -> Stored:
        """Return a locked contact as it stands: its index rows follow from the region that it was last read in."""
        region = contact.derived_region or self.region
        return Stored(contact.pk, contact.book_id, document, derive(document, region))

    def _load(self, contacts: Sequence[Contact]) -> list[Stored]:
        documents = rows.documents_of(contacts)
        return [self._standing(contact, documents[contact.pk]) for contact in contacts]

    def _read_anew(self, contacts: Sequence[Contact], batch: Sequence[Stored]) -> list[Stored]:
        """Return locked contacts, loaded as they stand, as they are in the region in force; their rows are told."""
        fresh = {
            contact.pk: self._stored(item.id, item.book_id, item.document)
            for contact, item in zip(contacts, batch, strict=True)
            if contact.derived_region not in {"", self.region}
        }
        rows.set_regions(list(fresh.values()))
        for contact in contacts:
            if contact.pk in fresh:
                contact.derived_region = fresh[contact.pk].derived.region
        return [fresh.get(item.id, item) for item in batch]

    def _hold_own(self, book_ids: set[UUID]) -> None:
        """Hold books to write into; another organization's book does not exist for this act."""
        held = hold_books(self.by, book_ids)
        if any(book.organization_id != self.organization_id for book in held.values()):
            raise NotVisible

    def _insert_index(self, batch: Iterable[Stored]) -> None:
        parts = ((item.id, item.book_id, index_parts(item.derived)) for item in batch)
        rows.insert_index(self.organization_id, parts)

    def _insert_memberships(
        self,
        members: Iterable[tuple[UUID, UUID, Iterable[MembershipPart]]],
        names: Names,
        *,
        copy: CopyLines = copy_lines,
    ) -> None:
        """Write the memberships of contacts given as (contact, book, memberships)."""
        rows.insert_memberships(
            self.organization_id,
            (
                (contact, book, names[item.kind, item.key][0], item.part)
                for contact, book, memberships in members
                for item in memberships
            ),
            copy=copy,
        )

    def _count(self, came: Iterable[tuple[UUID, bool]], sign: int) -> None:
        """Count contacts, given as (book, whether starred), that came (`sign` 1) or went (-1)."""
        deltas: dict[UUID, tuple[int, int]] = {}
        for book_id, is_starred in came:
            contacts, starred = deltas.get(book_id, (0, 0))
            deltas[book_id] = (contacts + sign, starred + sign * is_starred)
        rows.count(deltas)

    def _count_stars(self, batch: Iterable[tuple[Stored, Stored]]) -> None:
        deltas: dict[UUID, tuple[int, int]] = {}
        for old, new in batch:
            starred = deltas.get(new.book_id, (0, 0))[1]
            deltas[new.book_id] = (0, starred + new.document.starred - old.document.starred)
        rows.count(deltas)

    def _note(
        self,
        kind: ChangeKind,
        notes: Iterable[tuple[UUID | None, UUID, UUID | None, int, Mapping[str, Any] | None, Mapping[str, Any] | None]],
    ) -> None:
        """Write change rows given as (contact, book, book it came from, version, before, after)."""
        if self.wrote_nothing:
            ring_on_commit()
        self.wrote_nothing = False
        change_set, organization = str(self.change_set.pk), str(self.organization_id)
        copy(
            "contacts_change",
            (
                "change_set_id",
                "organization_id",
                "kind",
                "contact_id",
                "book_id",
                "from_book_id",
                "version",
                "before",
                "after",
            ),
            (
                (
                    change_set,
                    organization,
                    str(kind),
                    str(contact) if contact else NULL,
                    str(book),
                    str(from_book) if from_book else NULL,
                    str(version),
                    NULL if before is None else dumps(before),
                    NULL if after is None else dumps(after),
                )
                for contact, book, from_book, version, before, after in notes
            ),
        )


def _stars(batch: Iterable[Stored]) -> Iterator[tuple[UUID, bool]]:
    return ((item.book_id, item.document.starred) for item in batch)


def _field(document: ContactDocument, name: str) -> Any:
    """Return one field of a document as JSON, empty or not."""
    value = getattr(document, name)
    return [item.to_json() for item in value] if isinstance(value, tuple) else value


def _keep_pictures(avatars: Iterable[str]) -> None:
    """Say that these pictures, empty for none, belong to contacts now. One query, and none without pictures."""
    if names := set(filter(None, avatars)):
        PendingPicture.objects.filter(name__in=names).delete()
