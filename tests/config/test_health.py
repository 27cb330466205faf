"""`/healthz` and `/readyz`: what fails, what is only degraded, and that they answer when nothing else does."""

import json
import threading
import time

import pytest
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from config.web import health
from jobs.models import INSTALLATION, Job, Lane
from tests.config.web import Server


@pytest.fixture(autouse=True)
def _asked_afresh(monkeypatch):
    monkeypatch.setattr(health, "_migrated_until", 0.0)


@pytest.fixture
def late_job():
    """Return a job that has been due for two minutes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now() - interval '2 minutes'")
        (due,) = cursor.fetchone()
    return Job.objects.create(
        kind="test", lane=Lane.SHORT, organization_id=INSTALLATION, payload={}, max_attempts=1, run_after=due
    )


@pytest.mark.django_db
def test_all_is_well_on_a_migrated_database_with_a_broker():
    report = health.readiness()
    assert (report["status"], report["reasons"]) == ("ok", {})


@pytest.mark.django_db
def test_a_missing_migration_fails_and_says_the_cure():
    MigrationRecorder.Migration.objects.filter(app="jobs").delete()
    report = health.readiness()
    assert report["status"] == "failed"
    assert "manage.py migrate" in report["reasons"]["migrations"]


@pytest.mark.django_db
def test_a_job_nobody_takes_is_reported_and_pages_go_on(late_job):
    report = health.readiness()
    assert report["status"] == "degraded"
    assert "Is a worker running".lower() in report["reasons"]["jobs"].lower()
    assert 119 < report["oldest_job_seconds"] < 130


@pytest.mark.django_db
def test_a_broker_that_is_down_is_reported_and_pages_go_on(settings, tmp_path):
    settings.REDIS_URL = f"redis+socket://{tmp_path}/nobody.sock"
    report = health.readiness()
    assert (report["status"], list(report["reasons"])) == ("degraded", ["broker"])


@pytest.mark.django_db
def test_a_broker_that_hangs_does_not_hang_the_answer(settings, tmp_path):
    import socket

    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        deaf.listen()
        settings.REDIS_URL = f"redis+socket://{tmp_path}/deaf"
        began = time.monotonic()
        assert list(health.readiness()["reasons"]) == ["broker"]
        assert time.monotonic() - began < 4


@pytest.mark.django_db(transaction=True)
def test_a_transaction_left_open_shows_as_the_horizons_age():
    began, ended = threading.Event(), threading.Event()

    def write_and_wait():
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT pg_current_xact_id()")
            began.set()
            ended.wait(20)
            cursor.execute("ROLLBACK")
        connections.close_all()

    writer = threading.Thread(target=write_and_wait)
    writer.start()
    try:
        assert began.wait(20)
        time.sleep(0.5)
        assert health.readiness()["outbox_horizon_seconds"] >= 0.4
    finally:
        ended.set()
        writer.join()


def test_the_process_is_healthy_without_a_database_and_says_it_is_not_ready(tmp_path):
    nowhere = f"postgres://kith@/kith?host={tmp_path}"
    running = Server(
        tmp_path / "log",
        DATABASE_URL=nowhere,
        SECRET_KEY="x" * 60,
        ENCRYPTION_KEYS="AAAA" * 10 + "AAA=",
        DATABASE_WAIT_SECONDS="2",
    )
    try:
        running.wait()
        assert json.loads(running.ask("GET", "/healthz").content) == {"status": "ok"}
        ready = running.ask("GET", "/readyz")
        assert ready.status == 503
        assert json.loads(ready.content)["reasons"]["database"]
        assert running.ask("GET", "/healthz").status == 200
        page = running.ask("GET", "/contacts/", headers={"Cookie": "session=abcdefghijklmnopqrstuvwxyz012345"})
        assert page.status in {404, 503}
        assert running.ask("POST", "/healthz").status == 405
    finally:
        running.stop()


def test_ready_over_the_wire_from_a_probe_that_names_no_host_of_ours(child_environment, tmp_path):
    running = Server(tmp_path / "log", **child_environment)
    try:
        answer = running.wait().ask("GET", "/readyz", headers={"Host": "10.1.2.3"})
        assert (answer.status, json.loads(answer.content)["status"]) == (200, "ok")
        head = running.ask("HEAD", "/readyz")
        assert (head.status, head.content) == (200, b"")
    finally:
        running.stop()
