"""Who may be the person that somebody is about to create: found by exact address, offered, never applied.

An equal email or phone is a strong sign, another spelling of the same mailbox too; the same name at the same company a
weak one. Books that are left out of searches are looked at as well: whoever types the whole address knows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from books.shelf import Shelf
from contacts.derived import sort_key
from contacts.document import ContactDocument, Kind, group_key
from contacts.handles import email_key, phone_keys
from contacts.matching import email_keys, is_role_mailbox, same_info
from contacts.models import Contact
from contacts.names import same_full_name
from contacts.services import documents_of
from organizations.models import User

#: Contacts looked at for one address: a switchboard's number may be a thousand people's.
LOOKED_AT = 20
SHOWN = 3
#: Addresses of one form that are looked up.
ASKED = 20
#: Domains at which a dot in the local part makes no other mailbox, and which are one domain.
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
_LONGEST_DOTTED = 16


class Sign(IntEnum):
    """Why two contacts may be one, the plainest first."""

    EMAIL = 1
    PHONE = 2
    MAILBOX = 3
    NAME = 4

    @property
    def words(self) -> Promise:
        """As people read it."""
        return _WORDS[self]


_WORDS = {
    Sign.EMAIL: _("same email"),
    Sign.PHONE: _("same phone"),
    Sign.MAILBOX: _("another spelling of the same email"),
    Sign.NAME: _("same name and company"),
}


@dataclass(frozen=True, slots=True)
class Possible:
    """A contact that may be the person, and why. `strong`: worth a question before another one is made."""

    contact: Contact
    sign: Sign
    strong: bool


def mailbox(key: str) -> str:
    """Return what two email keys have in common that reach one mailbox: without `+tag`, and at Google without dots."""
    local, _at, domain = key.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def possible_duplicates(user: User, shelf: Shelf, document: ContactDocument, *, region: str) -> list[Possible]:
    """Return the contacts on the `shelf` of `user` that may be the same person as `document`, at most `SHOWN`, the
    plainest first. `region` (ISO 3166) reads its phones. Each has `is_editable`, its book, and its organization.

    At most three queries, through indexes; none for a document that can be looked up by nothing.
    """
    found = _candidates(shelf, document, region)
    if not found:
        return []
    contacts = Contact.objects.for_user(user).with_right(user).select_related("book", "organization")
    living = list(contacts.filter(pk__in=found, organization=shelf.organization_id).order_by("pk"))
    documents = documents_of(living)
    known = [
        Possible(contact, sign, _is_strong(sign, document, documents[contact.pk]))
        for contact in living
        if (sign := _sign(document, documents[contact.pk], region))
    ]
    known.sort(key=lambda each: (not each.strong, each.sign))
    return known[:SHOWN]


def _sign(mine: ContactDocument, theirs: ContactDocument, region: str) -> Sign | None:
    my_keys, their_keys = email_keys(mine), email_keys(theirs)
    if set(my_keys) & set(their_keys):
        return Sign.EMAIL
    phones = list(mine.of_kind(Kind.PHONE))
    if any(same_info(phone, other, region) for phone in phones for other in theirs.of_kind(Kind.PHONE)):
        return Sign.PHONE
    if set(map(mailbox, my_keys)) & set(map(mailbox, their_keys)):
        return Sign.MAILBOX
    companies = {group_key(each.name) for each in mine.companies if each.name}
    if same_full_name(mine, theirs) and companies & {group_key(each.name) for each in theirs.companies}:
        return Sign.NAME
    return None


def _is_strong(sign: Sign, mine: ContactDocument, theirs: ContactDocument) -> bool:
    """Whether a sign is worth a question: a desk's mailbox (info@) is several people's."""
    if sign is Sign.NAME:
        return False
    if sign is Sign.PHONE:
        return True
    shared = set(map(mailbox, email_keys(mine))) & set(map(mailbox, email_keys(theirs)))
    return any(not is_role_mailbox(key) for key in shared) or same_full_name(mine, theirs)


# --- looking up ------------------------------------------------------------------------------------------------------


def _candidates(shelf: Shelf, document: ContactDocument, region: str) -> list[Any]:
    """Return the ids of contacts on the shelf that share an address, or name, with the document. One query."""
    exact: list[tuple[str, str]] = []
    tagged: list[str] = []
    for info in list(document.of_kind(Kind.EMAIL))[:ASKED]:
        if key := email_key(info.value):
            spellings = list(dict.fromkeys([key, *_spellings(key)]))
            exact += [("email", each) for each in spellings]
            tagged += spellings
    for info in list(document.of_kind(Kind.PHONE))[:ASKED]:
        number, end = phone_keys(info.value, region)
        exact += [(kind, key) for kind, key in (("phone", number), ("end", end)) if key]
    named = sort_key(document, family_first=True) if document.full_name and document.companies else ""
    if not (exact or named) or not shelf.books:
        return []
    parted = [key.rpartition("@") for key in tagged]
    with connection.cursor() as cursor:
        cursor.execute(
            _FOUND,
            {
                "kinds": [kind for kind, _key in exact],
                "keys": [key for _kind, key in exact],
                "starts": [f"{local}+" for local, _at, _domain in parted],
                "ends": [f"@{domain}" for _local, _at, domain in parted],
                "name": named,
                "organization": shelf.organization_id,
                "books": shelf.array,
                "most": LOOKED_AT,
            },
        )
        return [row[0] for row in cursor.fetchall()]


def _spellings(key: str) -> Iterator[str]:
    """Yield other keys of the same mailbox, without a `+tag`: at Google also with no, one or two dots."""
    local, _at, domain = mailbox(key).rpartition("@")
    if domain not in _DOTLESS:
        yield f"{local}@{domain}"
        return
    places = range(1, len(local)) if len(local) <= _LONGEST_DOTTED else ()
    for count in (0, 1, 2):
        for dots in combinations(places, count):
            spelled = "".join(f".{letter}" if at in dots else letter for at, letter in enumerate(local))
            yield from (f"{spelled}@{each}" for each in sorted(_DOTLESS))


# Keys are compared byte by byte, and "," comes next after "+": all that begins with "ana+" is between the two.
_FOUND = """
    SELECT found.contact_id
      FROM unnest(%(kinds)s::text[], %(keys)s::text[]) AS wanted(kind, key),
           LATERAL (SELECT contact_id FROM contacts_contacthandle
                     WHERE organization_id = %(organization)s AND kind = wanted.kind AND key = wanted.key
                       AND book_id = ANY (%(books)s::uuid[]) ORDER BY contact_id LIMIT %(most)s) AS found
     UNION
    SELECT found.contact_id
      FROM unnest(%(starts)s::text[], %(ends)s::text[]) AS wanted(start, ending),
           LATERAL (SELECT contact_id FROM contacts_contacthandle
                     WHERE organization_id = %(organization)s AND kind = 'email'
                       AND key >= wanted.start AND key < left(wanted.start, -1) || ','
                       AND right(key, length(wanted.ending)) = wanted.ending
                       AND book_id = ANY (%(books)s::uuid[]) ORDER BY key LIMIT %(most)s) AS found
     UNION
    SELECT found.id
      FROM unnest(%(books)s::uuid[]) AS mine(book_id),
           LATERAL (SELECT id FROM contacts_contact
                     WHERE %(name)s <> '' AND book_id = mine.book_id AND sort_family = %(name)s
                       AND trashed_at IS NULL ORDER BY id LIMIT %(most)s) AS found"""
