"""What a process may ask of the database: connections, and time for a statement, a lock, an idle transaction."""

import os
import threading
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config import threads
from config.servers import database_settings
from tests.config.web import Server


def test_the_web_process_has_a_pool_and_limits(tmp_path, monkeypatch):
    monkeypatch.setenv("KITH_PROCESS", "web")
    for name in ("WEB_THREADS", "DATABASE_POOL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(threads, "cores", lambda: 2)
    found = database_settings(tmp_path)
    assert found["OPTIONS"]["pool"] == {"min_size": 2, "max_size": 12 + 4 + 3, "timeout": 10}, "one for each thread"
    assert found["OPTIONS"]["options"].split("-c ")[1:] == [
        "statement_timeout=15s ",
        "lock_timeout=2s ",
        "idle_in_transaction_session_timeout=60s ",
        "plan_cache_mode=force_generic_plan",
    ]
    assert found["OPTIONS"]["application_name"] == "kith web"
    assert found["CONN_MAX_AGE"] == 0
    monkeypatch.setenv("WEB_THREADS", "3")
    assert database_settings(tmp_path)["OPTIONS"]["pool"]["max_size"] == 3 + 4 + 3
    monkeypatch.setenv("DATABASE_POOL", "5")
    assert database_settings(tmp_path)["OPTIONS"]["pool"]["max_size"] == 5


@pytest.mark.parametrize(("cores", "expected"), [(1, 8), (2, 12), (4, 20), (64, 32)])
def test_threads_follow_the_cores(monkeypatch, cores, expected):
    monkeypatch.delenv("WEB_THREADS", raising=False)
    monkeypatch.setattr(threads, "cores", lambda: cores)
    assert threads.pages() == expected


@pytest.mark.parametrize(
    ("process", "statement", "lock", "idle"),
    [
        ("web", "15s", "2s", "1min"),
        ("worker", "4min", "30s", "1min"),
        ("scheduler", "5min", "0", "1min"),
        ("command", "0", "0", "15min"),  # a person's: only a transaction left open is a mistake
    ],
)
@pytest.mark.django_db
def test_what_a_statement_a_lock_and_an_idle_transaction_may_take(monkeypatch, process, statement, lock, idle):
    """PostgreSQL itself is asked, over a connection that is made with these settings."""
    monkeypatch.setenv("KITH_PROCESS", process)
    options = database_settings(Path(os.environ["KITH_DATA"]))["OPTIONS"]
    now = connection.settings_dict
    names = ("application_name", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    with psycopg.connect(
        dbname=now["NAME"], user=now["USER"], password=now["PASSWORD"], host=now["HOST"], port=now["PORT"],
        options=options["options"], application_name=options["application_name"],
    ) as session:  # fmt: skip
        found = [session.execute(f"SHOW {name}").fetchone()[0] for name in names]
    assert found == [f"kith {process}", statement, lock, idle]


def test_behind_a_pooler_nothing_is_asked_of_a_session(tmp_path, monkeypatch):
    monkeypatch.setenv("KITH_PROCESS", "web")
    assert "DISABLE_SERVER_SIDE_CURSORS" not in database_settings(tmp_path)
    monkeypatch.setenv("DATABASE_POOLER", "true")
    found = database_settings(tmp_path)
    assert found["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert "options" not in found["OPTIONS"]
    assert found["OPTIONS"]["application_name"] == "kith web", "poolers know that one"


@pytest.fixture
def server(child_environment, tmp_path):
    running = Server(tmp_path / "log", **child_environment, PAGE_STATEMENT_SECONDS="3", WEB_THREADS="2")
    try:
        yield running.wait()
    finally:
        running.stop()


def test_a_page_that_waits_too_long_for_the_database_says_so(server):
    with connection.cursor() as sql:
        sql.execute("SELECT pg_advisory_lock(4)")  # what a page of `tests.config.served` waits for
    answers = {}

    def ask(what):
        began = time.monotonic()
        answers[what] = (server.ask("GET", f"/query/?what={what}"), time.monotonic() - began)

    try:
        asking = [threading.Thread(target=ask, args=(what,)) for what in ("sleep", "lock")]
        for one in asking:
            one.start()
        for one in asking:
            one.join()
    finally:
        with connection.cursor() as sql:
            sql.execute("SELECT pg_advisory_unlock(4)")
    for what, (answer, seconds) in answers.items():
        assert answer.status == 503, what
        assert "Its database does not answer or is too busy" in answer.content.decode()
        assert int(answer.headers["Retry-After"]) > 0
        assert seconds < 15, "neither takes as long as it would without limits"
    assert answers["lock"][1] < answers["sleep"][1], "a lock is waited for the shortest"
    # The two threads there are, and their connections, serve the next ones.
    assert [server.ask("GET", "/query/?what=nothing").status for _ in range(4)] == [200] * 4
