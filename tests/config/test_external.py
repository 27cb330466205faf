"""Kith on servers of the operator's: over TCP, with passwords."""

import base64
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.external import external_servers

PROJECT = Path(__file__).resolve().parents[2]
OWN = {"KITH_TESTING", "KITH_LOCAL", "KITH_DATABASE_NAME", "KITH_VALKEY_DATABASE", "DATABASE_URL", "REDIS_URL"}


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="kith-x-", dir="/tmp", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def production(folder):
    """The environment of a server in production whose database is away."""
    own = {name: value for name, value in os.environ.items() if name not in OWN}
    return {
        **own,
        "KITH_DATA": str(folder / "data"),
        "BASE_URL": "https://kith.example.com",
        "DATABASE_URL": "postgres://ann:secret@127.0.0.1:1/kith",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "x",
        "ENCRYPTION_KEYS": "",
    }


def command(environment, *arguments):
    """Run a command in production mode and return what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_migrate_and_work_over_tcp_with_a_password(production, folder):
    with external_servers(folder) as environment:
        work({**production, **environment})
    assert not (folder / "data" / "postgres").exists(), "no server of our own was started"


def work(external):
    """Set up and use Kith as its operator."""
    command(external, "migrate", "--verbosity", "0")
    command(external, "check", "--deploy", "--database", "default", "--fail-level", "WARNING")
    command(external, "create_user", "ann@example.com", "--password", "a long password", "--organization", "Acme")
    made = command(external, "create_book", "Friends", "--owner", "ann@example.com", "--json")
    assert json.loads(made)


def test_a_missing_secret_is_a_sentence(production):
    del production["SECRET_KEY"]
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=PROJECT, env=production, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("SECRET_KEY is not set. With DATABASE_URL every machine needs the same one")
    assert "Traceback" not in done.stderr


def test_a_server_that_is_away_is_a_sentence(production):
    production["ENCRYPTION_KEYS"] = base64.b64encode(b"k" * 32).decode()
    done = subprocess.run(
        [sys.executable, "manage.py", "create_user", "ann@example.com", "--password", "a long password"],
        cwd=PROJECT,
        env=production,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The database cannot be reached: ")
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr
