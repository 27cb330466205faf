"""Which contacts an export takes: their ids, gathered before its first byte, and their documents, read as it goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from books.models import ContactBook
from contacts import listing, search
from contacts.document import ContactDocument
from contacts.models import Contact
from contacts.scope import Scope
from contacts.services import documents_of
from organizations.audit import contacts_exported
from organizations.models import Organization, User

#: Contacts whose documents are read at once.
BATCH = 500
#: Ids that one query returns: a search looks through all its matches each time.
_LISTED = 20_000
_ID = 16


@dataclass(slots=True)
class Chosen:
    """The contacts of an export, in its order: 16 bytes each, and how many there are by book."""

    by_book: Counter[UUID] = field(default_factory=Counter)
    _ids: bytearray = field(default_factory=bytearray)

    def add(self, contact_id: UUID, book_id: UUID) -> None:
        """Add a contact."""
        self._ids += contact_id.bytes
        self.by_book[book_id] += 1

    def __len__(self) -> int:
        return len(self._ids) // _ID

    def batches(self) -> Iterator[list[UUID]]:
        """Yield the ids, a batch at a time."""
        for start in range(0, len(self._ids), BATCH * _ID):
            part = self._ids[start : start + BATCH * _ID]
            yield [UUID(bytes=bytes(part[at : at + _ID])) for at in range(0, len(part), _ID)]


def listed(scope: Scope, *, query: str, order: str) -> Chosen:
    """Return the contacts of a list: in the order of `order` (`family` or `given`), or all that a search matches by
    name. One query for each 20,000 contacts, two where groups narrow a list."""
    chosen = Chosen()
    after: str | None = None
    while True:
        if query:
            found, after = search.find_ids(scope, query, after=after, limit=_LISTED)
        else:
            found, after = listing.find_ids(scope, after=after, limit=_LISTED, order=order)
        for contact_id, book_id in found:
            chosen.add(contact_id, book_id)
        if after is None:
            return chosen


def named(user: User, contact_ids: Iterable[UUID]) -> Chosen | None:
    """Return the contacts with these ids, in this order; None when `user` may not see one of them. One query for each
    500."""
    wanted = list(dict.fromkeys(contact_ids))
    chosen = Chosen()
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        books = dict(Contact.objects.for_user(user).filter(pk__in=part).values_list("pk", "book"))
        if len(books) < len(part):
            return None
        for contact_id in part:
            chosen.add(contact_id, books[contact_id])
    return chosen


def documents(user: User, chosen: Chosen) -> Iterator[ContactDocument]:
    """Yield the documents of chosen contacts, a batch at a time.

    Rights are asked for each batch: what was deleted, or what `user` may not see any more, is left out.
    """
    for ids in chosen.batches():
        if not User.objects.filter(pk=user.pk, is_active=True).exists():
            return
        found = Contact.objects.for_user(user).in_bulk(ids)
        contents = documents_of(list(found.values()))
        yield from (contents[contact_id] for contact_id in ids if contact_id in found)


def tell_audit(user: User, chosen: Chosen, file_format: str) -> None:
    """Write into the audit list, committed when this returns, that `user` takes the chosen contacts: a line a book."""
    with transaction.atomic():
        books = ContactBook.objects.for_user(user).filter(pk__in=list(chosen.by_book)).select_related("organization")
        lines: dict[Organization, list[tuple[ContactBook, int]]] = {}
        for book in books.order_by("pk"):
            lines.setdefault(book.organization, []).append((book, chosen.by_book[book.pk]))
        for organization, taken in lines.items():
            contacts_exported(by=user, organization=organization, books=taken, file_format=file_format)
