"""`force_login` stands for a sign-in with a password a moment ago, as far as the session can tell."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth.signals import user_logged_in


def signed_in_before(client, seconds):
    """Have the session of a client, which `force_login` made, say that its sign-in was so many seconds ago."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - seconds}]
    session.save()


def _note(sender, request, user, **_more):
    if not getattr(request, "path", ""):  # the test client's own request; a real sign-in is noted by allauth
        record_authentication(request, user, "password")


user_logged_in.connect(_note)
