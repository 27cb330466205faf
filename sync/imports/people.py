"""Who of a batch of rows is in the book already: the book asked once, the rows compared with each other in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from uuid import UUID

from django.utils.translation import gettext as _

from books.models import ContactBook
from books.shelf import among
from contacts.candidates import Remembered, by_name, candidates, keys_of
from contacts.derived import region_for
from contacts.document import SCALAR_NAMES, ContactDocument, InvalidDocument, Membership, group_key
from contacts.matching import Ambiguous, Policy, combine, decide, says_nothing_new
from contacts.models import Contact
from contacts.services import Act, Edit, documents_of
from contacts.services.preparing import Prepared
from sync.imports.models import OutcomeKind
from sync.imports.reading import Reading


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something to say of a row: its fate, or a remark beside it."""

    row: int
    kind: OutcomeKind
    reason: str
    cells: list[str] | None = None


@dataclass(slots=True)
class Taken:
    """What came of a batch, counted in rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def remarks(self) -> int:
        """How many remarks were made."""
        return sum(outcome.kind == OutcomeKind.REMARK for outcome in self.outcomes)

    def refuse(self, row: Reading, reason: str) -> None:
        """Count a row as failed, and keep its cells to be mended."""
        self.failed += 1
        self.outcomes.append(Outcome(row.number, OutcomeKind.FAILED, reason, row.cells))

    def skip(self, row: Reading, reason: str) -> None:
        """Count a row as skipped."""
        self.skipped += 1
        self.outcomes.append(Outcome(row.number, OutcomeKind.SKIPPED, reason))

    def leave(self, row: int, reason: str) -> None:
        """Count a row as saying nothing new."""
        self.unchanged += 1
        self.outcomes.append(Outcome(row, OutcomeKind.UNCHANGED, reason))

    def remark(self, row: Reading, text: str) -> None:
        """Say something of a row that was imported."""
        self.outcomes.append(Outcome(row.number, OutcomeKind.REMARK, text))


@dataclass(slots=True, eq=False)
class _Person:
    """Somebody in the book, or about to be. `before` is None for one that a row of this batch brought."""

    stands: ContactDocument | Prepared  # the latter while it is still as a row has it
    before: ContactDocument | None = None
    rows: list[int] = field(default_factory=list)  # that changed somebody known
    region: str = ""  # in which the phones of the document are read, once that was asked for

    @property
    def document(self) -> ContactDocument:
        return self.stands.document if isinstance(self.stands, Prepared) else self.stands


def take_batch(
    writing: Act, book: ContactBook, readings: Sequence[Reading], policy: Policy, remembered: Remembered
) -> Taken:
    """Write a batch of rows into `book`, held by the caller, within the act's transaction. Return what came of each.

    A person of the same batch counts like one of the book, so that it makes no difference where batches end.
    Several candidates are never guessed: such a row becomes a contact of its own, with a remark, unless all it says
    is there already. A constant number of queries; twice as many when somebody was changed since they were read.
    """
    asked = {} if policy is Policy.KEEP_BOTH else {row.number: row.keys for row in readings}
    keys = set(chain.from_iterable(asked.values()))
    while True:
        taken = Taken()
        people = _People(writing, book, candidates(book, keys, remembered))
        for row in readings:
            if row.failed:
                taken.refuse(row, row.failed)
            elif row.prepared is None:
                taken.skip(row, row.skipped)
            else:
                people.take(row, row.prepared, asked.get(row.number, []), policy, taken)
        if (contacts := people.hold()) is not None:
            people.write(contacts, taken)
            return taken
        remembered.forget()  # who is held by now stays as it is: the next round agrees about them


class _People:
    """The people whom the rows of one batch may be, by email and, for the rows without any, by name."""

    def __init__(self, writing: Act, book: ContactBook, known: Mapping[UUID, ContactDocument]) -> None:
        self._writing = writing
        self._book = book
        self._by_key: dict[str, list[_Person]] = {}
        self._new: list[_Person] = []
        self._known = {pk: _Person(document, before=document) for pk, document in known.items()}
        for person in self._known.values():
            self._index(person, keys_of(person.document))

    def take(self, row: Reading, said: Prepared, keys: Sequence[str], policy: Policy, taken: Taken) -> None:
        """Decide what becomes of one row, found by `keys`: none where everybody becomes a contact of their own."""
        for text in row.remarks:
            taken.remark(row, text)
        found = self._find(said, keys)
        if isinstance(found, Ambiguous):
            if policy is Policy.SKIP:
                taken.skip(row, _("This person is in the book already, more than once."))
            elif any(self._is_told(person, said.document, policy) for person in found.keys):
                taken.leave(row.number, _("All of it is in the book already, more than once."))
            else:
                taken.remark(
                    row,
                    _(
                        "%(count)d contacts of the book could be this person. It was created as a new contact; "
                        "merge them by hand if they are one."
                    )
                    % {"count": len(found.keys)},
                )
                self._create(said, keys, taken)
        elif found is None:
            self._create(said, keys, taken)
        elif policy is Policy.SKIP:
            taken.skip(row, _("This person is in the book already."))
        else:
            self._change(found, row, said.document, policy, taken)

    def hold(self) -> list[Contact] | None:
        """Lock whom the rows change, in the order of their ids. None when one is not any more what was read."""
        changed = {pk: person.before for pk, person in self._known.items() if person.rows}
        if not changed:
            return []
        living = Contact.objects.filter(among("pk", changed), book=self._book, trashed_at__isnull=True)
        contacts = list(living.select_for_update(of=("self",), no_key=True).order_by("pk"))
        return contacts if documents_of(contacts) == changed else None

    def write(self, contacts: Sequence[Contact], taken: Taken) -> None:
        """Write what was decided, `contacts` being held, and correct the count by what the database has changed."""
        self._writing.create(self._book, [person.stands for person in self._new])
        changed = [(contact, self._known[contact.pk]) for contact in contacts]
        versions = self._writing.update(
            [Edit(contact, person.before, person.document) for contact, person in changed if person.before is not None]
        )
        for contact, person in changed:
            if contact.pk not in versions:
                taken.updated -= len(person.rows)
                for number in person.rows:
                    taken.leave(number, _nothing_new())

    def _create(self, said: Prepared, keys: Sequence[str], taken: Taken) -> None:
        person = _Person(said)
        self._new.append(person)
        self._index(person, keys)
        taken.created += 1

    def _change(self, person: _Person, row: Reading, document: ContactDocument, policy: Policy, taken: Taken) -> None:
        try:
            combined = self._combined(person, document, policy)
        except InvalidDocument as problem:
            taken.refuse(row, str(problem))
            return
        if combined == person.document:
            taken.leave(row.number, _nothing_new())
            return
        person.stands, person.region = combined, ""
        person.rows.append(row.number)
        self._index(person, keys_of(combined))
        taken.updated += 1

    def _combined(self, person: _Person, document: ContactDocument, policy: Policy) -> ContactDocument:
        return combine(person.document, document, policy, region=self._region(person))

    def _is_told(self, person: _Person, document: ContactDocument, policy: Policy) -> bool:
        return says_nothing_new(person.document, document, policy, region=self._region(person))

    def _region(self, person: _Person) -> str:
        person.region = person.region or region_for(person.document, self._writing.region)
        return person.region

    def _find(self, said: Prepared, keys: Sequence[str]) -> _Person | Ambiguous[_Person] | None:
        shared: dict[_Person, list[str]] = {}
        for key in keys:
            for person in self._by_key.get(key, ()):
                shared.setdefault(person, []).append(key)
        if not shared:
            return None
        if by_name(keys):
            return next((person for person in shared if _says_all_of(person.document, said.document)), None)
        return decide(said.document, [(person, person.document, keys) for person, keys in shared.items()])

    def _index(self, person: _Person, keys: Sequence[str]) -> None:
        for key in keys:
            people = self._by_key.setdefault(key, [])
            if person not in people:
                people.append(person)


def _nothing_new() -> str:
    return _("All of it is in the book already.")


def _says_all_of(known: ContactDocument, document: ContactDocument) -> bool:
    """Return whether a row without an email is this very contact: it says the same in everything, ids apart.

    A name alone makes nobody the same person; but the same row imported twice is not two people.
    """
    return (
        all(getattr(known, name) == getattr(document, name) for name in SCALAR_NAMES)
        and known.starred >= document.starred
        and [info.content for info in known.infos] == [info.content for info in document.infos]
        and list(map(_membership, known.memberships)) == list(map(_membership, document.memberships))
    )


def _membership(item: Membership) -> tuple[str, ...]:
    """Return what a membership says; the book may hold its name in another case."""
    return (item.kind, group_key(item.name), *item.content[2:])
