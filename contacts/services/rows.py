"""Documents into rows and back: the only SQL that writes contacts, singly or by the thousand.

Every function writes one batch within the caller's transaction, with a constant number of statements: COPY for what
is new, one statement a table for what changes. Rights, change-sets and locks are the caller's
(`contacts.services.acts`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from books.shelf import array_of
from config.prepared import prepared_cursor
from contacts.derived import Derived
from contacts.document import SCALAR_NAMES, ContactDocument, Info, Membership
from contacts.models import Contact
from contacts.services.copying import CopyLines, copy, copy_lines
from contacts.services.preparing import (
    CONTACT_PART,
    DERIVED_COLUMNS,
    DOCUMENT_COLUMNS,
    HANDLE_PART,
    MEMBERSHIP_PART,
    SEARCH_PART,
    TOKEN_PART,
    IndexParts,
    Prepared,
    derived_values,
    dumps,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A contact as it is written: where it belongs, its document and what is derived from it."""

    id: UUID
    book_id: UUID
    document: ContactDocument
    derived: Derived


class New(NamedTuple):
    """A contact that is to be written as a new one, and where."""

    id: UUID
    book_id: UUID
    prepared: Prepared


def new_ids(count: int) -> list[UUID]:
    """Return `count` new ids, made by the database. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT uuidv7() FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def expect_many() -> None:
    """Let the trigram index take what this transaction writes in large portions, each sorted at once in memory.

    For a long act of the machine alone: what waits to be sorted in is read through by every search meanwhile.
    `settle_index` ends it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL gin_pending_list_limit = '32MB'; SET LOCAL work_mem = '128MB'")


def settle_index() -> None:
    """Sort in what waits in the trigram index, so that no search has to read through it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('search_text_trigrams')")


def insert_contacts(organization_id: UUID, batch: Iterable[New], *, copy: CopyLines = copy_lines) -> None:
    """Write new contact rows. Their index rows and memberships are written apart."""
    rest = f"{organization_id}\t0\t1"
    copy(
        "contacts_contact",
        ("id", "book_id", "organization_id", "membership_stamp", "version", *CONTACT_PART),
        (f"{item.id}\t{item.book_id}\t{rest}\t{item.prepared.contact}" for item in batch),
    )


def update_contacts(batch: Sequence[tuple[Stored, bool]]) -> dict[UUID, int]:
    """Write changed documents into their rows; the flag says whether memberships changed. Return the new versions."""
    columns = (*DOCUMENT_COLUMNS, *DERIVED_COLUMNS)
    rows = [
        {
            "id": str(item.id),
            "members_changed": members_changed,
            **dict(zip(DERIVED_COLUMNS, derived_values(item.derived), strict=True)),
            **{name: getattr(item.document, name) for name in (*SCALAR_NAMES, "avatar", "starred")},
            "infos": [info.to_json() for info in item.document.infos],
        }
        for item, members_changed in batch
    ]
    types = ", ".join(f"{name} {_COLUMN_TYPES.get(name, 'text')}" for name in ("id", "members_changed", *columns))
    statement = f"""
        UPDATE contacts_contact AS contact
           SET {", ".join(f"{name} = new.{name}" for name in columns)},
               membership_stamp = contact.membership_stamp + new.members_changed::int
          FROM jsonb_to_recordset(%s::jsonb) AS new({types})
         WHERE contact.id = new.id
        RETURNING contact.id, contact.version
    """  # noqa: S608  # column names are constants of this module
    with connection.cursor() as cursor:
        cursor.execute(statement, [dumps(rows)])
        return dict(cursor.fetchall())


_COLUMN_TYPES = {"id": "uuid", "members_changed": "boolean", "starred": "boolean", "infos": "jsonb"}


def insert_index(
    organization_id: UUID, batch: Iterable[tuple[UUID, UUID, IndexParts]], *, copy: CopyLines = copy_lines
) -> None:
    """Write search text, tokens and handles of contacts that have none, given as (contact, book, parts)."""
    found = [(f"{contact}\t{book}\t{organization_id}", parts) for contact, book, parts in batch]
    copy("contacts_contactsearch", (*_PLACE, *SEARCH_PART), (f"{place}\t{parts.search}" for place, parts in found))
    tokens = (f"{token}\t{place}" for place, parts in found for token in parts.tokens)
    copy("contacts_contacttoken", (*TOKEN_PART, *_PLACE), tokens, in_order=True)
    handles = (f"{handle}\t{place}" for place, parts in found for handle in parts.handles)
    copy("contacts_contacthandle", (*HANDLE_PART, *_PLACE), handles, in_order=True)


def delete_texts(contact_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Delete the search text of contacts, and return it by contact."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM contacts_contactsearch WHERE contact_id = ANY(%s::uuid[]) RETURNING contact_id, text",
            [array_of(contact_ids)],
        )
        return dict(cursor.fetchall())


def delete_keys(organization_id: UUID, tokens: Mapping[UUID, Iterable[tuple[int, str]]]) -> None:
    """Delete the tokens and handles of the contacts named in `tokens`.

    Tokens, which have no index by contact, go by their full key (ADR 7): what follows from the document.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM contacts_contacthandle WHERE contact_id = ANY(%s::uuid[])", [array_of(tokens)])
    texts = {str(contact): keys for contact, keys in tokens.items()}
    _delete_tokens(organization_id, [(contact, *key) for contact, keys in texts.items() for key in keys])


