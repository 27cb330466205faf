"""The pictures of a batch of vCards: decoded and kept before the batch is written, so that no transaction waits."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from django.utils.translation import gettext as _

from contacts import avatars
from contacts.avatars import BadPicture
from contacts.items import altered
from sync.imports.reading import Reading

#: Seconds for one picture, and for all of a batch, in which the job's lease must not end.
PATIENCE: Final = 5
BATCH_PATIENCE: Final = 20


def take_in(batch: Sequence[Reading]) -> list[Reading]:
    """Return the rows with their pictures in their documents, pending until a contact is saved with them.

    What is no picture is left out with a remark, and so is what there is no time for. Two queries a picture.
    """
    until = time.monotonic() + BATCH_PATIENCE
    return [_with_picture(row, until) if row.picture and row.document else row for row in batch]


def _with_picture(row: Reading, until: float) -> Reading:
    assert row.document is not None  # noqa: S101 - the caller asked; for the type checker
    try:
        if time.monotonic() >= until:
            raise BadPicture(_("The pictures of the cards before it took too long."))
        name = avatars.store_decoded(row.picture, patience=PATIENCE)
    except BadPicture as problem:
        remark = _("PHOTO: this picture was left out. %(reason)s") % {"reason": problem}
        return replace(row, picture=b"", remarks=(*row.remarks, remark))
    return replace(row, picture=b"", document=altered(row.document, avatar=name))


def leave_out_unused(batch: Sequence[Reading]) -> None:
    """Delete the pictures that no contact took: who is known already keeps theirs. No query without pictures."""
    if names := [row.document.avatar for row in batch if row.document and row.document.avatar]:
        avatars.forget_pending(names)
