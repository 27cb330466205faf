"""Pictures of contacts, in a folder of their own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from config import pictures
from config.pictures import BadPicture, decode, portable
from contacts.models import PendingPicture

__all__ = ["FOLDER", "BadPicture", "decode", "forget_pending", "portable", "store", "store_decoded"]

FOLDER: Final = "avatars"


def store(upload: File[bytes]) -> str:
    """Return the storage name of a contact's picture (`config.pictures.store`). Raises `BadPicture`.

    Until a contact is saved with it the picture is pending; housekeeping deletes what stays so for a day.
    """
    name = pictures.store(upload, folder=FOLDER)
    PendingPicture.objects.create(name=name)
    return name


def store_decoded(data: bytes, *, patience: float) -> str:
    """Return the storage name of a picture that came with a contact, pending likewise. Raises `BadPicture`.

    `patience`: seconds that its decoder process has.
    """
    name = pictures.keep(decode(data, patience=patience), folder=FOLDER)
    PendingPicture.objects.create(name=name)
    return name


def forget_pending(names: Collection[str]) -> None:
    """Delete those of these pictures that no contact was saved with. Two queries."""
    with transaction.atomic():
        pending = PendingPicture.objects.select_for_update().filter(name__in=names).order_by("pk")
        unused = list(pending.values_list("name", flat=True))
        PendingPicture.objects.filter(name__in=unused).delete()
    for name in unused:
        default_storage.delete(name)
