"""One log line per request, and answers that no shared cache, back button or next person may keep."""

import time
import uuid

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

log = structlog.get_logger(__name__)

REQUEST_ID = "X-Request-ID"


class RequestLog(MiddlewareMixin):
    """Names each request, tells the log and the person that name, and logs one line when it is answered.

    The line holds method, route, status, milliseconds and ids: never a path, a query, a body or a name.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Start the clock and bind the request's id to everything that is logged until the answer."""
        request.id = str(uuid.uuid4())  # type: ignore[attr-defined] # the middleware's own attribute
        request.began = time.perf_counter()  # type: ignore[attr-defined] # likewise
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.id)  # type: ignore[attr-defined] # likewise

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Log the request and put its id on the answer. Does not query: who asks is logged only if it is known."""
        response.headers[REQUEST_ID] = request.id  # type: ignore[attr-defined] # set above
        write = log.error if response.status_code >= 500 else log.info
        if request.path_info.startswith(settings.STATIC_URL):
            write = log.debug
        write(
            "request",
            method=request.method,
            route=_route(request),
            status=response.status_code,
            ms=round((time.perf_counter() - request.began) * 1000, 1),  # type: ignore[attr-defined] # set above
            user_id=_known_id(request, "_cached_user"),
            organization_id=_known_id(request, "organization"),
        )
        structlog.contextvars.clear_contextvars()
        return response


class CompressedPages(GZipMiddleware):
    """Compresses text that a view made, but nothing that another site had a browser ask for.

    Whoever can put words into a page and watch its compressed size could guess what else the page holds (BREACH,
    breachattack.com). That takes thousands of requests of the victim's browser to our address from elsewhere, and
    browsers say where a request comes from; Django adds a random length besides, and masks CSRF tokens. Static files
    were compressed when they were collected. Downloads and pictures are left as they are.
    """

    KINDS = ("text/html", "text/plain", "application/json")
    LEAST_BYTES = 1000

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress the answer's body where it pays. Does not touch a streamed answer."""
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if not isinstance(response, HttpResponse) or kind not in self.KINDS or len(response.content) < self.LEAST_BYTES:
            return response
        if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
            return response
        return super().process_response(request, response)


class PrivateResponses(MiddlewareMixin):
    """Keeps what a page shows out of every cache, and empties the browser's own at sign-out.

    Static files are answered before this middleware and stay cacheable; a view that sets its own Cache-Control
    keeps it, made private.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Add `Cache-Control`, `Vary` and, when the answer ends a session, `Clear-Site-Data`."""
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        elif "no-store" not in response["Cache-Control"] and "public" not in response["Cache-Control"]:
            patch_cache_control(response, private=True)
        patch_vary_headers(response, ["Cookie"])
        match = request.resolver_match
        left = match is not None and match.view_name == "account_logout" and request.method == "POST"
        if left and "_auth_user_id" not in request.session:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _route(request: HttpRequest) -> str:
    if request.path_info.startswith(settings.STATIC_URL):
        return "static"
    match = request.resolver_match
    return match.view_name or match.route if match is not None else "none"


def _known_id(request: HttpRequest, attribute: str) -> str | None:
    """Return the primary key of what the request already holds, without loading it."""
    known = request.__dict__.get(attribute)
    wrapped = getattr(known, "_wrapped", known)  # a lazy object that nobody looked at holds no pk yet
    key = getattr(wrapped, "pk", None)
    return None if key is None else str(key)
