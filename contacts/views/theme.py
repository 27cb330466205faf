"""Light, dark, or as the device has it."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from contacts.views.answers import next_of

COOKIE: Final = "theme"
YEAR: Final = 365 * 24 * 3600


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the theme in a cookie, which the page is rendered by: no flash of the other one. Not a right, nor data."""
    response = HttpResponseRedirect(next_of(request, "/contacts/"))
    theme = request.POST.get("theme", "")
    if theme in {"light", "dark"}:
        response.set_cookie(COOKIE, theme, max_age=YEAR, secure=settings.SECURE, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
