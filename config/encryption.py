"""Secrets at rest: AES-256-GCM (NIST SP 800-38D), each ciphertext bound to the row that it was made for.

A ciphertext copied to another row, table or organization does not decrypt. Keys come from `ENCRYPTION_KEYS`: the
first one encrypts, all of them decrypt, so a new key is put first and old ciphertexts are rewritten at leisure.
"""

import hashlib
import json
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

FORMAT: Final = b"\x01"
_KEY_ID: Final = 8
_NONCE: Final = 12  # bytes; random, so one key serves 2^32 secrets (SP 800-38D, 8.3)
_TAG: Final = 16


class Unreadable(Exception):
    """The ciphertext is damaged, belongs to another row, or its key is not in `ENCRYPTION_KEYS`."""


def encrypt(plain: bytes, *, table: str, row: object, organization: object) -> bytes:
    """Return `plain` encrypted with the first key for this row alone: format, key id, nonce, ciphertext and tag.

    `table` is the database table, `row` and `organization` are primary keys; all three are needed to decrypt.
    """
    key = settings.ENCRYPTION_KEYS[0]
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, plain, _bound(table, row, organization, key_id(key)))
    return FORMAT + key_id(key) + nonce + sealed


def decrypt(secret: bytes | memoryview, *, table: str, row: object, organization: object) -> bytes:
    """Return what `encrypt` was given for the same row. Raises `Unreadable`, which tells nothing of the content."""
    secret = bytes(secret)  # Django gives a memoryview
    head = len(FORMAT) + _KEY_ID
    if len(secret) < head + _NONCE + _TAG or not secret.startswith(FORMAT):
        raise Unreadable("The stored secret is damaged. Connect the account again.")
    made_with = secret[len(FORMAT) : head]
    key = next((key for key in settings.ENCRYPTION_KEYS if key_id(key) == made_with), None)
    if key is None:
        raise Unreadable(
            f"The key {made_with.hex()} that a stored secret was encrypted with is not in ENCRYPTION_KEYS. Put it back."
        )
    nonce, sealed = secret[head : head + _NONCE], secret[head + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, sealed, _bound(table, row, organization, made_with))
    except InvalidTag:
        raise Unreadable("The stored secret is damaged or was moved from another row.") from None


def is_current(secret: bytes | memoryview) -> bool:
    """Say whether `secret` was made with the first key, so that a rotation may leave it alone."""
    first = settings.ENCRYPTION_KEYS[0]
    return bytes(secret).startswith(FORMAT + key_id(first))


def key_id(key: bytes) -> bytes:
    """Return the public name of a key: 8 bytes of a hash of it, which tell nothing about it."""
    return hashlib.sha256(b"kith key id" + key).digest()[:_KEY_ID]


def _bound(table: str, row: object, organization: object, made_with: bytes) -> bytes:
    """Return the associated data. JSON keeps the parts apart, whatever they hold."""
    return json.dumps([table, str(row), str(organization), made_with.hex()]).encode()
