"""URL × role: what each person gets at each address.

One `Row` an address and method: name, then the statuses of anonymous, owner, editor, viewer, admin, stranger. Ann owns
the book that the arguments name, Ben edits it, Vic views it, Ada administers its organization without a share, Sam is
in another organization. Arguments of an address are found by name in `ARGUMENTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import get_resolver

from tests.factories import Cast, make_cast

World = Cast

ARGUMENTS: dict[str, Callable[[World], Any]] = {}
"""How to fill an argument of an address, by the argument's name."""


def make_world() -> World:
    """Return the people and things that the addresses are about."""
    return make_cast()


@dataclass(frozen=True)
class Row:
    """One line of the table. `data` is the form sent; a value may be a function of the world."""

    name: str
    statuses: tuple[int, int, int, int, int, int]
    method: str = "GET"
    data: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""
    note: str = ""
    content_type: str = "application/x-www-form-urlencoded"

    def kwargs(self, world: World) -> dict[str, Any]:
        """Return the arguments of the address."""
        found: dict[str, Any] = {}
        for key in _arguments_of(self.name):
            value = self.arguments.get(key, ARGUMENTS.get(key))
            if value is None:
                raise LookupError(f"{self.name} takes {key}: say in ARGUMENTS of url_table.py what to put there.")
            found[key] = value(world) if callable(value) else value
        return found

    def body(self, world: World) -> str:
        """Return the form as it is sent; nothing for GET."""
        sent = {key: value(world) if callable(value) else value for key, value in self.data.items()}
        return urlencode(sent, doseq=True)


def _arguments_of(name: str) -> list[str]:
    """Return the names of an address's arguments."""
    resolver = get_resolver()
    *spaces, last = name.split(":")
    for space in spaces:
        resolver = resolver.namespace_dict[space][1]
    return list(resolver.reverse_dict.getlist(last)[0][0][0][1])


def page(name: str, *statuses: int, **options: Any) -> Row:
    """Return the row of a GET."""
    return Row(name, statuses, **options)  # type: ignore[arg-type]  # six, or the comparison fails


def post(name: str, *statuses: int, **options: Any) -> Row:
    """Return the row of a POST."""
    return Row(name, statuses, method="POST", **options)  # type: ignore[arg-type]  # likewise


def organization_id(world: World) -> str:
    return str(world.organization.pk)


TABLE: list[Row] = [
    page("home", 302, 302, 302, 302, 302, 302),
    # --- accounts (django-allauth): for everybody, or for whoever is signed in
    page("account_login", 200, 302, 302, 302, 302, 302),
    page("account_logout", 302, 200, 200, 200, 200, 200),
    post("account_logout", 302, 302, 302, 302, 302, 302),
    page("account_inactive", 200, 200, 200, 200, 200, 200),
    page("account_signup", 200, 302, 302, 302, 302, 302),
    page("account_reauthenticate", 302, 200, 200, 200, 200, 200),
    page("account_email", 302, 200, 200, 200, 200, 200),
    page("account_email_verification_sent", 200, 200, 200, 200, 200, 200),
    page("account_change_password", 302, 200, 200, 200, 200, 200),
    page("account_set_password", 302, 302, 302, 302, 302, 302),
    page("account_reset_password", 200, 200, 200, 200, 200, 200),
    page("account_reset_password_done", 200, 200, 200, 200, 200, 200),
    page("account_reset_password_from_key_done", 200, 200, 200, 200, 200, 200),
    page(
        "account_reset_password_from_key",
        *[200] * 6,
        arguments={"uidb36": lambda world: world.ann.pk.hex, "key": "wrong"},
    ),
    page("account_confirm_email", *[200] * 6, arguments={"key": "wrong"}),
    post("account_confirm_email", *[404] * 6, arguments={"key": "wrong"}),
    page("account_confirm_login_code", 302, 302, 302, 302, 302, 302),
    # --- the organization
    page("organization:switch", 302, 405, 405, 405, 405, 405),
    post("organization:switch", 302, 302, 302, 302, 302, 404, data={"organization": organization_id}),
]
