"""What signing in and up does here, through django-allauth's adapter."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.internal.stagekit import unstash_login
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context as allauth_context
from django.conf import settings
from django.contrib import messages
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
from organizations.sessions import end_sessions

SIGNED_UP: Final = "signed_up_as"
"""Key of the session in which somebody signed up: the id of the account that they made."""


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
        request.session[SIGNED_UP] = str(saved.pk)
        return saved

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Mark the address as verified; what predates it ends (ADR 18).

        Every session ends but the one that verifies. When that browser neither made the account, nor typed its
        password, nor is signed in to it, the password ends too, and the person chooses one. An address added to an
        account that has a verified one already is verified by who is signed in to that account alone: returns False
        to others, who are led to signing in.
        """
        user: User = email_address.user
        verified = EmailAddress.objects.filter(user=user, verified=True).exclude(pk=email_address.pk).exists()
        is_in = request.user.is_authenticated and request.user.pk == user.pk
        if verified and not is_in:
            messages.error(request, _("Sign in to the account that this email was added to, then confirm it."))
            _go_on(request, f"{reverse('account_login')}?{urlencode({'next': request.path})}")
            return False
        knows = is_in or _made_or_opened(request, user)
        with transaction.atomic():
            if not super().confirm_email(request, email_address):
                return False
            end_sessions(user=user, keep=request.session.session_key if is_in else None)
            if knows:
                return True
            user.set_unusable_password()
            user.save(update_fields=["password"])
            audit.write(Action.PASSWORD_ENDED, by=None, target=user)
        key = default_token_generator.make_token(user)
        arguments = {"uidb36": user_pk_to_url_str(user), "key": key}
        _go_on(request, reverse("account_reset_password_from_key", kwargs=arguments))
        return True

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Return where `confirm_email` leads, else where signing in does."""
        led: str = getattr(self.request, "after_verification", "")
        return led or str(super().get_email_verification_redirect_url(email_address))

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

    def is_safe_url(self, url: str) -> bool:
        """Say whether the person may be sent on to `url`. Not to one that cannot be read, as `//[`."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

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


def _go_on(request: HttpRequest, address: str) -> None:
    request.after_verification = address  # type: ignore[attr-defined]  # read when the redirect is made


def _made_or_opened(request: HttpRequest, user: User) -> bool:
    """Say whether this browser made the account, or gave its password a moment ago and waits for the verification."""
    if request.session.get(SIGNED_UP) == str(user.pk):
        return True
    waiting = unstash_login(request, peek=True)
    return waiting is not None and waiting.user is not None and waiting.user.pk == user.pk


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
