"""Secrets at rest: bound to their row, readable with any key of the ring, never with another."""

import os

import pytest

from config.encryption import Unreadable, decrypt, encrypt, is_current

ROW = {"table": "sync_account", "row": "018f-1", "organization": "018f-2"}


@pytest.fixture(autouse=True)
def keys(settings):
    settings.ENCRYPTION_KEYS = [os.urandom(32)]
    return settings.ENCRYPTION_KEYS


def test_what_was_encrypted_comes_back_and_never_looks_the_same_twice():
    first, second = encrypt(b"refresh token", **ROW), encrypt(b"refresh token", **ROW)
    assert first != second
    assert b"refresh" not in first
    assert decrypt(first, **ROW) == decrypt(memoryview(second), **ROW) == b"refresh token"


def test_an_empty_secret_comes_back():
    assert decrypt(encrypt(b"", **ROW), **ROW) == b""


@pytest.mark.parametrize("part", ["table", "row", "organization"])
def test_a_secret_copied_to_another_row_does_not_open(part):
    secret = encrypt(b"refresh token", **ROW)
    with pytest.raises(Unreadable, match="moved from another row"):
        decrypt(secret, **{**ROW, part: "another"})


def test_parts_of_the_row_cannot_be_shifted_into_each_other():
    secret = encrypt(b"x", table="a", row="b", organization="c")
    with pytest.raises(Unreadable):
        decrypt(secret, table="a", row="", organization="bc")


def test_one_changed_bit_anywhere_is_noticed():
    secret = encrypt(b"refresh token", **ROW)
    for position in range(len(secret)):
        changed = bytearray(secret)
        changed[position] ^= 1
        with pytest.raises(Unreadable):
            decrypt(bytes(changed), **ROW)


@pytest.mark.parametrize("cut", [0, 1, 9, 21, 36])
def test_a_cut_secret_is_said_to_be_damaged(cut):
    with pytest.raises(Unreadable, match="damaged"):
        decrypt(encrypt(b"", **ROW)[:cut], **ROW)


def test_a_new_first_key_encrypts_and_the_old_one_still_opens(settings, keys):
    old = encrypt(b"refresh token", **ROW)
    settings.ENCRYPTION_KEYS = [os.urandom(32), *keys]
    new = encrypt(b"refresh token", **ROW)
    assert (is_current(old), is_current(new)) == (False, True)
    assert decrypt(old, **ROW) == decrypt(new, **ROW) == b"refresh token"


def test_without_its_key_the_refusal_names_the_key_and_the_cure(settings):
    secret = encrypt(b"refresh token", **ROW)
    settings.ENCRYPTION_KEYS = [os.urandom(32)]
    with pytest.raises(Unreadable, match=r"key [0-9a-f]{16} .* ENCRYPTION_KEYS\. Put it back"):
        decrypt(secret, **ROW)
