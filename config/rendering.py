"""One view, one context, two renderings: the whole page, or the piece of it that htmx asked for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.context import make_context
from django.template.loader import get_template
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
    response = HttpResponse(_rendered(request, name, context), status=status)
    patch_vary_headers(response, VARIES)
    return response


def _rendered(request: HttpRequest, name: str, context: Mapping[str, Any]) -> str:
    """Return a template rendered, as `django.template.loader.render_to_string` does, and let go of its context.

    Django leaves a context and what it was given in a cycle. A page's hold all that it showed, a thousand objects,
    which waited for the garbage collector: a page in twenty was held up by what twenty had left.
    """
    whole = make_context(dict(context), request)
    try:
        return str(get_template(name).template.render(whole))  # type: ignore[attr-defined] # of Django's own backend
    finally:
        whole.dicts.clear()
