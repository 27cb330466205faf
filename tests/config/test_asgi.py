"""The real web process, spoken to over real sockets: slow, large, broken and hostile requests."""

import hashlib
import http.client
import json
import os
import re
import socket
import threading
import time
from contextlib import closing

import pytest

from tests.config.web import PATIENCE, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("served") / "log", REQUEST_SECONDS="2")
    try:
        yield running.wait()
    finally:
        running.stop()


@pytest.fixture
def own_server(tmp_path):
    """Return a server that a test may stop."""
    running = Server(tmp_path / "log", REQUEST_SECONDS="2")
    try:
        yield running.wait()
    finally:
        running.process.kill()
        running.process.wait()


def echoed(response):
    assert response.status == 200, response.content
    return json.loads(response.content)


@pytest.mark.parametrize("size", [0, 1, 100_000, 3_000_000])
def test_a_chunked_upload_arrives_whole_with_its_true_length(server, size):
    body = os.urandom(size)
    parts = (body[start : start + 50_001] for start in range(0, size, 50_001))
    seen = echoed(server.ask("POST", "/echo/", parts, {"Transfer-Encoding": "chunked"}, chunked=True))
    assert (seen["length"], seen["declared"]) == (size, str(size))
    assert seen["sha256"] == hashlib.sha256(body).hexdigest()
    assert "HTTP_TRANSFER_ENCODING" not in seen["headers"]


def test_one_connection_serves_many_requests_and_says_when_it_ends(server):
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)) as connection:
        connection.connect()
        first = connection.sock.getsockname()
        for path in ("/page/", "/healthz", "/nothing/", "/page/"):
            connection.request("GET", path)
            connection.getresponse().read()
            assert connection.sock is not None, f"{path} hung up"
            assert connection.sock.getsockname() == first
        connection.request("GET", "/page/", headers={"Connection": "close"})
        assert connection.getresponse().getheader("Connection") == "close"


def test_an_upload_of_known_length_arrives_whole(server):
    body = os.urandom(3_000_000)
    seen = echoed(server.ask("POST", "/echo/", body))
    assert seen["sha256"] == hashlib.sha256(body).hexdigest()


def test_twenty_clients_at_one_byte_a_second_do_not_delay_a_page(server):
    slow = [server.open("POST /echo/ HTTP/1.1", "Host: localhost", "Content-Length: 1000", "") for _ in range(20)]
    try:
        worst = 0.0
        for _ in range(3):
            for one in slow:
                one.sendall(b"x")
            began = time.monotonic()
            assert server.ask("GET", "/page/").status == 200
            worst = max(worst, time.monotonic() - began)
            time.sleep(0.3)
        assert worst < 1
    finally:
        for one in slow:
            one.close()


def test_readers_that_do_not_read_do_not_delay_a_page(server):
    idle = [server.open("GET /weighty/ HTTP/1.1", "Host: localhost", "", narrow=True) for _ in range(40)]
    try:
        time.sleep(0.5)
        began = time.monotonic()
        assert server.ask("GET", "/page/").status == 200
        assert time.monotonic() - began < 1
    finally:
        for one in idle:
            one.close()


def test_a_body_that_does_not_arrive_is_refused_with_a_sentence(server):
    with closing(server.open("POST /echo/ HTTP/1.1", "Host: localhost", "Content-Length: 10", "", "abc")) as raw:
        raw.settimeout(PATIENCE)
        began = time.monotonic()
        answer = raw.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 408 ")
    assert "nothing was saved" in answer
    assert 1.5 < time.monotonic() - began < 5


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_that_is_too_large_is_refused_with_a_sentence(server, chunked):
    part = bytes(2**20)
    headers = {"Accept": "text/html"}
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
        response = server.ask("POST", "/echo/", (part for _ in range(26)), headers, chunked=True)
    else:
        response = server.ask("POST", "/echo/", part * 26, headers)
    assert response.status == 413
    assert b"At most 25 MB can be sent" in response.content
    assert b"<h1>" in response.content
    assert server.ask("GET", "/page/").status == 200


def test_an_import_may_be_larger_than_a_form(server):
    seen = echoed(server.ask("POST", "/books/018f/import/", bytes(27 * 2**20)))
    assert seen["length"] == 27 * 2**20


