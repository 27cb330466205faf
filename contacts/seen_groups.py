"""The groups and companies that a person sees, by name: for sidebars, pages, pickers and completion.

`Group.objects.for_user` says of one group whether it is seen. Asked for the first of many it would gather everything
that a person reads before it sorts; here the groups are walked by name until there are enough, each asked for one
contact, or, for who reads little, gathered from these contacts, which also counts them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection

from books.shelf import Shelf, array_of
from contacts.document import group_key
from contacts.models import GroupKind
from contacts.words import escape_like
from organizations.models import User

#: Who reads no more contacts than this is asked for their groups by them; more are too many to look through.
FEW = 2_000
#: Who reads no more than this has the members of groups counted by their contacts, which is exact. Of others so many
#: members of each group are looked at as is said of the largest.
COUNTED_WHOLE = 20_000
COUNTED = 1_000
_HIGHEST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Members:
    """How many contacts one reads in a group; `more`: there may be more than that."""

    count: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class SeenGroup:
    """A group or company by its name. `members` is None where they were not counted."""

    pk: UUID
    name: str
    key: str
    members: Members | None = None


def seen_groups(
    user: User, shelf: Shelf, kind: GroupKind, *, most: int, after: str = "", beginning: str = "", within: str = ""
) -> list[SeenGroup]:
    """Return the first `most` groups or companies that `user` sees in the organization of their `shelf`: those of
    contacts that they read, and those that they keep. One query.

    `after`: the key of the last one before these. `beginning`, `within`: only names that begin so, or hold that.
    """
    start, part = group_key(beginning), group_key(within)
    named, values = _NAMED, _values(user, shelf, kind)
    values |= {"most": most, "after": after, "low": start, "high": start + _HIGHEST, "part": f"%{escape_like(part)}%"}
    if after:
        named += " AND key > %(after)s"
    if start:
        named += " AND key >= %(low)s AND key < %(high)s"
    if part:
        named += " AND key LIKE %(part)s"
    gathered = shelf.contacts <= FEW
    statement = (_GATHERED if gathered else _WALKED).replace("{named}", named)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [
            SeenGroup(group_id, name, key, Members(count) if gathered else None)
            for group_id, name, key, count in cursor.fetchall()
        ]


def counted(shelf: Shelf, groups: Collection[SeenGroup]) -> list[SeenGroup]:
    """Return the groups with how many contacts of the `shelf` are in each. At most one query, whose time is bounded."""
    missing = [group.pk for group in groups if group.members is None]
    found = count_members(shelf, missing) if missing else {}
    return [replace(group, members=group.members or found[group.pk]) for group in groups]


def count_members(shelf: Shelf, group_ids: Collection[UUID]) -> dict[UUID, Members]:
    """Return how many contacts of the `shelf` are in each of the groups. One query, whose time is bounded."""
    whole = shelf.contacts <= COUNTED_WHOLE
    values = {"books": array_of(shelf.books), "groups": array_of(group_ids), "most": COUNTED}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED_WHOLE if whole else _COUNTED, values)
        found = {group_id: Members(count, more) for group_id, count, more in cursor.fetchall()}
    return {group_id: found.get(group_id, Members(0)) for group_id in group_ids}


def _values(user: User, shelf: Shelf, kind: GroupKind) -> dict[str, Any]:
    return {
        "organization": shelf.organization_id,
        "user": user.pk,
        "kind": str(kind),
        "books": array_of(shelf.books),
    }


# A title without a company belongs to a nameless one, which nobody lists.
_NAMED = "organization_id = %(organization)s AND kind = %(kind)s AND key <> ''"
_UNITED = """
    SELECT id, name, key, max(count) FROM (
        ({seen})
        UNION ALL
        (SELECT id, name, key, 0 FROM contacts_group WHERE {named}
            AND id IN (SELECT group_id FROM contacts_keptgroup WHERE user_id = %(user)s)
          ORDER BY key LIMIT %(most)s)
    ) AS each GROUP BY id, name, key ORDER BY key LIMIT %(most)s"""
# LIMIT in a lateral query keeps the planner from joining all memberships at once.
_WALKED = _UNITED.replace(
    "{seen}",
    """
        SELECT id, name, key, 0 AS count FROM contacts_group walked, LATERAL (
            SELECT FROM contacts_contactmembership member
              JOIN contacts_contact contact ON contact.id = member.contact_id
             WHERE member.group_id = walked.id AND contact.trashed_at IS NULL
               AND contact.book_id = ANY(%(books)s::uuid[]) LIMIT 1) AS one
         WHERE {named} ORDER BY key LIMIT %(most)s""",
)
# OFFSET 0 keeps the order of the joins: how few contacts hundreds of small books hold, the planner cannot know.
_MINE = """
    SELECT member.group_id, count(DISTINCT contact.id)::int AS count FROM unnest(%(books)s::uuid[]) AS mine(book_id),
        LATERAL (SELECT id FROM contacts_contact
                  WHERE book_id = mine.book_id AND trashed_at IS NULL OFFSET 0) AS contact,
        LATERAL (SELECT group_id FROM contacts_contactmembership
                  WHERE contact_id = contact.id OFFSET 0) AS member
     {of}GROUP BY member.group_id"""
_GATHERED = _UNITED.replace(
    "{seen}",
    f"""
        SELECT id, name, key, count FROM ({_MINE.format(of="")}) AS seen,
            LATERAL (SELECT id, name, key FROM contacts_group WHERE id = seen.group_id AND {{named}} OFFSET 0) AS named
         ORDER BY key LIMIT %(most)s""",  # noqa: S608  # constants of this module
)
_COUNTED_WHOLE = f"""
    SELECT group_id, count, false FROM ({_MINE.format(of="WHERE member.group_id = ANY(%(groups)s::uuid[]) ")}) AS mine
"""  # noqa: S608  # likewise
# Of a large group its first members are looked at, whoever reads them: to look for those that one reads among all
# of a hundred thousand would take as long as there are others.
_COUNTED = """
    SELECT wanted.id, (SELECT count(DISTINCT contact.id) FROM
                         (SELECT contact_id FROM contacts_contactmembership
                           WHERE group_id = wanted.id ORDER BY contact_id LIMIT %(most)s) AS member
                         JOIN contacts_contact contact ON contact.id = member.contact_id
                        WHERE contact.trashed_at IS NULL AND contact.book_id = ANY(%(books)s::uuid[]))::int,
           EXISTS (SELECT FROM contacts_contactmembership WHERE group_id = wanted.id
                    ORDER BY contact_id OFFSET %(most)s LIMIT 1)
      FROM unnest(%(groups)s::uuid[]) AS wanted(id)"""
