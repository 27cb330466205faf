"""The bridge to Django's threads, where a real client would take too long or too much: stalls, full disks, crowds."""

import asyncio
import errno
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.web import bridge, limits
from config.web.body import Gone, Refused, spool


def run(awaitable):
    """Run a coroutine in a thread of its own: Playwright keeps a loop running in the main one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, awaitable).result()


def asked(path="/", method="GET", headers=()):
    """Return the scope of a request."""
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "http_version": "1.1",
        "headers": list(headers),
    }


def told(*messages):
    """Return a `receive` that gives these messages, and then nothing for ever."""
    queue = list(messages)

    async def receive():
        if not queue:
            await asyncio.Event().wait()
        return queue.pop(0)

    return receive


def body(part, more=False):
    return {"type": "http.request", "body": part, "more_body": more}


class Reader:
    """A `send` that keeps what it is given and may stop taking more."""

    def __init__(self, stalls_after=None):
        self.messages = []
        self.stalls_after = stalls_after

    async def __call__(self, message):
        if self.stalls_after is not None and len(self.messages) >= self.stalls_after:
            await asyncio.Event().wait()
        self.messages.append(message)


def test_a_reader_that_stalls_is_given_up_and_the_generator_closed(monkeypatch):
    monkeypatch.setattr(limits, "STALLED_SECONDS", 0.2)
    closed = threading.Event()

    def endless(environ, start_response):
        start_response("200 OK", [])
        try:
            while True:
                yield b"x" * 1000
                time.sleep(0.005)
        finally:
            closed.set()

    reader = Reader(stalls_after=3)
    run(asyncio.wait_for(bridge.Bridge(endless)(asked(), told(body(b"")), reader), 10))
    assert closed.wait(5)
    assert len(reader.messages) == 3


def test_a_failure_in_the_middle_of_a_stream_leaves_it_unfinished():
    def failing(environ, start_response):
        start_response("200 OK", [])
        yield b"half"
        raise RuntimeError("disk gone")

    reader = Reader()
    with pytest.raises(RuntimeError, match="disk gone"):
        run(bridge.Bridge(failing)(asked(), told(body(b"")), reader))
    assert not [m for m in reader.messages if m["type"] == "http.response.body" and not m.get("more_body", False)]


def test_a_small_answer_in_many_parts_leaves_as_one():
    def many(environ, start_response):
        start_response("200 OK", [("Content-Length", "500")])
        return [b"x"] * 500

    reader = Reader()
    run(bridge.Bridge(many)(asked(), told(body(b"")), reader))
    bodies = [m["body"] for m in reader.messages if m["type"] == "http.response.body"]
    assert [len(part) for part in bodies] == [500, 0]


def test_more_large_uploads_than_there_is_room_for_are_asked_to_wait(monkeypatch):
    monkeypatch.setattr(limits, "LARGE_BODIES_AT_ONCE", 1)

    def taking(environ, start_response):
        start_response("200 OK", [])
        return [b"taken"]

    app = bridge.Bridge(taking)
    length = [(b"content-length", b"30000000")]

    async def both():
        first = asyncio.create_task(app(asked("/books/1/import/", "POST", length), told(), Reader()))
        await asyncio.sleep(0.1)
        second = Reader()
        await app(asked("/books/1/import/", "POST", length), told(body(b"")), second)
        form = Reader()
        await app(asked("/contacts/new/", "POST"), told(body(b"a=1")), form)
        first.cancel()
        return second.messages[0]["status"], form.messages[0]["status"]

    assert run(both()) == (503, 200)


def test_a_full_disk_is_said_and_leaves_no_file(monkeypatch):
    files = []

    class Full:
        closed = False

        def __init__(self, **_):
            files.append(self)

        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self):
            self.closed = True

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    parts = told(*(body(b"x" * 2**20, more=True) for _ in range(3)))
    with pytest.raises(Refused) as refused:
        run(spool(parts, largest=2**30, grace=5))
    assert refused.value.problem.status == 507
    assert [file.closed for file in files] == [True]


def test_a_sender_that_hangs_up_halfway_costs_no_thread():
    def never(environ, start_response):
        raise AssertionError("no thread may be taken")

    reader = Reader()
    run(bridge.Bridge(never)(asked("/", "POST"), told(body(b"a", more=True), {"type": "http.disconnect"}), reader))
    assert reader.messages == []
    with pytest.raises(Gone):
        run(spool(told({"type": "http.disconnect"}), largest=10, grace=1))


def test_a_body_must_keep_its_pace():
    async def dripping():
        await asyncio.sleep(0.05)
        return body(b"x", more=True)

    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        run(spool(dripping, largest=10_000, grace=0.5))
    assert refused.value.problem.status == 408
    assert 0.4 < time.monotonic() - began < 2


@pytest.mark.parametrize("size", [0, 1, limits.MEMORY_BYTES, limits.MEMORY_BYTES + 1, 3 * limits.MEMORY_BYTES + 7])
def test_a_body_is_the_same_in_memory_and_on_disk(size):
    whole = bytes(range(256)) * (size // 256 + 1)
    parts = [body(whole[start : min(start + 65_536, size)], more=True) for start in range(0, size, 65_536)]
    file, length = run(spool(told(*parts, body(b"")), largest=size, grace=5))
    with file:
        assert (length, file.read()) == (size, whole[:size])
    with pytest.raises(Refused):
        run(spool(told(*parts, body(b"x")), largest=size, grace=5))


@pytest.mark.parametrize(
    ("method", "path", "bulk", "import_sized"),
    [
        ("POST", "/books/018f/import/", True, True),
        ("POST", "/imports/018f/mapping/", True, True),
        ("GET", "/books/018f/import/", False, False),
        ("GET", "/imports/018f/", False, False),
        ("GET", "/imports/018f/failed/", True, False),
        ("GET", "/books/018f/export/", True, False),
        ("POST", "/contacts/018f/edit/", False, False),
        ("POST", "/x/books/018f/import/", False, False),
    ],
)
def test_uploads_and_downloads_have_threads_of_their_own(settings, method, path, bulk, import_sized):
    allowed = limits.allowance(method, path)
    assert allowed.bulk is bulk
    assert (allowed.largest > settings.IMPORT_MAX_BYTES) is import_sized


def test_an_unknown_method_is_refused():
    reader = Reader()
    run(bridge.Bridge(lambda e, s: [])(asked(method="TRACE"), told(body(b"")), reader))
    assert reader.messages[0]["status"] == 405
