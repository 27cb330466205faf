"""Which of a person's organizations the lists of this session show."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject

from organizations.models import Organization, OrganizationMembership, User
from organizations.permissions import ADMINISTRATORS
from organizations.signed_in import memberships_of

SESSION_KEY: Final = "organization"

NOWHERE: Final = UUID(int=0)
"""The id of the organization that is none: nothing is in it, and nobody can write to it."""


class LazyOrganization(SimpleLazyObject):  # type: ignore[type-arg]  # generic for the stubs, not when it runs
    """An organization that is looked up when first used; false when the person belongs to none."""

    def __bool__(self) -> bool:
        return bool(self.pk != NOWHERE)


class CurrentOrganization(MiddlewareMixin):
    """Sets what a person belongs to: `request.memberships`, their `request.organizations`, and `request.organization`,
    the one that the session chose, if the person still belongs to it, else the one they joined first.

    For anonymous people and those who belong to none it is false, and lists filtered by it are empty.
    `request.administers` is true for its owners and admins: for what a page offers, never for what it lets be done.
    Nothing is queried before something looks at one of them; then they come with the person who is signed in.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Prepare the look-up."""
        theirs: Any = SimpleLazyObject(lambda: _theirs(request))
        request.memberships = theirs  # type: ignore[attr-defined] # typed in organizations.http
        request.organizations = SimpleLazyObject(lambda: [each.organization for each in theirs])  # type: ignore[attr-defined] # typed in organizations.http
        request.organization = LazyOrganization(lambda: _current(request))  # type: ignore[attr-defined] # typed in organizations.http
        request.administers = SimpleLazyObject(lambda: _administers(request, theirs))  # type: ignore[attr-defined] # typed in organizations.http


def organizations_of(user: User) -> list[Organization]:
    """Return the organizations that `user` belongs to, the one joined first first. At most one query."""
    return [membership.organization for membership in memberships_of(user)]


def choose(request: HttpRequest, organization_id: UUID) -> bool:
    """Have this session show another organization; return False, changing nothing, if the person is not in it."""
    user = request.user
    # Asked anew: they may have joined it a moment ago.
    if not isinstance(user, User) or not user.memberships.filter(organization=organization_id).exists():
        return False
    request.session[SESSION_KEY] = str(organization_id)
    return True


def _theirs(request: HttpRequest) -> list[OrganizationMembership]:
    user = request.user
    return memberships_of(user) if isinstance(user, User) else []


def _administers(request: HttpRequest, theirs: list[OrganizationMembership]) -> bool:
    here = request.organization.pk  # type: ignore[attr-defined] # set above
    return any(each.organization_id == here and each.role in ADMINISTRATORS for each in theirs)


def _current(request: HttpRequest) -> Organization:
    theirs = list(request.organizations)  # type: ignore[attr-defined] # set above
    chosen = request.session.get(SESSION_KEY)
    nowhere = Organization(pk=NOWHERE, name="", slug="")
    return next((each for each in theirs if str(each.pk) == chosen), theirs[0] if theirs else nowhere)
