"""The organization itself: its name, what it demands, switching to another one and making one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organizations.http import SignedInRequest
from organizations.middleware import choose
from organizations.models import OrganizationMembership
from organizations.organization_forms import GeneralForm, NewOrganizationForm
from organizations.regions import region_name
from organizations.services import create_organization, edit_organization
from organizations.views.standing import standing


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Show another of the person's organizations from now on in this session, and go to `next` or the contacts."""
    try:
        wanted = UUID(request.POST.get("organization", ""))
    except ValueError:
        raise Http404 from None
    if not choose(request, wanted):
        raise Http404
    following = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts=None):
        following = "/contacts/"
    return HttpResponseRedirect(following)


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Go to the first of the pages."""
    standing(request)
    return redirect("organization:general")


@require_http_methods(["GET", "HEAD", "POST"])
def general(request: SignedInRequest) -> HttpResponse:
    """Name, short name, and whether everybody needs a second factor: members see it, owners and admins change it."""
    here = standing(request, administers=request.method == "POST")
    organization = here.organization
    known = {name: getattr(organization, name) for name in ("name", "slug", "require_second_factor")}
    form = GeneralForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            edit_organization(by=request.user, organization=organization, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("organization:general")
    mine = OrganizationMembership.objects.get(organization=organization, user=request.user)
    context = {
        "here": here,
        "form": form,
        "organization": organization,
        "mine": mine,
        "region": region_name(organization.region),
    }
    return render(request, "organization/general.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Make a further organization, whose owner the person becomes, and show it."""
    form = NewOrganizationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            organization = create_organization(name=form.cleaned_data["name"], owner=request.user)
        except ValidationError as error:
            form.add_error("name", error)
        else:
            choose(request, organization.pk)
            sentence = _("%(organization)s is ready. Invite the people you work with.")
            messages.success(request, sentence % {"organization": organization})
            return redirect("organization:people")
    return render(request, "organization/new.html", {"form": form}, status=422 if form.errors else 200)
