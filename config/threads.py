"""How many threads a web process works with: by default by the cores that it may use, as are its connections."""

import os

from config import env

BULK = 4
"""Threads for uploads and downloads, beside those for pages."""

LIVE = 3
"""Threads of all live streams together, however many are open: one reads what changed, two let people in."""


def pages() -> int:
    """Return how many threads answer pages: WEB_THREADS, else four a core and four, at most 32.

    A page waits for PostgreSQL for most of its time, and the waiting ones cost nothing; beyond a few a core, more
    only take turns at Python's lock and hold connections. Raises `ImproperlyConfigured` for an odd WEB_THREADS.
    """
    return env.number("WEB_THREADS", min(4 * cores() + 4, 32), least=1, most=256)


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
