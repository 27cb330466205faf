"""The keys of the person whose page it is, for templates."""

from __future__ import annotations

from django import template
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from contacts import keys
from organizations.models import User

register = template.Library()
_COMMAND = ("Macintosh", "iPhone", "iPad")


def mod_key(request: HttpRequest) -> str:
    """Return what the key that calls commands is named on the machine that asks."""
    agent = request.headers.get("User-Agent", "")
    return "⌘" if any(name in agent for name in _COMMAND) else "Ctrl"


@register.filter
def key_calls(user: User | AnonymousUser) -> str:
    """Return what the keys of `user` do, as `keys.js` reads it; nothing for who is not signed in."""
    return keys.calls(user) if isinstance(user, User) else ""


@register.filter
def own_keys(user: User) -> dict[str, str]:
    """Return the key that `user` has for each name of the table of keys."""
    return keys.keys_of(user)


@register.filter
def mod(request: HttpRequest) -> str:
    """Return what the key that calls commands is named on the machine that asks."""
    return mod_key(request)
