"""The pictures of a batch of vCards: decoded and kept before the batch is written, so that no transaction waits."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from django.utils.translation import gettext as _

from contacts import avatars
from contacts.avatars import BadPicture
from contacts.items import altered
from contacts.services.preparing import prepare
from sync.imports.reading import Reading

#: Seconds for one picture, and for what is written at once: the job's lease must not end meanwhile.
PATIENCE: Final = 10
PART_PATIENCE: Final = 10


def parts(batch: Sequence[Reading], region: str) -> Iterator[list[Reading]]:
    """Yield the rows of a batch with their pictures in their documents, pending until a contact is saved with them.
    `region` is the one that the rows were prepared for.

    All at once, but in parts where pictures take longer than `PART_PATIENCE`. What is no picture is left out with a
    remark. Two queries a picture.
    """
    part: list[Reading] = []
    until = time.monotonic() + PART_PATIENCE
    for row in batch:
        if row.picture and part and time.monotonic() >= until:
            yield part
            part, until = [], time.monotonic() + PART_PATIENCE
        part.append(_with_picture(row, region) if row.picture else row)
    if part:
        yield part


def _with_picture(row: Reading, region: str) -> Reading:
    assert row.prepared is not None  # noqa: S101 - pictures come with documents; for the type checker
    try:
        name = avatars.store_decoded(row.picture, patience=PATIENCE)
    except BadPicture as problem:
        remark = _("PHOTO: this picture was left out. %(reason)s") % {"reason": problem}
        return replace(row, picture=b"", remarks=(*row.remarks, remark))
    return replace(row, picture=b"", prepared=prepare(altered(row.prepared.document, avatar=name), region))


def leave_out_unused(batch: Sequence[Reading]) -> None:
    """Delete the pictures that no contact took: who is known already keeps theirs. No query without pictures."""
    if names := [row.prepared.avatar for row in batch if row.prepared and row.prepared.avatar]:
        avatars.forget_pending(names)
