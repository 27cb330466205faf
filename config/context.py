"""What every template may use without asking for it."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import mark_safe

# Its quotes stay as they are: the attribute that holds it stands in single ones, of which it has none.
HTMX = mark_safe(  # noqa: S308  # constants
    json.dumps(
        {
            "allowEval": False,
            "includeIndicatorStyles": False,
            "historyCacheSize": 0,
            "historyRestoreAsHxRequest": False,
            "selfRequestsOnly": True,
            "allowScriptTags": False,
            "refreshOnHistoryMiss": False,
            "timeout": 20_000,
            # A form with errors comes back as 422, a conflict to choose in as 409, and is shown in place; other
            # refusals are told, not swapped in.
            "responseHandling": [
                {"code": "204", "swap": False},
                {"code": "[23]..", "swap": True},
                {"code": "422", "swap": True},
                {"code": "409", "swap": True},
                {"code": "[45]..", "swap": False, "error": True},
            ],
        },
        separators=(",", ":"),
    )
)


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `base_url` (no slash at its end), `theme` (light, dark or empty: as the device has it) and
    `htmx_config`, what the `htmx-config` meta tag holds."""
    return {"base_url": settings.BASE_URL, "htmx_config": HTMX, "theme": _theme(request)}


def _theme(request: HttpRequest) -> str:
    """Return what the person chose, on any device; before sign-in, what was chosen in this browser."""
    user = getattr(request, "user", None)
    chosen = user.theme if user is not None and user.is_authenticated else request.COOKIES.get("theme", "")
    return chosen if chosen in {"light", "dark"} else ""
