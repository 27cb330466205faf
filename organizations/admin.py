"""People, teams, invitations and the audit list on the admins' site."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import action, display, register
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from organizations.admin_base import ScopedAdmin, ScopedFilter
from organizations.admin_forms import InvitationForm, MembershipForm, TeamForm
from organizations.admin_site import organization_of, person_of, role_of, site
from organizations.audit_list import action_choices, in_words, of_organization
from organizations.models import AuditEntry, Invitation, OrganizationMembership, Role, Team
from organizations.services import delete_team, invitations

_CHOICES = 500


class RoleFilter(ScopedFilter):
    """By what people are."""

    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the roles."""
        return list(Role.choices)

    def narrowed(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Keep one role."""
        return queryset.filter(role=value)


class TeamFilter(ScopedFilter):
    """By the team that people are in."""

    title = gettext_lazy("team")
    parameter_name = "team"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the teams of the organization."""
        teams = Team.objects.filter(organization=organization_of(request), everyone=False).order_by("title", "pk")
        return [(str(team.public_id), team.title) for team in teams[:_CHOICES]]

    def narrowed(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Keep the people of one team."""
        here = organization_of(request)
        inside = Team.objects.filter(organization=here, public_id=value).values("team_memberships__user")
        return queryset.filter(user__in=inside)


class ActionFilter(ScopedFilter):
    """By what was done."""

    title = gettext_lazy("what was done")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer all actions."""
        return action_choices()

    def narrowed(self, request: HttpRequest, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Keep one action."""
        return queryset.filter(action=value)


class MembershipAdmin(ScopedAdmin):
    """Who belongs, and as what. Emails, passwords and second factors are people's own."""

    form = MembershipForm
    rank = 1
    can_change = True
    list_display = ("person", "email", "role", "joined_at")
    list_filter = (RoleFilter, TeamFilter)
    search_fields = ("user__name", "user__email")
    ordering = ("user__name", "user__email")
    shown_fields = ("person", "email", "joined_at", "teams")
    asked_fields = ("role",)

    def scoped(self, request: HttpRequest) -> QuerySet[OrganizationMembership]:
        """Return the memberships of the organization at hand."""
        return OrganizationMembership.objects.filter(organization=organization_of(request)).select_related("user")

    def may_change(self, request: HttpRequest, obj: OrganizationMembership) -> bool:
        """Leave owners to owners."""
        return obj.role != Role.OWNER or role_of(request) == Role.OWNER

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the role where it may not be changed."""
        fields = super().get_fields(request, obj)
        return fields if "role" in fields else [*fields, "role"]

    def audited_id(self, obj: OrganizationMembership) -> Any:
        """The audit list speaks of the person."""
        return obj.user_id

    @display(description=gettext_lazy("Person"), ordering="user__name")
    def person(self, obj: OrganizationMembership) -> str:
        """Return the name."""
        return str(obj.user)

    @display(description=gettext_lazy("Email"), ordering="user__email")
    def email(self, obj: OrganizationMembership) -> str:
        """Return the email that they sign in with."""
        return obj.user.email

    @display(description=gettext_lazy("Teams"))
    def teams(self, obj: OrganizationMembership) -> str:
        """Return their teams here."""
        inside = Team.objects.filter(
            organization=obj.organization_id, everyone=False, team_memberships__user=obj.user_id
        )
        return ", ".join(inside.order_by("title", "pk").values_list("title", flat=True)[:_CHOICES])


@register(Team, site=site)
class TeamAdmin(ScopedAdmin):
    """Teams and who is in them; the team of everyone is only looked at."""

    form = TeamForm
    rank = 2
    key_field = "public_id"  # the primary key is the technical number of Django's group
    can_add = can_change = can_delete = True
    list_display = ("title", "number_of_people", "created_at")
    search_fields = ("title",)
    ordering = ("title",)
    shown_fields = ("number_of_people", "created_at")
    asked_fields = ("title", "new_people", "gone_people")
    added_fields = ("title", "new_people", "opened_in")

    def scoped(self, request: HttpRequest) -> QuerySet[Team]:
        """Return the teams of the organization at hand."""
        teams = Team.objects.filter(organization=organization_of(request))
        return teams.annotate(people=Count("team_memberships"))

    def may_change(self, request: HttpRequest, obj: Team) -> bool:
        """Leave the team of everyone as it is."""
        return not obj.everyone

    may_delete = may_change

    def audited_id(self, obj: Team) -> Any:
        """Return the public id."""
        return obj.public_id

    def consequence(self, request: HttpRequest, obj: Team) -> dict[str, Any]:
        """Say what goes with the team."""
        sentences = [_("What is shared with the team is no longer shared with its people. This cannot be undone.")]
        return {"verb": _("Delete"), "sentences": sentences}

    def delete_through_service(self, request: HttpRequest, obj: Team) -> None:
        """Delete the team."""
        delete_team(team=obj, by=person_of(request))

    @display(description=gettext_lazy("People"), ordering="people")
    def number_of_people(self, obj: Any) -> int:
        """Return how many are in it."""
        count: int = obj.people
        return count


@register(Invitation, site=site)
class InvitationAdmin(ScopedAdmin):
    """Open invitations: sent, sent again, taken back. The link itself is shown to nobody."""

    form = InvitationForm
    rank = 4
    can_add = can_delete = True
    list_display = ("email", "role", "invited_by_name", "sent_at", "expires_at")
    list_filter = (RoleFilter,)
    search_fields = ("email", "invited_by_name")
    ordering = ("-sent_at",)
    shown_fields = ("email", "role", "invited_by_name", "sent_at", "expires_at")
    added_fields = ("email", "role", "opened_in")
    actions = ("resend",)

    def scoped(self, request: HttpRequest) -> QuerySet[Invitation]:
        """Return the open invitations of the organization at hand."""
        return Invitation.objects.filter(organization=organization_of(request))

    @action(description=gettext_lazy("Send again"), permissions=["delete"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        """Send the chosen ones again, each with a new link; say which could not be."""
        sent = 0
        for invitation in queryset.filter(organization=organization_of(request)):
            try:
                invitations.resend(by=person_of(request), invitation=invitation)
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
            except PermissionDenied as error:  # an owner's to send
                self.message_user(request, f"{invitation}: {error}", messages.ERROR)
            else:
                sent += 1
        if sent:
            text = ngettext("%(count)d invitation is on its way.", "%(count)d invitations are on their way.", sent)
            self.message_user(request, text % {"count": sent}, messages.SUCCESS)

    def consequence(self, request: HttpRequest, obj: Invitation) -> dict[str, Any]:
        """Say what that means."""
        return {"verb": _("Take back"), "sentences": [_("The link in the mail no longer works then.")]}

    def delete_through_service(self, request: HttpRequest, obj: Invitation) -> None:
        """Take it back."""
        invitations.revoke(by=person_of(request), invitation=obj)


@register(AuditEntry, site=site)
class AuditEntryAdmin(ScopedAdmin):
    """What was done in the organization; only ever read."""

    rank = 5
    list_display = ("at", "who", "what", "target_name", "details")
    list_filter = (ActionFilter,)
    search_fields = ("actor_name", "target_name")
    ordering = ("-at",)
    shown_fields = ("at", "who", "what", "target_kind", "target_name", "details")

    def scoped(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Return the lines of the organization at hand that who asks may read."""
        return of_organization(person_of(request), organization_of(request))

    def audited_id(self, obj: AuditEntry) -> Any:
        """Return the object that the line is about."""
        return obj.target_id or obj.pk

    @display(description=gettext_lazy("Who"), ordering="actor_name")
    def who(self, obj: AuditEntry) -> str:
        """Return who did it."""
        return in_words(obj).who

    @display(description=gettext_lazy("What"), ordering="action")
    def what(self, obj: AuditEntry) -> str:
        """Return what was done, in words."""
        return in_words(obj).what

    @display(description=gettext_lazy("Details"))
    def details(self, obj: AuditEntry) -> str:
        """Return the details in words."""
        return in_words(obj).detail
