"""What a request may cost before anything reads it: sizes, counts, times, and which pool of threads serves it."""

import re
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from config import threads

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
HEADERS_BYTES: Final = 32 * 1024
HEADERS_COUNT: Final = 100
TARGET_BYTES: Final = 8 * 1024
FORM_BYTES: Final = 25 * 2**20  # a form with an avatar of AVATAR_MAX_BYTES, and room around it
MEMORY_BYTES: Final = 2**20  # a body up to this size never touches the disk
BULK_BYTES: Final = 2**20  # a larger body is an upload: it gets a thread of the small pool
SLOWEST_BYTES_PER_SECOND: Final = 8 * 1024  # a body must keep this pace after its first seconds
STALLED_SECONDS: Final = 60.0  # a reader that takes nothing for so long has gone
PAGE_THREADS: Final = threads.pages()
BULK_THREADS: Final = threads.BULK
LARGE_BODIES_AT_ONCE: Final = 8

_UPLOAD = re.compile(r"/(?:books/[^/]+/import|imports)/")
_DOWNLOAD = re.compile(r"/(?:books|imports|contacts)/(?:[^/]+/)?(?:export|failed|failures|rows)\b")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one request may send: `largest` body in bytes, and `bulk` when the small pool serves it."""

    largest: int
    bulk: bool


def allowance(method: str, path: str) -> Allowance:
    """Return what a request of `method` to `path` may send, before its body is known."""
    if method in {"POST", "PUT"} and _UPLOAD.match(path):
        return Allowance(largest=settings.IMPORT_MAX_BYTES + 2**20, bulk=True)  # the form's other fields
    return Allowance(largest=FORM_BYTES, bulk=bool(_DOWNLOAD.match(path)))
