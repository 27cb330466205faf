"""The groups and companies that a person sees, by name, and how many contacts each has: for sidebars, pages, pickers.

`Group.objects.for_user` says of one group whether it is seen. Asked for the first of many it would gather everything
that a person reads before it sorts; here the groups are walked by name until there are enough, each asked for one
member in a book of theirs, or, for who reads little, gathered from these books.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from books.shelf import Shelf, array_of
from config.prepared import prepared_cursor
from contacts.document import group_key
from contacts.folding import fold, plain_letters
from contacts.models import GroupKind
from contacts.words import escape_like
from organizations.models import User

#: Who reads no more contacts than this is asked for their groups by them; more are too many to look through.
FEW = 2_000
#: How many contacts of a group are counted; of a larger one it is said that there are more.
COUNTED = 1_000
_HIGHEST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class SeenGroup:
    """A group or company by its name."""

    pk: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Members:
    """How many contacts one reads in a group; `more`: and others, which were not counted."""

    count: int
    more: bool = False


def seen_groups(
    user: User,
    shelf: Shelf,
    *,
    most: int,
    kinds: Iterable[GroupKind] = tuple(GroupKind),
    after: str = "",
    beginning: str = "",
    within: str = "",
) -> dict[GroupKind, list[SeenGroup]]:
    """Return the first `most` groups and the first `most` companies that `user` sees in the organization of their
    `shelf`: those of contacts that they read, and those that they keep. One query.

    `after`: the name that the last ones ended with; `beginning`, `within`: what names begin with, or hold. What they
    hold is also found without its accents.
    """
    kinds = list(kinds)
    start = group_key(beginning)
    values: dict[str, Any] = {
        "organization": shelf.organization_id,
        "user": user.pk,
        "kinds": [str(kind) for kind in kinds],
        "books": array_of(shelf.books),
        "most": most,
        "after": group_key(after),
        "low": start,
        "high": start + _HIGHEST,
        "part": f"%{escape_like(group_key(within))}%",
    }
    chosen = " AND key > %(after)s" if values["after"] else ""
    chosen += " AND key >= %(low)s AND key < %(high)s" if start else ""
    if values["part"] != "%%":
        # Also without accents, as search finds them: names are few enough to be looked at one by one.
        values["marked"], values["plain"] = plain_letters()
        values["folded"] = f"%{escape_like(fold(within))}%"
        chosen += " AND (key LIKE %(part)s OR translate(key, %(marked)s, %(plain)s) LIKE %(folded)s)"
    statement = _GATHERED if shelf.contacts <= FEW else _WALKED
    found: dict[GroupKind, list[SeenGroup]] = {kind: [] for kind in kinds}
    with prepared_cursor() as cursor:
        cursor.execute(statement.replace("{chosen}", chosen), values)
        for kind, group_id, name in cursor.fetchall():
            found[GroupKind(kind)].append(SeenGroup(group_id, name))
    return found


def count_members(shelf: Shelf, group_ids: Collection[UUID]) -> dict[UUID, Members]:
    """Return how many contacts of the `shelf` are in each of the groups, up to `COUNTED`. One query."""
    values: dict[str, Any] = {"books": array_of(shelf.books), "groups": array_of(group_ids), "most": COUNTED}
    with prepared_cursor() as cursor:
        cursor.execute(_COUNTED, values)
        found = {group_id: Members(min(count, COUNTED), rows > COUNTED) for group_id, count, rows in cursor.fetchall()}
    return {group_id: found.get(group_id, Members(0)) for group_id in group_ids}


# A title without a company belongs to a nameless one, which nobody lists.
_NAMED = "organization_id = %(organization)s AND key <> ''{chosen}"
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
_WALKED = _UNITED.replace(
    "{seen}",
    f"""SELECT id, name, key FROM contacts_group walked, LATERAL (
            SELECT FROM contacts_contactmembership member
             WHERE member.group_id = walked.id AND member.book_id = ANY(%(books)s::uuid[]) LIMIT 1) AS one
         WHERE {_NAMED} AND kind = asked.kind""",  # noqa: S608  # likewise
)
# OFFSET 0 keeps the order of the joins: how few contacts hundreds of small books hold, the planner cannot know.
_GATHERED = f"""
    WITH seen AS MATERIALIZED (
        SELECT id, kind, name, key FROM (
            SELECT DISTINCT group_id FROM contacts_contactmembership WHERE book_id = ANY(%(books)s::uuid[]) OFFSET 0
        ) AS member, LATERAL (SELECT * FROM contacts_group WHERE id = member.group_id AND {_NAMED} OFFSET 0) AS named
    ){_UNITED.replace("{seen}", "SELECT id, name, key FROM seen WHERE kind = asked.kind")}"""  # noqa: S608  # likewise
# Memberships are cut before their contacts are told apart: one may be in a company twice, and to tell those of many
# thousands apart takes as long as there are. PostgreSQL goes through the index once for all books of a group.
_COUNTED = """
    SELECT wanted.id, counted.contacts, counted.rows FROM unnest(%(groups)s::uuid[]) AS wanted(id), LATERAL (
        SELECT count(DISTINCT contact_id)::int AS contacts, count(*)::int AS rows FROM (
            SELECT contact_id FROM contacts_contactmembership
             WHERE group_id = wanted.id AND book_id = ANY(%(books)s::uuid[])
             LIMIT %(most)s + 1) AS member) AS counted"""
