"""heroicons' tags, each icon drawn once: a page has dozens, and most of them are the same few."""

from functools import lru_cache
from typing import Any

from django import template
from heroicons.templatetags import heroicons

register = template.Library()

_DRAW = {
    "mini": heroicons.heroicon_mini,
    "outline": heroicons.heroicon_outline,
    "solid": heroicons.heroicon_solid,
}


@lru_cache(maxsize=1_000)
def _drawn(style: str, name: str, size: int, attributes: tuple[tuple[str, Any], ...]) -> str:
    return _DRAW[style](name, size=size, **dict(attributes))


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
