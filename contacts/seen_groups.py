"""The groups and companies that a person sees, by name, and how many contacts each has: for sidebars, pages, pickers.

`Group.objects.for_user` says of one group whether it is seen, and `seen_group` says it sooner. Asked for the first of
many it would gather everything that a person reads before it sorts; here the groups are walked by name until there are
enough, each asked for one member in a book of theirs, or, for who reads little, gathered from these books.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from books.models import ContactBook
from books.shelf import Shelf, array_of
from config.prepared import prepared_cursor
from config.row_objects import Columns
from contacts.document import group_key
from contacts.folding import fold, plain_letters
from contacts.models import Group, GroupKind
from contacts.words import escape_like
from organizations.models import Organization, User
from organizations.sharing import open_levels

#: Who reads no more contacts than this is asked for their groups by them; more are too many to look through.
FEW = 2_000
#: How many contacts of a group are counted; of a larger one it is said that there are more.
COUNTED = 1_000
_HIGHEST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Members:
    """How many contacts one reads in a group; `more`: and others, which were not counted."""

    count: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class SeenGroup:
    """A group or company by its name, with its `members` where they were counted."""

    pk: UUID
    name: str
    members: Members = Members(0)


def seen_group(user: User, group_id: UUID, kind: GroupKind) -> Group | None:
    """Return the group or company with its organization, as `Group.objects.for_user(user)` has it; None when the person
    does not see it. One query.

    Written out, since each list of a group begins with it: the queryset that says the same took longer to build, and
    then to plan, than to be answered.
    """
    if not user.is_active:
        return None
    groups, organizations = _columns()
    with prepared_cursor() as cursor:
        cursor.execute(_statement(), {"group": group_id, "kind": str(kind), "user": user.pk})
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    group = groups.read(values)
    group.organization = organizations.read(values)
    return group


@cache
def _columns() -> tuple[Columns[Group], Columns[Organization]]:
    return Columns(Group, "seen"), Columns(Organization, "organization")


@cache
def _statement() -> str:
    return (
        f"SELECT {', '.join(columns.sql for columns in _columns())} FROM contacts_group seen"  # noqa: S608  # names of columns and tables
        " JOIN organizations_organization organization ON organization.id = seen.organization_id"
        " WHERE seen.id = %(group)s AND seen.kind = %(kind)s AND seen.key <> '' AND ("
        " EXISTS (SELECT FROM contacts_contactmembership WHERE group_id = %(group)s AND book_id = ANY (ARRAY ("
        f"SELECT mine.id FROM ({open_levels(ContactBook)}) AS mine"
        " JOIN books_contactbook book ON book.id = mine.id AND book.deleted_at IS NULL)))"
        " OR EXISTS (SELECT FROM contacts_keptgroup WHERE group_id = %(group)s AND user_id = %(user)s))"
    )


def seen_groups(
    user: User,
    shelf: Shelf,
    *,
    most: int,
    kinds: Iterable[GroupKind] = tuple(GroupKind),
    after: str = "",
    beginning: str = "",
    within: str = "",
    counted: bool = False,
) -> dict[GroupKind, list[SeenGroup]]:
    """Return the first `most` groups and the first `most` companies that `user` sees in the organization of their
    `shelf`: those of contacts that they read, and those that they keep. One query.

    `after`: the name that the last ones ended with; `beginning`, `within`: what names begin with, or hold. What they
    hold is also found without its accents. `counted`: with their members, as `count_members` says.
    """
    kinds = list(kinds)
    start = group_key(beginning)
    values: dict[str, Any] = {
        "organization": shelf.organization_id,
        "user": user.pk,
        "kinds": [str(kind) for kind in kinds],
        "books": shelf.array,
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
    statement = (_GATHERED if shelf.contacts <= FEW else _WALKED).replace("{chosen}", chosen)
    # Counted in the same statement: it knows the books already, hundreds of them, and which groups come first.
    with_members, counts = (", counted.contacts", f", {_counted('named')}") if counted else (", 0", "")
    statement = statement.replace("{contacts}", with_members).replace("{counted}", counts)
    found: dict[GroupKind, list[SeenGroup]] = {kind: [] for kind in kinds}
    with prepared_cursor() as cursor:
        cursor.execute(statement.replace("{most}", f"{most:d}"), values)
        for kind, group_id, name, contacts in cursor.fetchall():
            found[GroupKind(kind)].append(SeenGroup(group_id, name, _members(contacts)))
    return found


def count_members(shelf: Shelf, group_ids: Collection[UUID]) -> dict[UUID, Members]:
    """Return how many contacts of the `shelf` are in each of the groups, up to `COUNTED`. One query."""
    with prepared_cursor() as cursor:
        cursor.execute(
            f"SELECT wanted.id, counted.contacts FROM unnest(%(groups)s::uuid[]) AS wanted(id), {_counted('wanted')}",  # noqa: S608  # built of constants
            {"books": shelf.array, "groups": array_of(group_ids)},
        )
        return {group_id: _members(contacts) for group_id, contacts in cursor.fetchall()}


def _counted(group: str) -> str:
    """Return a lateral query `counted` of the contacts in the row `group`, counted no further than has to be known."""
    return _COUNTED.format(group=group, most=COUNTED + 1)


def _members(contacts: int) -> Members:
    return Members(min(contacts, COUNTED), contacts > COUNTED)


# A title without a company belongs to a nameless one, which nobody lists.
_NAMED = "organization_id = %(organization)s AND key <> ''{chosen}"
_UNITED = f"""
    SELECT asked.kind, named.id, named.name{{contacts}} FROM unnest(%(kinds)s::text[]) AS asked(kind), LATERAL (
        ({{seen}} ORDER BY key, id LIMIT {{most}})
        UNION
        (SELECT id, name, key FROM contacts_group WHERE {_NAMED} AND kind = asked.kind
            AND id IN (SELECT group_id FROM contacts_keptgroup WHERE user_id = %(user)s)
          ORDER BY key, id LIMIT {{most}})
        ORDER BY key, id LIMIT {{most}}
    ) AS named{{counted}} ORDER BY asked.kind, named.key, named.id"""  # noqa: S608  # constants of this module
# PostgreSQL is to go once for all books of a group through the index that begins with the group and holds the contacts
# too. The comparison of two columns, true of every member of the group, is there for that: no other index can be asked
# it. Without it another one is often taken, which is looked into for each book, or reads a row for each member.
_OF_GROUP = """contacts_contactmembership
             WHERE group_id = {group}.id AND book_id = ANY(%(books)s::uuid[])
               AND (group_id, book_id) >= ({group}.id, '00000000-0000-0000-0000-000000000000')"""
# LIMIT in a lateral query keeps the planner from joining all memberships at once.
_WALKED = _UNITED.replace(
    "{seen}",
    f"""SELECT id, name, key FROM contacts_group walked, LATERAL (
            SELECT FROM {_OF_GROUP.format(group="walked")} LIMIT 1) AS one
         WHERE {_NAMED} AND kind = asked.kind""",  # noqa: S608  # likewise
)
# OFFSET 0 keeps the order of the joins: how few contacts hundreds of small books hold, the planner cannot know.
_GATHERED = f"""
    WITH seen AS MATERIALIZED (
        SELECT id, kind, name, key FROM (
            SELECT DISTINCT group_id FROM contacts_contactmembership WHERE book_id = ANY(%(books)s::uuid[]) OFFSET 0
        ) AS member, LATERAL (SELECT * FROM contacts_group WHERE id = member.group_id AND {_NAMED} OFFSET 0) AS named
    ){_UNITED.replace("{seen}", "SELECT id, name, key FROM seen WHERE kind = asked.kind")}"""  # noqa: S608  # likewise
# A contact may be in a company twice: its memberships are beside each other in the index, in whose order they come.
_COUNTED = f"""LATERAL (
        SELECT count(*)::int AS contacts FROM (
            SELECT DISTINCT book_id, contact_id FROM {_OF_GROUP}
             ORDER BY book_id, contact_id LIMIT {{most}}) AS member) AS counted"""  # noqa: S608  # likewise
