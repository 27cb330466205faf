"""Kith's addresses, and a few more that let a test see what arrived (`tests.config.serve`)."""

import hashlib
import json
import time
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
@login_not_required
def echo(request, rest=""):
    """Say what arrived."""
    body = request.read()
    seen = {
        "length": len(body),
        "declared": request.META.get("CONTENT_LENGTH"),
        "sha256": hashlib.sha256(body).hexdigest(),
        "headers": {name: value for name, value in request.META.items() if name.startswith("HTTP_")},
        "query": request.META["QUERY_STRING"],
    }
    return HttpResponse(json.dumps(seen), content_type="application/json")


@login_not_required
def page(request):
    """Answer at once."""
    return HttpResponse("<p>page</p>")


@login_not_required
def weighty(request):
    """Answer more than a socket holds, in many parts, as a file is sent."""
    parts = (b"x" * 4096 for _ in range(240))
    return StreamingHttpResponse(parts, headers={"Content-Length": str(240 * 4096)})


@login_not_required
def stream(request):
    """Send for ever; leave a file when told to stop."""

    def parts():
        try:
            while True:
                yield b"x" * 10_000
                time.sleep(0.01)
        finally:
            Path(request.GET["mark"]).write_text("stopped")

    return StreamingHttpResponse(parts())


@login_not_required
def slow(request):
    """Work for the seconds asked for."""
    time.sleep(float(request.GET["seconds"]))
    return HttpResponse("done")


@login_not_required
def query(request):
    """Have the database do what takes long: `sleep`, or wait for a `lock` that somebody holds."""
    statements = {"sleep": "SELECT pg_sleep(30)", "lock": "SELECT pg_advisory_lock(4)", "nothing": "SELECT 1"}
    with connection.cursor() as sql:
        sql.execute(statements[request.GET["what"]])
    return HttpResponse("done")


@login_not_required
def long_page(request):
    """Answer a page worth compressing, of the kind asked for."""
    return HttpResponse("<p>A page that says the same again.</p>" * 100, content_type=request.GET.get("type"))


@login_not_required
def broken(request):
    """Fail, quoting what somebody typed."""
    raise ValueError(f"invalid literal for int(): '{request.GET['typed']}' from ann@example.com")


@login_not_required
def refused(request):
    """Refuse."""
    raise PermissionDenied


urlpatterns = [
    path("refused/", refused),
    path("contacts/export/", stream),  # in place of the real one
    path("", include("config.urls")),
    path("echo/", echo),
    path("books/<rest>/import/", echo),
    path("page/", page),
    path("weighty/", weighty),
    path("slow/", slow),
    path("query/", query),
    path("long-page/", long_page),
    path("broken/", broken),
]
handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
