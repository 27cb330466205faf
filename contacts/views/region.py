"""The region of an organization: it stands in this room, for it is about how contacts' phones are read."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from config.rendering import render_page
from contacts.services import Busy
from contacts.services.rekeying import COUNTED, change_region, count_dependent, job_of, stale
from jobs.models import State
from organizations.http import SignedInRequest
from organizations.organization_forms import RegionForm
from organizations.regions import region_name
from organizations.views.standing import standing


@require_http_methods(["GET", "HEAD", "POST"])
def region(request: SignedInRequest) -> HttpResponse:
    """Say what the region does and how far a change of it has come; change it. For owners and admins."""
    organization = standing(request, administers=True).organization
    form = RegionForm(request.POST if request.method == "POST" else None, initial={"region": organization.region})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            change_region(by=request.user, organization=organization, region=form.cleaned_data["region"])
        except ValidationError as error:
            form.add_error("region", error)
        except Busy as busy:
            form.add_error(None, str(busy))
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("contacts:region")
    job = job_of(organization)
    context = {
        "form": form,
        "organization": organization,
        "region": region_name(organization.region),
        "count": count_dependent(request.user, organization),
        "most": COUNTED,
        "running": job if job and not job.is_finished else None,
        "failed": job if job and job.state == State.FAILED and stale(organization) else None,
    }
    if form.errors and status == 200:
        status = 422
    return render_page(request, "organization/region.html", context, fragment="standing", status=status)
