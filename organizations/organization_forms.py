"""The forms of the pages below `/organization/`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from organizations.models import Role, User
from organizations.names import LONGEST, clean_name
from organizations.regions import regions


class GeneralForm(forms.Form):
    """What an organization is called, and what it demands of its people."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    slug = forms.CharField(
        label=_("Short name"),
        max_length=80,
        help_text=_("Small letters, digits and hyphens. Commands name the organization by it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    require_second_factor = forms.BooleanField(
        label=_("Require two-factor"),
        required=False,
        help_text=_("Whoever has none is led to setting it up before they see anything of this organization."),
    )

    def clean_name(self) -> str:
        """Return the name as one clean line."""
        return clean_name(self.cleaned_data["name"])


class RegionForm(forms.Form):
    """Where an organization's phone numbers are read."""

    region = forms.ChoiceField(label=_("Region"), choices=regions)


class NewOrganizationForm(forms.Form):
    """A further organization."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST,
        help_text=_("Your company or team."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class TeamForm(forms.Form):
    """The title of a team."""

    title = forms.CharField(
        label=_("Name of the team"), max_length=LONGEST, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class InviteForm(forms.Form):
    """Whom to invite, and as what: never more than the inviter may give."""

    email = forms.CharField(
        label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    role = forms.ChoiceField(label=_("Role"), initial=Role.MEMBER)

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        """Offer `roles`."""
        super().__init__(*args, **kwargs)
        choices = [(role.value, role.label) for role in roles]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class JoinForm(forms.Form):
    """What a new person gives to join by an invitation; the address is the invitation's."""

    name = forms.CharField(
        label=_("Your name"), max_length=LONGEST, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 12 characters, and nothing that is easy to guess."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        """Take the address, to which the password must not be alike."""
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_name(self) -> str:
        """Return the person's name as one clean line."""
        return clean_name(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        """Validate the password against the person it is for."""
        password = self.cleaned_data.get("password")
        if password is not None:
            try:
                validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return self.cleaned_data
