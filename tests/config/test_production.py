"""Production mode: the deployment check is clean, and static files are hashed, compressed and find each other."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.config.web import Server
from tests.conventions.project import ROOT

PRODUCTION = {
    "KITH_LOCAL": "",
    "KITH_TESTING": "",
    "BASE_URL": "https://kith.example.com",
    "SECRET_KEY": "only-for-tests-" + "x1y2z3" * 10,
}
PROXY = {"Host": "kith.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}


def outside() -> dict[str, str]:
    """Return the environment without what the browser tests set in this process."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}


def manage(*arguments, **environment):
    """Run a command in production mode; return what it did."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={**outside(), **PRODUCTION, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("mail", [{}, {"EMAIL_HOST": "mail.example.com"}], ids=["no mail server", "mail server"])
def test_the_deployment_check_has_nothing_to_say(mail):
    done = manage("check", "--deploy", "--fail-level", "WARNING", **mail)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("variable", "value", "cure"),
    [
        ("BASE_URL", "kith.example.com", "as https://"),
        ("LOG_LEVEL", "LOUD", "Set it to one of"),
        ("PORT", "eighty", "whole number"),
        ("REQUEST_SECONDS", "0", "from 1 to"),
        ("ENCRYPTION_KEYS", "c2hvcnQ=", "32 bytes"),
    ],
)
def test_an_odd_setting_fails_with_its_cure(variable, value, cure):
    done = manage("check", **{variable: value})
    assert done.returncode == 1
    assert variable in done.stderr
    assert cure in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Return the environment of a production server whose static files are collected."""
    environment = {**PRODUCTION, "KITH_DATA": str(tmp_path_factory.mktemp("data")), "TRUSTED_PROXIES": "1"}
    done = manage("collectstatic", "--no-input", "--verbosity", "0", **environment)
    assert done.returncode == 0, done.stderr
    return environment


def test_every_module_is_in_the_import_map_under_a_hashed_name_that_is_served(collected, tmp_path):
    running = Server(tmp_path / "log", **collected)
    try:
        page = running.wait().ask("GET", "/accounts/login/", headers=PROXY)
        markup = page.content.decode()
        ((nonce, content),) = re.findall(r'<script type="importmap" nonce="([\w-]+)">(.*?)</script>', markup)
        assert f"'nonce-{nonce}'" in page.headers["Content-Security-Policy"]
        modules = json.loads(content)["imports"]
        ours = {f"kith/{path.stem}" for path in (ROOT / "static" / "js").glob("*.js")}
        assert set(modules) == ours
        addresses = [*modules.values(), *re.findall(r'(?:src|href)="(/static/[^"]+)"', markup)]
        for address in addresses:
            assert re.search(r"\.[0-9a-f]{12}\.\w+$", address), address
            answer = running.ask("GET", address, headers={**PROXY, "Accept-Encoding": "gzip"})
            assert answer.status == 200, address
            assert "max-age=315360000" in answer.headers["Cache-Control"], address
            assert "immutable" in answer.headers["Cache-Control"], address
            if address.endswith((".js", ".css")) and len(answer.content) > 1000:
                assert answer.headers["Content-Encoding"] == "gzip", address
        again = running.ask("GET", "/accounts/login/", headers=PROXY).content.decode()
        assert nonce not in again
    finally:
        running.stop()


def test_modules_import_each_other_only_by_names_of_the_map():
    names = {f"kith/{path.stem}" for path in (ROOT / "static" / "js").glob("*.js")}
    for path in (ROOT / "static" / "js").glob("*.js"):
        for name in re.findall(r"""^import\b[^'"(]*['"]([^'"]+)['"]""", path.read_text(), re.MULTILINE):
            assert name in names, f"{path.name} imports {name}"
