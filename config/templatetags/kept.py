"""Tags that are given constants alone, rendered once for each language: a page has more than a hundred of them.

`{% translate "…" %}`, `{% url "…" %}`, `{% static "…" %}` and the icons, under their own names. One that is given a
variable is what it was.
"""

import re
from collections.abc import Callable
from typing import Final

from django import template
from django.template import Context, Node, defaulttags
from django.template.base import Parser, Token
from django.templatetags import i18n, static
from django.utils.translation import get_language

from config.templatetags import icons

type Compile = Callable[[Parser, Token], Node]

register = template.Library()

_CONSTANTS: Final = re.compile(r'\w+( (\w+=)?("[^"]*"|\d+))+')


class KeptNode(Node):
    """Renders another node at its first time, and then what that was."""

    child_nodelists = ()

    def __init__(self, node: Node) -> None:
        self._node = node
        self._texts: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """Return the text, in the language of the page."""
        language = get_language()
        text = self._texts.get(language)
        if text is None:
            text = self._texts[language] = self._node.render(context)
        return text


def _keeping(compile_tag: Compile) -> Compile:
    def compile_kept(parser: Parser, token: Token) -> Node:
        node = compile_tag(parser, token)
        return KeptNode(node) if _CONSTANTS.fullmatch(token.contents) else node

    return compile_kept


register.tag("translate", _keeping(i18n.do_translate))
register.tag("url", _keeping(defaulttags.url))
register.tag("static", _keeping(static.do_static))
for _name, _compile in icons.register.tags.items():
    register.tag(_name, _keeping(_compile))
