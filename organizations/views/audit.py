"""The audit list: for owners and admins, to read, narrow and take away."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from organizations import audit
from organizations.audit import Action
from organizations.audit_list import Filter, action_choices, audit_count, audit_csv, audit_page
from organizations.http import SignedInRequest
from organizations.models import User
from organizations.views.standing import standing

_PEOPLE = 1000


@require_safe
def audit_list(request: SignedInRequest) -> HttpResponse:
    """Show one page of the list, narrowed by person, action and days."""
    here = standing(request, administers=True)
    wanted = _filter(request.GET)
    page = audit_page(request.user, here.organization, wanted, after=_uuid(request.GET.get("after", "")))
    people = User.objects.filter(memberships__organization=here.organization).order_by("name", "email")
    chosen = _query(wanted)
    context = {
        "here": here,
        "organization": here.organization,
        "page": page,
        "wanted": wanted,
        "chosen": chosen,
        "more": urlencode({**chosen, "after": str(page.next)}) if page.next else "",
        "people": people[:_PEOPLE],
        "actions": action_choices(),
    }
    return render(request, "organization/audit.html", context)


@require_POST
def export(request: SignedInRequest) -> StreamingHttpResponse:
    """Send the narrowed list as CSV; that somebody took it is a line of the list itself, written before."""
    here = standing(request, administers=True)
    wanted = _filter(request.POST)
    number = audit_count(request.user, here.organization, wanted)
    audit.write(
        Action.AUDIT_EXPORTED,
        by=request.user,
        organization=here.organization,
        target=here.organization,
        detail={**_query(wanted), "lines": number, "format": "csv"},
    )
    lines = audit_csv(request.user, here.organization, wanted)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"audit-{here.organization.slug}-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _filter(given: QueryDict) -> Filter:
    """Read the filter; what cannot be read narrows nothing, and the form shows it empty."""
    actions = {value for value, _label in action_choices()}
    action = given.get("action", "")
    return Filter(
        person=_uuid(given.get("person", "")),
        action=action if action in actions else "",
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
    )


def _query(wanted: Filter) -> dict[str, str]:
    """Return the filter as the fields of its form, without those that are empty."""
    fields = {"person": wanted.person, "action": wanted.action, "since": wanted.since, "until": wanted.until}
    return {name: str(value) for name, value in fields.items() if value}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    """Return the day; None for none, and for one beyond what a time zone can shift."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 1970 <= day.year <= 9000 else None
