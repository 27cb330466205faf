"""Inviting people by email: a link that works once, for one address and one organization, for seven days.

The key in the link is random and only its digest is stored. An invitation never gives more than its inviter may give:
their role is read when it is written and again when it is used.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from organizations import audit, outgoing
from organizations.audit import Action
from organizations.models import AuditEntry, Invitation, Organization, OrganizationMembership, Role, User
from organizations.names import clean_name
from organizations.permissions import ADMINISTRATORS, NotVisible, require_role
from organizations.services.members import insert_member, require_grantable

LASTS: Final = timedelta(days=7)
FORGOTTEN_AFTER: Final = timedelta(days=30)
"""How long an expired invitation stays in the list of an organization."""

_A_DAY: Final = 200
"""Mails with invitations that one organization may send in 24 hours."""


class NotValid(ValidationError):
    """The invitation is used, taken back, expired, unknown, or more than its inviter may give now."""

    def __init__(self) -> None:
        """Say the same whatever the reason: a link tells nothing to those whom it was not meant for."""
        super().__init__(
            _("This invitation is not valid any more. Ask whoever sent it to send you a new one."), code="invalid"
        )


class WrongAccount(ValidationError):
    """The person is signed in with an account that the invitation was not sent to."""

    def __init__(self) -> None:
        """Say no more than that."""
        super().__init__(
            _("This invitation was sent to another email than yours. Sign out, and open the link again."), code="wrong"
        )


@transaction.atomic
def invite(*, by: User, organization: Organization, email: str, role: Role) -> Invitation:
    """Write down an invitation and have its mail sent. Admins invite members and admins, owners anybody.

    Raises `ValidationError` for an address that is none, belongs already or has been invited, and when too many went
    out today; `NotVisible` and `PermissionDenied`.
    """
    require_grantable(by, organization, role)
    email = email.strip().lower()
    validate_email(email)
    get_adapter().clean_email(email)
    known = EmailAddress.objects.filter(email=email, verified=True).values("user")
    if OrganizationMembership.objects.filter(organization=organization, user__in=known).exists():
        raise ValidationError(
            _("Somebody with the email %(email)s belongs to %(organization)s already.")
            % {"email": email, "organization": organization},
            code="belongs",
        )
    _require_few(organization)
    invitation = Invitation(organization=organization, email=email, role=role)
    try:
        with transaction.atomic():
            return _send(invitation, by=by)
    except IntegrityError:
        raise ValidationError(
            _("%(email)s has been invited already. Send that invitation again instead.") % {"email": email},
            code="invited",
        ) from None


@transaction.atomic
def resend(*, by: User, invitation: Invitation) -> Invitation:
    """Send an invitation again, in the name of `by`, with a new link that lasts as long; the old one ends."""
    held = _lock(by, invitation)
    require_grantable(by, held.organization, Role(held.role))
    _require_few(held.organization)
    return _send(held, by=by)


@transaction.atomic
def revoke(*, by: User, invitation: Invitation) -> None:
    """Take an invitation back: its link opens nothing any more. Admins and owners only."""
    held = _lock(by, invitation)
    audit.write(
        Action.INVITATION_REVOKED,
        by=by,
        organization=held.organization,
        target=held,
        detail={"role": held.role},
    )
    held.delete()


def find(key: str) -> Invitation | None:
    """Return the invitation that a link's key opens, if it may be used now; None without saying why. Two queries."""
    found = _usable().filter(digest=_digest(key)).select_related("organization").first()
    if found is None:
        return None
    inviter = OrganizationMembership.objects.filter(
        organization=found.organization, user=found.invited_by_id, user__is_active=True
    ).first()
    return found if may_give(inviter.role if inviter else None, Role(found.role)) else None


def is_for(invitation: Invitation, user: User) -> bool:
    """Say whether the invitation was sent to an address that `user` has proved to be theirs. One query."""
    return bool(EmailAddress.objects.filter(user=user, email=invitation.email, verified=True).exists())


def has_account(invitation: Invitation) -> bool:
    """Say whether somebody signs in with the address of the invitation, proved or not. Two queries."""
    known = EmailAddress.objects.filter(email=invitation.email, verified=True)
    return bool(known.exists()) or User.objects.filter(email=invitation.email).exists()


@transaction.atomic
def accept(*, key: str, user: User) -> Organization:
    """Have `user` join by an invitation sent to one of their proved addresses, and return the organization.

    Works once: of two at the same time one finds it used. Who belongs already only uses it up. Raises `NotValid` and
    `WrongAccount`.
    """
    invitation = _claim(key)
    if not is_for(invitation, user):
        raise WrongAccount
    return _join(invitation, user)


