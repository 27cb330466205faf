"""The tripwires catch what they are laid for, and nothing else."""

import socket
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.template import Context, Template, engines
from django.template.base import Origin
from django.test import Client

from tests import tripwires


@pytest.fixture
def noted(monkeypatch):
    """What a tripwire notes within this test, which is thereby not a failure of it."""
    mistakes: list[str] = []
    monkeypatch.setattr(tripwires, "note", mistakes.append)
    return mistakes


def render(source, place, context=None):
    engine = vars(engines["django"])["engine"]
    return Template(source, origin=Origin(str(place)), engine=engine).render(Context(context or {}))


def test_an_undefined_variable_in_our_template(noted):
    place = tripwires.PROJECT / "templates" / "page.html"
    assert render("<p>{{ book.name }}</p>", place, {"book": {"name": "A"}}) == "<p>A</p>"
    assert render("{% if nothing %}x{% endif %}", place) == ""
    assert noted == []
    assert render("<p>{{ book.nmae }}</p>", place, {"book": {"name": "A"}}) == "<p></p>"
    assert noted == ["templates/page.html: {{ book.nmae }} is undefined. Put it into the context."]


def test_an_undefined_variable_in_a_package_s_template(noted):
    assert render("{{ nothing }}", tripwires.PROJECT / ".venv" / "lib" / "page.html") == ""
    assert noted == []


@pytest.mark.parametrize("host", ["203.0.113.7", "2001:db8::7", "example.com"])
def test_a_connection_to_the_outside(noted, host):
    with pytest.raises((ConnectionRefusedError, socket.gaierror)):
        socket.create_connection((host, 80), timeout=1)
    assert len(noted) == 1
    assert host in noted[0]


def test_a_connection_to_this_machine(noted):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=1).close()
    assert noted == []


@pytest.mark.parametrize(
    ("html", "mistake"),
    [
        ("<script>alert(1)</script>", "an inline <script>"),
        ("<style>p {}</style>", "an inline <style>"),
        ('<p style="color: red">', "style=… on <p>"),
        ('<p onclick="go()">', "onclick=… on <p>"),
        ('<p hx-on:click="go()">', "hx-on:click=… on <p>"),
        ('<a href="javascript:go()">', "href=javascript:… on <a>"),
        ('<form method="post" action="/x/"></form>', "a form to /x/ without a CSRF token"),
        ('<form method="post"><input name="csrfmiddlewaretoken" value="a"></form>', None),
        ('<form method="get"></form><form method="post" action="https://elsewhere.example/"></form>', None),
        ('<script src="/static/a.js" type="module"></script>', None),
        ('<script type="application/json">{}</script>', None),
    ],
)
def test_what_a_page_may_not_hold(noted, monkeypatch, html, mistake):
    monkeypatch.setattr(tripwires, "_request", lambda client, **request: HttpResponse(html))
    Client().get("/somewhere/")
    assert noted == ([f"/somewhere/: {mistake}."] if mistake else [])


@pytest.mark.django_db
@pytest.mark.leaves_hooks
def test_a_hook_that_waits_for_ever(noted):
    def send():
        """Be waited for."""

    tripwires._look_for_hooks()
    assert noted == []
    transaction.on_commit(send)
    tripwires._look_for_hooks()
    assert len(noted) == 1
    assert "send waits for a commit" in noted[0]
    assert connection.run_on_commit


def test_a_page_cut_from_an_unordered_query(noted, monkeypatch):
    from organizations.models import User

    monkeypatch.setattr(tripwires, "ours", lambda path: True)
    monkeypatch.setattr(Path, "parts", property(lambda self: ("contacts", "views.py")))
    User.objects.order_by()[:10]
    assert len(noted) == 1
    assert "a page of User is cut from a query without an order" in noted[0]
    noted.clear()
    User.objects.order_by("pk")[:10]
    assert noted == []


def test_a_note_fails_the_test(pytestconfig):
    assert pytestconfig.pluginmanager.hasplugin("tests.tripwires")
    tripwires.note("x")
    assert tripwires._noted == ["x"]
    tripwires._noted.clear()
