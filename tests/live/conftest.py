"""A cast that other processes see, and a web process for the tests of a file."""

import pytest

from tests.factories import Cast, make_cast
from tests.live.streams import Web


@pytest.fixture
def cast(transactional_db) -> Cast:
    """The cast, committed."""
    return make_cast()


@pytest.fixture(scope="module")
def served(django_db_setup, tmp_path_factory):
    """A web process, started once for a file's tests."""
    running = Web(tmp_path_factory.mktemp("web") / "log")
    try:
        yield running.wait()
    finally:
        running.stop()


@pytest.fixture
def web(served, transactional_db):
    """The same, after the database was made ready for this test."""
    return served


@pytest.fixture
def another_web(transactional_db, tmp_path):
    """Return a function that starts a web process for this test alone, in an environment of its own."""
    started = []

    def start(**environment: str) -> Web:
        started.append(Web(tmp_path / f"log-{len(started)}", **environment))
        return started[-1].wait()

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()
