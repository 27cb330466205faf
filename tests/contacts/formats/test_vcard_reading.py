"""vCards of phones, Outlook, Apple and Google, and broken ones: what comes of each."""

import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.document import InvalidDocument, Kind
from contacts.formats.refusals import NotATable, SkippedRow
from contacts.formats.vcard_lines import MAX_CARD, MAX_PROPERTIES, is_vcards, open_cards
from contacts.formats.vcard_reading import to_document
from tests.contacts.formats.reading import DATA, companies, groups, infos


def cards(data):
    file = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    assert is_vcards(file)
    return list(open_cards(file).cards())


def card(*lines, version="3.0"):
    text = "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])
    (found,) = cards(text)
    return to_document(found)


def sample(name):
    return [to_document(each) for each in cards((DATA / name).read_bytes())]


def test_old_outlook():
    (parsed,) = sample("vcard-outlook-2.1.vcf")
    document = parsed.document
    assert (document.prefix, document.first_name, document.last_name) == ("Dr.", "Jürgen", "Müller")
    assert companies(document) == [("Überland Spedition GmbH", "Leiter", "Vertrieb", "")]
    assert document.notes == "Erste Zeile\n\nzweite Zeile mit üblen Zeichen; und C:\\neu"
    assert infos(document) == [
        ("phone", "Work", "+49 (30) 1234-0"),
        ("phone", "Mobile", "+49 171 1234567"),
        ("phone", "Work fax", "+49 (30) 1234-99"),
        ("address", "Work", "Bahnhofstraße 1 / Berlin / 10115 / Deutschland"),
        ("url", "Work", "http://www.ueberland.example/"),
        ("email", "Other", "j.mueller@ueberland.example"),
        ("custom", "Ms ol default postal address", "2"),
        ("custom", "Ms manager", "Eva Chef"),
        ("date", "Birthday", "1965-02-24"),
    ]
    assert document.first(Kind.EMAIL).preferred
    assert parsed.warnings == []
    assert parsed.picture


def test_android():
    olga, emergency = sample("vcard-android-2.1.vcf")
    document = olga.document
    assert (document.first_name, document.last_name, document.nickname) == ("Ольга", "Петрова", "Olya")
    assert infos(document) == [
        ("phone", "Mobile", "+7 916 000-00-01"),
        ("phone", "Дача", "8 800 000-00-02"),
        ("email", "Home", "olga@example.ru"),
        ("date", "Anniversary", "2001-05-19"),
        ("custom", "Skype", "olga.p"),
    ]
    assert document.notes == "a=b"  # its last line ended in a soft break, with nothing behind it
    assert emergency.document.first_name == "Emergency"


def test_iphone():
    ana, bakery = sample("vcard-iphone-3.0.vcf")
    document = ana.document
    assert (document.prefix, document.full_name, document.nickname) == ("Dra.", "Ana María Prado PhD", "Anita")
    assert document.phonetic_first_name == "Ah-na"
    assert companies(document) == [("Acme, Inc.", "Chief Scientist", "Research, Lab 4", "")]
    assert infos(document) == [
        ("email", "Work", "ana@acme.example"),
        ("email", "Chess club", "ana@club.example"),
        ("phone", "Mobile", "+34 600 000 001"),
        ("phone", "Mobile", "+34 600 000 002"),
        ("phone", "Main", "+34 91 000 00 00"),
        ("address", "Home", "Calle Mayor 1\nPiso 2 / Madrid / 28001 / Spain"),
        ("url", "Homepage", "https://acme.example/ana"),
        ("date", "Birthday", "--03-07"),
        ("date", "Anniversary", "2012-05-19"),
        ("custom", "Brother", "Luis"),
        ("twitter", "Other", "http://twitter.com/anaprado"),
        ("url", "LinkedIn", "http://www.linkedin.com/in/anaprado"),
        ("custom", "Skype", "skype:anaprado"),
    ]
    assert document.notes == "One line\nand a long one that phones fold in the middle of a word, as they do."
    assert bakery.document.full_name == ""
    assert companies(bakery.document) == [("Corner Bakery", "", "", "")]


