"""The Celery application as tests start it: Kith's own, plus the handlers that only tests use."""

from config.celery import app

# Loaded after Django is set up, like the tasks of Kith's own rooms.
app.conf.include = ("tests.jobs.handlers",)

__all__ = ["app"]
