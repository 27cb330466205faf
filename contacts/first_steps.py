"""What a newcomer has done already, as the database tells it: for the checklist of their first days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from books.models import BookTeamGrant, BookUserGrant
from books.shelf import Shelf
from contacts.models import Change, ChangeKind, ContactMembership, KeptGroup
from contacts.services.first_day import sample_key, standing_sample
from organizations.models import Invitation, Organization, OrganizationMembership, User

#: Whose account is older is no newcomer, whether they closed the checklist or not.
NEWCOMER_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is there besides the sample people. `sample` is the act that loaded them, while they stand."""

    sample: UUID | None
    has_contacts: bool
    has_groups: bool
    has_colleagues: bool
    has_shared: bool


def is_newcomer(user: User) -> bool:
    """Return whether the checklist may be shown to `user` at all. No query."""
    return not user.first_steps_closed and user.date_joined > timezone.now() - NEWCOMER_FOR


def facts_of(user: User, organization: Organization, shelf: Shelf) -> Facts:
    """Return what `user` has there, by their `shelf`. One query."""
    key = sample_key(user, organization)
    sampled = Change.objects.filter(
        change_set__form_key=key, kind=ChangeKind.CREATE, contact__isnull=False, contact__trashed_at__isnull=True
    )
    grouped = ContactMembership.objects.filter(
        ~Exists(sampled.filter(contact=OuterRef("contact"))), book__in=shelf.editable
    )
    own = {"organization": organization.pk, "content_object__owner": user.pk}
    others = OrganizationMembership.objects.filter(organization=organization.pk).exclude(user=user.pk)
    found = (
        Organization.objects.filter(pk=organization.pk)
        .annotate(
            sample=Subquery(standing_sample(user, organization).order_by("pk").values("pk")[:1]),
            sampled=Coalesce(Subquery(sampled.order_by().values("change_set").annotate(n=Count("pk")).values("n")), 0),
            grouped=Exists(grouped.exclude(group__key=""))
            | Exists(KeptGroup.objects.filter(organization=organization.pk, user=user.pk)),
            accompanied=Exists(others) | Exists(Invitation.objects.filter(organization=organization.pk)),
            shared=Exists(BookUserGrant.objects.filter(~Q(user=user.pk), **own))
            | Exists(BookTeamGrant.objects.filter(**own)),
        )
        .values_list("sample", "sampled", "grouped", "accompanied", "shared")
        .first()
    )
    sample, sampled_count, has_groups, has_colleagues, has_shared = found or (None, 0, False, False, False)
    contacts = sum(book.contacts for book in shelf.books.values() if book.is_editable)
    return Facts(
        sample=sample,
        has_contacts=contacts > (sampled_count if sample else 0),
        has_groups=has_groups,
        has_colleagues=has_colleagues,
        has_shared=has_shared,
    )
