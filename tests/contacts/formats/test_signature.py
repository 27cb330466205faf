"""Signatures: each line becomes what it plainly is, and no word is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.document import ContactDocument
from contacts.folding import fold
from contacts.formats.pasted import CannotSplit, read_pasted
from contacts.formats.signature import read_signature
from contacts.formats.signature_words import CLOSINGS, LABELS

SWEDISH = """Med vänliga hälsningar,

Ana Prado
CTO, Acme AB
ana.prado@acme.se | +46 70 123 45 67
www.acme.se
Storgatan 1, 111 22 Stockholm, Sweden
"""
GERMAN = """Dr. Hans Müller
Vertriebsleiter
--
Fancy Solutions GmbH
Musterstraße 12
10115 Berlin
Deutschland
T: 030 1234567
M: 0151 23456789
Fax +49 30 1234568
E-Mail: hans.mueller@fancy-solutions.de
HRB 123456 · Amtsgericht Charlottenburg
"""
AMERICAN = """Jane Doe | VP of Sales at Big Corp
jane@bigcorp.com
(212) 555-0123 (office)
123 Main St, Springfield, IL 62701
https://www.linkedin.com/in/janedoe/
"Be yourself; everyone else is taken."
"""
BRITISH = """Ms Zoë O'Neil, PhD
Head of Research
Institute of Bees
10 Downing Street
London SW1A 2AA
zoe@bees.example
"""
BARE = "Ana Prado <ana@acme.example>"
SPANISH = """Maria García – Directora Comercial
Empresa Ejemplo S.L.
maria@gmail.com · 612 345 678
"""
ALL = [(SWEDISH, "SE"), (GERMAN, "DE"), (AMERICAN, "US"), (BRITISH, "GB"), (BARE, "SE"), (SPANISH, "ES")]


def said(document: ContactDocument) -> dict:
    """Return what a document says, short."""
    return {
        "name": document.full_name,
        "jobs": [(job.title, job.name) for job in document.companies],
        "infos": [(str(info.kind), info.label, info.value or dict(info.address)) for info in document.infos],
        "notes": document.notes,
    }


def test_a_swedish_one():
    assert said(read_signature(SWEDISH, region="SE")) == {
        "name": "Ana Prado",
        "jobs": [("CTO", "Acme AB")],
        "infos": [
            ("email", "work", "ana.prado@acme.se"),
            ("phone", "mobile", "+46 70 123 45 67"),
            (
                "address",
                "work",
                {"street": "Storgatan 1", "city": "Stockholm", "postal_code": "111 22", "country": "Sweden"},
            ),
            ("url", "work", "www.acme.se"),
        ],
        "notes": "",
    }


def test_a_german_one_with_labels_and_an_address_in_lines():
    document = read_signature(GERMAN, region="DE")
    assert (document.prefix, document.first_name, document.last_name) == ("Dr.", "Hans", "Müller")
    assert said(document)["jobs"] == [("Vertriebsleiter", "Fancy Solutions GmbH")]
    assert said(document)["infos"] == [
        ("email", "work", "hans.mueller@fancy-solutions.de"),
        ("phone", "work", "030 1234567"),
        ("phone", "mobile", "0151 23456789"),
        ("phone", "work_fax", "+49 30 1234568"),
        (
            "address",
            "work",
            {"street": "Musterstraße 12", "city": "Berlin", "postal_code": "10115", "country": "Deutschland"},
        ),
    ]
    assert document.notes == "HRB 123456\nAmtsgericht Charlottenburg"


def test_an_american_one_on_few_lines():
    assert said(read_signature(AMERICAN, region="US")) == {
        "name": "Jane Doe",
        "jobs": [("VP of Sales", "Big Corp")],
        "infos": [
            ("email", "work", "jane@bigcorp.com"),
            ("phone", "work", "(212) 555-0123"),
            (
                "address",
                "work",
                {"street": "123 Main St", "city": "Springfield", "region": "IL", "postal_code": "62701"},
            ),
            ("url", "profile", "https://www.linkedin.com/in/janedoe/"),
        ],
        "notes": '"Be yourself; everyone else is taken."',
    }


def test_a_british_one():
    document = read_signature(BRITISH, region="GB")
    assert (document.prefix, document.first_name, document.last_name) == ("Ms", "Zoë", "O'Neil")
    assert document.suffix == "PhD"
    assert said(document)["jobs"] == [("Head of Research", "Institute of Bees")]
    assert dict(document.infos[1].address) == {
        "street": "10 Downing Street",
        "city": "London",
        "postal_code": "SW1A 2AA",
    }


def test_a_name_with_an_address_in_angle_brackets_and_a_mailbox_that_anybody_may_have():
    assert said(read_signature(BARE, region="SE"))["infos"] == [("email", "work", "ana@acme.example")]
    spanish = said(read_signature(SPANISH, region="ES"))
    assert spanish["name"] == "Maria García"
    assert spanish["jobs"] == [("Directora Comercial", "Empresa Ejemplo S.L.")]
    assert spanish["infos"] == [("email", "personal", "maria@gmail.com"), ("phone", "mobile", "612 345 678")]


@pytest.mark.parametrize(
    ("line", "phones"),
    [
        ("Org.nr 556677-8899", 0),
        ("VAT SE556677889901", 0),
        ("IBAN DE89 3704 0044 0532 0130 00", 0),
        ("Reg. no. 070 123 45 67", 0),
        ("Direct 08-123 456 78, mobile 070-123 45 67", 2),
    ],
)
def test_numbers_of_registers_are_no_phones(line, phones):
    document = read_signature(f"Ana Prado\n{line}", region="SE")
    assert sum(info.kind == "phone" for info in document.infos) == phones
    assert document.notes == ("" if phones else line)


def words(document):
    texts = [getattr(document, name) for name in ("prefix", "first_name", "middle_name", "last_name", "suffix")]
    texts += [document.nickname, document.notes]
    texts += [text for job in document.companies for text in (job.title, job.name)]
    texts += [text for info in document.infos for text in (info.value, *info.address.values())]
    return re.findall(r"\w+", fold(" ".join(texts)))


def lost(text, document):
    """Return the words of a text that its document does not hold, but greetings, labels, and "CTO *at* Acme"."""
    lines = [line for line in text.splitlines() if fold(line.strip(" ,.!-–—")) not in CLOSINGS]
    kept = set(words(document)) | LABELS | {"e", "mail", "mailto", "at"}
    return [word for word in re.findall(r"\w+", fold("\n".join(lines))) if word not in kept]


@pytest.mark.parametrize(("text", "region"), ALL)
def test_no_word_is_lost(text, region):
    assert lost(text, read_signature(text, region=region)) == []


PIECES = ["Ana Prado", "CTO", "Acme AB", "ana@acme.se", "+46 70 123 45 67", "Storgatan 1", "111 22 Stockholm"]
PIECES += ["Sweden", "www.acme.se", "Tel", "Room 12", "Best regards", "x" * 300, "Ω–—|", "1", "Fax: 08-123 456 78"]


@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3), max_size=12), st.sampled_from(" |,\t"))
def test_no_word_is_lost_whatever_the_order(lines, between):
    text = "\n".join(f" {between} ".join(line) for line in lines)
    document = read_signature(text, region="SE")
    assert [word for word in lost(text, document) if word not in {"best", "regards"}] == []


@given(st.text(max_size=300))
def test_nothing_breaks_it(text):
    read_signature(text, region="SE")


def test_a_letter_above_goes_to_the_notes_as_it_is():
    text = "\n".join(f"This is line {number} of a letter." for number in range(100))
    document = read_signature(text, region="SE")
    assert "line 99 of a letter" in document.notes
    assert not document.infos


CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Bo Ek\nN:Ek;Bo;;;\nTEL;TYPE=CELL:+46 70 123 45 67\nEND:VCARD\n"


def test_a_card_is_read_as_one_wherever_it_begins():
    document = read_pasted(f"Here it is:\n{CARD}", region="SE")
    assert said(document)["name"] == "Bo Ek"
    assert said(document)["infos"] == [("phone", "mobile", "+46 70 123 45 67")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (CARD * 2, "several people"),
        ("", "Nothing of a person"),
        ("-- \n***", "Nothing of a person"),
        ("x" * 200_000, "too long"),
        ("BEGIN:VCARD\nVERSION:3.0\nEND:VCARD", "No vCard in this file holds anything"),
        (f"Ana\n{'x' * 5000}@example.com", "characters long"),
    ],
)
def test_what_cannot_be_split_is_said(text, says):
    with pytest.raises(CannotSplit, match=says):
        read_pasted(text, region="SE")
