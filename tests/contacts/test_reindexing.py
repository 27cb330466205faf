"""Index rows as an older Kith wrote them are all written anew: nobody is found by what they are not, or kept by it."""

from importlib import import_module

from django.apps import apps
from django.db import connection

from contacts.models import Contact, ContactToken
from contacts.scope import scope_for
from contacts.search import find
from contacts.services import create_contact, delete_book, save_contact, trash_contacts
from contacts.services.reindexing import write_all_anew
from tests.contacts.conftest import person
from tests.contacts.test_services import assert_consistent, snapshot
from tests.factories import commit_checks


def people(cast):
    """Return contacts of both organizations, the last of Ann's in the trash."""
    documents = [
        person("Maria Anna", "Test-Ward", email="m@example.org", phone="0301 66", company="Acme", groups=["VIP"]),
        person("小明", "王"),
        person("Nobody", phone="+48 577 412 154"),
        person("Deleted"),
    ]
    found = [create_contact(by=cast.ann, book=cast.book, document=document) for document in documents]
    trash_contacts(by=cast.ann, contacts=[found[-1].pk])
    create_contact(by=cast.sam, book=cast.foreign, document=person("Sam's", phone="0301 66"))
    create_contact(by=cast.ann, book=cast.private, document=person("In a deleted book"))
    delete_book(by=cast.ann, book=cast.private)
    return found


def grow_old():
    """Make of the index rows what an older Kith would have written."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contacts_contacttoken SET token = 'as it was: ' || token")
        cursor.execute("UPDATE contacts_contactsearch SET text = ' as it was ', sort_key = 'x'")
        cursor.execute("DELETE FROM contacts_contacthandle WHERE kind = 'phone'")
        cursor.execute("UPDATE contacts_contact SET sort_family = 'x', second_line = 'x'")
    commit_checks()


def test_everything_is_as_if_it_had_been_written_today(cast):
    found = people(cast)
    before, stamps = snapshot(), list(Contact.objects.order_by("pk").values_list("version", "modified_at"))
    grow_old()
    assert snapshot() != before
    assert write_all_anew() == Contact.objects.count()
    assert_consistent()
    assert snapshot() == before
    assert list(Contact.objects.order_by("pk").values_list("version", "modified_at")) == stamps
    scope = scope_for(cast.ann, cast.organization)
    assert [row.id for row in find(scope, "小明").rows] == [found[1].pk]


def test_after_the_migration_an_edit_leaves_nothing_of_the_old_name(cast):
    contact = people(cast)[0]
    grow_old()
    migration = import_module("contacts.migrations.0008_index_rows_anew")
    migration.write_anew(apps, None)
    save_contact(by=cast.ann, contact=contact, document=person("Zora", "Ost"), base_version=contact.version)
    tokens = " ".join(ContactToken.objects.filter(contact=contact).values_list("token", flat=True))
    assert "zora" in tokens
    assert "maria" not in tokens
    assert "as it was" not in tokens
    assert_consistent()


def test_where_nobody_is_nothing_is_done(cast):
    assert write_all_anew() == 0
