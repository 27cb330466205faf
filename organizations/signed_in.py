"""Who is signed in: read at every request, with the organizations that they belong to."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend

from config.prepared import prepared_cursor
from config.row_objects import Columns
from organizations.models import Organization, OrganizationMembership, User


class PeopleBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth publishes no types
    """allauth's, by email and password. Who is signed in comes with their memberships."""

    def get_user(self, user_id: UUID) -> User | None:
        """Return the person whose session it is, with `belongings` set; None if there is none, or they are not
        active. One query."""
        person_columns, membership_columns, organization_columns = _columns()
        with prepared_cursor() as cursor:
            cursor.execute(_statement(), [user_id])
            rows = cursor.fetchall()
        person: User | None = None
        memberships: list[OrganizationMembership] = []
        for row in rows:
            values = iter(row)
            read = person_columns.read(values)
            person = person or read
            if next(values):
                membership = membership_columns.read(values)
                membership.organization = organization_columns.read(values)
                membership.user = person
                memberships.append(membership)
        if person is None or not self.user_can_authenticate(person):
            return None
        person.belongings = memberships
        return person


def memberships_of(user: User) -> list[OrganizationMembership]:
    """Return what `user` belongs to with its organizations, the one joined first first. One query, none for who was
    read as the one signed in."""
    if user.belongings is not None:
        return user.belongings
    memberships = OrganizationMembership.objects.filter(user=user).select_related("organization")
    return list(memberships.order_by("joined_at", "id"))


@cache
def _columns() -> tuple[Columns[User], Columns[OrganizationMembership], Columns[Organization]]:
    return (
        Columns(User, "person"),
        Columns(OrganizationMembership, "membership"),
        Columns(Organization, "organization"),
    )


@cache
def _statement() -> str:
    person, membership, organization = (columns.sql for columns in _columns())
    return (
        f"SELECT {person}, membership.id IS NOT NULL, {membership}, {organization}"  # noqa: S608  # names of columns
        " FROM organizations_user person"
        " LEFT JOIN organizations_organizationmembership membership ON membership.user_id = person.id"
        " LEFT JOIN organizations_organization organization ON organization.id = membership.organization_id"
        " WHERE person.id = %s ORDER BY membership.joined_at, membership.id"
    )
