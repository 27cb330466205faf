"""Headers on every kind of answer, from a web process in production mode behind a proxy that speaks https."""

import gzip
import re
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model

from config.web.answers import security_headers
from tests.config.web import Server

HOST = "kith.example.com"
PROXY = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
SECURE = {
    "KITH_LOCAL": "",
    "BASE_URL": f"https://{HOST}",
    "TRUSTED_PROXIES": "1",
    "SECRET_KEY": "only-for-tests-" + "x1y2z3" * 10,
}
KINDS = {
    "page": ("GET", "/page/", 200),
    "redirect": ("GET", "/", 302),
    "static": ("GET", "/static/django_htmx/htmx-2.min.js", 200),
    "sign-in": ("GET", "/accounts/login/", 200),
    "not found": ("GET", "/nothing/", 404),
    "forbidden": ("GET", "/refused/", 403),
    "cross-site": ("POST", "/accounts/login/", 403),
    "failure": ("GET", "/broken/?typed=1", 500),
    "too long": ("GET", "/page/?q=" + "a" * 9000, 414),
    "health": ("GET", "/healthz", 200),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("headers") / "log", **SECURE)
    try:
        yield running.wait()
    finally:
        running.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_carries_the_same_protection(server, kind):
    method, path, status = KINDS[kind]
    response = server.ask(method, path, headers=PROXY)
    assert response.status == status, response.content[:500]
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Server" not in response.headers
    if kind != "static":
        assert response.headers["X-Frame-Options"] == "DENY"
        assert "no-store" in response.headers["Cache-Control"]


def test_static_files_may_be_kept_and_pages_may_not(server):
    kept = server.ask("GET", KINDS["static"][1], headers=PROXY)
    assert "public" in kept.headers["Cache-Control"]


def ask_long(server, kind="text/html; charset=utf-8", **headers):
    asked = {**PROXY, "Accept-Encoding": "gzip, deflate, br, zstd", **headers}
    return server.ask("GET", f"/long-page/?type={quote(kind)}", headers=asked)


def test_pages_are_compressed_for_who_asks_and_never_to_the_same_length(server):
    plain = ask_long(server, **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    small = [ask_long(server) for _ in range(12)]
    assert {answer.headers["Content-Encoding"] for answer in small} == {"gzip"}
    assert {gzip.decompress(answer.content) for answer in small} == {plain.content}
    assert max(len(answer.content) for answer in small) < len(plain.content) / 4
    assert len({len(answer.content) for answer in small}) > 1, "lengths that tell nothing of single letters"
    assert "Accept-Encoding" in small[0].headers["Vary"]
    json = ask_long(server, "application/json")
    assert json.headers["Content-Encoding"] == "gzip"


def test_what_another_site_asks_for_and_what_is_short_or_no_text_is_not_compressed(server):
    for site in ("cross-site", "same-site"):
        assert "Content-Encoding" not in ask_long(server, **{"Sec-Fetch-Site": site}).headers
    for site in ("same-origin", "none"):
        assert ask_long(server, **{"Sec-Fetch-Site": site}).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in ask_long(server, "image/jpeg").headers
    short = server.ask("GET", "/page/", headers={**PROXY, "Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in short.headers


def test_plain_http_is_sent_to_https_and_an_unknown_host_is_refused(server):
    plain = server.ask("GET", "/page/", headers={**PROXY, "X-Forwarded-Proto": "http"})
    assert (plain.status, plain.headers["Location"]) == (301, f"https://{HOST}/page/")
    assert server.ask("GET", "/page/", headers={**PROXY, "Host": "evil.example"}).status == 400


def test_answers_beside_django_have_the_headers_that_django_sets(server):
    django = server.ask("GET", "/page/", headers=PROXY).headers
    beside = server.ask("GET", "/healthz", headers=PROXY).headers
    for name, _value in security_headers():
        assert beside[name.decode()] == django[name.decode()], name


def test_every_answer_of_django_names_its_request(server):
    first, second = (server.ask("GET", "/page/", headers=PROXY).headers["X-Request-ID"] for _ in range(2))
    assert re.fullmatch(r"[0-9a-f-]{36}", first)
    assert first != second


def cookies(response):
    """Return the response's cookies: name → whole line."""
    return {line.partition("=")[0]: line for line in response.headers.get_all("Set-Cookie") or []}


@pytest.fixture
def own_server(child_environment, tmp_path):
    """Return a server on this test's database."""
    environment = {**child_environment, **SECURE}
    running = Server(tmp_path / "log", **environment)
    try:
        yield running.wait()
    finally:
        running.stop()


def test_cookies_are_bound_to_the_host_and_sign_out_empties_the_browser(own_server):
    ann = get_user_model().objects.create_user(email="ann@example.com", password="correct horse battery")
    EmailAddress.objects.create(user=ann, email=ann.email, verified=True, primary=True)
    form = own_server.ask("GET", "/accounts/login/", headers=PROXY)
    token = cookies(form)["__Host-csrf"]
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in token
    assert "Domain" not in token
    headers = {
        **PROXY,
        "Origin": f"https://{HOST}",
        "Cookie": token.partition(";")[0],
        "Content-Type": "application/x-www-form-urlencoded",
    }
    (hidden, *_) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form.content.decode())
    body = f"csrfmiddlewaretoken={hidden}&login=ann%40example.com&password=correct+horse+battery"
    signed_in = own_server.ask("POST", "/accounts/login/", body, headers)
    assert (signed_in.status, signed_in.headers["Location"]) == (302, "/contacts/"), signed_in.content
    session = cookies(signed_in)["__Host-session"]
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in session
    assert "Domain" not in session
    assert "Clear-Site-Data" not in signed_in.headers

    token = cookies(signed_in)["__Host-csrf"].partition(";")[0]
    headers["Cookie"] = f"{session.partition(';')[0]}; {token}"
    signed_out = own_server.ask("POST", "/accounts/logout/", f"csrfmiddlewaretoken={token.partition('=')[2]}", headers)
    assert signed_out.status == 302
    assert signed_out.headers["Clear-Site-Data"] == '"cache", "storage"'
    logged = own_server.log.read_text()
    assert f'"user_id": "{ann.pk}"' in logged
    assert "ann@example.com" not in logged
    assert "correct" not in logged
