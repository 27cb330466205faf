"""What signing in and up does here, through django-allauth's adapter."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmation
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from organizations import audit, outgoing
from organizations.audit import Action
from organizations.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth publishes no types
    """Links in mail lead to BASE_URL, whatever host a request named; mail leaves in a job; failures are audited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say whether strangers may start an organization here (SIGN_UP_OPEN)."""
        return settings.SIGN_UP_OPEN

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """Save somebody who signs up, with the name that they gave."""
        user.name = form.cleaned_data.get("name", "")  # type: ignore[attr-defined]  # our own User, whatever allauth says
        saved: AbstractBaseUser = super().save_user(request, user, form, commit)
        return saved

    def clean_email(self, email: str) -> str:
        """Return the address if it fits its column; django-allauth would cut it off and take another's."""
        longest = User._meta.get_field("email").max_length or 0
        if len(email) > longest:
            raise ValidationError(
                _("The email has %(count)d characters; at most %(most)d fit. Check it.")
                % {"count": len(email), "most": longest},
                code="long",
            )
        return email

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Audit a wrong password by the id of the account tried, if there is one; never what was typed."""
        tried = User.objects.filter(email=str(credentials.get("email", "")).strip().lower()).first()
        audit.write(Action.SIGN_IN_FAILED, by=None, target=tried)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        """Return the link that verifies an address."""
        return _absolute(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link that sets a new password."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return _absolute(path.replace("UID-KEY", quote(key)))

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell somebody who signs up again that they have an account; the page says the same as to new people."""
        self.send_mail(
            "account/email/account_already_exists",
            email,
            {
                "signup_url": _absolute(reverse("account_signup")),
                "password_reset_url": _absolute(reverse("account_reset_password")),
            },
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail now and leave sending it to a job: a slow mail server then holds nobody up."""
        site = SimpleNamespace(name="Kith", domain=urlsplit(settings.BASE_URL).netloc)
        request = allauth_context.request
        message = self.render_mail(
            template_prefix, email, {"request": request, "email": email, "current_site": site, **context}
        )
        with transaction.atomic():
            outgoing.post(message)


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
