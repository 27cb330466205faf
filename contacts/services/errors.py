"""Why the contacts service refuses: each error carries a sentence for the person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied

from contacts.document import ContactDocument
from organizations.permissions import NotVisible

__all__ = ["Busy", "EditConflict", "NotAllowed", "NotVisible"]

if TYPE_CHECKING:
    from contacts.merging import Conflict


class NotAllowed(PermissionDenied):
    """It is visible, but this person may not do that with it. Pages answer 403."""


class Busy(RuntimeError):
    """A long act holds the contact; the sentence says whose. Nothing was written: try again in a moment."""


class EditConflict(Exception):
    """Somebody changed the same fields since: both are kept apart for the person to choose.

    `conflicts` names the fields with before, mine and theirs; `merged` is the document with all else merged and mine
    in the conflicting fields; `version` is the contact's version that `merged` was merged with.
    """

    def __init__(self, conflicts: Sequence[Conflict], merged: ContactDocument, version: int) -> None:
        super().__init__("Somebody changed the same fields since.")
        self.conflicts: list[Any] = list(conflicts)
        self.merged = merged
        self.version = version
