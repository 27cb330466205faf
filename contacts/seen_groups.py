"""The groups and companies that a person sees, first by name: for sidebars, pickers and completion.

`Group.objects.for_user` says of one group whether it is seen. Asked for the first of many it would gather everything
that a person reads before it sorts; here the groups are walked by name until there are enough, each asked for one
member in a book of theirs, or, for who reads little, gathered from these books.
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


def seen_groups(user: User, shelf: Shelf, *, most: int) -> dict[GroupKind, list[SeenGroup]]:
    """Return the first `most` groups and the first `most` companies that `user` sees in the organization of their
    `shelf`: those of contacts that they read, and those that they keep. One query."""
    values: dict[str, Any] = {
        "organization": shelf.organization_id,
        "user": user.pk,
        "kinds": GroupKind.values,
        "books": array_of(shelf.books),
        "most": most,
    }
    found: dict[GroupKind, list[SeenGroup]] = {kind: [] for kind in GroupKind}
    with connection.cursor() as cursor:
        cursor.execute(_GATHERED if shelf.contacts <= FEW else _WALKED, values)
        for kind, group_id, name in cursor.fetchall():
            found[GroupKind(kind)].append(SeenGroup(group_id, name))
    return found


# A title without a company belongs to a nameless one, which nobody lists.
_NAMED = "organization_id = %(organization)s AND key <> ''"
_UNITED = f"""
    SELECT asked.kind, named.id, named.name FROM unnest(%(kinds)s::text[]) AS asked(kind), LATERAL (
        ({{seen}} ORDER BY key, id LIMIT %(most)s)
        UNION
        (SELECT id, name, key FROM contacts_group WHERE {_NAMED} AND kind = asked.kind
            AND id IN (SELECT group_id FROM contacts_keptgroup WHERE user_id = %(user)s)
          ORDER BY key, id LIMIT %(most)s)
        ORDER BY key, id LIMIT %(most)s
    ) AS named ORDER BY asked.kind, named.key, named.id"""  # noqa: S608  # constants of this module
# LIMIT in a lateral query keeps the planner from joining all memberships at once.
_WALKED = _UNITED.format(
    seen=f"""SELECT id, name, key FROM contacts_group walked, LATERAL (
            SELECT FROM contacts_contactmembership member
             WHERE member.group_id = walked.id AND member.book_id = ANY(%(books)s::uuid[]) LIMIT 1) AS one
         WHERE {_NAMED} AND kind = asked.kind"""  # noqa: S608  # likewise
)
# OFFSET 0 keeps the order of the joins: how few contacts hundreds of small books hold, the planner cannot know.
_GATHERED = f"""
    WITH seen AS MATERIALIZED (
        SELECT id, kind, name, key FROM (
            SELECT DISTINCT group_id FROM contacts_contactmembership WHERE book_id = ANY(%(books)s::uuid[]) OFFSET 0
        ) AS member, LATERAL (SELECT * FROM contacts_group WHERE id = member.group_id AND {_NAMED} OFFSET 0) AS named
    ){_UNITED.format(seen="SELECT id, name, key FROM seen WHERE kind = asked.kind")}"""  # noqa: S608  # likewise
