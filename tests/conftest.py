"""What every test runs on: a PostgreSQL, a Valkey and a data folder of this run's own, gone when it ends.

The environment is settled before Django reads it, so settings are loaded here and not by pytest-django's option.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

# pytest-xdist's processes inherit the run's folder from the process that started them.
CONTROLLER = "PYTEST_XDIST_WORKER" not in os.environ
if CONTROLLER:
    os.environ["KITH_DATA"] = tempfile.mkdtemp(prefix="kith-test-", dir="/tmp")  # short: sockets live below it
    Path(os.environ["KITH_DATA"]).chmod(0o711)  # as root, the servers run as another user
    atexit.register(shutil.rmtree, os.environ["KITH_DATA"], ignore_errors=True)
os.environ.update(
    DJANGO_SETTINGS_MODULE="config.settings",
    KITH_TESTING="1",
    KITH_LOCAL="1",
    JOB_LEASE_SECONDS="3",
    JOB_SWEEP_SECONDS="1",
    KITH_VALKEY_DATABASE=str(int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1")[2:]) + 1),
)
for name in ("KITH_PROCESS", "BASE_URL", "HOST", "PORT", "ALLOWED_HOSTS", "DEFAULT_REGION", "EMAIL_HOST", "LOG_LEVEL"):
    os.environ.pop(name, None)

import django  # noqa: E402 - after the environment

django.setup()

import hypothesis  # noqa: E402 - after the environment
from django.conf import settings  # noqa: E402 - after setup
from django.db import connection  # noqa: E402 - after setup

from config.servers import hold  # noqa: E402 - after setup
from tests import emptying  # noqa: E402 - after setup

settings.PASSWORD_HASHERS = ["tests.hashers.QuickArgon2"]
emptying.install()
LONG = bool(os.environ.get("KITH_TEST_LONG"))
CHROMIUM = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

hypothesis.settings.register_profile(
    "kith",
    deadline=None,  # the machine may be busy
    max_examples=1000 if LONG else 50,
    derandomize=not LONG,  # the long run looks for what is new; the short one says the same each time
    database=None,
    print_blob=True,
)
hypothesis.settings.load_profile("kith")

pytest_plugins = ["tests.signing_in", "tests.tripwires", "tests.worker"]
_run = ExitStack()


def pytest_sessionstart(session):
    """Hold the run's servers up, in every process of the run: whichever is killed, the last one ends them."""
    # pytest-xdist's processes inherit this environment; with the name in it, pytest-django would read the settings
    # there before this file has given that process a broker of its own.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    _run.enter_context(hold(Path(os.environ["KITH_DATA"]), testing=True))


def pytest_unconfigure(config):
    """Let go of the servers; their keepers stop them and delete the folder."""
    _run.close()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix) -> Iterator[None]:
    """Have the test database made as Kith needs it, also on a server of DATABASE_URL whose default is another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            connection.creation,
            "sql_table_creation_suffix",
            lambda: (
                "WITH TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' "
                "LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
                if os.environ.get("DATABASE_URL")
                else ""
            ),
        )
        yield


@pytest.fixture
def child_environment(transactional_db) -> dict[str, str]:
    """Return the environment for a process that is to work on this test's database, broker and files."""
    return {**os.environ, "KITH_DATABASE_NAME": connection.settings_dict["NAME"]}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Drive the system's Chromium, which finds no host but this machine."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(
            "The browser tests need Chromium. Install it: `apt-get install chromium`, or Google Chrome on macOS."
        )
    return {
        "executable_path": found,
        "args": [
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            "--disable-dev-shm-usage",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        ],
    }


def pytest_collection_modifyitems(items):
    """Leave the browser tests for the end: once Playwright runs in a process, its loop stays in the main thread."""
    items.sort(key=lambda item: "open_as" in getattr(item, "fixturenames", ()))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep together what shares a worker or a running Kith, in the order of collection (`tests/distribution.py`)."""
    from tests.distribution import Together  # the plugin may be off

    # By size would put tests that commit before those that roll back.
    config.option.loadscopereorder = False
    return Together(config, log)
