"""Organizations themselves: making and naming them, and what they demand of their people."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from organizations import audit
from organizations.audit import Action
from organizations.models import Organization, OrganizationMembership, Role, Team, User
from organizations.names import clean_name
from organizations.permissions import ADMINISTRATORS, require_role

_SLUG = 60  # of 80 characters: a suffix keeps equal names apart
_LONGEST_SLUG = 80
_IS_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


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


@transaction.atomic
def edit_organization(
    *, by: User | None, organization: Organization, name: str, slug: str, require_second_factor: bool
) -> Organization:
    """Rename an organization, and say whether its people need a second factor. Admins and owners only.

    Locks it. Raises `ValidationError` with `name` and `slug` as keys, `NotVisible` and `PermissionDenied`.
    """
    held = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    require_role(by, held, *ADMINISTRATORS)
    new: dict[str, str | bool] = {
        "name": clean_name(name),
        "slug": clean_slug(slug),
        "require_second_factor": require_second_factor,
    }
    changed = [field for field in new if getattr(held, field) != new[field]]
    if not changed:
        return held
    before = {field: getattr(held, field) for field in changed}
    for field in changed:
        setattr(held, field, new[field])
    try:
        with transaction.atomic():
            held.save(update_fields=changed)
    except IntegrityError:
        raise ValidationError(
            {"slug": _("Another organization goes by “%(slug)s”. Choose another one.") % {"slug": slug}}
        ) from None
    audit.write(
        Action.ORGANIZATION_CHANGED,
        by=by,
        organization=held,
        target=held,
        detail={field: {"before": before[field], "after": new[field]} for field in changed},
    )
    return held


def clean_slug(text: str) -> str:
    """Return a short name for addresses and commands; raise `ValidationError` (key `slug`) for what is none."""
    slug = text.strip().lower()
    if not _IS_SLUG.fullmatch(slug) or len(slug) > _LONGEST_SLUG:
        raise ValidationError(
            {
                "slug": _("Use letters a to z, digits, and hyphens between them, at most %(most)d.")
                % {"most": _LONGEST_SLUG}
            }
        )
    return slug


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
