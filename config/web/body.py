"""Takes a request's whole body off the wire before a thread is given to it.

A thread is never held by a slow sender, a chunked body arrives whole (WSGI knows only Content-Length), and what
is too large is refused before it is stored.
"""

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from config.errors import Refusal
from config.web import limits
from config.web.types import Receive, Scope

_disk = ThreadPoolExecutor(max_workers=2, thread_name_prefix="spool")


class Refused(Exception):
    """The body is not taken. `problem` says why."""

    def __init__(self, problem: Refusal) -> None:
        super().__init__(problem.title)
        self.problem = problem


class Gone(Exception):
    """The sender hung up before the body was complete."""


def declared_length(scope: Scope) -> int | None:
    """Return the request's Content-Length in bytes, None when it has none (chunked, or no body)."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else None
    return None


def too_large(largest: int) -> Refused:
    """Return the refusal of a body larger than `largest` bytes."""
    return Refused(
        Refusal(
            413,
            _("This is too large"),
            _("At most %(megabytes)d MB can be sent at once here.") % {"megabytes": largest // 2**20},
            _("Split the file into smaller ones, or ask whoever runs this server to raise the limit."),
        )
    )


async def spool(receive: Receive, *, largest: int, grace: float) -> tuple[IO[bytes], int]:
    """Read a whole request body; return it as an open file at its start, and its length in bytes.

    Small bodies stay in memory, larger ones go to an unnamed temporary file. Raises `Refused` when the body
    passes `largest` bytes, is slower than `limits.SLOWEST_BYTES_PER_SECOND` after its first `grace` seconds, or
    the disk is full, and `Gone` when the sender hangs up.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    held = bytearray()
    size = 0
    file: IO[bytes] | None = None
    try:
        while True:
            until = began + grace + size / limits.SLOWEST_BYTES_PER_SECOND
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise _too_slow() from None
            if message["type"] == "http.disconnect":
                raise Gone
            held += message.get("body", b"")
            size += len(message.get("body", b""))
            if size > largest:
                raise too_large(largest)
            if len(held) > limits.MEMORY_BYTES:
                file = file or tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - handed on
                await loop.run_in_executor(_disk, file.write, bytes(held))
                held.clear()
            if not message.get("more_body", False):
                break
        if file is None:
            return BytesIO(bytes(held)), size
        await loop.run_in_executor(_disk, _finish, file, bytes(held))
    except OSError as error:
        _close(file)
        raise _no_room() from error
    except BaseException:
        _close(file)
        raise
    return file, size


def _finish(file: IO[bytes], rest: bytes) -> None:
    file.write(rest)
    file.seek(0)


def _close(file: IO[bytes] | None) -> None:
    if file is not None:
        try:
            file.close()
        except OSError:  # a full disk shows again when the last buffer is flushed; the file goes either way
            return


def _too_slow() -> Refused:
    return Refused(
        Refusal(
            408,
            _("This took too long to arrive"),
            _("The connection was too slow or broke off, and nothing was saved."),
            _("Try again with a steadier connection, or in smaller pieces."),
        )
    )


def _no_room() -> Refused:
    return Refused(
        Refusal(
            507,
            _("There is no room left"),
            _("This server has no disk space to take the file, and nothing was saved."),
            _("Tell whoever runs this server, then try again."),
        )
    )
