"""The forms that have to do with people."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from allauth.account.models import EmailAddress
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from organizations.models import User
from organizations.names import LONGEST, clean_name
from organizations.services import create_organization


class SignupForm(allauth_forms.SignupForm):  # type: ignore[misc]  # allauth publishes no types
    """Name, email, password and the organization that one starts: the person and it come to be together or not."""

    name = forms.CharField(
        label=_("Your name"), max_length=LONGEST, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    organization = forms.CharField(
        label=_("Organization"),
        max_length=LONGEST,
        help_text=_("Your company or team, or your own name when you work alone."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    account_already_exists: bool  # set by django-allauth when the address is validated
    field_order: ClassVar[list[str]] = ["name", "email", "password1", "organization"]

    def clean_name(self) -> str:
        """Return the person's name as one clean line."""
        return clean_name(self.cleaned_data["name"])

    def clean_organization(self) -> str:
        """Return the organization's name as one clean line."""
        return clean_name(self.cleaned_data["organization"])

    def validate_unique_email(self, value: str) -> str:
        """Return the address; one that somebody else only claims, added to their account unverified, is free."""
        email: str = super().validate_unique_email(value)
        if self.account_already_exists and not User.objects.filter(email=email).exists():
            theirs = EmailAddress.objects.filter(email=email).filter(Q(verified=True) | Q(primary=True))
            self.account_already_exists = theirs.exists()
        return email

    def save(self, request: HttpRequest) -> AbstractBaseUser:
        """Save the person, their address, still to be verified, and their organization, in one transaction."""
        with transaction.atomic():
            user: User = super().save(request)
            create_organization(name=self.cleaned_data["organization"], owner=user)
        return user

    def try_save(self, request: HttpRequest) -> tuple[AbstractBaseUser | None, HttpResponse | None]:
        """Save; when the same address signed up a moment ago, answer as for any address that is known.

        For a known address a password is hashed too: the time that the answer takes does not tell it apart.
        """
        saved: tuple[Any, Any]
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        try:
            saved = super().try_save(request)
        except IntegrityError:
            if not User.objects.filter(email=self.cleaned_data["email"]).exists():
                raise
            self.account_already_exists = True
            saved = super().try_save(request)
        return saved


class ResetPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]  # as above
    """Asks for a reset link: to an address that is an account's own, not to one that is only claimed.

    Somebody could add a stranger's address to their account, unverified: a reset by it would lead that stranger into
    the account of whoever holds its verified address.
    """

    users: list[User]  # set by django-allauth when the address is validated

    def clean_email(self) -> str:
        """Return the address, having found whose it is."""
        email: str = super().clean_email()
        addresses = EmailAddress.objects.filter(user__in=[user.pk for user in self.users])
        verified = set(addresses.filter(verified=True).values_list("user", "email"))
        holders = {holder for holder, _address in verified}
        typed = email.strip().lower()
        self.users = [user for user in self.users if user.pk not in holders or (user.pk, typed) in verified]
        return email
