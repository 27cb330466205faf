"""Uploaded files: kept under random names until their import has ended, then deleted."""

from __future__ import annotations

import secrets
from functools import partial

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from sync.imports.models import Import

FOLDER = "imports"


def keep_file(file: File[bytes]) -> str:
    """Store an uploaded file and return the name it got."""
    file.seek(0)
    return default_storage.save(f"{FOLDER}/{secrets.token_hex(16)}.csv", file)


def forget_file(imported: Import) -> None:
    """Delete the file of an import once the transaction has committed. Call it within one."""
    if imported.stored:
        Import.objects.filter(pk=imported.pk).update(stored="")
        transaction.on_commit(partial(default_storage.delete, imported.stored))
