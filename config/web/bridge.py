"""Runs Django's WSGI handler in a bounded pool of threads, behind `a2wsgi`.

Django's own ASGI handler costs a page 2.5 to 4 ms more (docs/adr). What a2wsgi leaves open is closed here: the
body is whole before a thread is taken, small answers leave their thread at once however slowly they are read,
and a streamed answer stops when its reader has gone.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import IO, Any, cast
from urllib.parse import quote_from_bytes

import structlog
from a2wsgi.wsgi import WSGIResponder
from django.conf import settings
from django.utils.translation import gettext as _

from config.errors import Refusal
from config.web import limits
from config.web.answers import answer, refusal
from config.web.body import Gone, Refused, declared_length, spool, too_large
from config.web.types import Headers, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

type Environ = dict[str, Any]
type Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

GATHERED_BYTES = 2**20
QUEUED_MESSAGES = 10
LINGER_SECONDS = 5.0
_ASCII = bytes(range(0x21, 0x7F)).decode()


class Bridge:
    """An ASGI app in front of `wsgi`. Holds its two pools of threads for as long as the process runs."""

    def __init__(self, wsgi: Wsgi) -> None:
        self._wsgi = wsgi
        self._pages = ThreadPoolExecutor(limits.PAGE_THREADS, thread_name_prefix="page")
        self._bulk = ThreadPoolExecutor(limits.BULK_THREADS, thread_name_prefix="bulk")
        self._large = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        try:
            problem = _unacceptable(scope)
            if problem:
                raise Refused(problem)
            allowed = limits.allowance(scope["method"], scope["path"])
            length = declared_length(scope)
            if length is not None and length > allowed.largest:
                raise too_large(allowed.largest)
            large = length is None or length > limits.FORM_BYTES
            large = large and allowed.largest > limits.FORM_BYTES
            if large and self._large >= limits.LARGE_BODIES_AT_ONCE:
                raise Refused(_crowded())
            self._large += large
            try:
                body, size = await spool(receive, largest=allowed.largest, grace=settings.REQUEST_SECONDS)
            finally:
                self._large -= large
        except Refused as refused:
            await _refuse(scope, receive, send, refused.problem)
            return
        except Gone:
            return
        with closing(body):
            pool = self._bulk if allowed.bulk or size > limits.BULK_BYTES else self._pages
            await self._serve(scope, receive, send, body, size, pool)

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, body: IO[bytes], size: int, pool: ThreadPoolExecutor
    ) -> None:
        gone = threading.Event()
        reader = asyncio.create_task(_watch(receive, gone))
        inner = {**scope, "headers": _headers(scope["headers"], size), "query_string": _query(scope)}

        async def deliver(message: Message) -> None:
            # Never raises: a2wsgi's thread would wait for ever on the queue of a sender that died.
            if gone.is_set():
                return
            try:
                async with asyncio.timeout(limits.STALLED_SECONDS):
                    await send(message)
            except TimeoutError:
                gone.set()

        def run(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            environ["wsgi.input"], environ["wsgi.errors"] = body, sys.stderr
            return _Answer(self._wsgi, environ, start_response, gone)

        try:
            responder: Any = WSGIResponder(cast(Any, run), pool, QUEUED_MESSAGES)  # its types spell out every message
            await responder(inner, receive, deliver)
        finally:
            gone.set()
            reader.cancel()

    def close(self) -> None:
        """Start nothing new; requests that wait for a thread are dropped."""
        for pool in (self._pages, self._bulk):
            pool.shutdown(wait=False, cancel_futures=True)


class _Answer:
    """A WSGI answer that is gathered into one piece when it is small, and cut short when nobody reads it.

    One piece fits the sender's queue, so its thread is free while a slow reader is still reading.
    """

    def __init__(self, wsgi: Wsgi, environ: Environ, start_response: Callable[..., Any], gone: threading.Event) -> None:
        self._length: int | None = None
        self._start = start_response
        self._gone = gone
        self._head = environ["REQUEST_METHOD"] == "HEAD"
        self._parts = wsgi(environ, self._started)

    def _started(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        lengths = [value for name, value in headers if name.lower() == "content-length"]
        self._length = int(lengths[0]) if lengths else None
        return self._start(status, headers, exc_info)

    def __iter__(self) -> Iterator[bytes]:
        if self._head:
            return
        if self._length is not None and self._length <= GATHERED_BYTES:
            yield b"".join(self._parts)
            return
        for part in self._parts:
            if self._gone.is_set():
                return
            yield part

    def close(self) -> None:
        """Close Django's response: its files, its generator, its database connection."""
        close = getattr(self._parts, "close", None)
        if close is not None:
            close()


async def _watch(receive: Receive, gone: threading.Event) -> None:
    """Set `gone` once the reader hangs up. The body has been read: nothing else can come."""
    while (await receive())["type"] != "http.disconnect":
        continue
    gone.set()


def _headers(given: Headers, size: int) -> Headers:
    """Return the request's headers with the true length of the body.

    Without names that hold an underscore: WSGI could not tell `X_Forwarded_For` from `X-Forwarded-For`, which
    only the proxy may set.
    """
    framing = {b"content-length", b"transfer-encoding"}
    kept = [(name, value) for name, value in given if name not in framing and b"_" not in name]
    return [*kept, (b"content-length", b"%d" % size)]


def _query(scope: Scope) -> bytes:
    """Return the query string in ASCII, as a2wsgi needs it: other bytes are percent-encoded."""
    return quote_from_bytes(scope["query_string"], safe=_ASCII).encode()


def _unacceptable(scope: Scope) -> Refusal | None:
    """Return why a request is refused by its head alone, None when it is not."""
    if scope["method"] not in limits.METHODS:
        return Refusal(
            405,
            _("This cannot be done here"),
            _("Kith knows no request of this kind."),
            _("Open the page in a browser."),
        )
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > limits.TARGET_BYTES:
        return Refusal(
            414,
            _("This address is too long"),
            _("At most %(kilobytes)d kB fit into an address.") % {"kilobytes": limits.TARGET_BYTES // 1024},
            _("Shorten what you search for, then try again."),
        )
    headers = scope["headers"]
    size = sum(len(name) + len(value) + 4 for name, value in headers)
    if len(headers) > limits.HEADERS_COUNT or size > limits.HEADERS_BYTES:
        return Refusal(
            431,
            _("Your browser sent too much"),
            _("The headers of this request, cookies among them, are larger than Kith takes."),
            _("Clear this site's cookies, then try again."),
        )
    return None


def _crowded() -> Refusal:
    return Refusal(
        503,
        _("Several large files are arriving"),
        _("This server takes %(number)d large files at once, and nothing of yours was saved.")
        % {"number": limits.LARGE_BODIES_AT_ONCE},
        _("Wait a minute, then send the file again."),
    )


async def _refuse(scope: Scope, receive: Receive, send: Send, problem: Refusal) -> None:
    """Say `problem` and hang up, after a while in which the sender may finish and read it.

    Hanging up on a sender in full flow would reset the connection, and the sentence would be lost.
    """
    log.warning("refused", status=problem.status, method=scope["method"])
    headers, body = refusal(scope, problem)
    await answer(send, problem.status, [*headers, (b"connection", b"close")], body, more=True)
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while problem.status != 408:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    break
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})
