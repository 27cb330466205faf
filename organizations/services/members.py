"""Who belongs to an organization, and as what."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from organizations import audit
from organizations.audit import Action
from organizations.models import Organization, OrganizationMembership, Role, User
from organizations.permissions import ADMINISTRATORS, require_member, require_role


@transaction.atomic
def add_member(*, organization: Organization, user: User, role: Role, by: User | None) -> OrganizationMembership:
    """Make `user` belong to `organization`. The database puts them into its everyone-team and gives a Personal book.

    Admins add members and admins, owners anybody. Raises `ValidationError` when they belong already.
    """
    held = require_role(by, organization, *ADMINISTRATORS)
    if role == Role.OWNER and held == Role.ADMIN:
        raise PermissionDenied(_("Only an owner can make somebody an owner."))
    try:
        with transaction.atomic():
            membership = OrganizationMembership.objects.create(organization=organization, user=user, role=role)
    except IntegrityError:
        raise ValidationError(
            _("%(person)s belongs to %(organization)s already.") % {"person": user, "organization": organization},
            code="belongs",
        ) from None
    audit.write(Action.MEMBER_ADDED, by=by, organization=organization, target=user, detail={"role": Role(role).value})
    return membership


@transaction.atomic
def change_role(*, organization: Organization, user: User, role: Role, by: User | None) -> OrganizationMembership:
    """Give a member another role. Only owners make and unmake owners, and the last owner stays one.

    Locks the organization, so that two owners cannot demote each other at once.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    held = require_role(by, organization, *ADMINISTRATORS)
    members = OrganizationMembership.objects.filter(organization=organization)
    require_member(user, organization)
    membership = members.get(user=user)
    before = Role(membership.role)
    if before == role:
        return membership
    if Role.OWNER in (before, role) and held == Role.ADMIN:
        raise PermissionDenied(_("Only an owner can make somebody an owner, or end it."))
    if before == Role.OWNER and members.filter(role=Role.OWNER, user__is_active=True).exclude(user=user).count() == 0:
        raise ValidationError(
            _("%(person)s is the only owner of %(organization)s. Make somebody else an owner first.")
            % {"person": user, "organization": organization},
            code="last_owner",
        )
    membership.role = role
    membership.save(update_fields=["role"])
    audit.write(
        Action.ROLE_CHANGED,
        by=by,
        organization=organization,
        target=user,
        detail={"before": before.value, "after": Role(role).value},
    )
    return membership
