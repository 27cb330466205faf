"""The checks see every switch and every row that would open all organizations at once."""

import pytest
from django.contrib.auth.models import Permission
from django.core.checks import run_checks

from organizations.checks import guardian_is_tame, nobody_has_it_all
from organizations.models import User
from tests.factories import make_cast


def found():
    return [message.id for message in nobody_has_it_all(databases=["default"])]


@pytest.mark.django_db
def test_everything_is_well_from_the_start():
    make_cast()
    assert found() == []
    assert guardian_is_tame() == []
    assert not {message.id for message in run_checks(databases=["default"])} & {f"kith.E01{n}" for n in range(10)}


@pytest.mark.django_db
def test_rights_over_a_model_are_found():
    cast = make_cast()
    right = Permission.objects.get(codename="view_contactbook")
    cast.ann.user_permissions.add(right)
    cast.team.permissions.add(right)
    User.objects.filter(pk=cast.sam.pk).update(is_superuser=True)
    assert sorted(found()) == ["kith.E012", "kith.E012", "kith.E013"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("GUARDIAN_LEGACY_GLOBAL_PERMS_GROUP_UNION", True, "kith.E010"),
        ("GUARDIAN_AUTO_PREFETCH", True, "kith.E010"),
        ("ANONYMOUS_USER_NAME", "AnonymousUser", "kith.E011"),
    ],
)
def test_settings_that_widen_rights_are_found(settings, name, value, expected):
    setattr(settings, name, value)
    assert [message.id for message in guardian_is_tame()] == [expected]
