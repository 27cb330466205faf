"""Pictures of contacts, in a folder of their own."""

from __future__ import annotations

from typing import Final

from django.core.files.base import File

from config import pictures
from config.pictures import BadPicture, decode

__all__ = ["FOLDER", "BadPicture", "decode", "store"]

FOLDER: Final = "avatars"


def store(upload: File[bytes]) -> str:
    """Return the storage name of a contact's picture (`config.pictures.store`). Raises `BadPicture`."""
    return pictures.store(upload, folder=FOLDER)
