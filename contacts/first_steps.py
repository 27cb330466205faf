"""What a newcomer has done already, as the database tells it: for the checklist of their first days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from books.shelf import Shelf, array_of
from config.prepared import prepared_cursor
from contacts.models import ChangeKind
from contacts.services.first_day import sample_key
from organizations.models import Organization, User

#: Whose account is older is no newcomer, whether they closed the checklist or not.
NEWCOMER_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is there besides the sample people. `sample` is the act that loaded them, while they stand."""

    sample: UUID | None
    has_contacts: bool
    has_groups: bool
    has_colleagues: bool
    has_shared: bool


def is_newcomer(user: User) -> bool:
    """Return whether the checklist may be shown to `user` at all. No query."""
    return not user.first_steps_closed and user.date_joined > timezone.now() - NEWCOMER_FOR


def facts_of(user: User, organization: Organization, shelf: Shelf) -> Facts:
    """Return what `user` has there, by their `shelf`. One query, which all pages of newcomers ask: written out, since
    the queryset that said the same took longer to build than the page beside it."""
    values: dict[str, Any] = {
        "key": sample_key(user, organization),
        "books": array_of(shelf.editable),
        "organization": organization.pk,
        "user": user.pk,
    }
    with prepared_cursor() as cursor:
        cursor.execute(_FACTS, values)
        sample, sampled_count, has_groups, has_colleagues, has_shared = cursor.fetchone()
    contacts = sum(book.contacts for book in shelf.books.values() if book.is_editable)
    return Facts(
        sample=sample,
        has_contacts=contacts > (sampled_count if sample else 0),
        has_groups=has_groups,
        has_colleagues=has_colleagues,
        has_shared=has_shared,
    )


# The act that loaded the sample is that of `standing_sample`, as a test holds; its people are in no group that counts.
_SAMPLED: Final = f"""
    SELECT change.contact_id FROM contacts_changeset act
      JOIN contacts_change change ON change.change_set_id = act.id AND change.kind = '{ChangeKind.CREATE}'
      JOIN contacts_contact contact ON contact.id = change.contact_id AND contact.trashed_at IS NULL
     WHERE act.form_key = %(key)s"""  # noqa: S608  # a name of ours
_FACTS: Final = f"""
    WITH sampled AS MATERIALIZED ({_SAMPLED})
    SELECT (SELECT act.id FROM contacts_changeset act
             WHERE act.form_key = %(key)s AND EXISTS (SELECT FROM sampled)
               AND NOT EXISTS (SELECT FROM contacts_changeset undo
                    WHERE undo.undo_of_id = act.id
                      AND NOT EXISTS (SELECT FROM contacts_changeset again WHERE again.undo_of_id = undo.id))
             ORDER BY act.id LIMIT 1),
           (SELECT count(*) FROM sampled),
           EXISTS (SELECT FROM contacts_contactmembership member
                     JOIN contacts_group named ON named.id = member.group_id AND named.key <> ''
                    WHERE member.book_id = ANY(%(books)s::uuid[])
                      AND member.contact_id NOT IN (SELECT contact_id FROM sampled))
           OR EXISTS (SELECT FROM contacts_keptgroup WHERE organization_id = %(organization)s AND user_id = %(user)s),
           EXISTS (SELECT FROM organizations_organizationmembership
                    WHERE organization_id = %(organization)s AND user_id <> %(user)s)
           OR EXISTS (SELECT FROM organizations_invitation WHERE organization_id = %(organization)s),
           EXISTS (SELECT FROM books_bookusergrant given JOIN books_contactbook book
                       ON book.id = given.content_object_id
                    WHERE given.organization_id = %(organization)s AND book.owner_id = %(user)s
                      AND given.user_id <> %(user)s)
           OR EXISTS (SELECT FROM books_bookteamgrant given JOIN books_contactbook book
                          ON book.id = given.content_object_id
                       WHERE given.organization_id = %(organization)s AND book.owner_id = %(user)s)"""  # noqa: S608  # likewise
