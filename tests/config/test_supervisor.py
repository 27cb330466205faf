"""`make run`: starts all of it, keeps it running, and leaves nothing behind, however it ends."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from config.supervisor.children import Child, ChildFailedError, stop

PROJECT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def environment(data, port):
    """The environment of a person who types `make run`, not that of this test run."""
    foreign = {"KITH_TESTING", "KITH_LOCAL", "KITH_DATABASE_NAME", "KITH_VALKEY_DATABASE", "DJANGO_SETTINGS_MODULE"}
    foreign |= {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS"}
    own = {name: value for name, value in os.environ.items() if name not in foreign}
    return {**own, "KITH_DATA": str(data), "PORT": str(port), "PYTHONUNBUFFERED": "1"}


def run_it(data, port, **more):
    return subprocess.run(
        [sys.executable, "-m", "config.supervisor"],
        cwd=PROJECT,
        env=environment(data, port),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **more,
    )


def processes():
    """Return parent and command line of every living process, by its number."""
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    split = (line.split(None, 3) for line in listing.splitlines())
    return {int(own): (int(parent), command) for own, parent, state, command in split if "Z" not in state}


def on(data):
    """Return the commands of the keepers and servers of a data folder, by process."""
    return {number: command for number, (_, command) in processes().items() if str(data) in command}


def until(holds, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def answers(port):
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=2) as response:
            return response.status == 200
    except OSError:
        return False


class Run:
    """Kith, run as a person runs it, with all it printed in `log`."""

    def __init__(self, data):
        self.data, self.port, self.log = data, free_port(), data.with_suffix(".log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.supervisor"],
                cwd=PROJECT,
                env=environment(data, self.port),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        until(lambda: "Ctrl-C stops it." in self.said() or self.process.poll() is not None, 90)
        assert self.process.poll() is None, self.said()

    def said(self):
        return self.log.read_text()

    def family(self):
        """Return the commands of all that belongs to this run, by process: descendants, keepers, servers."""
        found, everything = on(self.data), processes()
        parents = {self.process.pid}
        while parents:
            found |= {number: everything[number][1] for number in parents if number in everything}
            parents = {number for number, (parent, _) in everything.items() if parent in parents}
        return found

    def child(self, part):
        """Return the supervisor's own child whose command has `part`, or None."""
        for number, (parent, command) in processes().items():
            if parent == self.process.pid and part in command:
                return number
        return None


@pytest.fixture(scope="module")
def folder():
    found = Path(tempfile.mkdtemp(prefix="kith-r-", dir="/tmp"))
    found.chmod(0o711)
    yield found
    for number in on(found):
        with suppress(ProcessLookupError):  # it was ending by itself
            os.kill(number, signal.SIGKILL)
    shutil.rmtree(found, ignore_errors=True)


@pytest.fixture(scope="module")
def kith(folder):
    """One run for the tests of this module; the last of them ends it."""
    run = Run(folder / "data")
    yield run
    if run.process.poll() is None:
        run.process.kill()
    run.process.wait()


def test_it_says_where_it_is_and_how_to_sign_in(kith):
    assert f"\nKith runs at http://localhost:{kith.port}/\n" in kith.said()
    assert "127.0.0.1" not in kith.said()
    assert re.search(r"\S+@\S+", kith.said()), "how to sign in"
    assert answers(kith.port)
    assert all(kith.child(part) for part in ("config.web.server", " worker ", "run_scheduler"))


def test_a_second_start_says_what_holds_the_data(kith):
    second = run_it(kith.data, free_port())
    assert second.returncode == 1
    assert second.stderr.strip().splitlines() == [
        f"Kith already runs on {kith.data}: process {kith.process.pid}, http://localhost:{kith.port}/. Stop it there "
        "with Ctrl-C, or run a second one beside it with another folder and port: `KITH_DATA=… PORT=… make run`."
    ]


