"""Which part of the one port answers a path: Django, or an ASGI app that stands beside it."""

from config.web.types import App, Receive, Scope, Send


async def _live(scope: Scope, receive: Receive, send: Send) -> None:
    from contacts.live.app import live  # rooms are imported late: config stands below them

    await live(scope, receive, send)


MOUNTS: dict[str, App] = {"/live/": _live}
"""Path prefix → ASGI app, for what must not hold a thread per open connection. A prefix ends at a slash or at
the path's end: `/mcp` takes `/mcp` and `/mcp/…`, not `/mcproot`."""


def mounted(path: str) -> App | None:
    """Return the app mounted at `path` or above it, else None: then the path is Django's."""
    for prefix, app in MOUNTS.items():
        bare = prefix.rstrip("/")
        if path == bare or path.startswith(f"{bare}/"):
            return app
    return None
