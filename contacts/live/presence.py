"""Who has which contact open for editing: members of one sorted set in Valkey, each with a time at which it lapses.

A web process writes and renews those of its own streams and reads everybody's. Without Valkey nobody is shown as
editing, and nothing else is missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from redis.asyncio import Redis
from redis.exceptions import RedisError

from config.servers import cache_url
from contacts.live import bell

log = structlog.get_logger(__name__)

KEY: Final = "kith:live:editing"
LASTS: Final = 15.0
"""Seconds after which somebody whose process died is not shown as editing any more."""

RENEWED: Final = 5.0
"""Seconds between two renewals."""

type Pair = tuple[UUID, UUID]
"""A contact, and who has it open for editing."""


def editors_of(contact_id: UUID) -> list[UUID]:
    """Return who has the contact open for editing, as Valkey knows it; nobody when it does not answer."""
    try:
        valkey = bell.valkey()
        living: Any = valkey.zrangebyscore(KEY, _seconds(valkey.time()), "+inf")
    except RedisError:
        return []
    return sorted({user for contact, user in _pairs(living) if contact == contact_id})


class Presence:
    """What this process knows of it, and its line to Valkey, over which the bells come too. For the event loop."""

    def __init__(self, heard: Callable[[], None]) -> None:
        """Take what is called when a bell rang or somebody began or ceased to edit."""
        self._heard = heard
        self._own: Counter[Pair] = Counter()
        self._told: set[Pair] = set()  # what Valkey holds of ours
        self._all: frozenset[Pair] = frozenset()
        self._changed: set[UUID] = set()
        self._stale = asyncio.Event()

    def begin(self, contact_id: UUID, user_id: UUID) -> None:
        """Note that somebody opened a contact's form."""
        self._own[contact_id, user_id] += 1
        self._stale.set()

    def end(self, contact_id: UUID, user_id: UUID) -> None:
        """Note that they closed it."""
        self._own[contact_id, user_id] -= 1
        self._own += Counter()  # forgets those that are at nought
        self._stale.set()

    def editors(self, contact_id: UUID) -> set[UUID]:
        """Return who edits a contact."""
        return {user for contact, user in self._all if contact == contact_id}

    @property
    def contacts(self) -> set[UUID]:
        """The contacts that somebody edits."""
        return {contact for contact, _user in self._all}

    def take_changed(self) -> set[UUID]:
        """Return the contacts whose editors have changed since this was last asked."""
        changed, self._changed = self._changed, set()
        return changed

    def put_back(self, changed: set[UUID]) -> None:
        """Have `take_changed` return these again: nobody could be told."""
        self._changed |= changed

    async def run(self) -> None:
        """Keep in touch with Valkey until cancelled; while it is away, try again every few seconds."""
        while True:
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._exchange_on())
                    both.create_task(self._listen())
            except* (RedisError, OSError) as failed:
                log.info("live.bell_away", error=type(failed.exceptions[0]).__name__)
            self._told.clear()
            self._see(frozenset())
            await asyncio.sleep(random.uniform(1.0, 3.0))  # noqa: S311  # spreads them out, hides nothing

    async def leave(self) -> None:
        """Take back what Valkey still holds of ours, if it answers."""
        with contextlib.suppress(RedisError, OSError):
            async with _valkey() as valkey:
                await self._exchange(valkey)

    async def _listen(self) -> None:
        async with _valkey() as valkey, valkey.pubsub() as ears:
            await ears.subscribe(bell.channel())
            while True:
                message = await ears.get_message(ignore_subscribe_messages=True, timeout=RENEWED)
                if message is not None and message["data"] == bell.EDITING:
                    self._stale.set()
                elif message is not None:
                    self._heard()

    async def _exchange_on(self) -> None:
        async with _valkey() as valkey:
            while True:
                self._stale.clear()
                await self._exchange(valkey)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(RENEWED):
                        await self._stale.wait()

    async def _exchange(self, valkey: Redis) -> None:
        """Write what is ours, take back what was, and read what is everybody's."""
        own = set(self._own)
        begun, ended = own - self._told, self._told - own
        now = _seconds(await valkey.time())
        async with valkey.pipeline(transaction=True) as pipe:
            pipe.zremrangebyscore(KEY, "-inf", now)
            if ended:
                pipe.zrem(KEY, *map(_member, ended))
            if own:
                pipe.zadd(KEY, dict.fromkeys(map(_member, own), now + LASTS))
                pipe.expire(KEY, int(4 * LASTS))
            if begun or ended:
                pipe.publish(bell.channel(), bell.EDITING)
            pipe.zrange(KEY, 0, -1)
            answers = await pipe.execute()
        self._told = own
        self._see(frozenset(_pairs(answers[-1])))

    def _see(self, now: frozenset[Pair]) -> None:
        changed = {contact for contact, _user in now ^ self._all}
        self._all = now
        if changed:
            self._changed |= changed
            self._heard()


def _valkey() -> Redis:
    return Redis.from_url(
        cache_url(settings.REDIS_URL), socket_timeout=2, socket_connect_timeout=2, decode_responses=True
    )


def _seconds(time: Any) -> float:
    """Return Valkey's own clock in seconds: the machines' may differ."""
    seconds, microseconds = time
    return float(seconds) + float(microseconds) / 1e6


def _member(pair: Pair) -> str:
    return f"{pair[0]}:{pair[1]}"


def _pairs(members: Iterable[str]) -> Iterator[Pair]:
    """Read members of the set; what somebody else may have put there counts as absent."""
    for member in members:
        contact, _colon, user = member.partition(":")
        with contextlib.suppress(ValueError):
            yield UUID(contact), UUID(user)