def replace_index(organization_id: UUID, batch: Sequence[tuple[Stored, Stored]]) -> None:
    """Bring search text, tokens and handles from (old, new) to new; what is equal in both is not touched."""
    texts = [
        (new.id, new.derived.sort_family, new.derived.search_text)
        for old, new in batch
        if (old.derived.search_text, old.derived.sort_family) != (new.derived.search_text, new.derived.sort_family)
    ]
    if texts:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE contacts_contactsearch AS search SET sort_key = new.sort_key, text = new.text"
                " FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS new(id, sort_key, text)"
                " WHERE search.contact_id = new.id",
                [list(column) for column in zip(*texts, strict=True)],
            )
    _delete_tokens(
        organization_id, [(new.id, *key) for old, new in batch for key in old.derived.tokens - new.derived.tokens]
    )
    organization = str(organization_id)
    _insert_tokens(
        (str(tier), token, str(new.id), str(new.book_id), organization)
        for old, new in batch
        for tier, token in new.derived.tokens - old.derived.tokens
    )
    _delete_handles(
        organization_id, [(new.id, *key) for old, new in batch for key in old.derived.handles - new.derived.handles]
    )
    _insert_handles(
        (*key, str(new.id), str(new.book_id), organization)
        for old, new in batch
        for key in new.derived.handles - old.derived.handles
    )


def insert_memberships(
    organization_id: UUID, rows: Iterable[tuple[UUID, UUID, UUID, str]], *, copy: CopyLines = copy_lines
) -> None:
    """Write memberships of living contacts given as (contact, book, group, `MembershipPart.part`)."""
    copy(
        "contacts_contactmembership",
        ("group_id", *_PLACE, *MEMBERSHIP_PART),
        (f"{group}\t{contact}\t{book}\t{organization_id}\t{part}" for contact, book, group, part in rows),
    )


def delete_memberships(contact_ids: Sequence[UUID]) -> None:
    """Delete all memberships of the contacts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM contacts_contactmembership WHERE contact_id = ANY(%s::uuid[])", [array_of(contact_ids)]
        )


def set_trashed(contact_ids: Sequence[UUID], *, trashed: bool) -> None:
    """Put contacts into the trash, or take them out. Their other index rows are the caller's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contact SET trashed_at = CASE WHEN %s THEN now() END WHERE id = ANY(%s::uuid[])",
            [trashed, array_of(contact_ids)],
        )
    _place_memberships(contact_ids)


