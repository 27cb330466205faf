"""Organizations themselves: making and naming them, and what they demand of their people."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from organizations import audit
from organizations.audit import Action
from organizations.models import Organization, OrganizationMembership, Role, Team, User
from organizations.names import clean_name

_SLUG = 60  # of 80 characters: a suffix keeps equal names apart


@transaction.atomic
def create_organization(*, name: str, owner: User) -> Organization:
    """Return a new organization with its everyone-team and `owner` as its owner, who gets a Personal book."""
    name = clean_name(name)
    organization = _insert_with_slug(name)
    Team.objects.create(organization=organization, title=_("Everyone"), everyone=True)
    audit.write(Action.ORGANIZATION_CREATED, by=owner, organization=organization, target=organization)
    OrganizationMembership.objects.create(organization=organization, user=owner, role=Role.OWNER)
    audit.write(
        Action.MEMBER_ADDED, by=owner, organization=organization, target=owner, detail={"role": Role.OWNER.value}
    )
    return organization


def _insert_with_slug(name: str) -> Organization:
    """Insert the organization under the first free of name, name-2 …, then a random one: two may come at once."""
    base = slugify(name)[:_SLUG].strip("-") or "organization"
    taken = set(Organization.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug = next(slug for slug in [base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))] if slug not in taken)
    try:
        with transaction.atomic():
            return Organization.objects.create(name=name, slug=slug, region=settings.DEFAULT_REGION)
    except IntegrityError:
        slug = f"{base}-{get_random_string(8, 'abcdefghijkmnpqrstuvwxyz23456789')}"
        return Organization.objects.create(name=name, slug=slug, region=settings.DEFAULT_REGION)
