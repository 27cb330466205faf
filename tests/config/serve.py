"""Kith's real web process with the addresses of `tests.config.served`: `python -m tests.config.serve PORT`."""

import sys

import uvicorn

import config.asgi  # noqa: F401 - sets up Django before its settings are changed
from config.web.server import options

if __name__ == "__main__":
    from django.conf import settings

    settings.ROOT_URLCONF = "tests.config.served"
    uvicorn.run(**options("127.0.0.1", int(sys.argv[1])))
