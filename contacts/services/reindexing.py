"""All index rows written anew from the documents, when what follows from a document is no longer what it was.

Index rows are deleted by the keys that follow from the old document (ADR 7). After a change of `contacts.derived`,
`contacts.words` or `contacts.folding` these are not the keys that were written: contacts would be found by what they
were, and an erased person's name would stay. So a migration writes everything anew before anybody else writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from contacts.derived import derive
from contacts.models import Contact
from contacts.services import rows
from contacts.services.preparing import DERIVED_COLUMNS, DOCUMENT_COLUMNS, index_parts
from contacts.services.rows import Stored
from organizations.models import Organization

_BATCH: Final = 500
_COLUMNS: Final = ("id", "organization_id", "book_id", "trashed_at", *DOCUMENT_COLUMNS, *DERIVED_COLUMNS)


@transaction.atomic
def write_all_anew() -> int:
    """Write search text, tokens, handles, sort keys and shown names of every contact anew. Return how many.

    Contacts in the trash have no index rows, and get none.

    For migrations alone, while nothing else writes: the tables are emptied and locked until the transaction ends.
    Versions and times of change stay. About a millisecond a contact, in constant memory. A later migration that
    changes the columns of contacts takes this step over from the one that calls it now.
    """
    if not Contact._base_manager.exists():
        return 0
    regions = dict(Organization.objects.values_list("pk", "region"))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE contacts_contactsearch, contacts_contacttoken, contacts_contacthandle")
    everybody = Contact._base_manager.only(*_COLUMNS).order_by("pk")
    done, after = 0, UUID(int=0)
    while contacts := list(everybody.filter(pk__gt=after)[:_BATCH]):
        contacts.sort(key=lambda contact: (contact.organization_id, contact.pk))
        for organization_id, own in groupby(contacts, key=lambda contact: contact.organization_id):
            _write(organization_id, list(own), regions[organization_id])
        done += len(contacts)
        after = max(contact.pk for contact in contacts)
    return done


def _write(organization_id: UUID, contacts: Sequence[Contact], region: str) -> None:
    documents = rows.documents_of(contacts)
    batch = [
        Stored(contact.pk, contact.book_id, documents[contact.pk], derive(documents[contact.pk], region))
        for contact in contacts
    ]
    alive = [item for contact, item in zip(contacts, batch, strict=True) if contact.trashed_at is None]
    rows.insert_index(organization_id, ((item.id, item.book_id, index_parts(item.derived)) for item in alive))
    rows.set_derived(
        item
        for contact, item in zip(contacts, batch, strict=True)
        if any(getattr(contact, name) != value for name, value in rows.derived_columns(item))
    )
