"""What fifty rows cost in Python: CPU time of this process, the database's not counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from bench.figures import Figures, Result
from bench.subject import Subject
from contacts import listing
from contacts.models import Contact
from contacts.views.panel import Panel
from organizations.models import Organization, User

_TIMES: Final = 100
_WARM: Final = 10


def rows(subject: Subject) -> Iterator[Result]:
    """The template of fifty rows with what reads them, and its parts for comparison."""

    reader = subject.readers[0]
    user = User.objects.get(pk=reader.user_id)
    organization = Organization.objects.get(pk=subject.organization_id)

    def panel() -> Any:
        request: Any = RequestFactory().get("/contacts/", headers={"HX-Request": "true"})
        request.user, request.organization, request.organizations = user, organization, [organization]
        request.htmx = HtmxDetails(request)
        request.session = {}
        return Panel(request)

    shown = panel()
    # Read here, and not while the template is timed.
    scope, page, _editable = shown.scope, shown.page, shown.editable_ids

    def template() -> None:
        render_to_string("contacts/panel.html#rows", {"panel": shown, "contact": None}, shown.request)

    def plain() -> None:
        listing.page(scope)

    def objects() -> None:
        list(Contact.objects.filter(pk__in=[row.id for row in page.rows]).order_by("sort_family", "pk"))

    def addresses() -> None:
        for row in page.rows:
            reverse("contacts:card", args=[row.id])

    def everything() -> None:
        plain()
        template()

    count = len(page.rows)
    for key, question, work in (
        ("rendering.rows", f"{count} rows: read and rendered", everything),
        ("rendering.template", f"{count} rows: the template", template),
        ("rendering.plain", f"{count} rows: read as they are", plain),
        ("rendering.objects", f"{count} rows: read as model objects instead", objects),
        ("rendering.reverse", f"{count} addresses by reverse()", addresses),
    ):
        times = Figures.of([_cpu(work) for _time in range(_TIMES + _WARM)][_WARM:])
        yield Result(key, question, subject.contacts, times=times, unit="ms of CPU", note="in process")


def _cpu(work: Callable[[], None]) -> float:
    """Return the CPU time of one run in milliseconds."""
    begun = time.thread_time()
    work()
    return (time.thread_time() - begun) * 1000
