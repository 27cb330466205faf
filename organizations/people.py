"""Who belongs to an organization or a team, in pages by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Lower, NullIf

from organizations.models import Organization, OrganizationMembership, Team

A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Memberships with their users, and the id of the last one when more follow."""

    rows: list[OrganizationMembership]
    next: UUID | None


def people_page(
    organization: Organization, *, team: Team | None = None, query: str = "", after: str = "", limit: int = A_PAGE
) -> PeoplePage:
    """Return one page of those who belong, by name; only those in `team`, or whose name or email holds `query`.

    `after` is the id of the last membership of the page before; one that is gone begins anew. Two queries at most.
    """
    people = _by_name(OrganizationMembership.objects.filter(organization=organization))
    if team is not None:
        people = people.filter(user__team_memberships__team=team)
    if query:
        people = people.filter(Q(user__name__icontains=query) | Q(user__email__icontains=query))
    last = _last(organization, after)
    if last is not None:
        people = people.filter(Q(sort__gt=last[0]) | Q(sort=last[0], pk__gt=last[1]))
    rows = list(people.select_related("user").order_by("sort", "pk")[: limit + 1])
    return PeoplePage(rows[:limit], rows[limit - 1].pk if len(rows) > limit else None)


def _by_name(people: QuerySet[OrganizationMembership]) -> QuerySet[Any, Any]:
    named = NullIf("user__name", Value(""), output_field=CharField())
    return people.annotate(sort=Lower(Coalesce(named, "user__email", output_field=CharField())))


def _last(organization: Organization, after: str) -> tuple[str, UUID] | None:
    try:
        key = UUID(after)
    except ValueError:
        return None
    rows = _by_name(OrganizationMembership.objects.filter(organization=organization, pk=key))
    return rows.values_list("sort", "pk").first()
