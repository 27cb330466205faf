"""The forms of the admins' site: each does its act through the services while it is checked.

So a refusal of a service stands in the form beside what was typed, and nothing was written.
"""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.admin_site import organization_of, person_of, role_of
from organizations.models import Invitation, Organization, OrganizationMembership, Role, User
from organizations.names import LONGEST
from organizations.services import (
    add_to_team,
    change_role,
    create_team,
    invitations,
    remove_from_team,
    rename_team,
)

_BETWEEN: Final = re.compile(r"[\s,;]+")
_AT_ONCE: Final = 500


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]  # its model is given by each admin
    """A form whose `act` calls services, once all fields are right; their `ValidationError` becomes the form's."""

    request: HttpRequest  # set on the class that the admin makes for each request

    def clean(self) -> dict[str, Any] | None:
        """Act, in a transaction of its own."""
        super().clean()
        if not self.errors:
            try:
                with transaction.atomic():
                    self.act()
            except ValidationError as error:
                self.add_error(None, error)
        return self.cleaned_data

    def act(self) -> None:
        """Do what the form asks for; set `instance` to what was made."""
        raise NotImplementedError


class HereForm(ServiceForm):
    """A form that makes something, for the organization that it was opened in: another tab may switch meanwhile."""

    opened_in = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Note the organization that the form is shown for."""
        super().__init__(*args, **kwargs)
        self.initial["opened_in"] = str(organization_of(self.request).pk)

    def clean_opened_in(self) -> str:
        """Refuse a form that was opened in another organization."""
        named = self.cleaned_data["opened_in"]
        if named and named != str(organization_of(self.request).pk):
            raise ValidationError(
                _("You switched to %(organization)s since you opened this form. Open it again.")
                % {"organization": organization_of(self.request)}
            )
        return str(named)


class PeopleField(forms.CharField):
    """Emails of people who belong to `organization`, between blanks, commas or lines; gives the people."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"})
    organization: Organization

    def __init__(self, **kwargs: Any) -> None:
        """Take at most so many characters as `_AT_ONCE` emails have."""
        super().__init__(required=False, max_length=_AT_ONCE * 100, **kwargs)

    def clean(self, value: Any) -> list[User]:
        """Return the people; raise `ValidationError` naming the emails that are nobody's here. One query."""
        wanted = list(dict.fromkeys(email.lower() for email in _BETWEEN.split(super().clean(value)) if email))
        if len(wanted) > _AT_ONCE:
            raise ValidationError(_("Give at most %(most)d emails at once.") % {"most": _AT_ONCE})
        people = User.objects.filter(memberships__organization=self.organization, email__in=wanted)
        found = {person.email: person for person in people}
        missing = [email for email in wanted if email not in found]
        if missing:
            raise ValidationError(
                _("Nobody in %(organization)s signs in with %(emails)s. Correct it, or invite them first.")
                % {"organization": self.organization, "emails": ", ".join(missing[:10])}
            )
        return [found[email] for email in wanted]


class MembershipForm(ServiceForm):
    """What somebody is in the organization: nothing else of them is an admin's to change."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the roles that who asks may give."""
        super().__init__(*args, **kwargs)
        if "role" in self.fields:
            self.fields["role"].choices = grantable(self.request)  # type: ignore[attr-defined]  # a ChoiceField

    def act(self) -> None:
        """Give the role."""
        change_role(
            organization=organization_of(self.request),
            user=self.instance.user,
            role=Role(self.cleaned_data["role"]),
            by=person_of(self.request),
        )


class TeamForm(HereForm):
    """The name of a team, and who is in it."""

    title = forms.CharField(label=gettext_lazy("Name of the team"), max_length=LONGEST)
    new_people = PeopleField(
        label=gettext_lazy("Add people"),
        help_text=gettext_lazy("Their emails, with blanks, commas or new lines between them."),
    )
    gone_people = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Remove people"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick who is to be no longer in the team."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the people of the team, and take those of the organization."""
        super().__init__(*args, **kwargs)
        here = organization_of(self.request)
        for field in self.fields.values():
            if isinstance(field, PeopleField):
                field.organization = here
        if self.instance.pk is None:
            del self.fields["gone_people"]
        else:
            inside = User.objects.filter(team_memberships__team=self.instance, team_memberships__organization=here)
            self.fields["gone_people"].queryset = inside.order_by("name", "email", "pk")  # type: ignore[attr-defined]  # a ModelMultipleChoiceField

    def act(self) -> None:
        """Make the team, or rename it, and let people in and out."""
        by = person_of(self.request)
        title, new = self.cleaned_data["title"], self.cleaned_data["new_people"]
        if self.instance.pk is None:
            self.instance: Any = create_team(
                organization=organization_of(self.request), title=title, members=new, by=by
            )
            return
        # First of all, since it locks what is shared with the team before the team itself.
        for person in self.cleaned_data.get("gone_people", ()):
            remove_from_team(team=self.instance, user=person, by=by)
        self.instance = rename_team(team=self.instance, title=title, by=by)
        for person in new:
            add_to_team(team=self.instance, user=person, by=by)


class InvitationForm(HereForm):
    """Whom to invite, and as what."""

    email = forms.CharField(label=gettext_lazy("Email"), max_length=254, widget=forms.EmailInput)
    role = forms.ChoiceField(label=gettext_lazy("Role"), initial=Role.MEMBER)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the roles that who asks may give."""
        super().__init__(*args, **kwargs)
        if "role" in self.fields:
            self.fields["role"].choices = grantable(self.request)  # type: ignore[attr-defined]  # a ChoiceField

    def act(self) -> None:
        """Write the invitation down and have it sent."""
        self.instance: Invitation = invitations.invite(
            by=person_of(self.request),
            organization=organization_of(self.request),
            email=self.cleaned_data["email"],
            role=Role(self.cleaned_data["role"]),
        )


def grantable(request: HttpRequest) -> list[tuple[str, Any]]:
    """Return the roles that who asks may give, with their names."""
    held = role_of(request)
    return [(role.value, role.label) for role in Role if invitations.may_give(held, role)]


def heir_of(request: HttpRequest, membership: OrganizationMembership) -> User | None:
    """Return who the form says gets the shared books of somebody who is removed; None for whoever removes.

    Raises `ValidationError` for whoever does not belong to the organization at hand.
    """
    named = request.POST.get("heir", "")
    if not named:
        return None
    try:
        key = UUID(named)
    except ValueError:
        key = None
    people = User.objects.filter(memberships__organization=organization_of(request), is_active=True)
    found = people.exclude(pk=membership.user_id).filter(pk=key).first() if key else None
    if found is None:
        raise ValidationError(_("Whoever was to get the contact books has left. Choose somebody else."))
    return found
