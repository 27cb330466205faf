"""What the tests of accounts do in a browser: signing in, and reading the mail that waits to be sent."""

import re
from urllib.parse import urlsplit

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from organizations.models import AuditEntry, OutgoingMail
from organizations.outgoing import opened
from tests.factories import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(client, user, password=PASSWORD):
    """Type the password; return the answer."""
    return client.post(LOGIN, {"login": user.email, "password": password})


def is_in(client):
    """Say whether the next request of this browser is somebody's."""
    return "_auth_user_id" in client.session and client.get("/settings/profile/").status_code == 200


def confirm_it_is_me(client, password=PASSWORD):
    """Type the password once more, as what matters asks for."""
    return client.post("/accounts/reauthenticate/", {"password": password})


def code_of(secret, at):
    """Return the code that an app with this key shows at a time in seconds."""
    return format_hotp_value(hotp_value(secret, int(at) // 30))


def mails():
    """Return the mails that wait to be sent, oldest first."""
    return [opened(mail) for mail in OutgoingMail.objects.order_by("created_at")]


def path_in(message):
    """Return the path of the one link in a mail."""
    (link,) = re.findall(r"https?://\S+", message.body)
    return urlsplit(link).path


def told(*actions):
    """Return which of these acts the audit list tells of, in order."""
    return list(AuditEntry.objects.filter(action__in=actions).order_by("id").values_list("action", flat=True))
