"""On which organization a page acts, and what the person's role lets them do there."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest

from organizations.http import SignedInRequest
from organizations.models import Organization, OrganizationMembership, Role
from organizations.permissions import ADMINISTRATORS


@dataclass(frozen=True, slots=True)
class Standing:
    """An organization and the role that the person holds in it now."""

    organization: Organization
    role: Role

    @property
    def administers(self) -> bool:
        """Whether they are an owner or an admin."""
        return self.role in ADMINISTRATORS

    @property
    def grantable(self) -> tuple[Role, ...]:
        """The roles that they may give: owners any, admins all but owner."""
        if self.role == Role.OWNER:
            return tuple(Role)
        return (Role.ADMIN, Role.MEMBER) if self.administers else ()


def standing(request: SignedInRequest, organization_id: UUID | None = None, *, administers: bool = False) -> Standing:
    """Return where the person stands in an organization: of an object, or of the form, or of the session.

    404 when they do not belong there, 403 when `administers` is asked for and they only belong. One query.
    """
    wanted = organization_id or _named(request)
    if wanted is None:
        if not request.organization:
            raise Http404
        wanted = request.organization.pk
    membership = OrganizationMembership.objects.filter(organization=wanted, user=request.user)
    found = membership.select_related("organization").first()
    if found is None:
        raise Http404
    result = Standing(found.organization, Role(found.role))
    if administers and not result.administers:
        raise PermissionDenied
    return result


def refuse(request: HttpRequest, error: ValidationError) -> None:
    """Say on the next page why something was not done."""
    for sentence in error.messages:
        messages.error(request, sentence)


def _named(request: HttpRequest) -> UUID | None:
    """Return the organization that a form says it was opened for: another tab may have switched meanwhile."""
    text = request.POST.get("organization") or ""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
