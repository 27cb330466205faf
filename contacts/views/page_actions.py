"""What may be done on a page of whatever is open: one definition for the command bar and for menus that offer parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.keys import KEYS, in_words, keys_of
from contacts.templatetags.keys import mod_key
from contacts.views.actions import Action
from contacts.views.panel import Panel
from organizations.http import SignedInRequest
from organizations.models import Theme
from organizations.templatetags.people import ORGANIZATION, PERSON, lines_of


class Section(NamedTuple):
    """A part of the command bar under its title. What is `quiet` shows only where something was typed."""

    name: str
    title: str
    actions: list[Action]
    quiet: bool = False


def sections(request: SignedInRequest, panel: Panel) -> list[Section]:
    """Return what the person may do, part by part; the addresses keep the list of `panel`. Three queries."""
    return [
        Section("do", _("Actions"), [*_open_steps(), *list_actions(panel), *new_things(panel), *_latest(request)]),
        Section("go", _("Go to"), list(_places())),
        Section("settings", _("Settings"), [*_settings(request), *_themes()]),
        Section("account", _("Account"), list(_account(request))),
    ]


def list_actions(panel: Panel) -> Iterator[Action]:
    """Yield what may be done with the list that is shown, and from it."""
    keys, query = keys_of(panel.user), panel.query

    def beside(title: str, view: str, icon: str, words: str, does: str = "") -> Action:
        key, address = keys.get(does, ""), reverse(f"contacts:{view}") + query
        return Action(title, address, icon, key=key, place="detail", does=does, words=words)

    if panel.may_create:
        yield beside(_("Create contact"), "new", "user-plus", _("new add person"), "create")
    find = _("find look up")
    yield Action(_("Search"), reverse("contacts:list"), "magnifying-glass", key=keys["find"], does="find", words=find)
    yield beside(_("Filter"), "filter", "funnel", _("narrow incomplete company group"))
    yield Action(_("Export this list"), f"/contacts/export/{query}", "arrow-down-tray", words=_("download CSV vCard"))


def new_things(panel: Panel) -> Iterator[Action]:
    """Yield what is made or brought in, besides contacts."""
    yield from book_menu(panel)
    yield Action(_("New group"), reverse("contacts:group-new"), "tag", words=_("create add label"))
    yield Action(_("New company"), reverse("contacts:company-new"), "building-office", words=_("create add firm"))


def _latest(request: SignedInRequest) -> Iterator[Action]:
    """Yield undo and redo of one's own latest change."""
    keys, mod = keys_of(request.user), mod_key(request)
    sends = {"next": reverse("contacts:list")}
    for does, icon, words in (
        ("undo", "arrow-uturn-left", _("take back")),
        ("redo", "arrow-uturn-right", _("redo repeat")),
    ):
        title, address = str(KEYS[does].words), reverse(f"contacts:{does}-latest")
        key = in_words(keys[does], mod=mod)
        yield Action(title, address, icon, sends=sends, key=key, does=does, words=words)


def book_menu(panel: Panel) -> Iterator[Action]:
    """Yield the menu beside the title of the contact books."""
    yield Action(_("New contact book"), reverse("contacts:book-new"), "plus", words=_("create add"))
    if panel.target_book:
        address = f"/books/{panel.target_book.pk}/import/"
        yield Action(_("Import contacts (CSV)"), address, "arrow-up-tray", words=_("upload file Google Outlook vCard"))


def _open_steps() -> Iterator[Action]:
    """Yield what goes on to a choice."""
    find = reverse("contacts:commands-find")
    for title, view, icon, among in (
        (_("Open contact book…"), "books", "book-open", "books"),
        (_("Open group…"), "groups", "tag", "groups"),
        (_("Open company…"), "companies", "building-office", "companies"),
    ):
        inside = f"{find}?{urlencode({'among': among})}"
        yield Action(title, reverse(f"contacts:{view}"), icon, inside=inside, words=_("go to choose"))


def _places() -> Iterator[Action]:
    contacts = reverse("contacts:list")
    yield Action(_("Contacts"), contacts, "users", words=_("all people home"))
    yield Action(_("Starred"), f"{contacts}?starred=1", "star", words=_("favourites"))
    yield Action(_("Incomplete"), f"{contacts}?incomplete=1", "exclamation-circle", words=_("missing"))
    yield Action(_("Contact books"), reverse("contacts:books"), "book-open", words=_("all"))
    yield Action(_("Groups"), reverse("contacts:groups"), "tag", words=_("all labels"))
    yield Action(_("Companies"), reverse("contacts:companies"), "building-office", words=_("all firms"))
    yield Action(_("Trash"), reverse("contacts:trash"), "trash", words=_("bin deleted restore"))
    yield Action(_("Changes"), reverse("contacts:changes"), "clock", words=_("history undo"))


def _settings(request: SignedInRequest) -> Iterator[Action]:
    """Yield the pages of the settings that one's role opens."""
    here = request.organization.pk
    role = next((each.role for each in request.memberships if each.organization_id == here), "")
    for entries in (PERSON, ORGANIZATION if role else ()):
        for line in lines_of(entries, "", role):
            yield Action(str(line["label"]), line["address"], line["icon"], words=_("settings preferences"))
    keys = keys_of(request.user)["keys"]
    yield Action(
        _("Show all keys"), reverse("contacts:keys"), "question-mark-circle", key=keys, does="keys", words=_("help")
    )


def _themes() -> Iterator[Action]:
    icons = {Theme.LIGHT: "sun", Theme.DARK: "moon", Theme.DEVICE: "computer-desktop"}
    names = {Theme.LIGHT: _("Light theme"), Theme.DARK: _("Dark theme"), Theme.DEVICE: _("Theme of this device")}
    for theme, icon in icons.items():
        sends = {"theme": theme.value or "system", "next": reverse("contacts:list")}
        yield Action(names[theme], reverse("contacts:theme"), icon, sends=sends, words=_("colours mode look night day"))


def _account(request: SignedInRequest) -> Iterator[Action]:
    switch = reverse("organization:switch")
    for each in request.organizations:
        if each.pk != request.organization.pk:
            title = _("Switch to %(organization)s") % {"organization": each.name}
            sends = {"organization": str(each.pk)}
            yield Action(title, switch, "building-office-2", sends=sends, words=_("organization change"))
    yield Action(
        _("Sign out"), reverse("account_logout"), "arrow-right-start-on-rectangle", sends={}, words=_("log out leave")
    )
