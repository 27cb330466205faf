"""Light, dark, or as the device has it."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from contacts.views.answers import next_of
from organizations.http import SignedInRequest
from organizations.models import Theme, User

COOKIE: Final = "theme"
YEAR: Final = 365 * 24 * 3600


@require_POST
def choose(request: SignedInRequest) -> HttpResponse:
    """Keep the theme on the account, and in a cookie for the pages before sign-in. Rendered with the page: no flash."""
    response = HttpResponseRedirect(next_of(request, "/contacts/"))
    theme = request.POST.get("theme", "")
    if theme not in {Theme.LIGHT, Theme.DARK}:
        theme = Theme.DEVICE
    User.objects.filter(pk=request.user.pk).update(theme=theme)
    if theme:
        response.set_cookie(COOKIE, theme, max_age=YEAR, secure=settings.SECURE, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
