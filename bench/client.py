"""A browser: a session over one keep-alive connection, timed from a request's first byte to its answer's last."""

from __future__ import annotations

import http.client
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_ROW = re.compile(r'<div class="row"[^>]*><div><input [^>]*name="contact" value="([0-9a-f-]{36})"')
_CUT = re.compile(r'<p class="cut">')
_MORE = re.compile(r'class="more"[^>]*><a href="([^"]+)"')
TIMEOUT = 120.0
#: A connection that has been idle for so many seconds is not used again, as browsers do not either.
IDLE = 8.0


class SignInError(Exception):
    """Somebody could not sign in; the text says who and what came back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `seconds` from the request's first byte to the answer's last; names of headers in lower case."""

    status: int
    body: str
    seconds: float
    headers: Mapping[str, str]

    @property
    def rows(self) -> list[str]:
        """The ids of the contacts listed, in order."""
        return _ROW.findall(self.body)

    @property
    def is_cut(self) -> bool:
        """Whether the list says that there are more matches than it shows."""
        return _CUT.search(self.body) is not None

    @property
    def more(self) -> str:
        """The address of the next rows, empty at the end."""
        found = _MORE.search(self.body)
        return found[1].replace("&amp;", "&") if found else ""


class Session:
    """One person's browser. Not for several threads at once: `twin` gives another connection of the same session."""

    def __init__(self, port: int, cookies: Mapping[str, str] | None = None) -> None:
        self._port = port
        self._cookies = dict(cookies or {})
        self.connections = 0
        self._used = 0.0
        self._connection: http.client.HTTPConnection | None = None

    def sign_in(self, email: str, password: str) -> Self:
        """Sign in through the form. Raises `SignInError` when it does not lead in."""
        token = self._token("/accounts/login/")
        answer = self.post("/accounts/login/", {"csrfmiddlewaretoken": token, "login": email, "password": password})
        if answer.status != 302 or "session" not in self._cookies:
            raise SignInError(f"{email} could not sign in: the form came back with {answer.status}.")
        return self

    @property
    def cookies(self) -> dict[str, str]:
        """The session's cookies, for another browser."""
        return dict(self._cookies)

    def twin(self) -> Session:
        """Return the same session on a connection of its own."""
        return Session(self._port, self._cookies)

    def get(self, address: str, *, piece: str = "") -> Answer:
        """Ask for a page; with `piece` for the piece that htmx puts into the element of that id."""
        headers = {"HX-Request": "true", "HX-Target": piece} if piece else {}
        return self._ask("GET", address, None, headers)

    def post(self, address: str, fields: Mapping[str, str]) -> Answer:
        """Send a form."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", address, urlencode(fields).encode(), headers)

    def act(self, address: str, *, page: str, fields: Mapping[str, str] | None = None) -> Answer:
        """Send the form of `page` to `address`: its protection against forged requests is taken from there."""
        return self.post(address, {"csrfmiddlewaretoken": self._token(page), **(fields or {})})

    def upload(self, address: str, name: str, content: bytes) -> Answer:
        """Send a file from the form at the same address."""
        mark = secrets.token_hex(16)
        part = f'--{mark}\r\nContent-Disposition: form-data; name="'
        head = f'{part}csrfmiddlewaretoken"\r\n\r\n{self._token(address)}\r\n{part}file"; filename="{name}"\r\n'
        head += "Content-Type: text/csv\r\n\r\n"
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        return self._ask("POST", address, body, {"Content-Type": f"multipart/form-data; boundary={mark}"})

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _token(self, address: str) -> str:
        answer = self.get(address)
        found = _TOKEN.search(answer.body)
        if found is None:
            raise SignInError(f"{address} came back with {answer.status} and without a form.")
        return found[1]

    def _ask(self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        sent = {**headers, "Accept": "text/html"}
        if self._cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if self._connection is not None and time.monotonic() - self._used > IDLE:
            self.close()  # the server hangs up soon, or has
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
            self._connection.connect()
            self.connections += 1
        begun = time.perf_counter()
        try:
            self._connection.request(method, address, body, sent)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        seconds = time.perf_counter() - begun
        self._used = time.monotonic()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _equals, value = line.partition(";")[0].partition("=")
            self._cookies[name.strip()] = value.strip()
        if response.will_close:
            self.close()
        return Answer(
            response.status,
            content.decode(errors="replace"),
            seconds,
            {name.lower(): value for name, value in response.headers.items()},
        )
