"""One view, one context, two renderings: the whole page, or the piece of it that htmx asked for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

VARIES = ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"]


def wants_piece(request: HttpRequest) -> bool:
    """Say whether htmx asked for a piece of a page: not a boosted link, not the back button."""
    htmx = request.htmx  # type: ignore[attr-defined] # django_htmx.middleware sets it
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, fragment: str, status: int = 200
) -> HttpResponse:
    """Render `template`, or only its partial `fragment` when htmx asked for a piece of the page.

    Give the page's whole context either way: a fragment is a piece of the page that a reload would show. `status`
    is 422 for a form that comes back with errors.
    """
    name = f"{template}#{fragment}" if wants_piece(request) else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, VARIES)
    return response
