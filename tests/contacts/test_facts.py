"""What a card makes of a value: its link, and what it says."""

from datetime import date

import pytest

from contacts.document import Info, Kind
from contacts.views.facts import fact_of, safe_href

HERE = {"today": date(2026, 11, 21), "region": "DE", "seen_from": "GB"}


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("https://example.org/a?b#c", "https://example.org/a?b#c"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("example.org/path", "https://example.org/path"),
        ("javascript:alert(1)", ""),
        (" JAVASCRIPT:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//example.org", ""),
        ("file:///etc/passwd", ""),
        ("http:javascript:1", ""),
        ("http://[", ""),
        ("just words", ""),
    ],
)
def test_only_addresses_that_lead_somewhere_become_links(text, href):
    assert safe_href(text) == href


@pytest.mark.parametrize(
    ("kind", "value", "href"),
    [
        (Kind.EMAIL, "ann+x@example.com", "mailto:ann+x@example.com"),
        (Kind.EMAIL, "ann@example.com?bcc=evil@example.com", "mailto:ann@example.com%3Fbcc%3Devil@example.com"),
        (Kind.EMAIL, "not an address", ""),
        (Kind.PHONE, "+46 (70) 123-45", "tel:+467012345"),
        (Kind.PHONE, "030 123456", "tel:+4930123456"),
        (Kind.PHONE, "+1 212 555 0100 x12", "tel:+12125550100;ext=12"),
        (Kind.PHONE, "112", "tel:112"),
        (Kind.PHONE, "ask at the desk", ""),
        (Kind.TWITTER, "@ann", "https://x.com/ann"),
        (Kind.FACEBOOK, "ann.prado", "https://www.facebook.com/ann.prado"),
        (Kind.INSTAGRAM, "https://instagram.com/ann", "https://instagram.com/ann"),
        (Kind.INSTAGRAM, "javascript:alert(1)", ""),
        (Kind.CUSTOM, "https://example.org", ""),
    ],
)
def test_values_link_to_what_they_are(kind, value, href):
    assert fact_of(Info(kind=kind, value=value), **HERE).href == href


@pytest.mark.parametrize(
    ("value", "shown", "note"),
    [
        ("1987-10-06", "6 October 1987", "39 years"),
        ("1987-11-22", "22 November 1987", "38 years"),
        ("--02-29", "29 February", ""),
        ("2025-11-21", "21 November 2025", "1 year"),
        ("2027-01-01", "1 January 2027", ""),
    ],
)
def test_dates_are_written_out_with_the_years_since(value, shown, note):
    fact = fact_of(Info(kind=Kind.DATE, label="birthday", value=value), **HERE)
    assert (fact.value, fact.note) == (shown, note)


def test_an_address_has_its_lines_and_a_map():
    address = {"street": "Storgatan 1", "city": "Stockholm", "postal_code": "111 22", "country": "Sweden"}
    fact = fact_of(Info(kind=Kind.ADDRESS, label="work", address=address), **HERE)
    assert fact.value == "Storgatan 1\n111 22 Stockholm\nSweden"
    assert fact.href.startswith("https://www.openstreetmap.org/search?query=Storgatan+1")
