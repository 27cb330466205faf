"""The embedded servers: started once, shared, and gone with the last one who uses them."""

import pytest
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_letters_beyond_ascii_are_letters():
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute("SELECT show_trgm('Привет')")
        assert len(cursor.fetchone()[0]) == 7


def test_the_cache_answers():
    cache.set("a", "b")
    assert cache.get("a") == "b"
