"""The contrast that `docs/style.md` states is that of the colours in `static/css/tokens.css`, and it is enough."""

import re

import pytest

from tests.conventions.project import ROOT, text

TOKEN = re.compile(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)")
ROW = re.compile(r"^\| `--([\w-]+)`([^|]*)\|(.*)\|$", re.MULTILINE)
PAIR = re.compile(r"([\d.]+) / ([\d.]+)")
GROUNDS = ("canvas", "side", "hover", "selected")
TEXT, SIGN = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11


def colours():
    found = {name: (light, dark) for name, light, dark in TOKEN.findall(text(ROOT / "static" / "css" / "tokens.css"))}
    assert {"text", *GROUNDS} <= set(found)
    return found


def luminance(colour):
    """Return the relative luminance of #rgb or #rrggbb (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def stated():
    """Yield (colour, note, ground, light, dark, cell) for each pair of the table."""
    for name, note, cells in ROW.findall(text(ROOT / "docs" / "style.md")):
        for ground, cell in zip(GROUNDS, cells.split("|"), strict=True):
            [(light, dark)] = PAIR.findall(cell)
            yield name, note, ground, float(light), float(dark), cell


def test_the_table_states_the_contrast_that_there_is():
    known = colours()
    wrong = []
    for name, _note, ground, light, dark, _cell in stated():
        is_now = [round(contrast(known[name][theme], known[ground][theme]), 1) for theme in (0, 1)]
        if is_now != [light, dark]:
            wrong.append(f"--{name} on {ground}: {is_now[0]} / {is_now[1]}, not {light} / {dark}")
    assert not wrong, "docs/style.md:\n" + "\n".join(wrong)


def test_what_is_too_faint_for_text_says_so():
    pairs = list(stated())
    assert pairs
    for name, note, ground, light, dark, cell in pairs:
        least = min(light, dark)
        assert least >= (SIGN if "sign" in note else TEXT) or "not for text" in cell, f"--{name} on {ground}"


@pytest.mark.parametrize(
    ("one", "other", "expected"), [("#fff", "#000", 21.0), ("#ffffff", "#fff", 1.0), ("#767676", "#fff", 4.5)]
)
def test_contrast_is_reckoned_as_the_guideline_does(one, other, expected):
    assert round(contrast(one, other), 1) == expected
