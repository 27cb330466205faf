"""What a person's role in an organization lets them do, checked when they do it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from organizations.models import Organization, OrganizationMembership, Role, User

ADMINISTRATORS = (Role.OWNER, Role.ADMIN)


class NotVisible(Http404):
    """The thing does not exist for this person, whether it exists or not. Pages answer 404."""


def require_role(by: User | None, organization: Organization, *roles: Role, lock: bool = True) -> Role | None:
    """Return the role that `by` holds in `organization` right now, locked until the transaction ends.

    `by` None is the operator, who may do everything: returns None. Raises `NotVisible` to people who do not
    belong, or are no longer active, and `PermissionDenied` to those whose role is none of `roles`. One query;
    call it in a transaction. `lock` False only looks: for who is to be refused before waiting for anything, and asked
    again after it.
    """
    if by is None:
        return None
    memberships = OrganizationMembership.objects.filter(organization=organization, user=by, user__is_active=True)
    if lock:
        memberships = memberships.select_for_update(no_key=True, of=("self",))
    membership = memberships.first()
    if membership is None:
        raise NotVisible
    role = Role(membership.role)
    if roles and role not in roles:
        raise PermissionDenied(_("Your role in this organization does not allow this. Ask one of its admins."))
    return role


def require_member(user: User, organization: Organization) -> None:
    """Raise `ValidationError` unless `user`, to whom something is given, belongs to `organization`. One query."""
    if not OrganizationMembership.objects.filter(organization=organization, user=user).exists():
        raise ValidationError(
            _("%(person)s does not belong to %(organization)s. Add them to the organization first.")
            % {"person": user, "organization": organization},
            code="stranger",
        )
