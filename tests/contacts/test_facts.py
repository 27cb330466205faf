"""What a card makes of a value: its link, and what it says."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from contacts.document import ContactDocument, Info, Kind
from contacts.views.facts import fact_of, head_of, safe_href

HERE = {"now": datetime(2026, 11, 21, 13, 5, tzinfo=UTC), "region": "DE", "seen_from": "GB"}


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
        ("1987-10-06", "6 October 1987", "39 years old"),
        ("1987-11-22", "22 November 1987", "38 years old, turns 39 on 22 November"),
        ("1987-12-22", "22 December 1987", "38 years old, turns 39 on 22 December"),
        ("1987-12-23", "23 December 1987", "38 years old"),
        ("2025-11-20", "20 November 2025", "1 year old"),
        ("2025-11-21", "21 November 2025", "turns 1 today"),
        ("2026-11-21", "21 November 2026", ""),
        ("2025-12-01", "1 December 2025", "turns 1 on 1 December"),
        ("--11-21", "21 November", ""),
        ("--02-29", "29 February", ""),
        ("1801-11-21", "21 November 1801", ""),
        ("2027-01-01", "1 January 2027", ""),
    ],
)
def test_birthdays_are_written_out_with_the_age_and_the_next_one_when_it_is_near(value, shown, note):
    fact = fact_of(Info(kind=Kind.DATE, label="birthday", value=value), **HERE)
    assert (fact.value, fact.note) == (shown, note)


@pytest.mark.parametrize(
    ("today", "note"),
    [
        (date(2027, 2, 27), "26 years old, turns 27 on 1 March"),
        (date(2027, 3, 1), "27 years old"),
        (date(2028, 2, 28), "27 years old, turns 28 on 29 February"),
        (date(2028, 2, 29), "turns 28 today"),
    ],
)
def test_who_was_born_on_the_29th_of_february_ages_every_year(today, note):
    now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    birthday = Info(kind=Kind.DATE, label="birthday", value="2000-02-29")
    assert fact_of(birthday, **(HERE | {"now": now})).note == note


def test_other_dates_say_how_long_ago_they_were():
    fact = fact_of(Info(kind=Kind.DATE, label="anniversary", value="2010-11-21"), **HERE)
    assert fact.note == "16 years"


@pytest.mark.parametrize(
    ("phone", "zone", "note"),
    [
        ("+46 70 123 45 67", "UTC", "14:05 there"),
        ("070 123", "UTC", ""),
        ("030 123456", "UTC", "14:05 there"),  # of the organization's region, Germany
        ("+44 20 7946 0018", "UTC", "13:05 there"),  # UTC is what nobody has chosen
        ("+44 20 7946 0018", "Europe/Lisbon", ""),  # the same time as here
        ("+1 212 555 0100", "Europe/Berlin", "08:05 there"),
        ("+1 212 555 0100", "Pacific/Auckland", "Sat 08:05 there"),
        ("+64 9 373 7599", "UTC", "Sun 02:05 there"),
        ("+34 612 345 678", "UTC", "13:05 to 14:05 there"),
        ("+34 612 345 678", "Europe/Madrid", "13:05 to 14:05 there"),
        ("+7 916 123 45 67", "UTC", ""),  # anywhere from Kaliningrad to Kamchatka
        ("+1 800 555 0199", "UTC", ""),  # of no place
        ("+881 6 1234 5678", "UTC", ""),
        ("112", "UTC", ""),
        ("ask at the desk", "UTC", ""),
    ],
)
def test_phones_say_what_time_it_is_there_where_that_is_known_and_another(phone, zone, note):
    now = HERE["now"].astimezone(ZoneInfo(zone))
    assert fact_of(Info(kind=Kind.PHONE, value=phone), **(HERE | {"now": now})).note == note


def test_the_time_there_keeps_to_summer_time():
    now = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert fact_of(Info(kind=Kind.PHONE, value="+46 70 123 45 67"), **(HERE | {"now": now})).note == "14:00 there"


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.ADDRESS])
def test_every_value_can_be_copied(kind):
    assert fact_of(Info(kind=kind, value="2000-01-01" if kind is Kind.DATE else "something"), **HERE).copy


@pytest.mark.parametrize(
    ("name", "suffix", "shown"),
    [
        ("Ana Prado PhD", "PhD", "Dr. Ana Prado, PhD"),
        ("Ana Prado Jr.", "Jr.", "Dr. Ana Prado Jr."),
        ("Ana Prado III", "III", "Dr. Ana Prado III"),
        ("Ana Prado, MD", "MD", "Dr. Ana Prado, MD"),
        ("Ana Prado", "", "Dr. Ana Prado"),
    ],
)
def test_the_card_sets_off_prefix_and_suffix(name, suffix, shown):
    document = ContactDocument(prefix="Dr.", first_name="Ana", last_name="Prado", suffix=suffix)
    assert head_of(document, name, family_first=False).name == shown


def test_the_card_says_what_else_somebody_goes_by():
    names = {"nickname": "Ani", "phonetic_first_name": "Ah-na", "phonetic_last_name": "Pra-do"}
    document = ContactDocument(first_name="Ana", last_name="Prado", **names)
    also = [("Nickname", "Ani"), ("Phonetic name", "Ah-na Pra-do")]
    assert head_of(document, "Ana Prado", family_first=False).also == also
    assert head_of(document, "Prado Ana", family_first=True).also[1] == ("Phonetic name", "Pra-do Ah-na")
    nameless = ContactDocument(prefix="Dr.", nickname="Ani")
    assert head_of(nameless, "Ani", family_first=False).also == [("Prefix", "Dr.")]


def test_an_address_has_its_lines_and_a_map():
    address = {"street": "Storgatan 1", "city": "Stockholm", "postal_code": "111 22", "country": "Sweden"}
    fact = fact_of(Info(kind=Kind.ADDRESS, label="work", address=address), **HERE)
    assert fact.value == "Storgatan 1\n111 22 Stockholm\nSweden"
    assert fact.href.startswith("https://www.openstreetmap.org/search?query=Storgatan+1")