def set_book(contact_ids: Sequence[UUID], book_id: UUID) -> None:
    """Put contacts into another book. Their other index rows are the caller's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contact SET book_id = %s WHERE id = ANY(%s::uuid[])", [book_id, array_of(contact_ids)]
        )
    _place_memberships(contact_ids)


def _place_memberships(contact_ids: Sequence[UUID]) -> None:
    """Bring the memberships of contacts to where these are now: a book, or the trash. Whoever asks has locked them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contactmembership AS member"
            " SET book_id = CASE WHEN contact.trashed_at IS NULL THEN contact.book_id END"
            " FROM contacts_contact AS contact WHERE contact.id = member.contact_id AND contact.id = ANY(%s::uuid[])",
            [array_of(contact_ids)],
        )


def set_regions(batch: Sequence[Stored]) -> None:
    """Write in which region each contact's phones are read now. The version stays."""
    if batch:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE contacts_contact AS contact SET derived_region = new.region"
                " FROM unnest(%s::uuid[], %s::text[]) AS new(id, region) WHERE contact.id = new.id",
                [[item.id for item in batch], [item.derived.region for item in batch]],
            )


def set_derived(batch: Iterable[Stored]) -> None:
    """Write the columns that follow from contacts' documents, and nothing else. The version stays."""
    found = list(batch)
    if not found:
        return
    values = zip(*(derived_values(item.derived) for item in found), strict=True)
    columns = [[str(item.id) for item in found], *map(list, values)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE contacts_contact AS contact SET {', '.join(f'{name} = new.{name}' for name in DERIVED_COLUMNS)}"  # noqa: S608  # built of constants
            f" FROM unnest(%s::uuid[]{', %s::text[]' * len(DERIVED_COLUMNS)}) AS new(id, {', '.join(DERIVED_COLUMNS)})"
            " WHERE contact.id = new.id",
            columns,
        )


def derived_columns(item: Stored) -> Iterator[tuple[str, str]]:
    """Yield (column, value) of what a contact row keeps beside its document."""
    return zip(DERIVED_COLUMNS, derived_values(item.derived), strict=True)


def bury(organization_id: UUID, left: Iterable[tuple[UUID, UUID]]) -> None:
    """Write a tombstone for each (book id, contact id) that parted."""
    organization = str(organization_id)
    copy(
        "contacts_tombstone",
        ("organization_id", "book_id", "contact_id"),
        ((organization, str(book), str(contact)) for book, contact in left),
    )


def count(deltas: dict[UUID, tuple[int, int]]) -> None:
    """Write what the books' counts changed by: book id to (contacts, starred)."""
    copy(
        "books_bookcount",
        ("book_id", "contacts", "starred"),
        ((str(book), str(delta[0]), str(delta[1])) for book, delta in deltas.items() if any(delta)),
    )


def documents_of(contacts: Iterable[Contact]) -> dict[UUID, ContactDocument]:
    """Return the documents of contact rows by id. One query, for the memberships of all."""
    rows = list(contacts)
    found = memberships_of([contact.id for contact in rows])
    return {
        contact.id: document_from(contact, [membership for membership, _group_id in found[contact.id]])
        for contact in rows
    }


def documents_in(books: Mapping[UUID, UUID]) -> dict[UUID, ContactDocument]:
    """Return the documents of living contacts by id, of those that still are in the book named beside their id. Two
    queries. Made without model objects, which took as long as all the rest: fifty of them are in many answers."""
    with prepared_cursor() as cursor:
        cursor.execute(_DOCUMENTS, [array_of(books)])
        rows = {contact_id: rest for contact_id, book_id, *rest in cursor.fetchall() if book_id == books[contact_id]}
    found = memberships_of(rows)
    documents = {}
    for contact_id, (*plain, infos) in rows.items():
        documents[contact_id] = ContactDocument(
            **dict(zip(_PLAIN_COLUMNS, plain, strict=True)),
            infos=tuple(map(Info.from_json, json.loads(infos))),
            memberships=tuple([membership for membership, _group_id in found[contact_id]]),
        )
    return documents


