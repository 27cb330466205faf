"""Many open streams cost a web process next to nothing: threads and connections are counted while they are open.

`make test-long` opens 2,000 of them.
"""

import time

import pytest
from django.db import connection

from contacts.services import create_contact, star_contacts
from organizations.models import User
from tests.conftest import LONG
from tests.contacts.conftest import person
from tests.factories import make_member, share
from tests.live.streams import Stream, session_of, until_everything_is_told

pytestmark = pytest.mark.django_db(transaction=True)

STREAMS = 2000 if LONG else 200
PEOPLE = STREAMS // 10


def connections():
    """Return how many connections web processes have to this database."""
    with connection.cursor() as sql:
        sql.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kith web' AND datname = current_database()"
        )
        return sql.fetchone()[0]


@pytest.fixture
def crowd(cast):
    """Sessions of many people who may all read Ann's book."""
    people: list[User] = [make_member(cast.organization) for _ in range(PEOPLE)]
    share(cast.book, cast.organization)
    return [session_of(user) for user in people]


def test_many_streams_cost_few_threads_and_connections(another_web, cast, crowd):
    web = another_web()
    contact = create_contact(by=cast.ann, book=cast.book, document=person("Ana"))
    assert web.ask("GET", "/accounts/login/").status == 200  # what pages cost is there before
    threads_before = web.threads()
    streams: list[Stream] = []
    try:
        for number in range(STREAMS):
            streams.append(web.listen(session=crowd[number % PEOPLE]))
        assert {stream.status for stream in streams} == {200}
        threads, used = web.threads(), connections()
        assert threads - threads_before <= 10, threads
        assert used <= 10
        for stream in streams:
            stream.wait_until_caught_up()
        star_contacts(by=cast.ann, contacts=[contact.pk], starred=True)
        until_everything_is_told()
        began = time.monotonic()
        for stream in streams:
            stream.change()
        told = time.monotonic() - began
        assert told < 2
        began = time.monotonic()
        assert web.ask("GET", "/healthz").status == 200
        assert web.ask("GET", "/accounts/login/").status == 200
        assert time.monotonic() - began < 1
        print(f"{STREAMS} streams: {threads - threads_before} threads, {used} connections, told in {told:.2f} s")  # noqa: T201  # the figures of the long run
    finally:
        for stream in streams:
            stream.close()
