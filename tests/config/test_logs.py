"""Logs: one line each, for machines or people, with nothing of anybody's in it."""

import json
import logging
import subprocess
import sys

import pytest
import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError

from config.logs import configure


@pytest.fixture
def lines(capsys):
    """Return a function that gives the JSON lines logged since it was called last."""
    configure({"level": "info", "json": True})
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    structlog.contextvars.clear_contextvars()
    configure(settings.LOGGING)


def test_both_ways_of_logging_come_out_the_same(lines):
    structlog.contextvars.bind_contextvars(request_id="r1")
    structlog.get_logger("kith.part").info("done", count=3)
    logging.getLogger("library").warning("late by %d s", 4)
    ours, theirs = lines()
    assert (ours["event"], ours["count"], ours["level"], ours["logger"]) == ("done", 3, "info", "kith.part")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("late by 4 s", "warning", "library")
    assert ours["request_id"] == theirs["request_id"] == "r1"
    assert ours["timestamp"].endswith("Z")


@pytest.mark.parametrize("name", ["new_password", "refresh_token", "Cookie", "code", "state", "email", "body", "sql"])
def test_values_under_telling_names_are_hidden_at_any_depth(lines, name):
    structlog.get_logger().info("x", **{name: "hunter2"}, outer={name: "hunter2", "more": [{name: ["hunter2"]}]})
    (line,) = lines()
    assert "hunter2" not in json.dumps(line)


@pytest.mark.parametrize(
    "text",
    [
        "mail to ann@example.com failed",
        "Authorization: Bearer abc.def",
        "GET /x?code=abc.def&state=1",
        "token=abc.def rest",
    ],
)
def test_what_slips_into_a_text_is_masked(lines, text):
    logging.getLogger("library").warning(text)
    (line,) = lines()
    assert "ann@" not in line["event"]
    assert "abc.def" not in line["event"]


def test_an_exception_keeps_its_class_and_place_and_loses_what_it_quotes(lines):
    try:
        try:
            int("Anna Żółć")
        except ValueError as error:
            raise IntegrityError(
                'duplicate key value violates unique constraint "handle_once"\n'
                "DETAIL:  Key (key)=(ann@example.com) already exists."
            ) from error
    except IntegrityError:
        structlog.get_logger().exception("import failed", job_id="j1")
    (line,) = lines()
    text = json.dumps(line, ensure_ascii=False)
    assert "django.db.utils.IntegrityError: duplicate key value" in line["exception"][0]
    assert any("test_logs.py" in frame for frame in line["exception"])
    assert "ValueError: invalid literal" in text
    for secret in ("Anna", "Żółć", "ann@example.com", "DETAIL"):
        assert secret not in text


@pytest.mark.parametrize("machine", [True, False])
def test_no_value_starts_a_line_of_its_own(capsys, machine):
    configure({"level": "info", "json": machine})
    try:
        structlog.get_logger().info("a\r\nb", where="c\nfake error\u2028d", **{"e": "\x1b[31mred"})
        logging.getLogger("library").error("f\n%s", "g\rh")
        written = capsys.readouterr().err
    finally:
        configure(settings.LOGGING)
    assert len(written.splitlines()) == 2
    assert "\x1b" not in written


def test_statements_are_never_logged_even_at_debug(capsys):
    configure({"level": "debug", "json": True})
    try:
        logging.getLogger("django.db.backends").debug("(0.1) SELECT %s", "ann")
        logging.getLogger("django.db.backends.schema").debug("CREATE TABLE x")
        logging.getLogger("uvicorn.access").info("GET /contacts/?q=ann")
        assert capsys.readouterr().err == ""
    finally:
        configure(settings.LOGGING)


def test_commands_keep_stdout_for_their_results():
    script = (
        "from config.logs import configure; import structlog;"
        "configure({'level': 'info', 'json': True}); structlog.get_logger().info('to stderr')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert json.loads(done.stderr)["event"] == "to stderr"


def test_an_unknown_level_is_refused():
    with pytest.raises(ImproperlyConfigured, match=r"LOG_LEVEL is 'shout'\. Set it to one of DEBUG"):
        configure({"level": "shout", "json": True})
