"""The pieces that open pages fetch when they hear of a change: list and sidebar, and what is new about one contact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts import listing
from contacts.listing import Page
from contacts.live.presence import editors_of
from contacts.models import Change, ChangeKind
from contacts.views.cards import visible
from contacts.views.panel import Panel
from contacts.views.told import Difference, tell_change
from organizations.http import SignedInRequest
from organizations.models import Organization, User

#: Rows that a page may have loaded and still be given anew in one piece.
ROWS = 500
#: Changes that are told of one contact.
TOLD = 20
#: Fields that are named in the sentence about a change.
FIELDS = 3
#: What the sidebar marks besides lists.
PLACES = {"books", "trash", "changes"}


@require_safe
def pieces(request: SignedInRequest) -> HttpResponse:
    """The sidebar and as many rows of the list as the page shows, by the list's own query.

    `organization` says whose page it is, `shown` how many rows it has (of more than `ROWS` the list is left out),
    `place` what the sidebar marks. A list that is not there for the person any more says so.
    """
    organization, shown = _organization(request), _number(request, "shown")
    lost = False
    try:
        panel = _Window(request, shown=shown, organization=organization)
    except Http404:
        request.GET = QueryDict()
        lost, panel = True, _Window(request, shown=shown, organization=organization)
    place = request.GET.get("place", "")
    context = {"panel": panel, "place": place if place in PLACES else "", "lost": lost, "contact": None}
    return render(request, "contacts/_live_pieces.html", context)


@require_safe
def news(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """What changed about a contact after the version `since`, and who else has it open for editing."""
    contact = visible(request, contact_id)
    changes: Sequence[Change] = []
    if "since" in request.GET:
        later = Change.objects.for_user(request.user).filter(
            contact=contact, kind=ChangeKind.UPDATE, version__gt=_number(request, "since")
        )
        changes = list(later.select_related("change_set", "from_book", "book").order_by("-pk")[:TOLD])[::-1]
    told = [tell_change(change, readable=()) for change in changes]
    others = [user_id for user_id in editors_of(contact.pk) if user_id != request.user.pk]
    editing = list(User.objects.filter(pk__in=others, is_active=True).order_by("name", "pk")) if others else []
    by_actor: dict[str, list[Difference]] = {}
    for change, each in zip(changes, told, strict=True):
        who = _("You, in another window,") if change.change_set.actor_id == request.user.pk else each.who
        by_actor.setdefault(who, []).extend(each.differences)
    context: dict[str, Any] = {
        "contact": contact,
        "editing": editing,
        "sentences": [_sentence(who, differences) for who, differences in by_actor.items()],
        "differences": [difference for each in told for difference in each.differences],
    }
    return render(request, "contacts/_live_news.html", context)


class _Window(Panel):
    """The panel with the rows from the first one to the last one that a page has loaded."""

    def __init__(self, request: SignedInRequest, *, shown: int, organization: Organization | None) -> None:
        super().__init__(request, organization=organization)
        self.shown = shown

    @property
    def is_whole(self) -> bool:
        """Whether so many rows can be given anew."""
        return self.shown <= ROWS

    @cached_property
    def page(self) -> Page:
        """The rows: of a search the page that a search shows, else as many pages as hold `shown`."""
        if self.q or self.shown <= listing.PAGE:
            return super().page
        whole_pages = -(-self.shown // listing.PAGE) * listing.PAGE
        return listing.page(self.scope, after=self.began, limit=whole_pages, order=self.order)


def _organization(request: SignedInRequest) -> Organization | None:
    """Return the organization whose page it is, one of the person's own; None when the query names none."""
    wanted = request.GET.get("organization", "")
    if not wanted:
        return None
    for organization in request.organizations:
        if str(organization.pk) == wanted:
            return organization
    raise Http404


def _number(request: SignedInRequest, name: str) -> int:
    text = request.GET.get(name, "0")
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise BadRequest(name)
    return int(text)


def _sentence(who: str, differences: Iterable[Difference]) -> str:
    """Return "Bo changed Phone and Email"."""
    fields = list(dict.fromkeys(difference.title for difference in differences))
    if len(fields) > FIELDS:
        fields = [*fields[: FIELDS - 1], _("more")]
    return _("%(name)s changed %(fields)s") % {"name": who, "fields": get_text_list(fields, _("and"))}
