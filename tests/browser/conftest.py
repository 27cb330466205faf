"""A browser that is signed in as one of the cast, and fails the test for anything its console complains about."""

import os
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.test import Client

from tests.factories import make_cast

# Playwright runs a loop in the test's thread; the tests themselves use the database there one step at a time.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

#: What a browser and htmx say of every answer with such a status, which the test looks at itself, and what htmx says of
#: a search that the next letter took the place of.
EXPECTED = ("Failed to load resource", "Response Status Error Code", "htmx:afterRequest", "htmx:sendAbort")


@pytest.fixture
def cast(transactional_db):
    """The cast, committed: the server works in other threads."""
    return make_cast()


@pytest.fixture
def open_as(live_server, browser):
    """Return a function that opens the site as somebody (nobody without) in a window of its own; options are
    Playwright's. The page's `complaints` must stay empty."""
    with windows(browser, live_server.url) as opened:
        yield opened


@contextmanager
def windows(browser, url):
    """Yield the same function for the site at `url`."""
    pages = []

    def opened(user=None, **options):
        context = browser.new_context(base_url=url, **{"viewport": {"width": 1440, "height": 900}, **options})
        context.set_default_timeout(15_000)
        if user is not None:
            client = Client()
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
        page = context.new_page()
        complaints = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend([message.text] if message.type == "error" else []))
        pages.append((page, complaints))
        return page

    yield opened
    for page, complaints in pages:
        page.context.close()
        assert [text for text in complaints if not text.startswith(EXPECTED)] == []
