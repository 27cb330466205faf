"""One contact as somebody sees it, read by one statement: what `for_user` and `with_right` say."""

import uuid

import pytest
from django.db import connection
from django.utils import timezone

from contacts.models import Contact
from contacts.seen_contact import seen_contact
from contacts.services import create_contact, trash_contacts
from organizations.models import User
from tests.contacts.conftest import person
from tests.factories import make_book, make_team, share


@pytest.mark.parametrize("who", ["ann", "ben", "vic", "ada", "sam"])
def test_it_is_that_of_the_queryset(cast, who):
    team_book = make_book(cast.ann, cast.organization, "Of a team")
    share(team_book, make_team(cast.organization, cast.vic, cast.ada))
    books = [cast.book, cast.private, cast.foreign, team_book]
    contacts = [create_contact(by=book.owner, book=book, document=person("A")).pk for book in books]
    trash_contacts(by=cast.ann, contacts=[create_contact(by=cast.ann, book=cast.book, document=person("B")).pk])
    user = getattr(cast, who)
    seen = {contact.pk: contact for contact in Contact.objects.for_user(user).with_right(user)}
    for contact_id in [*contacts, *Contact.objects.values_list("pk", flat=True), uuid.uuid4()]:
        found, right = seen_contact(user, contact_id), seen.get(contact_id)
        assert (found is None) == (right is None)
        if found is None or right is None:
            continue
        for field in Contact._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(right, field.attname)
        assert found.is_editable == right.is_editable
        assert (found.book, found.organization, found.book.organization) == (
            right.book,
            right.organization,
            right.organization,
        )


def test_it_is_one_query(cast, django_assert_num_queries):
    contact_id = create_contact(by=cast.ann, book=cast.book, document=person("A")).pk
    with django_assert_num_queries(1):
        found = seen_contact(cast.vic, contact_id)
        assert found is not None
        assert (found.book.name, found.organization.pk) == (cast.book.name, cast.organization.pk)


def test_nobody_sees_what_is_gone_or_is_not_active(cast):
    contact_id = create_contact(by=cast.ann, book=cast.book, document=person("A")).pk
    User.objects.filter(pk=cast.ann.pk).update(is_active=False)
    assert seen_contact(User.objects.get(pk=cast.ann.pk), contact_id) is None
    assert seen_contact(cast.ben, contact_id) is not None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE books_contactbook SET deleted_at = %s WHERE id = %s", [timezone.now(), cast.book.pk])
    assert seen_contact(cast.ben, contact_id) is None
