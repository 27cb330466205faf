"""Every address, asked by everyone: what they get stands in `tests/conventions/url_table.py`, one line an address.

A new address without a line fails here, and so does a line without an address. Whoever is refused changes nothing.
"""

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from jobs.doorbell import doorbell
from tests.conventions.url_table import TABLE, Row, World, make_world
from tests.sync.conftest import _unheard

ROLES = ("anonymous", "owner", "editor", "viewer", "admin", "stranger")


def names(resolver, prefix=""):
    """Return the full name of every address below `resolver`; the route itself where one has no name."""
    found = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            found += names(entry, inner)
        elif isinstance(entry, URLPattern):
            found.append(f"{prefix}{entry.name}" if entry.name else f"nameless {entry.pattern}")
    return found


def test_the_table_names_every_address_and_nothing_else():
    assert {row.name for row in TABLE} == set(names(get_resolver()))


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    """Return what the addresses are about, committed: every test takes back what its requests write."""
    files = tmp_path_factory.mktemp("addressed")
    with pytest.MonkeyPatch.context() as patch, override_settings(MEDIA_ROOT=files):
        patch.setattr(doorbell, "ring", _unheard)
        with django_db_blocker.unblock():
            try:
                yield make_world()
            finally:
                call_command("flush", verbosity=0, interactive=False)


@pytest.mark.django_db
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method} {row.name} {row.note}".strip())
def test_everyone_gets_what_the_table_says(row: Row, world: World):
    cache.clear()  # nothing is counted against anybody for an earlier row
    people = dict(zip(ROLES, (None, world.ann, world.ben, world.vic, world.ada, world.sam), strict=True))
    address = reverse(row.name, kwargs=row.kwargs(world)) + row.query
    answers, changed = {}, []
    for role, person in people.items():
        client = Client(raise_request_exception=False)
        if person is not None:
            client.force_login(person)
        before = contents()
        with transaction.atomic():
            response = client.generic(row.method, address, row.body(world), content_type=row.content_type)
            answers[role] = response.status_code
            if response.status_code >= 400 and contents() != before:
                changed.append(role)
            transaction.set_rollback(True)
    assert answers == dict(zip(ROLES, row.statuses, strict=True))
    assert changed == [], "refused, and yet something was written"


def contents():
    """Return a digest of every row of ours, but for the audit list, which may tell of refusals."""
    ours = ("organizations", "books", "contacts", "sync")
    tables = [
        model._meta.db_table
        for app in ours
        for model in apps.get_app_config(app).get_models()
        if model._meta.db_table != "organizations_auditentry"
    ]
    digest = " UNION ALL ".join(
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
        for table in tables
    )
    with connection.cursor() as sql:
        sql.execute(digest)
        return sql.fetchall()
