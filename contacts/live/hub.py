"""The streams of one web process, and the one reader that serves them all while there are any.

Twice a second one query asks what was committed; a bell only shortens the wait. News go to those who may read the book
at that moment. Once a second sessions and rights are compared with what they were when the stream was opened: a stream
whose person signed out or lost, or won, any right says so and ends, and a new one is asked everything anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import structlog
from django.db import Error, connection
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled

from config import threads
from config.errors import Refusal
from config.web.live import STREAMS, Stream, frame
from contacts.live import door, outbox, rights
from contacts.live.door import Asked, Entry, Refused
from contacts.live.outbox import Announcement, News
from contacts.live.presence import Presence

log = structlog.get_logger(__name__)

POLL: Final = 0.5
"""Seconds between two readings of the outbox."""

LEAST: Final = 0.1
"""Seconds between two readings, however often the bell rings."""

WATCH: Final = 1.0
"""Seconds between two comparisons of sessions and rights."""

PER_PERSON: Final = 20
PER_SESSION: Final = 10

TOLD_EACH: Final = 20
"""Announcements at once that a stream is told one by one; of more, it is told to start again."""


@dataclass(eq=False, slots=True)
class Subscriber:
    """Somebody's stream. `since` is from which transaction it is to be told, None once it has caught up."""

    entry: Entry
    since: int | None
    stream: Stream = field(default_factory=Stream)


