"""The web process: uvicorn with the limits that it does not set by itself.

`python -m config.web.server` serves `HOST`:`PORT`; a supervisor starts it as it is.
"""

import asyncio
import gc
import os
import resource
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from config.web import limits, live

GRACEFUL_SECONDS: Final = 4  # with what follows, a stop takes at most 5 s
HEAD_SECONDS: Final = 30.0
CONNECTIONS: Final = 2000 + live.STREAMS
FILES: Final = 200  # what a process holds open besides its connections


class LimitedHttp(HttpToolsProtocol):
    """uvicorn's protocol, which hangs up on a request whose headers are too large or take too long.

    uvicorn's own limits begin where the headers end.
    """

    _head_bytes = 0
    _in_head = True
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as its base does
        """Start the clock for the first request's headers."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._head_arrived()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Begin to stop: a stream would hold up the stop for as long as it may take."""
        super().shutdown()
        live.end_all()

    def on_message_begin(self) -> None:
        """Start the clock for a request's headers."""
        super().on_message_begin()
        self._head_bytes = 0
        self._expect_head()

    def on_headers_complete(self) -> None:
        """Stop the clock."""
        self._head_arrived()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Count what arrives before the headers end."""
        super().data_received(data)
        self._head_bytes += len(data)
        largest = limits.HEADERS_BYTES + limits.TARGET_BYTES + 1024
        if self._in_head and self._head_bytes > largest and not self.transport.is_closing():
            self.send_400_response("The headers of this request are too large.")

    def _expect_head(self) -> None:
        self._head_arrived()
        self._in_head = True
        self._late = self.loop.call_later(HEAD_SECONDS, self._too_late)

    def _head_arrived(self) -> None:
        self._in_head = False
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


def options(host: str, port: int) -> dict[str, Any]:
    """Return uvicorn's arguments for the web process on `host`:`port`."""
    return {
        "app": "config.asgi:application",
        "host": host,
        "port": port,
        "loop": "uvloop",
        "http": LimitedHttp,
        "ws": "none",
        "lifespan": "on",
        "log_config": None,  # config.logs takes uvicorn's records too
        "log_level": "warning",  # its hello names an IP address, and people are to use a name (passkeys)
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,  # TRUSTED_PROXIES says how many there are; uvicorn would believe any on this machine
        "limit_concurrency": CONNECTIONS,
        "timeout_keep_alive": 15,
        "timeout_graceful_shutdown": GRACEFUL_SECONDS,
    }


def allow_connections() -> None:
    """Let this process hold as many connections open as it takes: systems begin with 1,024 files or fewer."""
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + FILES
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    if least < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def main() -> None:
    """Serve until the process is told to stop."""
    from django.conf import settings

    os.environ.setdefault("KITH_PROCESS", "web")
    import config.asgi  # noqa: F401 - sets up Django, so that a bad setting is told before the port is taken

    # Modules stay for good: without them a full collection takes few milliseconds of a page, with them a hundred.
    # Requests leave cycles: at Python's own pace few are collected at a time, seldom they would hold up a page.
    gc.collect()
    gc.freeze()
    allow_connections()
    uvicorn.run(**options(settings.HOST, settings.PORT))


if __name__ == "__main__":
    main()
