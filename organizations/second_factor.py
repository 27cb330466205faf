"""The second factor of people: who has one, who owes one, and how its secrets are kept.

django-allauth does the ceremonies; its secrets (the key of an authenticator app, the seed of recovery codes) lie
encrypted in its rows, bound to the person (`config.encryption`). Passkeys leave only public keys here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.encryption import Unreadable, decrypt, encrypt
from organizations.models import Organization, OrganizationMembership, User

FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts: an authenticator app or a passkey. Recovery codes only stand in for one of them."""

_TABLE: Final = Authenticator._meta.db_table


def has_second_factor(user: User) -> bool:
    """Say whether `user` has an authenticator app or a passkey. One query."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def owes_second_factor(user: User, memberships: Iterable[OrganizationMembership]) -> bool:
    """Say whether one of the organizations that `memberships` of `user` are in demands a second factor that they have
    not set up. One query where one does, besides that of the memberships; none otherwise."""
    return any(each.organization.require_second_factor for each in memberships) and not has_second_factor(user)


def organizations_that_demand(user: User) -> list[Organization]:
    """Return the organizations of `user` that demand a second factor, by name. One query."""
    theirs = Organization.objects.filter(memberships__user=user, require_second_factor=True)
    return list(theirs.order_by("name", "pk"))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth publishes no types
    """Secrets are encrypted for their person alone; passkeys belong to the host of BASE_URL."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": gettext_lazy(
            "An email can be added while two-factor is off: turn it off, add and confirm the email, and turn it on."
        ),
        "unverified_email": gettext_lazy(
            "One of your email addresses is not confirmed. Confirm or remove it first (Settings, Email addresses)."
        ),
        "incorrect_code": gettext_lazy("This is not the right code. Check the clock of your device, and try again."),
    }

    def encrypt(self, text: str) -> str:
        """Return a secret of the person at hand as it is stored."""
        sealed = encrypt(text.encode(), table=_TABLE, row=_person().pk, organization=None)
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what `encrypt` was given for the same person; `PermissionDenied` tells when it cannot be read."""
        try:
            sealed = base64.b64decode(encrypted_text, validate=True)
            return decrypt(sealed, table=_TABLE, row=_person().pk, organization=None).decode()
        except (Unreadable, binascii.Error):
            raise PermissionDenied(
                _(
                    "The second factor of this account cannot be read: it is damaged, or its key is not in "
                    "ENCRYPTION_KEYS. Use another way, or ask the person who runs Kith."
                )
            ) from None

    def get_totp_issuer(self) -> str:
        """Return the name that authenticator apps show."""
        return "Kith"

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Return the name that is offered for the next passkey of `user`. One query."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)d") % {"number": count + 1} if count else _("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return whom passkeys are for: the host that people use, whatever host a request named."""
        return {"id": str(urlsplit(settings.BASE_URL).hostname), "name": "Kith"}


def _person() -> User:
    """Return whose secret it is about: who is on the way in, else who is in."""
    request = allauth_context.request
    stage = getattr(request, "_login_stage", None)
    user = stage.login.user if stage is not None else request.user
    if not isinstance(user, User):
        raise Unreadable("Nobody is signed in.")
    return user
