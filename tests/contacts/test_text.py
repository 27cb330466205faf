"""Text from outside: whatever comes in can be stored, shown and compared."""

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.text import clean_text
from tests.contacts.strategies import raw_text

quick = settings(deadline=None, max_examples=150)


@quick
@given(raw_text, st.booleans())
def test_clean_text_is_idempotent_and_storable(text, multiline):
    clean = clean_text(text, multiline=multiline)
    assert clean_text(clean, multiline=multiline) == clean
    clean.encode("utf-8")  # no lone surrogate
    json.dumps(clean, ensure_ascii=False).encode()
    assert unicodedata.is_normalized("NFC", clean)
    assert clean == clean.strip()
    allowed = "\t\n" if multiline else ""
    assert not [
        character for character in clean if unicodedata.category(character) == "Cc" and character not in allowed
    ]


@quick
@given(raw_text)
def test_one_line_holds_no_line_break_and_no_double_blank(text):
    clean = clean_text(text)
    assert len(clean.splitlines()) <= 1
    assert "  " not in clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Ann \t Lee\n", "Ann Lee"),
        ("Ann\x00Lee", "AnnLee"),
        ("\ufeffAnn", "Ann"),
        ("Zoe\u0308", "Zoë"),
        ("exe.\u202egnp", "exe.gnp"),
        ("\ud83d", ""),
        ("👩‍💻 Ann", "👩‍💻 Ann"),  # joiners are part of the picture
        ("می‌خواهم", "می‌خواهم"),  # and of Persian spelling
        ("a\u2028b", "a b"),
    ],
)
def test_what_misleads_or_cannot_be_stored_goes(text, clean):
    assert clean_text(text) == clean


def test_lines_of_notes_stay():
    assert clean_text("- one \r\n\r\n- two\r- three\u2029end\n\n", multiline=True) == "- one\n\n- two\n- three\nend"
