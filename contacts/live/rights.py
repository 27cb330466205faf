"""Who may know of what, asked of the database each time: nothing is remembered but what to compare with."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from books.models import ContactBook
from books.shelf import array_of
from organizations.sharing import open_to_any


def readers(book_ids: Iterable[UUID], user_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Return which of these people may read each of these books now; books that nobody may are not in it. One query.

    It says of many what `ContactBook.objects.for_user` says of one.
    """
    found: dict[UUID, set[UUID]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_READERS, {"ids": array_of(book_ids), "users": array_of(user_ids)})
        for user_id, book_id in cursor.fetchall():
            found.setdefault(book_id, set()).add(user_id)
    return found


def books_of(contact_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, UUID]]:
    """Return the book and organization of each living contact among these. One query, none for no contact."""
    if not contact_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BOOKS, [array_of(contact_ids)])
        return {contact_id: (book_id, organization_id) for contact_id, book_id, organization_id in cursor.fetchall()}


def standing(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return, for each of these people whose account is open, a digest of all that their rights follow from.

    It changes with their password, memberships, roles, teams, grants to them or their teams, and the books that these
    name. Who has none may do nothing. One query, whose cost follows from people, teams and grants, and not from how
    many people share how many books.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"users": array_of(user_ids)})
        return dict(cursor.fetchall())


def living_sessions(keys: Collection[str]) -> set[str]:
    """Return which of these session keys are those of sessions that have not ended. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS, [list(keys), timezone.now()])
        return {row[0] for row in cursor.fetchall()}


_READERS: Final = f"""
    SELECT mine.user_id, mine.id
      FROM ({open_to_any(ContactBook)}) AS mine
      JOIN books_contactbook book ON book.id = mine.id AND book.deleted_at IS NULL
      JOIN organizations_user person ON person.id = mine.user_id AND person.is_active"""  # noqa: S608  # names of ours
_BOOKS: Final = """
    SELECT id, book_id, organization_id FROM contacts_contact
     WHERE id = ANY(%s::uuid[]) AND trashed_at IS NULL"""
_SESSIONS: Final = "SELECT session_key FROM django_session WHERE session_key = ANY(%s) AND expire_date > %s"
# Sums of hashes do not depend on an order, and need no sorting. A team's grants are summed once, for all in it.
_STANDING: Final = """
    WITH person AS (SELECT id, hash_record_extended(ROW(password, email), 0) AS own
                      FROM organizations_user WHERE id = ANY(%(users)s::uuid[]) AND is_active),
    belongs AS (SELECT member.user_id,
                       sum(hash_record_extended(ROW(organization_id, role, require_second_factor), 1)) AS digest
                  FROM organizations_organizationmembership member
                  JOIN organizations_organization organization ON organization.id = member.organization_id
                 WHERE member.user_id = ANY(%(users)s::uuid[]) GROUP BY member.user_id),
    owns AS (SELECT owner_id AS user_id, sum(hash_record_extended(ROW(id), 2)) AS digest
               FROM books_contactbook
              WHERE owner_id = ANY(%(users)s::uuid[]) AND deleted_at IS NULL GROUP BY owner_id),
    given AS (SELECT mine.user_id, sum(hash_record_extended(ROW(content_object_id, permission_id), 3)) AS digest
                FROM books_bookusergrant mine
                JOIN books_contactbook book ON book.id = mine.content_object_id AND book.deleted_at IS NULL
               WHERE mine.user_id = ANY(%(users)s::uuid[]) GROUP BY mine.user_id),
    inside AS MATERIALIZED (SELECT user_id, team_id FROM organizations_teammembership
                             WHERE user_id = ANY(%(users)s::uuid[])),
    of_team AS (SELECT mine.group_id, sum(hash_record_extended(ROW(content_object_id, permission_id), 4)) AS digest
                  FROM books_bookteamgrant mine
                  JOIN books_contactbook book ON book.id = mine.content_object_id AND book.deleted_at IS NULL
                 WHERE mine.group_id IN (SELECT team_id FROM inside) GROUP BY mine.group_id),
    teams AS (SELECT inside.user_id, sum(hash_record_extended(ROW(team_id, coalesce(of_team.digest, 0)), 5)) AS digest
                FROM inside LEFT JOIN of_team ON of_team.group_id = inside.team_id GROUP BY inside.user_id)
    SELECT person.id, concat_ws(':', own, coalesce(belongs.digest, 0), coalesce(owns.digest, 0),
                                coalesce(given.digest, 0), coalesce(teams.digest, 0))
      FROM person
      LEFT JOIN belongs ON belongs.user_id = person.id
      LEFT JOIN owns ON owns.user_id = person.id
      LEFT JOIN given ON given.user_id = person.id
      LEFT JOIN teams ON teams.user_id = person.id"""
