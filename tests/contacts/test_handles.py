"""Handles: what counts as the same address or number, however typed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.handles import (
    digits,
    email_key,
    needs_region,
    phone_digits,
    phone_keys,
    phone_shown,
    phone_uri,
    region_of,
)
from tests.contacts.strategies import emails, phones, raw_text

quick = settings(deadline=None, max_examples=100)
regions = st.sampled_from(("DE", "US", "PL", "GB", "JP"))


@quick
@given(emails)
def test_an_email_key_is_its_own_key_and_blind_to_case_and_blanks(text):
    key = email_key(text)
    assert key is not None
    assert email_key(key) == key
    assert email_key(f" {text.upper()} ") == key
    assert email_key(text + ".") == key


@quick
@given(raw_text | st.builds("{}@{}".format, raw_text, raw_text))
def test_any_text_has_a_key_or_none(text):
    key = email_key(text)
    assert key is None or (email_key(key) == key and not any(map(str.isspace, key)))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Ann.Lee@Example.COM", "ann.lee@example.com"),
        ("ann+news@example.com", "ann+news@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("łukasz@example.com", "łukasz@example.com"),
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("a@b@example.com", "a@b@example.com"),
        ("ann@localhost", "ann@localhost"),
        ("ann", None),
        ("@example.com", None),
        ("ann@", None),
        ("ann lee@example.com", None),
        ("", None),
    ],
)
def test_email_keys(text, key):
    assert email_key(text) == key


@quick
@given(phones | raw_text, regions)
def test_phone_keys_have_their_shape(text, region):
    e164, last = phone_keys(text, region)
    assert e164 is None or (e164.startswith("+") and e164[1:].isdecimal() and e164.isascii())
    assert last is None or (len(last) == 9 and last.isdecimal() and last.isascii())
    assert all(found and found.isdecimal() and found.isascii() for found in phone_digits(text, region))
    if e164:
        assert phone_keys(e164, region)[0] == e164


@pytest.mark.parametrize(
    ("text", "region", "keys"),
    [
        ("+49 30 123456", "US", ("+4930123456", "930123456")),
        ("030 123456", "DE", ("+4930123456", "030123456")),
        ("0049 30 123456", "DE", ("+4930123456", "930123456")),
        ("(212) 555-0100", "US", ("+12125550100", "125550100")),
        ("٠٣٠ ١٢٣٤٥٦", "DE", ("+4930123456", "030123456")),
        ("112", "DE", ("+49112", None)),
        ("ask Ann", "DE", (None, None)),
        ("", "DE", (None, None)),
    ],
)
def test_phone_keys(text, region, keys):
    assert phone_keys(text, region) == keys


def test_a_number_is_searched_as_typed_at_home_and_from_abroad():
    assert phone_digits("030 123456", "DE") == ["030123456", "4930123456"]
    assert phone_digits("+1 212 555 0100", "DE") == ["12125550100", "2125550100"]


def test_digits_of_other_scripts_are_digits():
    assert digits("٠٣٠-१२३ ５") == "0301235"


@pytest.mark.parametrize(
    ("country", "region"),
    [("Germany", "DE"), ("deutschland", "DE"), ("PL", "PL"), ("Polska", "PL"), ("日本", "JP"), ("USA", "US"),
     ("England", "GB"), (" France ", "FR"), ("Atlantis", None), ("", None)],
)  # fmt: skip
def test_a_country_is_known_by_name_or_code(country, region):
    assert region_of(country) == region


@pytest.mark.parametrize(
    ("text", "region", "seen_from", "shown"),
    [
        ("030 123456", "DE", "DE", "030 123456"),
        ("030 123456", "DE", "US", "+49 30 123456"),
        ("+49-30-123456", "US", "DE", "030 123456"),
        ("2125550100", "US", "US", "(212) 555-0100"),
        ("2125550100", "US", "CA", "(212) 555-0100"),
        ("+442079460018", "US", "GB", "020 7946 0018"),
        ("+1 212 555 0100 x12", "DE", "DE", "+1 212-555-0100 ext. 12"),
        ("٠٣٠ ١٢٣٤٥٦", "DE", "US", "+49 30 123456"),
        ("112", "DE", "US", "112"),
        ("555-0100", "US", "DE", "555-0100"),
        ("1-800-FLOWERS", "US", "DE", "1-800-FLOWERS"),
        ("030 1234 abc", "DE", "US", "030 1234 abc"),
        ("030 123456 (Ms Wu)", "DE", "US", "030 123456 (Ms Wu)"),
        ("ask Ann", "DE", "DE", "ask Ann"),
        ("", "DE", "DE", ""),
    ],
)
def test_a_number_is_shown_as_it_is_dialled_from_where_one_is(text, region, seen_from, shown):
    assert phone_shown(text, region, seen_from) == shown


@given(phones | raw_text, st.sampled_from(["US", "DE", "GB", "IT"]), st.sampled_from(["US", "DE", "CA", "VA"]))
def test_what_is_shown_is_the_same_number(text, region, seen_from):
    shown = phone_shown(text, region, seen_from)
    if shown != text:
        assert phone_keys(shown, seen_from)[0] == phone_keys(text, region)[0]
    assert phone_uri(text, region) == "" or phone_uri(text, region).startswith("tel:")


@given(phones | raw_text, st.sampled_from(["US", "DE", "GB", "IT", "JP"]))
def test_a_number_that_needs_no_region_has_the_same_keys_in_all(text, region):
    if not needs_region(text):
        assert phone_keys(text, region) == phone_keys(text, "PL")
        assert phone_digits(text, region) == phone_digits(text, "PL")
