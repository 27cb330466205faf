"""Prepared statements: kept by the server, counted, wrapped and refused as others; none behind a pooler."""

from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction

from config.prepared import prepared_cursor

_KEPT = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%of this test%%'"
_PLANS = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%%for all values%%'"


def kept():
    with connection.cursor() as cursor:
        cursor.execute(_KEPT)
        return cursor.fetchone()[0]


def test_a_statement_is_kept_for_the_next_one(db, django_assert_num_queries):
    with django_assert_num_queries(3):
        for number in range(3):
            with prepared_cursor() as cursor:
                cursor.execute('SELECT %(number)s::int AS "of this test"', {"number": number})
                assert cursor.fetchall() == [(number,)]
    assert kept() == 1


def test_it_has_one_plan_for_all_values(db):
    for many in range(7):
        ids = [uuid4()] * (many + 1)
        with prepared_cursor() as cursor:
            cursor.execute('SELECT count(*) AS "for all values" FROM books_contactbook WHERE id = ANY(%s)', [ids])
    with connection.cursor() as cursor:
        cursor.execute(_PLANS)
        assert cursor.fetchall() == [(7, 0)]


def test_other_cursors_keep_nothing(db):
    before = kept()
    with connection.cursor() as cursor:
        cursor.execute('SELECT %s::int AS "of this test, not"', [1])
    assert kept() == before


def test_an_error_is_one_of_djangos(db):
    with pytest.raises(ProgrammingError), transaction.atomic(), prepared_cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")


def test_it_is_wrapped_as_others(db):
    said = []

    def wrapper(execute, sql, params, many, context):
        said.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper), prepared_cursor() as cursor:
        cursor.execute("SELECT 1")
    assert said == ["SELECT 1"]


def test_nothing_is_prepared_behind_a_pooler(monkeypatch, tmp_path):
    from config.servers.urls import database_settings

    assert database_settings(tmp_path)["OPTIONS"]["prepare_threshold"] == 0
    monkeypatch.setenv("DATABASE_POOLER", "1")
    assert "prepare_threshold" not in database_settings(tmp_path)["OPTIONS"]
