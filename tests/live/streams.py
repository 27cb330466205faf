"""Kith's own web process on this test's database, and streams that are read as a browser reads them."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client

from tests.config.web import PATIENCE, Server, free_port


class Web(Server):
    """The web process as `make run` starts it."""

    def __init__(self, log: Path, **environment: str) -> None:
        self.port = free_port()
        self.log = log
        environment = {"KITH_DATABASE_NAME": connection.settings_dict["NAME"], **environment}
        with log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.web.server"],
                env={**os.environ, "KITH_PROCESS": "web", "PORT": str(self.port), **environment},
                stderr=sink,
            )

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def threads(self) -> int:
        """Return how many threads it has."""
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def listen(self, user=None, **query: object) -> "Stream":
        """Open a stream as somebody, or by a `session`."""
        session = query.pop("session", None) or (session_of(user) if user else "")
        headers = query.pop("headers", {})
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return Stream(self.port, f"/live/?{asked}", session, **headers)

    def refuse(self, *args, **query) -> int:
        """Return the status of a stream that is not opened."""
        with self.listen(*args, **query) as stream:
            return stream.status


class Stream:
    """An open stream. What arrives is read by a thread: `events` are (name, data)."""

    def __init__(self, port: int, target: str, session: str, method: str = "GET", **headers: str) -> None:
        self.session = session
        self.events: list[tuple[str, dict]] = []
        self.mark = ""
        self.text = ""
        self.ended = threading.Event()
        self._news = threading.Condition()
        sent = {"Host": f"localhost:{port}", "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}", **headers}
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in sent.items())
        self._socket.sendall(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode())
        self._file = self._socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()
        self._thread = threading.Thread(target=self._read, daemon=True)
        if self.status == 200:
            self._socket.settimeout(None)
            self._thread.start()

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join(PATIENCE)
        self._file.close()
        self._socket.close()

    def named(self, name: str) -> list[dict]:
        """Return what came under a name."""
        with self._news:
            return [data for event, data in self.events if event == name]

    def wait(self, holds, seconds: float = PATIENCE) -> None:
        """Return once `holds(self)`; fail after so many seconds."""
        with self._news:
            assert self._news.wait_for(lambda: holds(self), seconds), f"Not within {seconds} s: {self.events}"

    def change(self, seconds: float = PATIENCE) -> dict:
        """Wait for the first change, and return it."""
        self.wait(lambda stream: any(name == "change" for name, _ in stream.events), seconds)
        return self.named("change")[0]

    def wait_until_caught_up(self) -> "Stream":
        """Return once it is told what happens from now on: the process knows its mark."""
        self.wait(lambda stream: stream.mark or stream.ended.is_set(), 40)
        return self

    def _read(self) -> None:
        event = data = ""
        try:
            while size := int(self._file.readline() or b"0", 16):
                chunk = self._file.read(size + 2)[:-2].decode()
                with self._news:
                    self.text += chunk
                    for line in chunk.split("\n"):
                        field, _, value = line.partition(": ")
                        if field == "event":
                            event = value
                        elif field == "data":
                            data = value
                        elif field == "id":
                            self.mark = value
                        elif not line and event:
                            self.events.append((event, json.loads(data)))
                            event = ""
                    self._news.notify_all()
        except (OSError, ValueError):
            pass
        finally:
            self.ended.set()
            with self._news:
                self._news.notify_all()


def session_of(user) -> str:
    """Return the key of a new session of somebody."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def until_everything_is_told(seconds: float = 60) -> None:
    """Return once no transaction is open that began before now: in a parallel run other tests hold theirs open, and
    what lies above them is not told yet."""
    ends = time.monotonic() + seconds
    with connection.cursor() as sql:
        sql.execute("SELECT pg_current_xact_id()::text::bigint")
        now = sql.fetchone()[0]
        while time.monotonic() < ends:
            sql.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if sql.fetchone()[0] > now:
                return
            time.sleep(0.02)
    raise AssertionError("A transaction stayed open.")
