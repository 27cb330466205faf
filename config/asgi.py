"""The one port: pages through Django, live streams and MCP beside it, health answered first."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402 - reads the settings that setup() prepares

from config.web import health  # noqa: E402 - likewise
from config.web.bridge import Bridge  # noqa: E402 - likewise
from config.web.lifespan import lifespan  # noqa: E402 - likewise
from config.web.routes import mounted  # noqa: E402 - likewise
from config.web.types import Receive, Scope, Send  # noqa: E402 - likewise

_django = Bridge(WSGIHandler())


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one connection of the server: a request, or the process's own start and end."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send, stop=_django.close)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
    elif scope["path"] in health.PATHS:
        await health.answer_health(scope, send)
    else:
        await (mounted(scope["path"]) or _django)(scope, receive, send)
