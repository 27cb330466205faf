"""The cast, and a picture of the database to hold a refusal against."""

import hashlib

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from tests.factories import Cast, make_cast

#: What a request may write though it is refused: who is signed in, and that somebody tried.
UNRELATED = {"django_session", "organizations_auditentry", "usersessions_usersession"}


@pytest.fixture
def cast(db) -> Cast:
    """A fresh cast: Ann owns `book`, Ben edits it, Vic views it, Sam is elsewhere."""
    return make_cast()


def signed_in(user) -> Client:
    """Return a browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client


def everything() -> dict[str, str]:
    """Return a digest of every row of every table that a request could write to, by table."""
    tables = {model._meta.db_table for model in apps.get_models()} - UNRELATED
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f"SELECT row::text FROM {connection.ops.quote_name(table)} AS row ORDER BY 1")
            found[table] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return found
