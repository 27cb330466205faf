"""Kith on servers of the operator's: over TCP, with passwords."""

import base64
import http.cookiejar
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.external import external_servers, free_port

PROJECT = Path(__file__).resolve().parents[2]
OWN = {
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "KITH_TESTING",
    "KITH_LOCAL",
    "KITH_DATABASE_NAME",
    "KITH_VALKEY_DATABASE",
    "DATABASE_URL",
    "REDIS_URL",
}


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
    """Set up and use Kith as its operator and its first person do."""
    folder = Path(external["KITH_DATA"]).parent
    command(external, "migrate", "--verbosity", "0")
    command(external, "check", "--deploy", "--database", "default", "--fail-level", "WARNING")
    command(external, "create_user", "ann@example.com", "--password", "a long password", "--organization", "Acme")
    book = json.loads(command(external, "create_book", "Friends", "--owner", "ann@example.com", "--json"))["id"]
    rows = "".join(f"Person{number},Last,person{number}@example.com\n" for number in range(20))
    (folder / "people.csv").write_text("First Name,Last Name,E-mail 1 - Value\n" + rows)
    counts = json.loads(command(external, "import_contacts", str(book), str(folder / "people.csv"), "--json"))
    assert counts == {"created": 20, "updated": 0, "unchanged": 0, "skipped": 0, "failed": 0}
    query = "from contacts.models import ChangeSet; print(ChangeSet.objects.order_by('-pk').first().pk)"
    act = command(external, "shell", "--no-imports", "-c", query)
    with running({**external, "KITH_LOCAL": "1", "PORT": str(free_port())}, folder) as browse:
        form = {"login": "ann@example.com", "password": "a long password"}
        assert "Person7" not in browse("/accounts/login/")
        assert "Person7" in browse("/accounts/login/", form)
        assert "Person7" in browse(f"/books/{book}/")
        browse(f"/changes/{act}/undo/", {}, token_from=f"/changes/{act}/")
        deadline = time.monotonic() + 30
        while "Person7" in browse(f"/books/{book}/"):
            assert time.monotonic() < deadline
            time.sleep(0.2)


@contextmanager
def running(environment, folder):
    """Run all of Kith and yield a function that opens its pages, or posts forms, as one browser does."""
    environment.pop("BASE_URL")
    address = f"http://localhost:{environment['PORT']}"
    cookies = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))

    def browse(path, form=None, token_from=None):
        data = None
        if form is not None:
            page = opener.open(address + (token_from or path), timeout=20).read().decode()
            found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
            assert found, page
            data = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": found[1]}).encode()
        return opener.open(address + path, data, timeout=20).read().decode()

    with open(folder / "run.log", "w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.supervisor"], cwd=PROJECT, env=environment, stdout=log, stderr=log
        )
        try:
            deadline = time.monotonic() + 60
            while "Ctrl-C stops it" not in (said := (folder / "run.log").read_text()):
                assert process.poll() is None, said
                assert time.monotonic() < deadline, said
                time.sleep(0.1)
            yield browse
        finally:
            process.terminate()
            process.wait(30)


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
