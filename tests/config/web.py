"""Starts Kith's web process on a port of its own and speaks to it over real sockets."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path

PATIENCE = 20


def free_port():
    """Return a port that nothing listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return found.getsockname()[1]


@dataclass
class Answer:
    """A response, read to its end."""

    status: int
    headers: HTTPMessage
    content: bytes


class Server:
    """A web process of Kith's on a port of its own; `log` is where it writes what it logs."""

    def __init__(self, log: Path, **environment: str) -> None:
        self.port = free_port()
        self.log = log
        with log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.config.serve", str(self.port)],
                env={**os.environ, "KITH_PROCESS": "web", **environment},
                stderr=sink,
            )

    def wait(self):
        """Return once it answers."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if self.ask("GET", "/healthz").status == 200:
                    return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"The server did not start:\n{self.log.read_text()}")

    def ask(self, method, path, body=None, headers=None, chunked=False):
        """Make one request; return its answer."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request(method, path, body, headers or {}, encode_chunked=chunked)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def open(self, *lines, narrow=False):
        """Return a socket on which the lines of a request's head were sent.

        A `narrow` one makes the kernel hold a few kB of an answer, not the megabytes that loopback is given.
        """
        raw = socket.socket()
        raw.settimeout(PATIENCE)
        if narrow:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        raw.connect(("127.0.0.1", self.port))
        raw.sendall("\r\n".join([*lines, ""]).encode())
        return raw

    def stop(self):
        """Tell it to stop; return after how many seconds it had ended."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.wait()
        return time.monotonic() - began
