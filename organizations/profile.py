"""What people say about themselves and how they want their pages: name, picture, time zone, region, names, theme,
keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import Final
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from config import pictures
from organizations.models import Density, NameOrder, OrganizationMembership, Theme, User
from organizations.names import clean_name
from organizations.regions import clean_region

FOLDER: Final = "people"
_REGIONS: Final = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian")


@cache
def time_zones() -> tuple[str, ...]:
    """Return the names of the time zones to choose from: UTC, and the places of this machine's zone database."""
    places = (zone for zone in available_timezones() if zone.partition("/")[0] in {*_REGIONS, "Pacific"})
    return ("UTC", *sorted(places))


@transaction.atomic
def save_profile(
    *, by: User, name: str, time_zone: str, region: str, name_order: str, theme: str, density: str, single_keys: bool
) -> User:
    """Save what `by` says about themselves. Raises `ValidationError` for what is none of the choices.

    `region` may be empty: that of each organization. Locks the person's row: two saves at once leave one of them whole.
    """
    if time_zone not in time_zones():
        raise ValidationError(_("This time zone is not known. Choose one from the list."), code="time_zone")
    region = clean_region(region) if region else ""
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    user.name, user.time_zone, user.region = clean_name(name), time_zone, region
    user.name_order, user.theme, user.density = NameOrder(name_order), Theme(theme), Density(density)
    user.single_keys = single_keys
    user.save(update_fields=["name", "time_zone", "region", "name_order", "theme", "density", "single_keys"])
    return user


@transaction.atomic
def save_own_keys(*, by: User, own: Mapping[str, str]) -> None:
    """Keep the keys that `by` chose instead of the usual ones, checked by whoever knows the keys; {what: key}.

    Locks the person's row: two saves at once leave one of them whole.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    user.own_keys = dict(own)
    user.save(update_fields=["own_keys"])


def set_picture(*, by: User, upload: File[bytes] | None) -> None:
    """Give `by` another picture, or none; the old file goes. Raises `config.pictures.BadPicture`.

    Takes up to a few seconds of a second process, before the transaction.
    """
    stored = pictures.store(upload, folder=FOLDER) if upload is not None else ""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
        old, user.picture = user.picture, stored
        user.save(update_fields=["picture"])
        if old:
            transaction.on_commit(partial(default_storage.delete, old))


def may_see(viewer: User, person: User) -> bool:
    """Say whether `viewer` may see who `person` is: themselves, or somebody of an organization of theirs. One query."""
    if viewer.pk == person.pk:
        return True
    theirs = OrganizationMembership.objects.filter(user=person).values("organization")
    return OrganizationMembership.objects.filter(user=viewer, organization__in=theirs).exists()
