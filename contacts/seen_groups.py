"""The groups and companies that a person sees, first by name: for sidebars, pickers and completion.

`Group.objects.for_user` says of one group whether it is seen. Asked for the first of many it would gather everything
that a person reads before it sorts; here the groups are walked by name until there are enough, each asked for one
contact, or, for who reads little, gathered from these contacts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from books.shelf import Shelf, array_of
from contacts.models import GroupKind
from organizations.models import User

#: Who reads no more contacts than this is asked for their groups by them; more are too many to look through.
FEW = 2_000


@dataclass(frozen=True, slots=True)
class SeenGroup:
    """A group or company by its name."""

    pk: UUID
    name: str


def seen_groups(user: User, shelf: Shelf, kind: GroupKind, *, most: int) -> list[SeenGroup]:
    """Return the first `most` groups or companies that `user` sees in the organization of their `shelf`: those of
    contacts that they read, and those that they keep. One query."""
    values: dict[str, Any] = {
        "organization": shelf.organization_id,
        "user": user.pk,
        "kind": str(kind),
        "books": array_of(shelf.books),
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_GATHERED if shelf.contacts <= FEW else _WALKED, values)
        return [SeenGroup(group_id, name) for group_id, name in cursor.fetchall()]


# A title without a company belongs to a nameless one, which nobody lists.
_NAMED = "organization_id = %(organization)s AND kind = %(kind)s AND key <> ''"
_UNITED = f"""
    SELECT id, name FROM (
        ({{seen}})
        UNION
        (SELECT id, name, key FROM contacts_group WHERE {_NAMED}
            AND id IN (SELECT group_id FROM contacts_keptgroup WHERE user_id = %(user)s)
          ORDER BY key, id LIMIT %(most)s)
    ) AS each ORDER BY key, id LIMIT %(most)s"""  # noqa: S608  # constants of this module
# LIMIT in a lateral query keeps the planner from joining all memberships at once.
_WALKED = _UNITED.format(
    seen=f"""
        SELECT id, name, key FROM contacts_group walked, LATERAL (
            SELECT FROM contacts_contactmembership member
              JOIN contacts_contact contact ON contact.id = member.contact_id
             WHERE member.group_id = walked.id AND contact.trashed_at IS NULL
               AND contact.book_id = ANY(%(books)s::uuid[]) LIMIT 1) AS one
         WHERE {_NAMED} ORDER BY key, id LIMIT %(most)s"""  # noqa: S608  # likewise
)
# OFFSET 0 keeps the order of the joins: how few contacts hundreds of small books hold, the planner cannot know.
_GATHERED = _UNITED.format(
    seen=f"""
        SELECT id, name, key FROM (
            SELECT DISTINCT member.group_id FROM unnest(%(books)s::uuid[]) AS mine(book_id),
                LATERAL (SELECT id FROM contacts_contact
                          WHERE book_id = mine.book_id AND trashed_at IS NULL OFFSET 0) AS contact,
                LATERAL (SELECT group_id FROM contacts_contactmembership
                          WHERE contact_id = contact.id OFFSET 0) AS member
        ) AS seen, LATERAL (SELECT id, name, key FROM contacts_group
                             WHERE id = seen.group_id AND {_NAMED} OFFSET 0) AS named
         ORDER BY key, id LIMIT %(most)s"""  # noqa: S608  # likewise
)
