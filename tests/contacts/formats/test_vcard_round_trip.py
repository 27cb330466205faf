"""What is exported as vCards and imported again is the same contact, in versions 3.0 and 4.0."""

import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.formats.vcard_lines import is_vcards, open_cards
from contacts.formats.vcard_reading import to_document
from contacts.formats.vcard_writing import vcards
from tests.contacts.formats.test_round_trip import full, nasty_documents
from tests.contacts.strategies import documents

VERSIONS = ("3.0", "4.0")


def said(document):
    """Return what a document says: no ids."""
    return replace(
        document,
        infos=tuple(replace(info, id="") for info in document.infos),
        memberships=tuple(replace(item, id="") for item in document.memberships),
    )


def imported(data):
    file = io.BytesIO(data)
    assert is_vcards(file)
    cards = list(open_cards(file).cards())
    assert [(card.problem, card.warnings) for card in cards] == [(None, ())] * len(cards)
    return [to_document(card) for card in cards]


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=nasty_documents())
def test_nothing_is_lost_of_texts_full_of_signs(version, document):
    (parsed,) = imported(b"".join(vcards([document], version=version)))
    assert said(parsed.document) == said(document)
    assert parsed.warnings == []


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=documents())
def test_nothing_is_lost_of_contacts(version, document):
    (parsed,) = imported(b"".join(vcards([document], version=version)))
    assert said(parsed.document) == said(document)
    assert parsed.warnings == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_kind_at_once_and_many_cards(version):
    many = [replace(full(), nickname=f"Annie {number}") for number in range(300)]
    blocks = list(vcards(iter(many), version=version))
    assert len(blocks) > 2
    assert max(map(len, blocks)) < 100_000
    assert [said(parsed.document) for parsed in imported(b"".join(blocks))] == [said(each) for each in many]


@pytest.mark.parametrize("version", VERSIONS)
def test_lines_are_folded_within_75_octets_and_never_within_a_character(version):
    document = ContactDocument(
        first_name="Щ" * 200,
        notes="😀é" * 500 + "\nEND:VCARD\nBEGIN:VCARD\n  \\n, ;",
        infos=(Info(kind=Kind.CUSTOM, custom_label="a;b:c,d", value="x" * 900),),
    ).normalised()
    data = b"".join(vcards([document], version=version))
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)
    (parsed,) = imported(data)
    assert said(parsed.document) == said(document)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_value_cannot_bring_properties_of_its_own(version):
    text = "x\r\nEMAIL:evil@x.example\nEND:VCARD"
    document = ContactDocument(
        notes=text,
        file_as='"x":;,^n\\',
        infos=(Info(kind=Kind.EMAIL, custom_label=text, value=text), Info(kind=Kind.CUSTOM, value=text)),
        memberships=(Membership(kind="group", name=text), Membership(kind="company", name=text, title=text)),
    ).normalised()
    data = b"".join(vcards([document], version=version))
    assert not any(line.startswith((b"EMAIL:evil", b"END:VCARD\r\n\r\n")) for line in data.split(b"\r\n"))
    (parsed,) = imported(data)
    assert said(parsed.document) == said(document)


def test_what_others_read():
    document = ContactDocument(
        prefix="Dr.",
        first_name="Ann",
        last_name="Lee",
        infos=(
            Info(kind=Kind.EMAIL, label="work", value="ann@x.example", preferred=True),
            Info(kind=Kind.PHONE, label="work_fax", value="+49 30 1"),
            Info(kind=Kind.PHONE, label="other", custom_label="Car", value="+49 30 2"),
            Info(kind=Kind.DATE, label="birthday", value="1987-10-06"),
            Info(kind=Kind.URL, label="homepage", value="https://x.example/a,b;c"),
        ),
        memberships=(Membership(kind="company", name="Acme; Co", title="CEO", department="Top"),),
    ).normalised()
    assert b"".join(vcards([document], version="3.0")).decode().split("\r\n") == [
        "BEGIN:VCARD", "VERSION:3.0", "FN:Ann Lee", "N:Lee;Ann;;Dr.;",
        "EMAIL;TYPE=INTERNET;TYPE=WORK;TYPE=PREF:ann@x.example",
        "TEL;TYPE=WORK;TYPE=FAX:+49 30 1", "item1.TEL:+49 30 2", "item1.X-ABLabel:Car", "BDAY:1987-10-06",
        "URL:https://x.example/a,b;c", "ORG:Acme\\; Co;Top", "TITLE:CEO", "END:VCARD", "",
    ]  # fmt: skip
    assert "BDAY:19871006" in b"".join(vcards([document], version="4.0")).decode().split("\r\n")
