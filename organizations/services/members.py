"""Who belongs to an organization, and as what."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from organizations import audit
from organizations.audit import Action
from organizations.models import Organization, OrganizationMembership, Role, User
from organizations.permissions import ADMINISTRATORS, NotVisible, require_member, require_role


@transaction.atomic
def add_member(*, organization: Organization, user: User, role: Role, by: User | None) -> OrganizationMembership:
    """Make `user` belong to `organization`. The database puts them into its everyone-team and gives a Personal book.

    Admins add members and admins, owners anybody. Raises `ValidationError` when they belong already.
    """
    require_grantable(by, organization, role)
    return insert_member(organization=organization, user=user, role=role, by=by, detail={})


def require_grantable(by: User | None, organization: Organization, role: Role) -> None:
    """Raise unless `by` may let somebody into `organization` as `role`; locks their membership. One query."""
    held = require_role(by, organization, *ADMINISTRATORS)
    if role == Role.OWNER and held == Role.ADMIN:
        raise PermissionDenied(_("Only an owner can make somebody an owner."))


def insert_member(
    *, organization: Organization, user: User, role: Role, by: User | None, detail: Mapping[str, str]
) -> OrganizationMembership:
    """Insert the membership and its audit line; the caller has checked that it may be. Raises as `add_member`."""
    try:
        with transaction.atomic():
            membership = OrganizationMembership.objects.create(organization=organization, user=user, role=role)
    except IntegrityError:
        raise ValidationError(
            _("%(person)s belongs to %(organization)s already.") % {"person": user, "organization": organization},
            code="belongs",
        ) from None
    audit.write(
        Action.MEMBER_ADDED,
        by=by,
        organization=organization,
        target=user,
        detail={"role": Role(role).value, **detail},
    )
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
    if before == Role.OWNER:
        _require_another_owner(organization, user)
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


@transaction.atomic
def end_membership(*, organization: Organization, user: User, by: User | None, detail: Mapping[str, str | int]) -> None:
    """Have `user` no longer belong; the database takes their teams and grants along. `by` may be themselves.

    What they own must have been dealt with in the same transaction, or its commit fails: call
    `books.leaving.end_membership`, which does. Raises as `require_removable`.
    """
    membership = require_removable(organization=organization, user=user, by=by)
    role = membership.role
    OrganizationMembership.objects.filter(pk=membership.pk).delete()
    audit.write(
        Action.MEMBER_LEFT if by is not None and by.pk == user.pk else Action.MEMBER_REMOVED,
        by=by,
        organization=organization,
        target=user,
        detail={"role": role, **detail},
    )


def require_removable(*, organization: Organization, user: User, by: User | None) -> OrganizationMembership:
    """Return the membership of `user`, locked until commit, if `by`, who may be themselves, may end it.

    Admins remove members and admins, owners anybody; the last owner stays. Locks the organization, so that two
    owners cannot leave at once. Raises `NotVisible`, `PermissionDenied` and `ValidationError`. Four queries at most.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    myself = by is not None and by.pk == user.pk
    held = require_role(by, organization, *(() if myself else ADMINISTRATORS))
    memberships = OrganizationMembership.objects.filter(organization=organization, user=user)
    membership = memberships.select_for_update(of=("self",)).first()
    if membership is None:
        raise NotVisible
    if membership.role == Role.OWNER:
        if held == Role.ADMIN:
            raise PermissionDenied(_("Only an owner can remove an owner."))
        _require_another_owner(organization, user)
    return membership


def _require_another_owner(organization: Organization, user: User) -> None:
    """Raise `ValidationError` when `user` is the only owner who can sign in. The organization is locked."""
    owners = OrganizationMembership.objects.filter(organization=organization, role=Role.OWNER, user__is_active=True)
    if not owners.exclude(user=user).exists():
        raise ValidationError(
            _("%(person)s is the only owner of %(organization)s. Make somebody else an owner first.")
            % {"person": user, "organization": organization},
            code="last_owner",
        )