_PLAIN_COLUMNS = DOCUMENT_COLUMNS[:-1]  # all but the infos
_DOCUMENTS = (
    f"SELECT id, book_id, {', '.join(DOCUMENT_COLUMNS)} FROM contacts_contact"  # noqa: S608  # names of columns
    " WHERE id = ANY(%s::uuid[]) AND trashed_at IS NULL"
)


def document_from(contact: Contact, memberships: Iterable[Membership]) -> ContactDocument:
    """Return the document of a contact row and its memberships. No query."""
    return ContactDocument(
        **{name: getattr(contact, name) for name in (*SCALAR_NAMES, "avatar", "starred")},
        infos=tuple(Info.from_json(item) for item in contact.infos),
        memberships=tuple(memberships),
    )


def memberships_of(contact_ids: Collection[UUID]) -> dict[UUID, list[tuple[Membership, UUID]]]:
    """Return the memberships of each of the contacts in order, each with the id of its group or company. One query."""
    memberships: dict[UUID, list[tuple[Membership, UUID]]] = {contact_id: [] for contact_id in contact_ids}
    with prepared_cursor() as cursor:
        cursor.execute(_MEMBERSHIPS, [array_of(memberships)])
        for contact_id, group_id, item, kind, name, title, department, location, description in cursor.fetchall():
            membership = Membership(
                id=item,
                kind=kind,
                name=name,
                title=title,
                department=department,
                location=location,
                description=description,
            )
            memberships[contact_id].append((membership, group_id))
    return memberships


_MEMBERSHIPS = """
    SELECT member.contact_id, member.group_id, member.item, named.kind, named.name,
           member.title, member.department, member.location, member.description
      FROM contacts_contactmembership member JOIN contacts_group named ON named.id = member.group_id
     WHERE member.contact_id = ANY(%s::uuid[])
     ORDER BY member.contact_id, member.position, member.item"""


#: Tokens and handles go in in the order of their keys: so one way into an index leads through the pages of the one
#: before.
_PLACE = ("contact_id", "book_id", "organization_id")


def _insert_tokens(rows: Iterable[Sequence[str]]) -> None:
    """Write tokens given as (tier, token, contact, book, organization), all of one organization."""
    copy("contacts_contacttoken", (*TOKEN_PART, *_PLACE), rows, in_order=True)


def _insert_handles(rows: Iterable[Sequence[str]]) -> None:
    """Write handles given as (kind, key, contact, book, organization), all of one organization."""
    copy("contacts_contacthandle", (*HANDLE_PART, *_PLACE), rows, in_order=True)


def _delete_tokens(organization_id: UUID, keys: Sequence[tuple[UUID | str, int, str]]) -> None:
    """Delete tokens given as (contact id, tier, token)."""
    if keys:
        # As lines, which no token has in it: a list of ten thousand is quoted element by element.
        in_order = sorted((tier, token, str(contact)) for contact, tier, token in keys)
        columns = ("\n".join(map(str, column)) for column in zip(*in_order, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM contacts_contacttoken AS token"
                " USING unnest(string_to_array(%s, E'\n')::int[], string_to_array(%s, E'\n'),"
                "              string_to_array(%s, E'\n')::uuid[]) AS old(tier, token, contact_id)"
                " WHERE token.organization_id = %s AND token.tier = old.tier"
                '   AND token.token = old.token COLLATE "C" AND token.contact_id = old.contact_id',
                [*columns, organization_id],
            )


def _delete_handles(organization_id: UUID, keys: Sequence[tuple[UUID, str, str]]) -> None:
    if keys:
        contacts, kinds, texts = zip(*keys, strict=True)
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM contacts_contacthandle AS handle"
                " USING unnest(%s::uuid[], %s::text[], %s::text[]) AS old(contact_id, kind, key)"
                " WHERE handle.organization_id = %s AND handle.kind = old.kind"
                '   AND handle.key = old.key COLLATE "C" AND handle.contact_id = old.contact_id',
                [list(contacts), list(kinds), list(texts), organization_id],
            )
