"""Notes: rendered, and harmless whatever stands in them."""

import pytest

from contacts.markdown import LONGEST, render


def test_what_people_write_is_rendered():
    html = render(
        "# Plan\n\n**tea**, not ~~coffee~~\nsecond line\n\n- a\n- b\n\n> quoted\n\n[her](https://example.org)"
    )
    assert "<h3>Plan</h3>" in html
    assert "<strong>tea</strong>" in html
    assert "<s>coffee</s>" in html
    assert "<br>" in html
    assert "<li>a</li>" in html
    assert '<a href="https://example.org" rel="noopener noreferrer nofollow">her</a>' in html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/pixel.png)",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>)",
        "[x](vbscript:x)",
        "<a href='javascript:1'>x</a>",
        "<svg/onload=alert(1)>",
        "`<script>`",
        "<p style='position:fixed'>x</p>",
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_nothing_in_them_runs_or_loads(source):
    html = render(source).lower()
    for mark in ("<script", "<img", "<svg", 'href="javascript', 'href="data', 'href="vbscript', "<p style"):
        assert mark not in html


def test_long_and_deeply_nested_notes_are_shown_at_once():
    assert render("<b>" * LONGEST).startswith("<p>&lt;b&gt;")
    assert "x" in render("> " * 10_000 + "x")
    assert "x" in render("[" * 10_000 + "x")
