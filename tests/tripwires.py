"""Mistakes that no single test looks for: each fails the test in which it happens, wherever it happens.

Undefined template variables, pages cut from an unordered query, connections to the outside, inline script or style
and forms without a CSRF token in what the test client gets, and commit hooks that a test left waiting. They are
noted when they happen (a handler may swallow an exception, another thread may raise it) and reported at the end.
"""

import ipaddress
import os
import socket
import sys
from collections.abc import Generator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.models.query import QuerySet
from django.template import engines
from django.test import Client

PROJECT = Path(__file__).resolve().parent.parent
_noted: list[str] = []


def note(mistake: str) -> None:
    """Fail the running test in its end."""
    if mistake not in _noted:
        _noted.append(mistake)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Report what happened during the test, or while its fixtures were made."""
    result = yield
    if not item.get_closest_marker("leaves_hooks"):
        _look_for_hooks()
    mistakes = _noted[:]
    _noted.clear()
    if mistakes:
        pytest.fail("\n".join(mistakes), pytrace=False)
    return result


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Forget what a failed test noted: the next one is not to blame."""
    _noted.clear()


# --- Templates -------------------------------------------------------------------------------------------------


class Undefined:
    """Stands for `string_if_invalid`: notes a variable that one of our own templates did not find."""

    def __contains__(self, text: str) -> bool:
        return text == "%s"

    def __mod__(self, variable: Any) -> str:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and not hasattr(frame.f_locals.get("context"), "render_context"):
            frame = frame.f_back
        context = frame.f_locals["context"] if frame else None
        template = getattr(getattr(context, "render_context", None), "template", None)
        origin = Path(str(getattr(getattr(template, "origin", None), "name", "")))
        if ours(origin):
            note(f"{origin.relative_to(PROJECT)}: {{{{ {variable} }}}} is undefined. Put it into the context.")
        return ""


def ours(path: Path) -> bool:
    """Return whether a file is this project's and not a package's."""
    return path.is_relative_to(PROJECT) and ".venv" not in path.parts and ".data" not in path.parts


# --- Queries ---------------------------------------------------------------------------------------------------

_getitem = QuerySet.__getitem__


def _ordered_getitem(queryset: Any, key: Any) -> Any:
    caller = sys._getframe(1)
    path = Path(caller.f_code.co_filename)
    if isinstance(key, slice) and not queryset.ordered and ours(path) and "tests" not in path.parts:
        place = f"{path.relative_to(PROJECT)}:{caller.f_lineno}"
        note(f"{place}: a page of {queryset.model.__name__} is cut from a query without an order.")
    return _getitem(queryset, key)


# --- The network -----------------------------------------------------------------------------------------------

_INSIDE = {"localhost", "", socket.gethostname().lower()} | {
    str(urlsplit(os.environ.get(name, "")).hostname or "").lower() for name in ("DATABASE_URL", "REDIS_URL")
}
_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


def inside(host: object) -> bool:
    """Return whether a host is this machine, or a server that the run was told to use."""
    name = (host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")).lower().partition("%")[0]
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name in _INSIDE
    return address.is_loopback or address.is_unspecified or name in _INSIDE


def _guard(own: socket.socket, address: Any) -> None:
    if own.family in {socket.AF_INET, socket.AF_INET6} and not inside(address[0]):
        note(f"A connection to {address[0]} left this machine; speak to a fake in tests/fakes instead.")
        raise ConnectionRefusedError(f"Tests do not speak to {address[0]}.")


def _guarded_connect(own: socket.socket, address: Any) -> None:
    _guard(own, address)
    _connect(own, address)


def _guarded_connect_ex(own: socket.socket, address: Any) -> int:
    _guard(own, address)
    return _connect_ex(own, address)


def _guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    if not inside(host):
        note(f"The name {host} was looked up; speak to a fake in tests/fakes instead.")
        raise socket.gaierror(socket.EAI_NONAME, f"Tests do not look up {host}.")
    return _getaddrinfo(host, *args, **kwargs)


# --- Pages -----------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Reads a page for what the Content-Security-Policy would stop, and for forms that anybody could forge."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self.mistakes: list[str] = []
        self._host = host
        self._form = ""
        self._protected = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        mapped = values.get("type") == "importmap" and values.get("nonce")  # a browser reads it from the page alone
        data = values.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in values and not mapped and not data):
            self.mistakes.append(f"an inline <{tag}>")
        for name, value in values.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                self.mistakes.append(f"{name}=… on <{tag}>")
            held = name == "value" or (name.startswith("data-") and not name.startswith("data-hx-"))  # only data
            if value.strip().lower().startswith(("javascript:", "js:")) and not held:
                self.mistakes.append(f"{name}={value.strip().split(':')[0]}:… on <{tag}>")
        if tag == "form" and values.get("method", "").lower() == "post":
            self._form, self._protected = values.get("action", "") or "(its own page)", False
        if tag == "input" and values.get("name") == "csrfmiddlewaretoken":
            self._protected = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            if not self._protected and urlsplit(self._form).netloc in {"", self._host}:
                self.mistakes.append(f"a form to {self._form} without a CSRF token")
            self._protected = True


_request = Client.request


def _read_pages(client: Client, **request: Any) -> Any:
    response = _request(client, **request)
    if response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming:
        page = Page(request.get("SERVER_NAME", "testserver"))
        page.feed(response.content.decode(response.charset or "utf-8", errors="replace"))
        page.close()
        for mistake in page.mistakes:
            note(f"{request.get('PATH_INFO', '')}: {mistake}.")
    return response


# --- Commit hooks ----------------------------------------------------------------------------------------------


def _look_for_hooks() -> None:
    """Note hooks that wait for a commit which the test's own transaction will never make.

    A bell may be lost: that is what it is (the sweep rings again), and no test need wait for it.
    """
    for _, hook, *_ in getattr(connection, "run_on_commit", ()) if connection.in_atomic_block else ():
        called = hook.func if isinstance(hook, partial) else hook
        if getattr(called, "__module__", "") != "jobs.doorbell":
            name = getattr(called, "__qualname__", repr(called))
            note(
                f"{name} waits for a commit that never comes. Use django_capture_on_commit_callbacks(execute=True) "
                "or transactional_db."
            )


def pytest_configure(config: pytest.Config) -> None:
    """Lay the tripwires; Django has been set up."""
    config.addinivalue_line("markers", "leaves_hooks: means to leave commit hooks waiting")
    guards: list[tuple[Any, str, Any]] = [
        (QuerySet, "__getitem__", _ordered_getitem),
        (socket.socket, "connect", _guarded_connect),
        (socket.socket, "connect_ex", _guarded_connect_ex),
        (socket, "getaddrinfo", _guarded_getaddrinfo),
        (Client, "request", _read_pages),
        (vars(engines["django"])["engine"], "string_if_invalid", Undefined()),
    ]
    for owner, name, guard in guards:
        setattr(owner, name, guard)
