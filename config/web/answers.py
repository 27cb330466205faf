"""Answers given before Django is reached, with the same headers and in the same look as its own error pages."""

from http import HTTPStatus
from typing import cast

from django.conf import settings
from django.utils.csp import build_policy

from config.errors import Refusal, page
from config.web.types import Headers, Scope, Send


def security_headers() -> Headers:
    """Return the headers that Django's middleware would have set on a page without a script of its own."""
    headers = {
        "content-security-policy": build_policy(cast(dict[str, list[str]], settings.SECURE_CSP)),
        "x-content-type-options": "nosniff",
        "x-frame-options": settings.X_FRAME_OPTIONS,
        "referrer-policy": settings.SECURE_REFERRER_POLICY,
        "cross-origin-opener-policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "cache-control": "no-store",
    }
    if settings.SECURE_HSTS_SECONDS:
        words = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
        words += ["includeSubDomains"] if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else []
        words += ["preload"] if settings.SECURE_HSTS_PRELOAD else []
        headers["strict-transport-security"] = "; ".join(words)
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def refusal(scope: Scope, problem: Refusal) -> tuple[Headers, bytes]:
    """Return headers and body that say `problem`: a page to a browser, one line of text to anything else."""
    wanted = {name: value for name, value in scope["headers"] if name in {b"accept", b"hx-request"}}
    if b"text/html" in wanted.get(b"accept", b"") and wanted.get(b"hx-request") != b"true":
        kind, body = b"text/html; charset=utf-8", page(problem).encode()
    else:
        kind, body = b"text/plain; charset=utf-8", f"{problem}\n".encode()
    own = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), (b"vary", b"Accept, HX-Request")]
    return own + security_headers(), body


async def answer(send: Send, status: int, headers: Headers, body: bytes, *, more: bool = False) -> None:
    """Send a whole response. With `more` the closing message is left to the caller."""
    await send({"type": "http.response.start", "status": int(HTTPStatus(status)), "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": more})
