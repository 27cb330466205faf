"""Who belongs to the organization: everybody there sees it, owners and admins change it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models.functions import Now
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from organizations.http import SignedInRequest
from organizations.models import Invitation, OrganizationMembership, Role
from organizations.organization_forms import InviteForm
from organizations.people import people_page
from organizations.services import change_role, invitations
from organizations.views.standing import Standing, refuse, standing

_INVITATIONS = 500


@require_safe
def people(request: SignedInRequest) -> HttpResponse:
    """List the people; owners and admins also see the open invitations and can invite."""
    here = standing(request)
    return _page(request, here, InviteForm(roles=here.grantable))


@require_POST
def invite(request: SignedInRequest) -> HttpResponse:
    """Send an invitation by email."""
    here = standing(request, administers=True)
    form = InviteForm(request.POST, roles=here.grantable)
    if form.is_valid():
        try:
            sent = invitations.invite(
                by=request.user,
                organization=here.organization,
                email=form.cleaned_data["email"],
                role=Role(form.cleaned_data["role"]),
            )
        except ValidationError as error:
            form.add_error("email", error)
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": sent.email})
            return redirect("organization:people")
    return _page(request, here, form)


@require_POST
def role(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    """Give somebody another role."""
    membership = get_object_or_404(OrganizationMembership.objects.select_related("user"), pk=membership_id)
    here = standing(request, membership.organization_id, administers=True)
    try:
        wanted = Role(request.POST.get("role", ""))
    except ValueError:
        messages.error(request, _("Choose one of the roles in the list."))
        return redirect("organization:people")
    try:
        change_role(organization=here.organization, user=membership.user, role=wanted, by=request.user)
    except ValidationError as error:
        refuse(request, error)
    else:
        messages.success(
            request, _("%(person)s is now %(role)s.") % {"person": membership.user, "role": wanted.label.lower()}
        )
    return redirect("organization:people")


@require_POST
def resend(request: SignedInRequest, invitation_id: UUID) -> HttpResponse:
    """Send an invitation again, with a new link."""
    invitation = _invitation(request, invitation_id)
    try:
        invitations.resend(by=request.user, invitation=invitation)
    except ValidationError as error:
        refuse(request, error)
    else:
        messages.success(
            request,
            _("The invitation is on its way to %(email)s. The link sent before no longer works.")
            % {"email": invitation.email},
        )
    return redirect("organization:people")


@require_POST
def revoke(request: SignedInRequest, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    invitation = _invitation(request, invitation_id)
    invitations.revoke(by=request.user, invitation=invitation)
    messages.success(
        request, _("The invitation of %(email)s is taken back; its link no longer works.") % {"email": invitation.email}
    )
    return redirect("organization:people")


def _invitation(request: SignedInRequest, invitation_id: UUID) -> Invitation:
    """Return an invitation of an organization that the person administers: 404 elsewhere, 403 for its members."""
    invitation = Invitation.objects.filter(pk=invitation_id).first()
    if invitation is None:
        raise Http404
    standing(request, invitation.organization_id, administers=True)
    return invitation


def _page(request: SignedInRequest, here: Standing, form: InviteForm) -> HttpResponse:
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    after = request.GET.get("after", "")
    context: dict[str, Any] = {
        "here": here,
        "organization": here.organization,
        "form": form,
        "q": query,
        "after": after,
        "page": people_page(here.organization, query=query, after=after),
        "invitations": _invitations(here) if here.administers else [],
    }
    return render(request, "organization/people.html", context, status=422 if form.errors else 200)


def _invitations(here: Standing) -> list[dict[str, Any]]:
    """Return the open invitations with what may be said of each. Three queries."""
    open_ones = Invitation.objects.filter(organization=here.organization).order_by("-sent_at", "pk")[:_INVITATIONS]
    living = set(
        Invitation.objects.filter(organization=here.organization, expires_at__gt=Now()).values_list("pk", flat=True)
    )
    roles = dict(
        OrganizationMembership.objects.filter(
            organization=here.organization, user__is_active=True, user__in=[each.invited_by_id for each in open_ones]
        ).values_list("user_id", "role")
    )
    return [
        {
            "invitation": each,
            "expired": each.pk not in living,
            "void": not invitations.may_give(roles.get(each.invited_by_id), Role(each.role)),
            "may_resend": Role(each.role) in here.grantable,
        }
        for each in open_ones
    ]
