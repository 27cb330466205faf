"""Leaving an organization and removing somebody from it: the dialog that says what becomes of their books."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from books import leaving
from organizations.http import SignedInRequest
from organizations.models import OrganizationMembership, Role, User
from organizations.permissions import ADMINISTRATORS

_HEIRS = 1000


@require_http_methods(["GET", "HEAD", "POST"])
def end_membership(request: SignedInRequest, membership_id: UUID) -> HttpResponse:
    """Say what leaving or removing means and who gets the shared books; do it.

    404 for people of other organizations, 403 for members who look at somebody else's, and for admins at owners.
    """
    memberships = OrganizationMembership.objects.select_related("user", "organization")
    leaver = memberships.filter(pk=membership_id).first()
    mine = memberships.filter(organization=leaver.organization_id, user=request.user).first() if leaver else None
    if leaver is None or mine is None:
        raise Http404
    myself = mine.pk == leaver.pk
    if not myself and (mine.role not in ADMINISTRATORS or (leaver.role == Role.OWNER and mine.role != Role.OWNER)):
        raise PermissionDenied
    heirs = _heirs(leaver, mine)
    problem = ""
    if request.method == "POST":
        named = request.POST.get("heir", "")
        wanted = next((heir for heir in heirs if str(heir.pk) == named), None)
        try:
            if named and wanted is None:
                raise ValidationError(_("Whoever was to get the contact books has left. Choose somebody else."))
            leaving.end_membership(organization=leaver.organization, user=leaver.user, by=request.user, heir=wanted)
        except ValidationError as error:
            problem = " ".join(error.messages)
        else:
            return _done(request, leaver, myself=myself)
    context = {
        "leaver": leaver,
        "organization": leaver.organization,
        "myself": myself,
        "books": leaving.shared_books(leaver.organization, leaver.user),
        "heirs": heirs,
        "days": leaving.FROZEN_DAYS,
        "problem": problem,
    }
    return render(request, "organization/end_membership.html", context, status=422 if problem else 200)


def _heirs(leaver: OrganizationMembership, mine: OrganizationMembership) -> list[User]:
    """Return who could get the shared books, the default first: who removes; when somebody leaves, an owner."""
    staying = OrganizationMembership.objects.filter(organization=leaver.organization, user__is_active=True)
    found = staying.exclude(pk=leaver.pk).select_related("user").order_by("user__name", "user__email")[:_HEIRS]
    ranks = {Role.OWNER.value: 0, Role.ADMIN.value: 1, Role.MEMBER.value: 2}
    others = sorted((each for each in found if each.pk != mine.pk), key=lambda each: ranks[each.role])
    return [*([] if mine.pk == leaver.pk else [mine.user]), *(each.user for each in others)]


def _done(request: SignedInRequest, leaver: OrganizationMembership, *, myself: bool) -> HttpResponse:
    if myself:
        messages.success(
            request, _("You no longer belong to %(organization)s.") % {"organization": leaver.organization}
        )
        return redirect("/contacts/")
    messages.success(
        request,
        _("%(person)s no longer belongs to %(organization)s.")
        % {"person": leaver.user, "organization": leaver.organization},
    )
    return redirect("organization:people")
