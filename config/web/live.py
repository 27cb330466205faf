"""Server-Sent Events beside Django: answers that stay open for hours, and hold neither a thread nor a connection to
the database while they do.

The format is that of the HTML Living Standard, section 9.2. What is sent, and to whom, is a room's business: it makes
a `Stream`, puts frames into it from the event loop, and lets `serve` send them.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from typing import Final

from config.web.answers import security_headers
from config.web.types import Headers, Receive, Send

STREAMS: Final = 2500
"""Streams that one process holds open; further ones are refused, and come back later."""

FRAMES: Final = 100
"""Pieces that wait for a reader; one that lets more pile up is hung up on, and starts again when it comes back."""

HEARTBEAT: Final = (15.0, 25.0)
"""Seconds between two signs of life. Each stream waits for another time, so that thousands do not beat at once."""

LIFETIME: Final = (600.0, 900.0)
"""Seconds after which a stream ends, so that every right is asked for anew even if nothing else noticed its end."""

STALLED: Final = 20.0
"""Seconds that a reader may take for one piece."""

GONE: Final = "gone"

_open: "set[Stream]" = set()
_stopping = False


class Stream:
    """One open answer: what waits to be sent, and why it ended. For the event loop's own use, not for other threads."""

    __slots__ = ("_frames", "_news", "why")

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._news = asyncio.Event()
        self.why = ""  # in one word, empty while it is open

    @property
    def is_gone(self) -> bool:
        """Whether there is nobody to send anything to."""
        return self.why == GONE

    def put(self, piece: bytes) -> None:
        """Have `piece`, one or more whole frames, sent. Whoever does not keep up is hung up on."""
        if self.why:
            return
        if len(self._frames) >= FRAMES:
            self._frames.clear()
            self.end("slow")
            return
        self._frames.append(piece)
        self._news.set()

    def end(self, why: str, last: bytes = b"") -> None:
        """Send what waits, then `last`, then hang up. A stream that has ended stays as it is."""
        if self.why:
            return
        if last:
            self._frames.append(last)
        self.why = why
        self._news.set()

    async def take(self, seconds: float) -> bytes:
        """Return all that waits; nothing after so many seconds without news, or when the stream ended."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return b""
        self._news.clear()
        piece = b"".join(self._frames)
        self._frames.clear()
        return piece


def frame(event: str, data: str, *, mark: str = "") -> bytes:
    """Return one event. `data` is a single line; `mark` is the id with which a browser says how far it has come."""
    mark = f"id: {mark}\n" if mark else ""
    return f"{mark}event: {event}\ndata: {data}\n\n".encode()


async def serve(stream: Stream, receive: Receive, send: Send, *, beat: Callable[[], bytes]) -> None:
    """Send what is put into `stream` until it ends, its reader has gone or stalls, or its time is over.

    `beat` makes the frame that is sent when there is nothing else to say. Never raises for what a reader does.
    """
    loop = asyncio.get_running_loop()
    over = loop.time() + random.uniform(*LIFETIME)  # noqa: S311  # spreads them out, hides nothing
    watching = asyncio.create_task(_watch(receive, stream))
    _open.add(stream)
    if _stopping:
        stream.end("stop")
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _headers()})
        await _send(send, b"retry: 2000\n\n")
        while not stream.why:
            piece = await stream.take(random.uniform(*HEARTBEAT))  # noqa: S311  # likewise
            if loop.time() > over:
                stream.end("time")
            if not stream.is_gone:
                await _send(send, piece or beat())
        if not stream.is_gone:
            await _send(send, await stream.take(0), more=False)
    except TimeoutError:
        stream.end("stalled")
    finally:
        _open.discard(stream)
        watching.cancel()


def end_all() -> None:
    """End every stream of this process, and those that are still to come: it is stopping. Their browsers come back by
    themselves, to whatever answers then."""
    global _stopping
    _stopping = True
    for stream in list(_open):
        stream.end("stop")


async def _send(send: Send, piece: bytes, *, more: bool = True) -> None:
    async with asyncio.timeout(STALLED):
        await send({"type": "http.response.body", "body": piece, "more_body": more})


async def _watch(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    stream.end(GONE)


def _headers() -> Headers:
    own = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"x-accel-buffering", b"no"),  # nginx would keep it back otherwise
        (b"vary", b"Cookie"),
    ]
    return own + security_headers()