def test_google():
    (parsed,) = sample("vcard-google-3.0.vcf")
    document = parsed.document
    assert document.starred
    assert groups(document) == ["Chess"]
    assert infos(document) == [
        ("email", "Newsletter", "lukasz@example.pl"),
        ("phone", "Mobile", "+48 601 234 567"),
        ("url", "PROFILE", "http://www.google.com/profiles/1"),
        ("date", "Birthday", "1987-10-06"),
        ("custom", "Photo", "https://photos.example/a.jpg"),
    ]


def test_version_4():
    (parsed,) = sample("vcard-4.0.vcf")
    document = parsed.document
    assert (document.gender, document.pronouns, document.suffix) == ("Male", "he/him", "ing. jr, M.Sc.")
    assert infos(document) == [
        ("date", "Birthday", "--02-03"),
        ("date", "Anniversary", "2009-08-08"),
        ("custom", "LANG", "fr"),
        ("address", "Work", "2875 Laurier / Suite D2-630 / Quebec / QC / G1V 2M2 / Canada"),
        ("phone", "Work", "+1-418-656-9254 x102"),
        ("phone", "Mobile", "+1-418-262-6501"),
        ("email", "Work", "simon.perreault@viagenie.example"),
        ("custom", "GEO", "geo:46.772673,-71.282945"),
        ("custom", "KEY", "http://www.viagenie.example/simon.asc"),
        ("custom", "TZ", "-0500"),
        ("url", "Personal", "http://nomis80.example"),
        ("instagram", "Other", "@simon"),
        ("custom", "Related", "Please contact my assistant, Jane."),
    ]


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(codec):
    text = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Żółć;Łukasz;;;\r\nFN:Łukasz Żółć\r\nEND:VCARD\r\n"
    (found,) = cards(text.encode(codec))
    assert to_document(found).document.last_name == "Żółć"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["FN:Ann Lee"], ("Ann", "Lee")),
        (["N:Lee;Ann"], ("Ann", "Lee")),
        (["n:lee;ann"], ("ann", "lee")),
        (["FN:Ann Lee", "N:;;;;"], ("Ann", "Lee")),
        (["ITEM1.N;CHARSET=UTF-8:Lee;Ann"], ("Ann", "Lee")),
        (['N;X-A="a:b;c":Lee;Ann'], ("Ann", "Lee")),
        (['N;X-A="never closed:Lee;Ann'], ("Ann", "Lee")),
        (["N;ENCODING=8BIT:Lee;Ann", "", "   "], ("Ann", "Lee")),
        (["N;ENCODING=BASE64;CHARSET=UTF-8:TGVlO0Fubg=="], ("Ann", "Lee")),
        (["N;ENCODING=QUOTED-PRINTABLE;CHARSET=rot13:Lee;=41nn"], ("Ann", "Lee")),
    ],
)
def test_names(lines, expected):
    document = card(*lines).document
    assert (document.first_name, document.last_name) == expected


def test_a_line_broken_without_a_fold_belongs_to_the_one_before():
    document = card("FN:Ann", "NOTE:first", "second line", "third").document
    assert document.notes == "first\nsecond line\nthird"


def test_what_is_unknown_or_too_long_is_kept():
    parsed = card("FN:Ann", "X-SPOUSE;TYPE=x:Kim", "X-LONG:" + "y" * 1500, "TEL:" + "1" * 100, "BDAY:spring 1980")
    assert infos(parsed.document) == [
        ("custom", "Spouse", "Kim"),
        ("custom", "TEL", "1" * 100),
        ("custom", "Birthday", "spring 1980"),
    ]
    assert parsed.document.notes == "LONG: " + "y" * 1500
    assert len(parsed.warnings) == 3


