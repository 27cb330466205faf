"""What people do with their accounts, written to the audit list. Signals are the libraries' own interface for it."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from django.contrib.auth import signals as auth
from django.dispatch import Signal, receiver

from organizations import audit
from organizations.audit import Action
from organizations.models import User

# What django-allauth tells with `user`, and what the list calls it.
_TOLD: dict[Action, Signal] = {
    Action.SIGNED_UP: account.user_signed_up,
    Action.PASSWORD_CHANGED: account.password_changed,
    Action.PASSWORD_RESET: account.password_reset,
    Action.EMAIL_ADDED: account.email_added,
    Action.EMAIL_REMOVED: account.email_removed,
    Action.EMAIL_CHANGED: account.email_changed,
}


@receiver(auth.user_logged_in)
def _signed_in(sender: Any, user: User, **kwargs: Any) -> None:
    audit.write(Action.SIGNED_IN, by=user, target=user)


@receiver(auth.user_logged_out)
def _signed_out(sender: Any, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        audit.write(Action.SIGNED_OUT, by=user, target=user)


@receiver(account.email_confirmed)
def _verified(sender: Any, email_address: Any, **kwargs: Any) -> None:
    audit.write(Action.EMAIL_VERIFIED, by=email_address.user, target=email_address.user)


def _telling(action: Action) -> Any:
    def write(sender: Any, user: User, **kwargs: Any) -> None:
        audit.write(action, by=user, target=user)

    return write


for _action, _signal in _TOLD.items():
    _signal.connect(_telling(_action), weak=False, dispatch_uid=f"audit-{_action}")
