"""Who in a book may be the people that somebody brings: looked up by set, for a whole batch at once.

Whether one of them is the same person is decided by `contacts.matching`, from the documents. Nobody is locked for
that: whoever is to be changed is locked then, and compared with what was read here.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from books.models import ContactBook
from books.shelf import among
from contacts.derived import sort_key
from contacts.document import ContactDocument
from contacts.matching import email_keys
from contacts.models import Contact
from contacts.services.rows import documents_of

#: Contacts looked at for one address or name. Where more share it, nobody could tell them apart anyway.
CANDIDATES = 20

#: Documents that are remembered from batch to batch; names and addresses that many share come again and again.
REMEMBERED = 10_000

_NAME_MARK = "\0"

#: A contact as it was read: its version, and its document.
AsRead = tuple[int, ContactDocument]

_BY_EMAIL = """
SELECT DISTINCT handle.contact_id
  FROM unnest(%(keys)s::text[]) AS wanted(key)
 CROSS JOIN LATERAL (
    SELECT contact_id FROM contacts_contacthandle
     WHERE organization_id = %(organization)s AND kind = 'email' AND key = wanted.key AND book_id = %(book)s
     ORDER BY contact_id LIMIT %(most)s) AS handle
"""
_BY_NAME = """
SELECT DISTINCT named.id
  FROM unnest(%(names)s::text[]) AS wanted(name)
 CROSS JOIN LATERAL (
    SELECT id FROM contacts_contact
     WHERE book_id = %(book)s AND sort_family = wanted.name AND trashed_at IS NULL
     ORDER BY id LIMIT %(most)s) AS named
"""


def keys_of(document: ContactDocument) -> list[str]:
    """Return what somebody is found by, each once: emails, or the name of those without, who can only be the same."""
    return email_keys(document) or [_NAME_MARK + sort_key(document, family_first=True)]


def by_name(keys: Collection[str]) -> bool:
    """Return whether `keys` are those of somebody without an email."""
    return any(key.startswith(_NAME_MARK) for key in keys)


class Remembered:
    """Documents of contacts as they were read for earlier batches of one act, each good while its version stands."""

    def __init__(self) -> None:
        self._read: dict[UUID, AsRead] = {}

    def documents(self, versions: dict[UUID, int]) -> dict[UUID, ContactDocument]:
        """Return the documents of contacts given as id to version, in their order. At most two queries."""
        known = {pk: read for pk, version in versions.items() if (read := self._read.get(pk)) and read[0] == version}
        known |= _read([pk for pk in versions if pk not in known])
        for pk in known:
            self._read.pop(pk, None)  # what was asked for last goes last
        self.add(known)
        return {pk: known[pk][1] for pk in versions if pk in known}

    def ahead(self, book: ContactBook, keys: Collection[str]) -> dict[UUID, AsRead]:
        """Return what `candidates` of the keys would have to read now, for `add`. At most five queries.

        For a thread beside the one that writes: it changes nothing here, and whether what it read still stands is
        found out when it is asked for.
        """
        return _read([pk for pk, version in _versions(book, keys).items() if self._read.get(pk, (0,))[0] != version])

    def add(self, read: dict[UUID, AsRead]) -> None:
        """Remember what was read, and forget what was asked for longest ago."""
        self._read |= read
        while len(self._read) > REMEMBERED:
            del self._read[next(iter(self._read))]

    def forget(self) -> None:
        """Read everybody anew from now on: a group may be spelled otherwise, for which no version is raised."""
        self._read.clear()


def candidates(book: ContactBook, keys: Collection[str], remembered: Remembered) -> dict[UUID, ContactDocument]:
    """Return the contacts of the book that are found by these keys (`keys_of`), in the order of their ids.

    As documents by id, at most `CANDIDATES` for each email or name. At most five queries, however many keys.
    """
    return remembered.documents(_versions(book, keys))


def _versions(book: ContactBook, keys: Collection[str]) -> dict[UUID, int]:
    """Return the versions of the contacts found by these keys, in the order of their ids. At most three queries."""
    names = [key.removeprefix(_NAME_MARK) for key in keys if key.startswith(_NAME_MARK)]
    emails = [key for key in keys if not key.startswith(_NAME_MARK)]
    found: set[UUID] = set()
    with connection.cursor() as cursor:
        if emails:
            cursor.execute(
                _BY_EMAIL,
                {"keys": emails, "organization": book.organization_id, "book": book.pk, "most": CANDIDATES},
            )
            found.update(row[0] for row in cursor.fetchall())
        if names:
            cursor.execute(_BY_NAME, {"names": names, "book": book.pk, "most": CANDIDATES})
            found.update(row[0] for row in cursor.fetchall())
    if not found:
        return {}
    living = Contact.objects.filter(among("pk", found), book=book, trashed_at__isnull=True).order_by("pk")
    return dict(living.values_list("pk", "version"))


def _read(ids: Collection[UUID]) -> dict[UUID, AsRead]:
    """Return contacts as they stand, with their versions. Two queries, and none for nobody."""
    if not ids:
        return {}
    contacts = list(Contact.objects.filter(among("pk", ids)))
    documents = documents_of(contacts)
    return {contact.pk: (contact.version, documents[contact.pk]) for contact in contacts}