def test_exchange_addresses_are_no_emails():
    document = card("FN:Ann", "EMAIL;EX:/o=firm/ou=x/cn=ann", version="2.1").document
    assert infos(document) == [("custom", "Exchange address", "/o=firm/ou=x/cn=ann")]


def test_a_card_that_does_not_end_costs_the_next_one_nothing():
    found = cards("BEGIN:VCARD\nFN:Ann\nBEGIN:VCARD\nFN:Ben\nEND:VCARD\nnoise\nBEGIN:VCARD\nFN:Eve\n")
    assert [to_document(each).document.first_name for each in found] == ["Ann", "Ben", "Eve"]
    assert [len(each.warnings) for each in found] == [1, 0, 1]


def test_an_agents_card_is_kept_as_a_value():
    found = cards("BEGIN:VCARD\nFN:Ann\nAGENT:\nBEGIN:VCARD\nFN:Ben\nTEL:1\nEND:VCARD\nTEL:2\nEND:VCARD\n")
    (only,) = found
    assert infos(to_document(only).document) == [
        ("custom", "Agent", "BEGIN:VCARD\nFN:Ben\nTEL:1\nEND:VCARD"),
        ("phone", "Other", "2"),
    ]


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        ("NOTE:" + "x" * (MAX_CARD + 1), "longer than"),
        ("\n".join(["NOTE:x"] + [" " + "y" * 70] * (MAX_CARD // 70 + 1)), "longer than"),
        ("TEL:1\n" * (MAX_PROPERTIES + 1), "lines"),
        ("AGENT:\n" + "BEGIN:VCARD\n" * 5000 + "END:VCARD\n" * 5000, "in one another"),
    ],
)
def test_limits_fail_one_card_and_no_other(inside, sentence):
    began = time.monotonic()
    first, second = cards(f"BEGIN:VCARD\nFN:Ann\n{inside}\nEND:VCARD\nBEGIN:VCARD\nFN:Ben\nEND:VCARD\n")
    assert sentence in first.problem
    assert to_document(second).document.first_name == "Ben"
    assert time.monotonic() - began < 5


def test_a_picture_of_many_megabytes_costs_nothing_and_fails_nothing():
    text = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nPHOTO;ENCODING=b:" + ("A" * 74 + "\n ") * 100_000 + "\nEND:VCARD\n"
    (found,) = cards(text)
    assert len(found.text) < 5_000
    assert to_document(found).document.first_name == "Ann"


@pytest.mark.parametrize("lines", [["FN:"], ["N:;;;;"], ["UID:1", "REV:2"], ["CATEGORIES:Friends"]])
def test_cards_about_nobody_are_skipped(lines):
    with pytest.raises(SkippedRow, match="nothing about a person"):
        card(*lines)


def test_what_cannot_be_stored_says_where():
    with pytest.raises(InvalidDocument, match=r"first_name: .*at most 255"):
        card("N:;" + "x" * 300)


def test_a_file_of_nothing_is_refused():
    with pytest.raises(NotATable, match="vCard"):
        cards("BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n")


pieces = st.sampled_from(
    (
        "BEGIN:VCARD", "END:VCARD", "VERSION:2.1", "N:", "AGENT:", ";", ":", "=", "\\", ",", "\n", "\r\n ", '"', "=4",
        "ENCODING", "QUOTED-PRINTABLE", "BASE64", "TEL", "ADR", "BDAY", "ORG", "CHARSET=utf-16", "item1.", "X-ABLabel",
        "PHOTO", "X-APPLE-OMIT-YEAR=1604", "LABEL", "GENDER", "X-ANDROID-CUSTOM", "X-CUSTOM(", ")", "é", "1604", "\x00",
    )
) | st.text(max_size=4)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(pieces, max_size=40))
def test_nothing_makes_the_reader_fail(parts):
    text = "BEGIN:VCARD\nFN:x\n" + "".join(parts) + "\nEND:VCARD\n"
    for each in cards(text.encode(errors="replace")):
        if each.problem is None:
            try:
                assert to_document(each).document.normalised()
            except InvalidDocument:
                continue
