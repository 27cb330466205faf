"""heroicons' tags, each icon drawn once: a page has dozens, and most of them are the same few.

What all lines of all icons have in common stands in `base.css`, and not in each.
"""

import re
from functools import lru_cache
from typing import Any

from django import template
from django.utils.safestring import mark_safe
from heroicons.templatetags import heroicons

register = template.Library()

_DRAW = {
    "mini": heroicons.heroicon_mini,
    "outline": heroicons.heroicon_outline,
    "solid": heroicons.heroicon_solid,
}


_COMMON = re.compile(r' stroke-(?:width="1\.5"|line(?:cap|join)="round")|\s(?=\s|/>)|(?<=>)\s+(?=<)')
# No screen shows the thousandth part of a pixel.
_FINE = re.compile(r"\d*\.\d{3,}")


@lru_cache(maxsize=1_000)
def _drawn(style: str, name: str, size: int, attributes: tuple[tuple[str, Any], ...]) -> str:
    drawn = _DRAW[style](name, size=size, **dict(attributes))
    lean = _COMMON.sub("", drawn)
    return mark_safe(_FINE.sub(lambda number: f"{float(number[0]):.2f}".removeprefix("0"), lean))  # noqa: S308  # ours


@register.simple_tag
def heroicon_mini(name: str, *, size: int = 20, **attributes: Any) -> str:
    """Draw an icon of the mini set as SVG, `size` pixels wide."""
    return _drawn("mini", name, size, tuple(attributes.items()))


@register.simple_tag
def heroicon_outline(name: str, *, size: int = 24, **attributes: Any) -> str:
    """Draw an icon of the outline set as SVG, `size` pixels wide."""
    return _drawn("outline", name, size, tuple(attributes.items()))


@register.simple_tag
def heroicon_solid(name: str, *, size: int = 24, **attributes: Any) -> str:
    """Draw an icon of the solid set as SVG, `size` pixels wide."""
    return _drawn("solid", name, size, tuple(attributes.items()))
