"""What templates ask about the person who is signed in, their settings and their sessions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.models import Organization, OrganizationMembership, User
from organizations.permissions import ADMINISTRATORS
from organizations.second_factor import organizations_that_demand

register = template.Library()


@dataclass(frozen=True)
class Entry:
    """One line of the settings' navigation: `roles` may use it, everybody when empty."""

    label: Any  # a lazy string
    view: str
    icon: str
    below: str = ""
    """Names of the addresses that belong to it begin with this, besides `view` itself."""
    roles: tuple[str, ...] = ()


PERSON: Final = (
    Entry(gettext_lazy("Profile"), "settings:profile", "user-circle"),
    Entry(gettext_lazy("Keys"), "contacts:own-keys", "command-line", "contacts:keys"),
    Entry(gettext_lazy("Email addresses"), "account_email", "at-symbol"),
    Entry(gettext_lazy("Password"), "account_change_password", "key"),
    Entry(gettext_lazy("Two-factor"), "mfa_index", "shield-check", "mfa_"),
    Entry(gettext_lazy("Sessions"), "usersessions_list", "computer-desktop"),
)
ORGANIZATION: Final = (
    Entry(gettext_lazy("General"), "organization:general", "building-office-2", "contacts:region"),
    Entry(gettext_lazy("People"), "organization:people", "users"),
    Entry(gettext_lazy("Teams"), "organization:teams", "user-group", "organization:team"),
    Entry(gettext_lazy("Audit list"), "organization:audit", "clipboard-document-list", roles=ADMINISTRATORS),
    Entry(gettext_lazy("Admin site"), "admin:index", "wrench-screwdriver", roles=ADMINISTRATORS),
)


@register.inclusion_tag("settings/_nav.html", takes_context=True)
def settings_nav(context: Context) -> dict[str, Any]:
    """Render the settings' navigation: one's own pages, and those of the organization that one's role opens.

    The page of an object names that object's organization. Where the session shows another one, it offers to switch
    instead of leading to the other one's lists.
    """
    request = context["request"]
    name = request.resolver_match.view_name if request.resolver_match else ""
    organization, role = _belonging(context)
    sections: list[dict[str, Any]] = [{"title": _("You"), "lines": lines_of(PERSON, name, role)}]
    if organization and organization == request.organization:
        sections.append({"title": organization.name, "lines": lines_of(ORGANIZATION, name, role)})
    elif organization:
        sections.append({"title": organization.name, "switch_to": organization})
    return {"sections": sections, "here": request.get_full_path()}


def _belonging(context: Context) -> tuple[Organization | None, str]:
    """Return the organization of the page and one's role there; the session's for pages that have none."""
    if here := context.get("here"):
        return here.organization, here.role
    request = context["request"]
    organization = getattr(request, "organization", None)
    if not organization:
        return None, ""
    memberships = OrganizationMembership.objects.filter(user=request.user, organization=organization)
    return organization, memberships.values_list("role", flat=True).first() or ""


def lines_of(entries: tuple[Entry, ...], name: str, role: str) -> list[dict[str, Any]]:
    """Return the entries that `role` opens and that have a page, with the page called `name` as the current one."""
    lines = []
    for entry in entries:
        if entry.roles and role not in entry.roles:
            continue
        try:
            address = reverse(entry.view)
        except NoReverseMatch:
            continue
        current = name == entry.view or bool(entry.below and name.startswith(entry.below))
        lines.append({"label": entry.label, "address": address, "icon": entry.icon, "current": current})
    return lines


@register.simple_tag(takes_context=True)
def demanding_organizations(context: Context) -> list[Organization]:
    """Return the person's organizations that demand a second factor."""
    user = context["request"].user
    return organizations_that_demand(user) if isinstance(user, User) else []


_BROWSERS: Final = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS|HeadlessChrome)/")),
    ("Safari", re.compile(r"\bSafari/")),
)
_SYSTEMS: Final = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMacintosh\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)


@register.filter
def browser_name(user_agent: str) -> str:
    """Return what a browser says it is, in words that people use; only a hint, since it may say anything."""
    browser = next((name for name, pattern in _BROWSERS if pattern.search(user_agent)), "")
    system = next((name for name, pattern in _SYSTEMS if pattern.search(user_agent)), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown program")
