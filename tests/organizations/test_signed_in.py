"""Who is signed in comes with what they belong to, in one query, and as the queryset would give it."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY

from organizations.models import OrganizationMembership, Role, User
from organizations.signed_in import PeopleBackend, memberships_of
from tests.factories import make_member, make_organization, make_user


def test_a_person_is_read_with_their_memberships(db, django_assert_num_queries):
    organization, other = make_organization("First"), make_organization("Second")
    user = make_member(organization, "Ann", role=Role.ADMIN)
    OrganizationMembership.objects.create(organization=other, user=user)
    User.objects.filter(pk=user.pk).update(own_keys={"star": "x"})
    with django_assert_num_queries(1):
        found = PeopleBackend().get_user(user.pk)
        assert found is not None
        shown = [(each.organization.name, each.role, each.user) for each in memberships_of(found)]
    assert shown == [("First", "admin", user), ("Second", "member", user)]
    plain = User.objects.get(pk=user.pk)
    for field in User._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(plain, field.attname)
    right = list(OrganizationMembership.objects.filter(user=user).order_by("joined_at", "id"))
    assert memberships_of(plain) == memberships_of(found) == right
    for one, same in zip(memberships_of(found), right, strict=True):
        for field in OrganizationMembership._meta.concrete_fields:
            assert getattr(one, field.attname) == getattr(same, field.attname)
        for field in one.organization._meta.concrete_fields:
            assert getattr(one.organization, field.attname) == getattr(same.organization, field.attname)


def test_who_belongs_nowhere_is_found_and_others_are_not(db):
    alone = make_user("Alone")
    found = PeopleBackend().get_user(alone.pk)
    assert found == alone
    assert memberships_of(found) == []
    assert PeopleBackend().get_user(make_user("Gone", active=False).pk) is None
    User.objects.filter(pk=alone.pk).delete()
    assert PeopleBackend().get_user(alone.pk) is None


@pytest.mark.parametrize("key", ["x" * 32, "short", "with\x00nul" + "x" * 25])
def test_a_session_that_is_none_signs_nobody_in(client, db, key, settings):
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert client.get("/contacts/").status_code == 302


def test_sessions_name_the_backend(client, db):
    user = make_member(make_organization("First"), "Ann")
    client.force_login(user)
    assert client.session[BACKEND_SESSION_KEY] == "organizations.signed_in.PeopleBackend"
    assert client.get("/contacts/").status_code == 200
    client.session.delete()
    assert client.get("/contacts/").status_code == 302
