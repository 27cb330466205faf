"""Teams: everybody in the organization sees them, owners and admins change them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organizations.http import SignedInRequest
from organizations.models import OrganizationMembership, Team, TeamMembership, User
from organizations.organization_forms import TeamForm
from organizations.people import people_page
from organizations.services import add_to_team, create_team, delete_team, remove_from_team, rename_team
from organizations.views.standing import Standing, refuse, standing

_OFFERED = 500
"""People suggested beside the field in which somebody is named; everybody else can be typed."""


@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: SignedInRequest) -> HttpResponse:
    """List the teams; make one."""
    here = standing(request, administers=request.method == "POST")
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            team = create_team(organization=here.organization, title=form.cleaned_data["title"], by=request.user)
        except ValidationError as error:
            form.add_error("title", error)
        else:
            messages.success(request, _("The team %(team)s is ready. Put people into it.") % {"team": team})
            return redirect("organization:team", team.public_id)
    found = Team.objects.filter(organization=here.organization).annotate(people=Count("team_memberships"))
    context = {
        "here": here,
        "organization": here.organization,
        "form": form,
        "teams": found.order_by("-everyone", "title", "pk"),
    }
    return render(request, "organization/teams.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def team(request: SignedInRequest, team_id: UUID) -> HttpResponse:
    """Show a team; rename it."""
    found, here = _team(request, team_id, administers=request.method == "POST")
    form = TeamForm(request.POST or None, initial={"title": found.title})
    if request.method == "POST" and form.is_valid():
        try:
            rename_team(team=found, title=form.cleaned_data["title"], by=request.user)
        except ValidationError as error:
            form.add_error("title", error)
        else:
            messages.success(request, _("Saved."))
            return redirect("organization:team", found.public_id)
    return _page(request, found, here, form)


@require_POST
def add(request: SignedInRequest, team_id: UUID) -> HttpResponse:
    """Put somebody of the organization into the team, named by email."""
    found, here = _team(request, team_id, administers=True)
    email = request.POST.get("email", "").strip().lower().replace("\0", "")
    user = User.objects.filter(email=email, memberships__organization=here.organization).first()
    if user is None:
        sentence = _("Nobody in %(organization)s has the email “%(email)s”. Choose somebody from the list.")
        return _page(request, found, here, None, problem=sentence % {"organization": here.organization, "email": email})
    try:
        add_to_team(team=found, user=user, by=request.user)
    except ValidationError as error:
        refuse(request, error)
    else:
        messages.success(request, _("%(person)s is in the team.") % {"person": user})
    return redirect("organization:team", found.public_id)


@require_POST
def remove(request: SignedInRequest, team_id: UUID, membership_id: UUID) -> HttpResponse:
    """Take somebody out of the team."""
    found, here = _team(request, team_id, administers=True)
    people = OrganizationMembership.objects.filter(organization=here.organization, pk=membership_id)
    membership = people.select_related("user").first()
    if membership is None:
        raise Http404
    try:
        remove_from_team(team=found, user=membership.user, by=request.user)
    except ValidationError as error:
        refuse(request, error)
    else:
        messages.success(request, _("%(person)s is no longer in the team.") % {"person": membership.user})
    return redirect("organization:team", found.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: SignedInRequest, team_id: UUID) -> HttpResponse:
    """Delete a team, after saying what that means."""
    found, here = _team(request, team_id, administers=True)
    if request.method == "POST":
        try:
            delete_team(team=found, by=request.user)
        except ValidationError as error:
            refuse(request, error)
            return redirect("organization:team", found.public_id)
        messages.success(request, _("The team %(team)s is deleted.") % {"team": found})
        return redirect("organization:teams")
    context = {
        "here": here,
        "organization": here.organization,
        "team": found,
        "people": TeamMembership.objects.filter(team=found).count(),
    }
    return render(request, "organization/team_delete.html", context)


def _team(request: SignedInRequest, team_id: UUID, *, administers: bool = False) -> tuple[Team, Standing]:
    """Return a team and where the person stands in its organization: 404 outside it, 403 for members who may not."""
    found = Team.objects.filter(public_id=team_id).first()
    if found is None:
        raise Http404
    return found, standing(request, found.organization_id, administers=administers)


def _page(
    request: SignedInRequest, found: Team, here: Standing, form: TeamForm | None, *, problem: str = ""
) -> HttpResponse:
    form = form or TeamForm(initial={"title": found.title})
    changes = here.administers and not found.everyone
    outside: list[User] = []
    if changes:
        others = User.objects.filter(memberships__organization=here.organization).exclude(team_memberships__team=found)
        outside = list(others.order_by("name", "email")[:_OFFERED])
    context: dict[str, Any] = {
        "here": here,
        "organization": here.organization,
        "team": found,
        "form": form,
        "changes": changes,
        "outside": outside,
        "problem": problem,
        "page": people_page(here.organization, team=found, after=request.GET.get("after", "")),
    }
    status = 422 if form.errors or problem else 200
    return render(request, "organization/team.html", context, status=status)