def test_names_with_underscores_never_reach_django(server):
    sent = {"X_Forwarded_For": "6.6.6.6", "X_Forwarded_Proto": "https", "X-Kept": "1"}
    seen = echoed(server.ask("GET", "/echo/", headers=sent))["headers"]
    assert "HTTP_X_KEPT" in seen
    assert not [name for name in seen if "FORWARDED" in name]


def test_an_address_or_headers_that_are_too_long_are_refused(server):
    assert server.ask("GET", "/page/?q=" + "a" * 9000).status == 414
    assert server.ask("GET", "/page/", headers={"Cookie": "a" * 33_000}).status == 431
    assert server.ask("GET", "/page/", headers={f"X-{n}": "1" for n in range(120)}).status == 431


def test_headers_without_end_are_hung_up_on(server):
    with closing(server.open("GET /page/ HTTP/1.1", "Host: localhost")) as raw:
        endless = b"X-Long: " + b"a" * 10_000_000
        with pytest.raises(OSError, match=r"reset|[Bb]roken pipe"):
            raw.sendall(endless)


def test_odd_bytes_in_an_address_give_no_failure(server):
    for target in (b"/page/?q=\xff\xfe", b"/%ff%00/", b"/page/?q=%00%ff", b"//page/", b"*"):
        with closing(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)) as raw:
            raw.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            status = int(raw.makefile("rb").read().split(b" ", 2)[1])
        assert status < 500, target


def test_head_has_the_headers_of_get_and_no_body(server):
    head, get = server.ask("HEAD", "/page/"), server.ask("GET", "/page/")
    assert (head.status, head.content) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(len(get.content))


def test_a_stream_stops_when_its_reader_has_gone(server, tmp_path):
    mark = tmp_path / "mark"
    with closing(server.open(f"GET /contacts/export/?mark={mark} HTTP/1.1", "Host: localhost", "")) as raw:
        assert raw.recv(1000)
        assert not mark.exists()
    end = time.monotonic() + PATIENCE
    while not mark.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert mark.read_text() == "stopped"


def test_what_has_no_room_yet_is_not_found(server):
    for path in ("/live/changes", "/live", "/mcp", "/nothing/"):
        assert server.ask("GET", path).status == 404, path


def test_a_failure_is_a_page_that_quotes_nothing_and_a_log_line_that_names_the_request(server):
    response = server.ask("GET", "/broken/?typed=Secretname", headers={"Accept": "text/html"})
    assert response.status == 500
    assert b"mistake in Kith" in response.content
    assert b"Secretname" not in response.content
    logged = server.log.read_text()
    assert response.headers["X-Request-ID"] in logged
    assert "Secretname" not in logged
    assert "ann@example.com" not in logged


def test_the_log_line_of_a_request_has_its_route_and_not_its_address(server):
    response = server.ask("GET", "/page/?q=Secretquery", headers={"Cookie": "theme=Secretcookie"})
    lines = [line for line in server.log.read_text().splitlines() if response.headers["X-Request-ID"] in line]
    assert len(lines) == 1
    assert re.search(r"request method=GET route=tests\.config\.served\.page status=200 ms=[\d.]+", lines[0])
    assert "Secret" not in server.log.read_text().replace("Secretname", "")


def test_it_stops_within_five_seconds_although_a_stream_and_a_slow_page_are_open(own_server, tmp_path):
    stream = own_server.open(f"GET /contacts/export/?mark={tmp_path / 'mark'} HTTP/1.1", "Host: localhost", "")
    slow = own_server.open("GET /slow/?seconds=30 HTTP/1.1", "Host: localhost", "")
    with closing(stream), closing(slow):
        assert stream.recv(1000)
        reading = threading.Thread(target=stream.makefile("rb").read)
        reading.start()
        assert own_server.stop() < 6
        reading.join(PATIENCE)


def test_a_request_in_hand_is_answered_before_it_stops(own_server):
    with closing(own_server.open("GET /slow/?seconds=1 HTTP/1.1", "Host: localhost", "")) as raw:
        time.sleep(0.3)
        assert own_server.stop() < 4
        assert raw.makefile("rb").read().endswith(b"done")


def test_an_idle_server_stops_at_once(own_server):
    assert own_server.stop() < 2
