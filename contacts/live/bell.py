"""The bell that shortens the wait for the next reading of the outbox. It may fail; then the news come half a second
later.

Like the doorbell of jobs, it is rung by a thread of its own, so that a broker that is slow or gone costs no writer
anything.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Final

from django.conf import settings
from django.db import transaction
from redis import Redis

from config.servers import cache_url
from jobs.doorbell import Doorbell

CHANGED: Final = "changed"
"""Said when contacts were changed."""

EDITING: Final = "editing"
"""Said when somebody opened or closed the form of a contact."""


def channel() -> str:
    """Return the name of the channel: messages do not keep to the numbered database that the rest is in."""
    number = valkey().connection_pool.connection_kwargs.get("db") or 0
    return f"kith:live:{number}"


def valkey() -> Redis:
    """Return this process's connections to Valkey, for whoever may wait for it: half a second at most."""
    return _connections(cache_url(settings.REDIS_URL))


@cache
def _connections(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5, decode_responses=True)


def ring_on_commit() -> None:
    """Have the bell rung once what is being written is committed. Returns at once, and never raises."""
    transaction.on_commit(partial(_bell.ring, CHANGED))


def _press(word: str) -> None:
    valkey().publish(channel(), word)


_bell: Final = Doorbell(_press)
