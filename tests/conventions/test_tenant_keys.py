"""The tenant wall stands in the database: every composite key is there, and refuses what goes around the services."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import DatabaseError, IntegrityError, connection, transaction

from books.models import BookTeamGrant, BookUse, BookUserGrant, ContactBook
from organizations.constraints import CompositeForeignKey
from organizations.models import Organization, Team, TeamMembership, User
from organizations.services import everyone
from tests.factories import commit_checks, make_cast, make_team

CATALOGUE = """
SELECT con.conname, here.relname, there.relname, con.confdeltype, con.condeferrable, con.condeferred, con.convalidated,
       ARRAY(SELECT a.attname FROM unnest(con.conkey) WITH ORDINALITY k(n, i)
               JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.n ORDER BY k.i)::text[],
       ARRAY(SELECT a.attname FROM unnest(con.confkey) WITH ORDINALITY k(n, i)
               JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.n ORDER BY k.i)::text[]
  FROM pg_constraint con
  JOIN pg_class here ON here.oid = con.conrelid
  JOIN pg_class there ON there.oid = con.confrelid
 WHERE con.contype = 'f' AND cardinality(con.conkey) > 1
"""

# Pointers without a composite key, each with its reason.
WITHOUT_A_KEY = {
    "organizations.OrganizationMembership.user": "it is the row that keys of people point at",
    # Derived from the contact in the statement that writes it, many rows each; every query filters by book.
    "contacts.ContactHandle.book": "derived",
    "contacts.ContactMembership.book": "derived",
    "contacts.ContactSearch.book": "derived",
    "contacts.ContactToken.book": "derived",
    "contacts.ContactToken.contact": "derived",
    # History outlives what it tells of; whose eyes see it is decided by the book, which has its key.
    "contacts.Change.contact": "history",
    "contacts.Change.from_book": "history",
    "contacts.ChangeSet.undo_of": "history",
    "contacts.Tombstone.book": "holds no contact data, and is read by book alone",
}

DELETES = {"CASCADE": "c", "NO ACTION": "a"}


def test_every_key_that_a_model_declares_stands_in_the_database(db):
    with connection.cursor() as sql:
        sql.execute(CATALOGUE)
        found = {row[0]: row[1:] for row in sql.fetchall()}
    declared = {}
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, CompositeForeignKey):
                target = apps.get_model(constraint.to)._meta.db_table
                declared[constraint.name] = (
                    model._meta.db_table,
                    target,
                    DELETES[constraint.on_delete],
                    True,
                    True,
                    True,
                    constraint.columns,
                    constraint.to_columns,
                )
    assert declared, "No model declares a composite key any more."
    assert found == declared


def test_every_pointer_between_rows_of_an_organization_is_doubled_by_a_key():
    """A foreign key from a row that carries its organization to another such row, or to a person, has its key."""
    tenant = {
        model
        for model in apps.get_models()
        if any(field.column == "organization_id" for field in model._meta.local_concrete_fields)
    }
    missing = set()
    for model in tenant:
        keys = {
            tuple(constraint.columns)
            for constraint in model._meta.constraints
            if isinstance(constraint, CompositeForeignKey)
        }
        for field in model._meta.local_concrete_fields:
            if field.related_model in tenant | {User} and ("organization_id", field.column) not in keys:
                missing.add(f"{model._meta.label}.{field.name}")
    assert missing == set(WITHOUT_A_KEY)


@pytest.fixture
def cast(db):
    return make_cast()


def permission(level="view"):
    return Permission.objects.get(codename=f"{level}_contactbook", content_type__app_label="books")


def refused(act):
    """Run `act` and what commit would check; it must fail in the database, and leave nothing."""

    @transaction.atomic
    def committed():
        act()
        commit_checks()

    with pytest.raises(IntegrityError):
        committed()


def counted():
    return [
        model._base_manager.count() for model in (BookUserGrant, BookTeamGrant, TeamMembership, ContactBook, BookUse)
    ]


def test_foreign_rows_cannot_be_stored(cast):
    foreign_team = make_team(cast.elsewhere, cast.sam)
    before = counted()
    right = permission()

    def raw(statement, *values):
        with connection.cursor() as sql:
            sql.execute(statement, values)

    user_grant = (
        "INSERT INTO books_bookusergrant (organization_id, user_id, content_object_id, permission_id)"
        " VALUES (%s, %s, %s, %s)"
    )
    team_grant = (
        "INSERT INTO books_bookteamgrant (organization_id, group_id, content_object_id, permission_id)"
        " VALUES (%s, %s, %s, %s)"
    )
    here, there = cast.organization.pk, cast.elsewhere.pk
    for act in (
        # a grant to a person from elsewhere, whichever organization the row claims
        lambda: BookUserGrant.objects.create(user=cast.sam, content_object=cast.book, permission=right),
        lambda: raw(user_grant, here, cast.sam.pk, cast.book.pk, right.pk),
        lambda: raw(user_grant, there, cast.sam.pk, cast.book.pk, right.pk),
        lambda: raw(user_grant, None, cast.sam.pk, cast.book.pk, right.pk),
        # to a team from elsewhere, its everyone-team too
        lambda: BookTeamGrant.objects.create(group=foreign_team, content_object=cast.book, permission=right),
        lambda: raw(team_grant, here, foreign_team.pk, cast.book.pk, right.pk),
        lambda: raw(team_grant, there, everyone(cast.elsewhere).pk, cast.book.pk, right.pk),
        # a member of a team who does not belong to its organization
        lambda: TeamMembership.objects.create(team=cast.team, user=cast.sam),
        lambda: TeamMembership.objects.bulk_create(
            [TeamMembership(team=cast.team, user=cast.sam, organization=cast.elsewhere)]
        ),
        # a book owned from elsewhere, made or moved
        lambda: ContactBook.objects.create(organization=cast.organization, owner=cast.sam, name="Trojan"),
        lambda: ContactBook._base_manager.filter(pk=cast.book.pk).update(owner=cast.sam),
        lambda: ContactBook._base_manager.filter(pk=cast.book.pk).update(organization=cast.elsewhere),
        # a last used book from elsewhere
        lambda: BookUse.objects.create(user=cast.ann, organization=cast.organization, book=cast.foreign),
    ):
        refused(act)
    assert counted() == before
    assert not ContactBook.objects.for_user(cast.sam).filter(organization=cast.organization).exists()


def test_a_team_cannot_change_its_organization(cast):
    refused(lambda: Team.objects.filter(pk=cast.team.pk).update(organization=cast.elsewhere))
    refused(lambda: Team.objects.filter(pk=everyone(cast.organization).pk).update(organization=cast.elsewhere))


def test_one_everyone_team_each(cast):
    with pytest.raises(DatabaseError), transaction.atomic():
        Team.objects.create(organization=cast.organization, title="Everyone too", everyone=True)
    assert Organization.objects.filter(teams__everyone=True).count() == 2
