"""`/live/`: the ASGI app beside Django that opens streams, and keeps everybody else out."""

from __future__ import annotations

import time
from functools import cache
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError
from django.http.request import split_domain_port, validate_host
from django.utils.translation import gettext as _

from config.errors import Refusal
from config.web.answers import answer, refusal
from config.web.live import serve
from config.web.types import Receive, Scope, Send
from contacts.live.door import Asked, Refused, nothing_here, session_key_of
from contacts.live.hub import Hub, Subscriber

log = structlog.get_logger(__name__)

PATH = "/live/"


@cache
def hub() -> Hub:
    """Return this process's streams."""
    return Hub()


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request for a stream: a page of ours, in the browser of somebody who is signed in.

    Query: `organization` (whose news), `since` (the mark of what the page knows; `Last-Event-ID` counts before it) and
    `editing` (a contact that is open in a form). One log line when it ends, with ids alone.
    """
    began = time.monotonic()
    try:
        subscriber = await _let_in(scope)
    except Refused as refused:
        headers, body = refusal(scope, refused.problem)
        if refused.problem.status == 405:
            headers.append((b"allow", b"GET"))
        await answer(send, refused.problem.status, headers, body)
        log.info("stream", status=refused.problem.status)
        return
    try:
        await serve(subscriber.stream, receive, send, beat=hub().beat)
    finally:
        hub().leave(subscriber)
        log.info(
            "stream",
            status=200,
            seconds=round(time.monotonic() - began),
            ended=subscriber.stream.why or "cancelled",
            user_id=str(subscriber.entry.user_id),
        )


async def _let_in(scope: Scope) -> Subscriber:
    try:
        return await hub().enter(_asked(scope))
    except OperationalError as error:
        log.warning("live.failed", error=type(error).__name__)
        raise Refused(
            Refusal(
                503,
                _("Kith cannot reach its database"),
                _("Live updates are off for the moment."),
                _("The page tries again by itself."),
            )
        ) from error


def _asked(scope: Scope) -> Asked:
    """Read a request's head; raise `Refused` for what is not one for a stream, or comes from elsewhere."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "")
    if scope["path"] != PATH or not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        raise Refused(nothing_here())
    if scope["method"] != "GET":
        raise Refused(
            Refusal(
                405,
                _("This cannot be done here"),
                _("Live updates can only be read."),
                _("Open the page in a browser."),
            )
        )
    # A browser says where a request comes from. Cookies are not sent along from elsewhere, so this comes second.
    from_here = headers.get(b"sec-fetch-site", "same-origin") in {"same-origin", "none"}
    if not from_here or headers.get(b"origin", f"//{host}").partition("//")[2] != host:
        raise Refused(
            Refusal(
                403,
                _("This is for Kith's own pages"),
                _("Another site asked for live updates, and was told nothing."),
                _("Open Kith itself."),
            )
        )
    try:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=20))
        organization, editing = (_id(query.get(name, "")) for name in ("organization", "editing"))
    except ValueError:
        raise Refused(
            Refusal(
                400,
                _("This request makes no sense here"),
                _("What should be the id of an organization or a contact is none."),
                _("Reload the page."),
            )
        ) from None
    return Asked(
        session_key=session_key_of(headers.get(b"cookie", "")),
        organization=organization,
        editing=editing,
        since=(headers.get(b"last-event-id") or query.get("since", ""))[:100],
    )


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None