@dataclass(frozen=True, slots=True)
class _Question:
    """What the reader is asked in one round; `sessions` are None when rights are not compared in it."""

    since: int
    people: Collection[UUID]
    sessions: Collection[str] | None
    edited: Collection[UUID]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What it found: who may read each book that there are news of, where the edited contacts are, who still stands."""

    news: News
    readers: Mapping[UUID, set[UUID]]
    edited: Mapping[UUID, tuple[UUID, UUID]]
    standing: Mapping[UUID, str] | None
    sessions: set[str] | None


class Hub:
    """All streams of this process. For the event loop alone; the database is asked in threads of its own."""

    def __init__(self) -> None:
        self._door = ThreadPoolExecutor(threads.LIVE - 1, thread_name_prefix="live-door")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="live-reader")
        self._people: dict[UUID, set[Subscriber]] = {}
        self._new: list[Subscriber] = []
        self._behind: list[Subscriber] = []
        self._coming = 0
        self._position: int | None = None  # the transaction below which everybody knows everything
        self._mark = ""
        self._wake = asyncio.Event()
        self._presence = Presence(self._wake.set)
        self._reading: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """Return how many streams are open."""
        return sum(map(len, self._people.values())) + len(self._new)

    async def enter(self, asked: Asked) -> Subscriber:
        """Let somebody in and begin to tell them; raise `Refused` otherwise. `leave` must follow."""
        if len(self) + self._coming >= STREAMS:
            raise Refused(_crowded(503))
        self._coming += 1
        try:
            entry = await asyncio.get_running_loop().run_in_executor(self._door, door.enter, asked)
        finally:
            self._coming -= 1
        theirs = [*self._people.get(entry.user_id, ()), *(s for s in self._new if s.entry.user_id == entry.user_id)]
        of_session = sum(each.entry.session_key == entry.session_key for each in theirs)
        if len(theirs) >= PER_PERSON or of_session >= PER_SESSION:
            raise Refused(_crowded(429))
        subscriber = Subscriber(entry, entry.since)
        self._new.append(subscriber)
        if entry.again:
            subscriber.stream.put(frame("again", "{}"))
        if entry.editing:
            self._presence.begin(entry.editing, entry.user_id)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read_on())
        self._wake.set()
        return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """Forget a stream that has ended."""
        entry = subscriber.entry
        for waiting in (self._new, self._behind):
            if subscriber in waiting:
                waiting.remove(subscriber)
        theirs = self._people.get(entry.user_id, set())
        theirs.discard(subscriber)
        if not theirs:
            self._people.pop(entry.user_id, None)
        if entry.editing:
            self._presence.end(entry.editing, entry.user_id)
        self._wake.set()

    def beat(self) -> bytes:
        """Return the sign of life, which says how far the streams have come."""
        return frame("beat", "{}", mark=self._mark)

    # --- reading -----------------------------------------------------------------------------------------------

    async def _read_on(self) -> None:
        """Read as long as there are streams."""
        while len(self):
            try:
                await self._read_while_open()
            except Exception:
                # Streams that nobody serves would look alive. Their browsers come back, to a reader that begins anew.
                log.exception("live.broken")
                for subscriber in [*self._everybody(), *self._new]:
                    subscriber.stream.end("broken")
                await asyncio.sleep(POLL)

    async def _read_while_open(self) -> None:
        loop = asyncio.get_running_loop()
        self._position, watched, failures = None, loop.time(), 0
        in_touch = asyncio.create_task(self._presence.run())
        try:
            while len(self):
                began = loop.time()
                watching = began - watched >= WATCH - POLL / 2
                self._wake.clear()
                try:
                    await self._round(watching)
                except Error as error:
                    failures += 1
                    log.warning("live.failed", error=type(error).__name__, failures=failures)
                    if isinstance(error.__cause__, QueryCanceled):
                        self._start_over()
                    await asyncio.sleep(min(POLL * failures, 2))
                    continue
                failures = 0
                watched = began if watching else watched
                await asyncio.sleep(LEAST)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(began + POLL):
                        await self._wake.wait()
        finally:
            in_touch.cancel()
            await asyncio.wait([in_touch])
            await self._in_reader(_let_go)
        await self._presence.leave()

    def _start_over(self) -> None:
        """Give up reading what is too much to be read in one go: everybody looks for themselves."""
        self._position = None
        for subscriber in self._behind:
            subscriber.since = None
        self._behind = []
        for subscriber in self._everybody():
            subscriber.stream.put(frame("again", "{}"))

    async def _in_reader[Found](self, ask: Callable[..., Found], *given: object) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._reader, ask, *given)

    async def _round(self, watching: bool) -> None:
        """Ask once and tell what was found. Whatever fails is asked again in the next round."""
        for subscriber in self._new:
            self._people.setdefault(subscriber.entry.user_id, set()).add(subscriber)
        self._behind += self._new
        self._new = []
        starts = [each.since for each in self._behind if each.since is not None]
        starts += [] if self._position is None else [self._position]
        if not starts:
            starts = [(await self._in_reader(outbox.place, ""))[0]]
        changed = self._presence.take_changed()
        question = _Question(
            since=min(starts),
            people=tuple(self._people),
            sessions={each.entry.session_key for each in self._everybody()} if watching else None,
            edited=changed | self._presence.contacts if self._behind else changed,
        )
        try:
            answer = await self._in_reader(_ask, question)
        except BaseException:
            self._presence.put_back(changed)
            raise
        self._compare(answer)
        self._tell(answer, changed)
        self._position, self._mark = answer.news.upto, answer.news.mark
        for subscriber in self._behind:
            subscriber.since = None
            subscriber.stream.put(self.beat())
        self._behind = []

    def _everybody(self) -> Iterable[Subscriber]:
        return (subscriber for theirs in self._people.values() for subscriber in theirs)

    # --- telling -----------------------------------------------------------------------------------------------

    def _compare(self, answer: _Answer) -> None:
        """End the streams of those whose session, account or rights are not what they were."""
        if answer.standing is None or answer.sessions is None:
            return
        for subscriber in self._everybody():
            entry = subscriber.entry
            now = answer.standing.get(entry.user_id)
            if now is None or entry.session_key not in answer.sessions:
                subscriber.stream.end("session", frame("over", "{}"))
            elif now != entry.standing:
                subscriber.stream.end("rights", frame("again", "{}"))

    def _tell(self, answer: _Answer, changed: set[UUID]) -> None:
        """Put into each stream what its person may know now."""
        news = [(each, frame("change", _told(each))) for each in answer.news.announcements]
        edited = [
            (contact, place, self._presence.editors(contact), contact in changed)
            for contact, place in answer.edited.items()
        ]
        if not news and not edited:
            return
        for subscriber in self._everybody():
            entry = subscriber.entry
            floor = self._position if subscriber.since is None else subscriber.since
            pieces = [
                piece
                for each, piece in news
                if entry.user_id in answer.readers.get(each.book_id, ())
                and entry.organization in {None, each.organization_id}
                and (floor is None or each.last >= floor)
            ]
            if len(pieces) > TOLD_EACH:
                pieces = [frame("again", "{}")]
            pieces += [
                frame("editing", json.dumps({"contact": str(contact), "on": bool(editors)}))
                for contact, (book, organization), editors, is_new in edited
                if (is_new or (subscriber.since is not None and editors))
                and entry.user_id in answer.readers.get(book, ())
                and entry.organization in {None, organization}
                and editors != {entry.user_id}
            ]
            if pieces:
                subscriber.stream.put(b"".join(pieces) + frame("beat", "{}", mark=answer.news.mark))


def _ask(question: _Question) -> _Answer:
    """Read what a round wants to know, in the reader's thread, which keeps its connection. One query when nothing
    happened."""
    try:
        news = outbox.read(question.since)
        edited = rights.books_of(question.edited)
        books = {each.book_id for each in news.announcements} | {book for book, _organization in edited.values()}
        watching = question.sessions is not None
        return _Answer(
            news=news,
            readers=rights.readers(books, question.people) if books else {},
            edited=edited,
            standing=rights.standing(question.people) if watching else None,
            sessions=rights.living_sessions(question.sessions or ()) if watching else None,
        )
    except Error:
        connection.close()  # the next round opens another one
        raise


def _let_go() -> None:
    """Give back the connection of the thread that this runs in."""
    connection.close()


def _told(news: Announcement) -> str:
    """Return an announcement as pages get it: ids and versions alone."""
    named = None if news.contacts is None else {str(contact_id): version for contact_id, version in news.contacts}
    return json.dumps({"book": str(news.book_id), "contacts": named})


def _crowded(status: int) -> Refusal:
    return Refusal(
        status,
        _("Too many pages are open"),
        _("They are kept up to date by streams, of which there are as many as there may be."),
        _("Close some pages, or reload this one now and then."),
    )
