"""`{% import_map %}`: the one inline script that the Content-Security-Policy lets through, by its nonce."""

from django import template
from django.template import Context
from django.utils.csp import nonce_attr
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from config import static

register = template.Library()


@register.simple_tag(takes_context=True)
def import_map(context: Context) -> SafeString:
    """Render the `<script type="importmap">` that resolves `import "kith/<name>"`. Stands before any module."""
    content = mark_safe(static.import_map())  # noqa: S308 - our own file names, with <, > and & escaped
    return format_html('<script type="importmap" {}>{}</script>', nonce_attr(context), content)
