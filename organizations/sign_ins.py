"""What people do with their accounts, written to the audit list. Signals are the libraries' own interface for it."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.dispatch import Signal, receiver

from organizations import audit
from organizations.audit import Action
from organizations.models import User
from organizations.sessions import BEGAN, SEEN

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
def _signed_in(sender: Any, user: User, request: Any = None, **kwargs: Any) -> None:
    audit.write(Action.SIGNED_IN, by=user, target=user)
    if request is not None:
        request.session[BEGAN] = request.session[SEEN] = int(time.time())


@receiver(auth.user_logged_out)
def _signed_out(sender: Any, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        audit.write(Action.SIGNED_OUT, by=user, target=user)


@receiver(account.email_confirmed)
def _verified(sender: Any, email_address: Any, **kwargs: Any) -> None:
    audit.write(Action.EMAIL_VERIFIED, by=email_address.user, target=email_address.user)


@receiver(mfa.authenticator_added)
def _added(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    codes = authenticator.type == Authenticator.Type.RECOVERY_CODES
    _tell(Action.RECOVERY_CODES_MADE if codes else Action.SECOND_FACTOR_ADDED, user, authenticator)


@receiver(mfa.authenticator_reset)
def _reset(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _tell(Action.RECOVERY_CODES_MADE, user, authenticator)


@receiver(mfa.authenticator_removed)
def _removed(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _tell(Action.SECOND_FACTOR_REMOVED, user, authenticator)


@receiver(mfa.authenticator_used)
def _used(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    _tell(Action.SECOND_FACTOR_USED, user, authenticator)


@receiver(mfa.authentication_failed)
def _failed(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    audit.write(Action.SECOND_FACTOR_FAILED, by=None, target=user, detail={"kind": str(authenticator.type)})


def _tell(action: Action, user: User, authenticator: Authenticator) -> None:
    audit.write(action, by=user, target=user, detail={"kind": str(authenticator.type)})


def _telling(action: Action) -> Any:
    def write(sender: Any, user: User, **kwargs: Any) -> None:
        audit.write(action, by=user, target=user)

    return write


for _action, _signal in _TOLD.items():
    _signal.connect(_telling(_action), weak=False, dispatch_uid=f"audit-{_action}")
