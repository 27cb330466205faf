"""Keys rotate: with a new key in front every secret is rewritten, and then the old key can go."""

import base64
import os

import pytest
from allauth.mfa.models import Authenticator
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command

from config.encryption import Unreadable, decrypt, encrypt, is_current
from organizations.models import OutgoingMail
from organizations.outgoing import opened, post
from tests.factories import make_user

OLD, NEW = os.urandom(32), os.urandom(32)
pytestmark = [pytest.mark.django_db, pytest.mark.leaves_hooks]


def sealed(text: str, user) -> str:
    table = Authenticator._meta.db_table
    return base64.b64encode(encrypt(text.encode(), table=table, row=user.pk, organization=None)).decode()


def read(text: str, user) -> str:
    table = Authenticator._meta.db_table
    return decrypt(base64.b64decode(text), table=table, row=user.pk, organization=None).decode()


@pytest.fixture
def secrets(settings):
    """A mail and a second factor with recovery codes, all made with the old key."""
    settings.ENCRYPTION_KEYS = [OLD]
    user = make_user("Ann")
    post(EmailMessage("Welcome", "Here you are.", "kith@example.com", ["ann@example.com"]))
    Authenticator.objects.create(user=user, type="totp", data={"secret": sealed("JBSWY3DP", user)})
    codes = {"seed": sealed("seed", user), "used_mask": 3, "migrated_codes": [sealed("1", user), sealed("2", user)]}
    Authenticator.objects.create(user=user, type="recovery_codes", data=codes)
    return user


def test_after_it_the_old_key_is_not_needed(secrets, settings):
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    call_command("reencrypt")
    settings.ENCRYPTION_KEYS = [NEW]
    mail = OutgoingMail.objects.get()
    assert is_current(mail.sealed)
    assert opened(mail).subject == "Welcome"
    totp, codes = Authenticator.objects.order_by("pk")
    assert read(totp.data["secret"], secrets) == "JBSWY3DP"
    assert read(codes.data["seed"], secrets) == "seed"
    assert [read(code, secrets) for code in codes.data["migrated_codes"]] == ["1", "2"]
    assert codes.data["used_mask"] == 3


def test_twice_changes_nothing_more(secrets, settings, capsys):
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    call_command("reencrypt", json=True)
    call_command("reencrypt", json=True)
    assert capsys.readouterr().out.splitlines() == [
        '{"rewritten": 3, "current": 0, "unreadable": 0}',
        '{"rewritten": 0, "current": 3, "unreadable": 0}',
    ]


def test_a_missing_key_is_said_and_nothing_is_lost(secrets, settings):
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(CommandError, match="3 secrets could not be read"):
        call_command("reencrypt")
    with pytest.raises(Unreadable):
        opened(OutgoingMail.objects.get())
    settings.ENCRYPTION_KEYS = [OLD]
    assert opened(OutgoingMail.objects.get()).subject == "Welcome"
