"""Which function does a kind of job. Apps register theirs in `<app>/tasks.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import InterfaceError, InternalError, OperationalError
from django.utils.module_loading import autodiscover_modules

from jobs.models import Lane

if TYPE_CHECKING:
    from jobs.work import Work

RETRYABLE: tuple[type[Exception], ...] = (OperationalError, InterfaceError, InternalError, OSError)
"""Trouble that passes by itself: the database or the network was away, a deadlock, a lock not had in time.

`InternalError` is what psycopg raises when the server ends a transaction that sat idle.
"""


class UnknownKind(LookupError):
    """No installed app registers this kind of job."""


@dataclass(frozen=True, slots=True)
class Handler:
    """How one kind of job is done."""

    kind: str
    function: Callable[["Work"], None]
    lane: Lane
    max_attempts: int
    retry_on: tuple[type[Exception], ...]
    retry_delay: float
    every: timedelta | None


_handlers: dict[str, Handler] = {}
_discovered = False


def handler(
    kind: str,
    *,
    lane: str = Lane.SHORT,
    max_attempts: int = 5,
    retry_on: tuple[type[Exception], ...] = (),
    retry_delay: float = 2.0,
    every: timedelta | None = None,
) -> Callable[[Callable[["Work"], None]], Callable[["Work"], None]]:
    """Register the decorated `function(work: Work) -> None` as what does jobs of `kind` (as "imports.run").

    `lane`: "short" for work of a second or so, "long" for what checkpoints and yields.
    `max_attempts`: claims without progress to a yield before the job is parked; a killed process counts.
    `retry_on`: exceptions to try again for, beside `RETRYABLE`; any other exception parks the job at once, since
    doing the same again would fail the same way. `retry_delay`: seconds before the second attempt, four times as
    long before each further one (at most ten minutes), shortened by chance by up to half.
    `every`: the sweep keeps one such job waiting, this long after the last one ended (actor null, organization
    `INSTALLATION`, payload empty).
    Raises ValueError when the kind is taken by another function.
    """

    def register(function: Callable[["Work"], None]) -> Callable[["Work"], None]:
        taken = _handlers.get(kind)
        if taken is not None and taken.function is not function:
            raise ValueError(f"Two handlers for jobs of kind {kind!r}: {taken.function!r} and {function!r}.")
        _handlers[kind] = Handler(
            kind=kind,
            function=function,
            lane=Lane(lane),
            max_attempts=max_attempts,
            retry_on=(*RETRYABLE, *retry_on),
            retry_delay=retry_delay,
            every=every,
        )
        return function

    return register


def discover() -> None:
    """Import every app's `tasks` module, once a process. Errors in them are raised."""
    global _discovered
    if not _discovered:
        autodiscover_modules("tasks")
        _discovered = True


def find(kind: str) -> Handler:
    """Return the handler of `kind`; raise `UnknownKind`."""
    discover()
    try:
        return _handlers[kind]
    except KeyError:
        raise UnknownKind(
            f"No handler for jobs of kind {kind!r}: is its app installed, its module `tasks` right?"
        ) from None


def kinds() -> dict[str, Handler]:
    """Return all registered handlers by kind."""
    discover()
    return dict(_handlers)
