"""Rewriting secrets at rest with the first of `ENCRYPTION_KEYS`, so that an old key can be put away."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from config.encryption import Unreadable, decrypt, encrypt, is_current
from organizations.models import OutgoingMail

#: Where an authenticator's JSON holds secrets: texts, or lists of them.
_SECRET_FIELDS = ("secret", "seed", "migrated_codes")


@dataclass(slots=True)
class Resealed:
    """How many rows were rewritten, were current already, and could not be read with any key."""

    rewritten: int = 0
    current: int = 0
    unreadable: int = 0


def reseal() -> Resealed:
    """Rewrite every secret that an older key sealed, each row locked in a transaction of its own. Safe twice."""
    done = Resealed()
    for pk in OutgoingMail.objects.order_by("pk").values_list("pk", flat=True):
        _one(done, lambda pk=pk: _mail(pk))  # type: ignore[misc]  # the default binds the loop's value
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        _one(done, lambda pk=pk: _authenticator(pk))  # type: ignore[misc]  # likewise
    return done


def _one(done: Resealed, rewrite: Callable[[], bool]) -> None:
    try:
        with transaction.atomic():
            rewritten = rewrite()
    except (Unreadable, binascii.Error):
        done.unreadable += 1
    else:
        done.rewritten += rewritten
        done.current += not rewritten


def _mail(pk: Any) -> bool:
    mail = OutgoingMail.objects.select_for_update().filter(pk=pk).first()
    if mail is None or is_current(mail.sealed):
        return False
    table = mail._meta.db_table
    plain = decrypt(mail.sealed, table=table, row=mail.pk, organization=None)
    mail.sealed = encrypt(plain, table=table, row=mail.pk, organization=None)
    mail.save(update_fields=["sealed"])
    return True


def _authenticator(pk: int) -> bool:
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
    data = dict(row.data)
    for name in _SECRET_FIELDS:
        held = data.get(name)
        if isinstance(held, str):
            data[name] = _text(held, row.user_id)
        elif isinstance(held, list):
            data[name] = [_text(text, row.user_id) for text in held]
    if data == row.data:
        return False
    row.data = data
    row.save(update_fields=["data"])
    return True


def _text(text: str, user_id: Any) -> str:
    """Return a sealed text of a person under the first key: itself when it is so already."""
    sealed = base64.b64decode(text, validate=True)
    if is_current(sealed):
        return text
    table = Authenticator._meta.db_table
    plain = decrypt(sealed, table=table, row=user_id, organization=None)
    return base64.b64encode(encrypt(plain, table=table, row=user_id, organization=None)).decode()