def test_a_port_in_use_is_a_sentence(kith, folder):
    second = run_it(folder / "other", kith.port)
    assert second.returncode == 1
    assert second.stderr.startswith(f"Port {kith.port} on 127.0.0.1 cannot be used")
    assert f"`PORT={kith.port + 1} make run`" in second.stderr
    assert not (folder / "other" / "postgres").exists()


def test_a_command_uses_the_running_servers_and_leaves_them(kith):
    def check():
        return subprocess.run(
            [sys.executable, "manage.py", "check", "--database", "default"],
            cwd=PROJECT, env=environment(kith.data, kith.port) | {"KITH_LOCAL": "1"}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    before = (kith.data / "postgres" / "postmaster.pid").read_text().splitlines()[0]
    done = check()
    assert done.returncode == 0, done.stderr
    time.sleep(0.6)  # longer than a keeper's look
    assert (kith.data / "postgres" / "postmaster.pid").read_text().splitlines()[0] == before
    assert answers(kith.port)


@pytest.mark.crash
def test_killed_children_are_started_again(kith):
    parts = ("config.web.server", " worker ", "run_scheduler")
    before = {part: kith.child(part) for part in parts}
    pool = [number for number, command in kith.family().items() if " worker " in command]
    for number in before.values():
        os.kill(number, signal.SIGKILL)
    until(lambda: all(kith.child(part) not in {None, before[part]} for part in parts))
    assert len(pool) == 3
    assert not set(pool) & set(processes()), "a killed worker's own processes end with it"
    until(lambda: answers(kith.port))
    assert "The worker was ended by SIGKILL; it starts again in 0.25 s." in kith.said()


@pytest.mark.crash
def test_killed_servers_and_keepers_come_back(kith):
    def keepers():
        return {number for number, command in on(kith.data).items() if "-m config.servers" in command}

    before = keepers()
    assert len(before) == 2
    for number in before:
        os.kill(number, signal.SIGKILL)
    until(lambda: len(keepers() - before) == 2)
    until(lambda: b'"ok"' in urllib.request.urlopen(f"http://localhost:{kith.port}/readyz", timeout=5).read())


@pytest.mark.crash
def test_nothing_is_left_when_the_supervisor_is_killed_and_the_next_start_works(kith):
    until(lambda: len(kith.family()) > 8)
    before = kith.family()
    kith.process.kill()
    kith.process.wait()
    until(lambda: not before.items() & {number: command for number, (_, command) in processes().items()}.items(), 10)
    assert not on(kith.data)
    again = Run(kith.data)
    before = again.family()
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(20) == 0
    assert not set(before) & set(processes()), "it ends last"
    assert "Traceback" not in again.said()


def test_a_child_that_cannot_live_ends_it_all_and_says_why(tmp_path):
    child = Child("worker", [sys.executable, "-S", "-c", "raise SystemExit(3)"])
    child.start(tmp_path)
    said = []

    def live():
        for _ in range(1000):
            said.append(child.look(tmp_path))
            time.sleep(0.02)

    with pytest.raises(ChildFailedError, match=r"The worker ended with status 3, for the 5th time within a minute"):
        live()
    pauses = ("0.25", "0.5", "1", "2")
    assert [line for line in said if line] == [
        f"The worker ended with status 3; it starts again in {pause} s." for pause in pauses
    ]
    assert child.ended()


def test_a_child_that_will_not_stop_is_killed_with_all_it_started(tmp_path):
    script = "trap '' TERM; sleep 300 & echo $! > grandchild; touch ready; while :; do wait; done"
    child = Child("worker", ["/bin/sh", "-c", script])
    child.start(tmp_path)
    until(lambda: (tmp_path / "ready").exists())
    stop([child], within=0.3)
    assert child.ended()
    grandchild = int((tmp_path / "grandchild").read_text())

    until(lambda: grandchild not in processes(), 5)


def test_a_wrong_setting_is_a_sentence(folder):
    done = run_it(folder / "other", "eighty")
    assert done.returncode == 1
    assert done.stderr.strip() == "PORT is 'eighty'. Set it to a whole number from 1 to 65535."
