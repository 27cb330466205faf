"""django-allauth's forms of the second factor, in our words, and safe from answers that no browser gives."""

from __future__ import annotations

from typing import Any

from allauth.core import context as allauth_context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from allauth.mfa.utils import decrypt, encrypt
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 60


def _code_field(form: forms.Form, label: Any, help_text: Any = "") -> None:
    field = form.fields["code"]
    field.label, field.help_text = label, help_text
    field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
    field.widget.attrs.pop("placeholder", None)
    field.max_length = 64  # type: ignore[attr-defined]  # a CharField


class _Readable:
    """Says at the field that a stored secret cannot be read, instead of refusing the whole page."""

    def clean_code(self) -> Any:
        """Check the code."""
        try:
            return super().clean_code()  # type: ignore[misc]  # of the form that this is mixed into
        except PermissionDenied as unreadable:
            raise forms.ValidationError(str(unreadable), code="unreadable") from None


class AuthenticateForm(_Readable, base.AuthenticateForm):  # type: ignore[misc]  # allauth publishes no types
    """A code, on the way in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, _("Code"), _("From your authenticator app, or one of your recovery codes."))


class ReauthenticateForm(_Readable, base.ReauthenticateForm):  # type: ignore[misc]  # as above
    """A code, before what matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, _("Code"), _("From your authenticator app, or one of your recovery codes."))


class ActivateTOTPForm(totp.ActivateTOTPForm):  # type: ignore[misc]  # as above
    """The first code of an app. Until it comes, the app's key waits in the session, encrypted like the stored ones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)  # django-allauth's own would put the key there in clear
        session = allauth_context.request.session
        waiting = session.get(SECRET_SESSION_KEY) if self.is_bound else None
        if waiting:
            self.secret = decrypt(waiting)
        else:
            self.secret = generate_totp_secret()
            session[SECRET_SESSION_KEY] = encrypt(self.secret)
        _code_field(self, _("Code that the app shows"))


class _Answer:
    """Refuses as a wrong one what no authenticator ever answers, instead of failing on it."""

    def _told(self, clean: Any) -> Any:
        try:
            return clean()
        except (TypeError, ValueError, KeyError, AttributeError, IndexError):
            raise get_adapter().validation_error("incorrect_code") from None


class AddPasskeyForm(_Answer, webauthn.AddWebAuthnForm):  # type: ignore[misc]  # as above
    """A new passkey with its name."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("So that you know later which one it is, as “Laptop” or “Blue key”."),
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without the password"),
        required=False,
        initial=True,
        help_text=_("The device then asks for its PIN, your finger or your face. Leave it off for a plain key."),
    )

    def clean(self) -> Any:
        """Check the answer of the device."""
        return self._told(super().clean)


class EditPasskeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]  # as above
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)


class AuthenticatePasskeyForm(_Answer, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]  # as above
    """A passkey as the second factor."""

    def clean_credential(self) -> Any:
        """Return the authenticator that answered."""
        return self._told(super().clean_credential)


class LoginPasskeyForm(_Answer, webauthn.LoginWebAuthnForm):  # type: ignore[misc]  # as above
    """A passkey instead of the password."""

    def clean_credential(self) -> Any:
        """Return the authenticator that answered."""
        return self._told(super().clean_credential)


class ReauthenticatePasskeyForm(_Answer, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # as above
    """A passkey before what matters."""

    def clean_credential(self) -> Any:
        """Return the authenticator that answered."""
        return self._told(super().clean_credential)
