"""Folding: names are found and compared without case, accents or apostrophes, in every script."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.folding import fold
from tests.contacts.strategies import first_names, last_names, raw_text

quick = settings(deadline=None, max_examples=150)
names = first_names | last_names | raw_text
#: Letters whose upper and lower case are one pair; others (İ, ẞ, ŉ) have names of their own below.
cased = st.text(st.sampled_from("abcxyzłøđåéñüžαβγωάέабвжщюяїґșţőű"), max_size=12)


@quick
@given(names)
def test_fold_is_idempotent(text):
    folded = fold(text)
    assert fold(folded) == folded
    assert folded == " ".join(folded.split())


@quick
@given(names)
def test_spelling_of_one_letter_in_two_code_points_is_nothing(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@quick
@given(cased)
def test_case_is_nothing(text):
    assert fold(text.upper()) == fold(text.lower()) == fold(text.title()) == fold(text)


@quick
@given(
    st.text(st.sampled_from("abcdeinouszABC "), max_size=12), st.sampled_from("\u0300\u0301\u0302\u0303\u0308\u030c")
)
def test_accents_on_latin_letters_are_nothing(text, accent):
    accented = "".join(letter + accent if letter.isalpha() else letter for letter in text)
    assert fold(accented) == fold(unicodedata.normalize("NFC", accented)) == fold(text)


@quick
@given(st.text(st.sampled_from("abcłżя "), max_size=8), st.sampled_from("'’‘‛ʼʻʹ`´′＇"), st.integers(0, 8))
def test_apostrophes_are_nothing(text, apostrophe, position):
    assert fold(text[:position] + apostrophe + text[position:]) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Żółć", "zolc"),
        ("Łukasz ŁĘCKI", "lukasz lecki"),
        ("Søren Ægir", "soren aegir"),
        ("Đorđe", "dorde"),
        ("Straße", "strasse"),
        ("STRAẞE", "strasse"),
        ("İpek Işık", "ipek isik"),
        ("O’Con", "ocon"),
        ("O'Con", "ocon"),
        ("OCon", "ocon"),
        ("ＡＢＣ １２", "abc 12"),
        ("ﬁne", "fine"),
        ("Νίκος", "νικοσ"),
        ("Ёлкин", "елкин"),
        ("陈伟", "陈伟"),
        ("  two \u3000 blanks\n", "two blanks"),
        ("", ""),
    ],
)
def test_known_folds(text, folded):
    assert fold(text) == folded
