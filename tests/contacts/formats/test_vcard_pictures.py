"""Pictures in vCards: found in every way they are written, and written so that they are found again."""

import base64
import io
import time

import pytest

from contacts.document import ContactDocument, Kind
from contacts.formats.vcard_lines import MAX_PHOTO, open_cards
from contacts.formats.vcard_reading import to_document
from contacts.formats.vcard_writing import fold, vcard

DATA = bytes(range(256)) * 9
TEXT = base64.b64encode(DATA).decode()
WRAPPED = "\r\n ".join(TEXT[at : at + 60] for at in range(0, len(TEXT), 60))
BARE = "\r\n".join(TEXT[at : at + 60] for at in range(0, len(TEXT), 60))


def cards(inside, *, version="3.0"):
    text = f"BEGIN:VCARD\r\nVERSION:{version}\r\nN:Lee;Ann\r\n{inside}\r\nEND:VCARD\r\n"
    return list(open_cards(io.BytesIO(text.encode())).cards())


def parsed(inside, **more):
    [card] = cards(inside, **more)
    assert card.warnings == ()
    return to_document(card)


@pytest.mark.parametrize(
    ("inside", "version"),
    [
        (f"PHOTO;ENCODING=b;TYPE=JPEG:{WRAPPED}", "3.0"),
        (f"PHOTO;TYPE=JPEG;ENCODING=B;X-ABCROP-RECTANGLE=ABClipRect_1&0&0&9&9&x==:{TEXT}", "3.0"),
        (f"item1.PHOTO;BASE64;TYPE=PNG:\r\n {WRAPPED}", "3.0"),
        (f"PHOTO;JPEG;ENCODING=BASE64:{WRAPPED}\r\n", "2.1"),
        (f"PHOTO;ENCODING=BASE64;JPEG:\r\n{BARE}\r\n", "2.1"),
        (f"PHOTO:data:image/jpeg;base64,{WRAPPED}", "4.0"),
        (f"PHOTO;MEDIATYPE=image/png:DATA:image/png;BASE64,{TEXT.rstrip('=')}", "4.0"),
        (f"PHOTO:{TEXT}", "3.0"),
    ],
)
def test_a_picture_is_found_however_it_is_written(inside, version):
    found = parsed(f"{inside}\r\nNOTE:behind it", version=version)
    assert found.picture == DATA
    assert found.warnings == []
    assert found.document.notes == "behind it"


def test_the_address_of_a_picture_is_kept_as_it_stands_and_nothing_is_fetched():
    found = parsed("PHOTO;VALUE=uri:https://pictures.example/ann.jpg")
    assert found.picture == b""
    [info] = found.document.of_kind(Kind.CUSTOM)
    assert (info.custom_label, info.value) == ("Photo", "https://pictures.example/ann.jpg")
    assert parsed(f"PHOTO:https://pictures.example/a\r\nPHOTO;ENCODING=b:{TEXT}").picture == DATA


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        (f"PHOTO;ENCODING=b:{TEXT}\r\nPHOTO;ENCODING=b:{TEXT}", "a contact has one picture"),
        ("PHOTO:data:image/png,%89PNG", "cannot be read"),
        ("PHOTO;ENCODING=b:=", "cannot be read"),
        (f"LOGO;ENCODING=b:{TEXT}", "this is not text"),
    ],
)
def test_what_is_left_out_is_told(inside, sentence):
    [warning] = parsed(inside).warnings
    assert sentence in warning


def test_a_picture_too_large_is_left_out_and_costs_nothing():
    began = time.monotonic()
    most, more = (cards("PHOTO;ENCODING=b:" + "A" * (MAX_PHOTO - 17 + extra))[0] for extra in (0, 1))
    assert len(to_document(most).picture) == (MAX_PHOTO - 17) * 3 // 4
    assert to_document(most).warnings == []
    assert to_document(more).picture == b""
    assert to_document(more).warnings == ["PHOTO: this picture is larger than 3 MB; it was left out."]
    assert len(more.text) < 5_000
    assert time.monotonic() - began < 5


def test_the_whole_card_has_its_picture():
    [card] = cards(f"PHOTO;ENCODING=b:{WRAPPED}\r\nTEL:1")
    assert len(card.text) < len(TEXT)
    assert card.whole == f"VERSION:3.0\nN:Lee;Ann\nPHOTO;ENCODING=b:{TEXT}\nTEL:1"
    assert cards("TEL:1")[0].whole == "VERSION:3.0\nN:Lee;Ann\nTEL:1"


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_what_is_written_is_read_again(version):
    text = vcard(ContactDocument(first_name="Ann", avatar="x"), version=version, picture=("png", DATA))
    assert max(map(len, text.encode().split(b"\r\n"))) <= 75
    [card] = open_cards(io.BytesIO(text.encode())).cards()
    assert to_document(card).picture == DATA
    assert "PHOTO" not in vcard(ContactDocument(first_name="Ann", avatar="x"), version=version)


def test_a_megabyte_is_folded_at_once():
    began = time.monotonic()
    folded = fold("A" * 3_000_000)
    assert folded.replace("\r\n ", "") == "A" * 3_000_000 + "\r\n"
    assert time.monotonic() - began < 2
