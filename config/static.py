"""Static files under hashed, compressed names, and the import map by which our ES modules find each other."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

MODULES = "js/"
STYLES = ("css/kith.css",)
ICON = "img/kith.svg"
_SCRIPT_SAFE = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # whitenoise's storage is untyped
    """Names with a hash once `collectstatic` has run; plain names, served from the sources, in tests.

    ES modules are not rewritten: they import each other as `kith/<name>`, which the page's import map resolves.
    """

    def read_manifest(self) -> str | None:
        """Return the manifest's text, None before the first `collectstatic`."""
        return None if settings.STATIC_ROOT is None else super().read_manifest()

    def stored_name(self, name: str) -> str:
        """Return the hashed name. In tests nothing is collected, and the name stays as it is."""
        return name if settings.STATIC_ROOT is None else super().stored_name(name)


@cache
def modules() -> dict[str, str]:
    """Return the address of every ES module of ours by the name that it is imported by: `kith/<name>`.

    `<name>` is its path under `static/js/` without `.js`. Read once per process: static files change at a restart.
    """
    return {
        f"kith/{path.removeprefix(MODULES).removesuffix('.js')}": staticfiles_storage.url(path)
        for path in sorted(_sources())
    }


def stylesheets() -> list[str]:
    """Return the addresses of `STYLES`. One that was not collected is left out: an error page must never fail."""
    return [address for address in map(_address, STYLES) if address]


def icon() -> str | None:
    """Return the address of the icon that a window shows, None when it was not collected."""
    return _address(ICON)


def import_map() -> str:
    """Return the import map as JSON that may stand inside a `<script>` element."""
    return json.dumps({"imports": modules()}).translate(_SCRIPT_SAFE)


def _address(path: str) -> str | None:
    try:
        return str(staticfiles_storage.url(path))
    except ValueError:
        return None


def _sources() -> list[str]:
    collected: dict[str, Any] = getattr(staticfiles_storage, "hashed_files", {})
    names = collected or [path for finder in finders.get_finders() for path, _ in finder.list([])]
    return [name for name in names if name.startswith(MODULES) and name.endswith(".js")]
