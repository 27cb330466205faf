"""Pictures of contacts, in a folder of their own."""

from __future__ import annotations

from typing import Final

from django.core.files.base import File

from config import pictures
from config.pictures import BadPicture, decode
from contacts.models import PendingPicture

__all__ = ["FOLDER", "BadPicture", "decode", "store"]

FOLDER: Final = "avatars"


def store(upload: File[bytes]) -> str:
    """Return the storage name of a contact's picture (`config.pictures.store`). Raises `BadPicture`.

    Until a contact is saved with it the picture is pending; housekeeping deletes what stays so for a day.
    """
    name = pictures.store(upload, folder=FOLDER)
    PendingPicture.objects.create(name=name)
    return name
