"""Pictures that people upload: taken in through a process of their own, stored as WebP under random names."""

from __future__ import annotations

import io
import secrets
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from PIL import Image

from config import picture_decoder

PATIENCE: Final = 20  # seconds on the clock; the process has ten of the processor
AT_ONCE: Final = 2  # decoders of this process: each may take a gigabyte and a processor
WAIT: Final = 5.0  # seconds for one of them, in which a thread for pages is held

_DECODER = Path(picture_decoder.__file__)
_slots = threading.BoundedSemaphore(AT_ONCE)


class BadPicture(ValueError):
    """The file cannot be a picture here; the message says why and what to do."""


def store(upload: File[bytes], *, folder: str) -> str:
    """Return the storage name, in `folder`, of the picture: WebP of at most 512 by 512 pixels, without metadata.

    Takes up to a few seconds of a second process, which is limited in memory and time. Raises `BadPicture`.
    """
    most = settings.AVATAR_MAX_BYTES
    if upload.size > most:
        raise BadPicture(_("The picture has more than %(most)d MB. Choose a smaller one.") % {"most": most // 2**20})
    return keep(decode(upload.read()), folder=folder)


def keep(picture: bytes, *, folder: str) -> str:
    """Return the storage name, in `folder`, of a picture that `decode` returned."""
    return str(default_storage.save(f"{folder}/{secrets.token_hex(16)}.webp", ContentFile(picture)))


def decode(data: bytes, *, patience: float = PATIENCE) -> bytes:
    """Return a picture re-encoded as WebP by the decoder process, in `patience` seconds. Raises `BadPicture`."""
    if not _slots.acquire(timeout=WAIT):
        raise BadPicture(_("Several pictures are being read at the moment. Choose yours again in a little while."))
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own file
            [sys.executable, "-I", str(_DECODER)],
            input=data,
            capture_output=True,
            timeout=patience,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise BadPicture(_("The picture takes too long to read. Save it anew, or choose another one.")) from None
    finally:
        _slots.release()
    if done.returncode == picture_decoder.TOO_LARGE:
        raise BadPicture(
            _("The picture has more than %(most)d megapixels. Choose a smaller one.")
            % {"most": picture_decoder.PIXELS // 1_000_000}
        )
    if done.returncode != 0 or not done.stdout:
        raise BadPicture(_("This is not a picture that Kith can read. Choose a JPEG, PNG, WebP or AVIF file."))
    return done.stdout


def portable(stored: str) -> tuple[str, bytes] | None:
    """Return a stored picture as ("jpeg", bytes), or as ("png", bytes) when it lets something shine through.

    For programs that do not read WebP. None when it is gone, or no picture of ours. Takes some milliseconds here: only
    what `store` wrote is read, never what somebody sent.
    """
    form, options = "jpeg", {"quality": 90}
    try:
        with default_storage.open(stored) as file, Image.open(file, formats=("WEBP",)) as picture:
            if "A" in picture.getbands():
                form, options = "png", {}
            output = io.BytesIO()
            picture.save(output, form.upper(), **options)
    except (OSError, ValueError):
        return None
    return form, output.getvalue()


def answer(stored: str) -> FileResponse:
    """Return the stored picture to whoever may see it, as an image and nothing else; `Http404` when it is gone.

    Its name changes with the picture, so that a browser may keep it for an hour.
    """
    try:
        picture = default_storage.open(stored)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(picture, content_type="image/webp")
    response["Content-Disposition"] = 'inline; filename="picture.webp"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=3600"
    return response
