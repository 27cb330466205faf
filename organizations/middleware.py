"""Which of a person's organizations the lists of this session show."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject

from organizations.models import Organization, OrganizationMembership, User

SESSION_KEY: Final = "organization"

NOWHERE: Final = UUID(int=0)
"""The id of the organization that is none: nothing is in it, and nobody can write to it."""


class LazyOrganization(SimpleLazyObject):  # type: ignore[type-arg]  # generic for the stubs, not when it runs
    """An organization that is looked up when first used; false when the person belongs to none."""

    def __bool__(self) -> bool:
        return bool(self.pk != NOWHERE)


class CurrentOrganization(MiddlewareMixin):
    """Sets `request.organizations`, all that the person belongs to, and `request.organization`: the one that the
    session chose, if the person still belongs to it, else the one they joined first.

    For anonymous people and those who belong to none it is false, and lists filtered by it are empty. Nothing is
    queried before something looks at it; then it costs one query a request.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Prepare the look-up."""
        request.organizations = SimpleLazyObject(lambda: _theirs(request))  # type: ignore[attr-defined] # typed in organizations.http
        request.organization = LazyOrganization(lambda: _current(request))  # type: ignore[attr-defined] # typed in organizations.http


def organizations_of(user: User) -> list[Organization]:
    """Return the organizations that `user` belongs to, the one joined first first. One query."""
    memberships = OrganizationMembership.objects.filter(user=user).select_related("organization")
    return [membership.organization for membership in memberships.order_by("joined_at", "id")]


def choose(request: HttpRequest, organization_id: UUID) -> bool:
    """Have this session show another organization; return False, changing nothing, if the person is not in it."""
    user = request.user
    if not isinstance(user, User) or organization_id not in {each.pk for each in organizations_of(user)}:
        return False
    request.session[SESSION_KEY] = str(organization_id)
    return True


def _theirs(request: HttpRequest) -> list[Organization]:
    user = request.user
    return organizations_of(user) if isinstance(user, User) else []


def _current(request: HttpRequest) -> Organization:
    theirs = list(request.organizations)  # type: ignore[attr-defined] # set above
    chosen = request.session.get(SESSION_KEY)
    nowhere = Organization(pk=NOWHERE, name="", slug="")
    return next((each for each in theirs if str(each.pk) == chosen), theirs[0] if theirs else nowhere)