@transaction.atomic
def accept_as_new(*, key: str, name: str, password: str) -> User:
    """Return a new user who joined by the invitation; the link proves that the address is theirs.

    The password must have been validated. Raises `NotValid`, and `ValidationError` when an account with the address
    exists.
    """
    invitation = _claim(key)
    taken = ValidationError(
        _("An account with the email %(email)s exists already. Sign in with it.") % {"email": invitation.email},
        code="taken",
    )
    if has_account(invitation):
        raise taken
    try:
        with transaction.atomic():
            user = User.objects.create_user(invitation.email, password, name=clean_name(name))
            EmailAddress.objects.create(user=user, email=invitation.email, verified=True, primary=True)
    except IntegrityError:
        raise taken from None
    _join(invitation, user)
    return user


def may_give(held: str | None, role: Role) -> bool:
    """Say whether whoever holds the role `held` (None: belongs no more) may let somebody in as `role`."""
    return held == Role.OWNER or (held == Role.ADMIN and role != Role.OWNER)


def forget_expired() -> int:
    """Delete invitations that expired long ago. Return how many."""
    return Invitation.objects.filter(expires_at__lt=Now() - FORGOTTEN_AFTER).delete()[0]


def _send(invitation: Invitation, *, by: User) -> Invitation:
    """Give the invitation a new key and a new time in the name of `by`, save it, and post its mail."""
    key = secrets.token_urlsafe(32)
    invitation.digest = _digest(key)
    invitation.invited_by_id = by.pk
    invitation.invited_by_name = str(by)[:255]
    invitation.sent_at = Now()
    invitation.expires_at = Now() + LASTS
    invitation.save()
    invitation.refresh_from_db()
    audit.write(
        Action.INVITATION_SENT,
        by=by,
        organization=invitation.organization,
        target=invitation,
        detail={"role": invitation.role},
    )
    context = {
        "invitation": invitation,
        "inviter": by,
        "days": LASTS.days,
        "link": f"{settings.BASE_URL}{reverse('organization:invitation', args=[key])}",
    }
    subject = render_to_string("organization/email/invitation_subject.txt", context)
    body = render_to_string("organization/email/invitation_message.txt", context)
    outgoing.post(
        EmailMessage(" ".join(subject.split()), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [invitation.email])
    )
    return invitation


def _lock(by: User, invitation: Invitation) -> Invitation:
    """Return the invitation as it is now, locked, if `by` administers its organization; else raise."""
    found = Invitation.objects.select_related("organization").select_for_update(of=("self",))
    held = found.filter(pk=invitation.pk).first()
    if held is None:
        raise NotVisible
    require_role(by, held.organization, *ADMINISTRATORS)
    return held


def _claim(key: str) -> Invitation:
    """Return the invitation of this key, locked, its inviter's right read again; raise `NotValid`."""
    held = (
        _usable()
        .filter(digest=_digest(key))
        .select_related("organization")
        .select_for_update(of=("self",), no_key=True)
        .first()
    )
    if held is None:
        raise NotValid
    inviter = User.objects.filter(pk=held.invited_by_id).first()
    try:
        if inviter is None:
            raise NotVisible
        require_grantable(inviter, held.organization, Role(held.role))
    except (NotVisible, PermissionDenied):
        raise NotValid from None
    return held


def _join(invitation: Invitation, user: User) -> Organization:
    """Use the invitation up and have `user` belong."""
    organization = invitation.organization
    if not OrganizationMembership.objects.filter(organization=organization, user=user).exists():
        insert_member(
            organization=organization,
            user=user,
            role=Role(invitation.role),
            by=user,
            detail={"invited_by": invitation.invited_by_name},
        )
    invitation.delete()
    return organization


def _usable() -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(expires_at__gt=Now())


def _require_few(organization: Organization) -> None:
    """Raise `ValidationError` when the organization sent as many invitations today as it may."""
    today = AuditEntry.objects.filter(
        organization_id=organization.pk, action=Action.INVITATION_SENT, at__gt=Now() - timedelta(days=1)
    )
    if today.count() >= _A_DAY:
        raise ValidationError(
            _("%(organization)s has sent %(count)d invitations in a day, which is as many as it may. Go on tomorrow.")
            % {"organization": organization, "count": _A_DAY},
            code="many",
        )


def _digest(key: str) -> str:
    """Return what is stored of a key: it is random and long, so a plain digest gives nothing away."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
