"""A vCard for a QR code: what it keeps, in what order, and what it says to have left out."""

from dataclasses import replace

import pytest
import segno

from contacts.document import ContactDocument, Info, Kind, Membership
from contacts.formats.vcard_short import MOST, ROOM, short_vcard
from contacts.views.qr import QUIET, code_of
from tests.contacts.conftest import person


def values(*pairs):
    return tuple(Info(kind=kind, label="work", value=value) for kind, value in pairs)


def test_a_short_contact_goes_in_whole():
    document = person("Żółć", "Gęślą", email="zolc@example.pl", phone="+48 22 123 45 67", company="Acme")
    short = short_vcard(document)
    assert short.left_out == ""
    assert "N:Gęślą;Żółć;;;\r\n" in short.text
    for line in ("EMAIL;TYPE=INTERNET;TYPE=WORK:zolc@example.pl", "TEL;TYPE=CELL:+48 22 123 45 67", "ORG:Acme"):
        assert f"\r\n{line}\r\n" in short.text


def test_what_does_not_fit_is_left_out_and_told_the_preferred_kept():
    many = values(
        *((Kind.EMAIL, f"a.rather.long.address.{number}@example.com") for number in range(6)),
        *((Kind.PHONE, f"+46 70 123 45 6{number}") for number in range(6)),
        (Kind.DATE, "2000-01-01"),
    )
    infos = tuple(replace(info, preferred=info.value in {many[3].value, many[9].value}) for info in many)
    groups = (Membership(kind="group", name="VIP"), Membership(kind="company", name="Acme", title="CTO"))
    document = ContactDocument(
        first_name="Ana", nickname="Ani", notes="n", avatar="avatars/a.webp", infos=infos, memberships=groups
    ).normalised()
    short = short_vcard(document)
    assert len(short.text.encode()) <= ROOM
    assert many[3].value in short.text
    assert many[9].value in short.text
    kept = [sum(info.value in short.text for info in document.of_kind(kind)) for kind in (Kind.EMAIL, Kind.PHONE)]
    assert min(kept) > 1
    assert short.left_out == (
        f"{6 - kept[0]} emails, {6 - kept[1]} phones, 1 date, 1 other value, the groups, the notes and the picture"
    )


@pytest.mark.parametrize("name", ["x" * 250, "ż" * 150, "👩‍👩‍👧" * 15])
def test_a_long_name_goes_without_its_company(name):
    short = short_vcard(person(name, company="A company with a name of its own " * 4))
    assert name in short.text
    assert "ORG" not in short.text
    assert short.left_out == "1 company"


def test_what_has_no_name_is_called_by_what_it_has():
    assert "FN;DERIVED=TRUE:info@acme.example" in short_vcard(person(email="info@acme.example")).text
    assert short_vcard(ContactDocument(notes="Only notes")).text == ""
    assert short_vcard(ContactDocument(first_name="x" * MOST)).text == ""


def test_the_drawing_is_the_code():
    text = short_vcard(person("Ana", "Prado", email="ana@acme.example")).text
    code = code_of(text)
    made = segno.make(text, encoding="utf-8", error="m", micro=False, boost_error=False)
    dark = set()
    for piece in code.path.removesuffix("z").split("z"):
        place, run = piece.removeprefix("M").split("v")[0].split("h")
        x, y = map(int, place.split())
        dark |= {(x + step, y) for step in range(int(run))}
    wanted = {(x + QUIET, y + QUIET) for y, row in enumerate(made.matrix) for x, each in enumerate(row) if each}
    assert dark == wanted
    assert code.side == len(made.matrix) + 2 * QUIET
