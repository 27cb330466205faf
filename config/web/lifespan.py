"""Start and end of the web process, as the server announces them (ASGI specification, lifespan protocol)."""

from collections.abc import Callable

from config.web.types import Receive, Send


async def lifespan(receive: Receive, send: Send, *, stop: Callable[[], None]) -> None:
    """Answer the server's lifespan messages; call `stop` once at the end."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
