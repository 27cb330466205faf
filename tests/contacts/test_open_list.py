"""A list of the sidebar as a piece, for the place of the one that is shown: what the whole page would show, and less to
ask for."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Group
from tests.contacts.test_views_lists import add, plain, rows, signed_in

PIECE = {"HX-Request": "true", "HX-Target": "list"}


def parts(html):
    """Return the list, and by the id of their place the other parts, without blanks that differ."""
    templates = re.findall(r'<template data-(?:inner|replace)="([\w-]+)">(.*?)</template>', html, re.DOTALL)
    return plain(html[html.index("<section") : html.index("</section>")]), {
        name: plain(content) for name, content in templates
    }


def test_the_piece_is_what_a_reload_shows(cast):
    add(cast, "Ana", "Prado", company="Acme", groups=["VIP"])
    group = Group.objects.for_user(cast.ann).get(name="VIP")
    client = signed_in(cast.ann)
    for address in ("/contacts/", "/contacts/?starred=1", f"/books/{cast.book.pk}/", f"/groups/{group.pk}/"):
        page, piece = client.get(address).text, client.get(address, headers=PIECE).text
        title = re.search(r"<title>.*?</title>", page)
        assert title is not None
        assert title[0] in piece
        shown, others = parts(piece)
        assert shown in plain(page)
        assert set(others) == {"list", "detail", "bottom-bar", "file-drop"}
        for content in others.values():
            assert content
            assert content in plain(page)
        assert 'id="sidebar"' not in piece


def test_it_asks_for_no_sidebar(cast):
    add(cast, "Ana", "Prado")
    client = signed_in(cast.ann)
    client.get("/contacts/")
    asked = []
    for headers in ({}, PIECE):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.get(f"/books/{cast.book.pk}/", headers=headers)
        assert rows(response) == ["Ana Prado"]
        asked.append(len(queries))
    assert asked[1] <= asked[0] - 2


def test_a_book_of_somebody_else_is_not_there(cast):
    assert signed_in(cast.vic).get(f"/books/{cast.private.pk}/", headers=PIECE).status_code == 404
