"""What a list says when it holds nobody: why, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from contacts import search
from contacts.scope import scope_for
from contacts.templatetags.contacts import grouped

if TYPE_CHECKING:
    from contacts.views.panel import Panel


@dataclass(frozen=True, slots=True)
class Way:
    """A way on, as a link: its name, where it leads, a heroicon and what comes of it."""

    name: str
    href: str
    icon: str
    help: str


@dataclass(frozen=True, slots=True)
class Empty:
    """An empty list in words. `links` are (name, address); `ways` lead to the first contacts, where one may add some,
    and `lead` stands over them; `sample` is the address that loads sample people, empty where they do not belong."""

    icon: str
    title: str
    text: str = ""
    links: tuple[tuple[str, str], ...] = ()
    lead: str = ""
    ways: tuple[Way, ...] = ()
    sample: str = ""


def empty_of(panel: Panel) -> Empty | None:
    """Return what the panel's list says when it holds nobody, None when it holds somebody.

    No query but those of the list; a search without hits looks once more in all books.
    """
    if panel.page.rows:
        return None
    if panel.q:
        return _no_hits(panel)
    if panel.start:
        beginning = (_("Show from the beginning"), panel.beginning_url)
        return Empty("user-group", _("No one from here on"), links=(beginning,))
    if panel.chips:
        return _filtered(panel)
    if panel.starred:
        said = _(
            "Press s on a contact, or its star: those you need often then stand here, for everybody who shares them."
        )
        return Empty("star", _("No one is starred"), said, links=_to_all(panel))
    if panel.company:
        said = _("Name it in a contact’s form, or drag contacts onto it. Who works there then stands here.")
        return Empty("building-office", _("No one at %(name)s yet") % {"name": panel.title}, said, links=_to_all(panel))
    if panel.group:
        said = _("Select contacts in a list and press l, or drag them onto the group.")
        return Empty("tag", _("No one in %(name)s yet") % {"name": panel.title}, said, links=_to_all(panel))
    return _no_contacts(panel)


def _no_hits(panel: Panel) -> Empty:
    title = _("No one matches “%(q)s”") % {"q": panel.q}
    hint = _("Try fewer letters, another spelling, or a part of the phone number.")
    if not (panel.book or panel.group_listed or panel.starred or panel.incomplete):
        return Empty("magnifying-glass", title, hint)
    title = _("No one in %(title)s matches “%(q)s”") % {"title": panel.title, "q": panel.q}
    everywhere = scope_for(panel.user, panel.organization, searching=True, shelf=panel.shelf)
    found = search.find(everywhere, panel.q, part=slice(1))
    if not found.count:
        return Empty("magnifying-glass", title, _("Nor in any other contact book.") + " " + hint)
    count = grouped(found.count) + ("" if found.complete else "+")
    link = _("Search all contact books (%(count)s)") % {"count": count}
    return Empty("magnifying-glass", title, links=((link, panel.address({"q": panel.q})),))


def _filtered(panel: Panel) -> Empty:
    cure = ((_("Clear all filters"), panel.unfiltered_url),)
    if panel.incomplete and len(panel.chips) == 1:
        said = _("Everybody has a name, and an email or a phone.")
        return Empty("check-circle", _("No one is incomplete"), said, links=cure)
    return Empty("funnel", _("No one matches these filters"), _("Take one of them away, or all."), links=cure)


def _no_contacts(panel: Panel) -> Empty:
    """A book, or everything, without a contact: three ways on for who may add some."""
    title = _("No one in %(name)s yet") % {"name": panel.title} if panel.book else _("No one here yet")
    target = panel.target_book
    if target is None or not panel.may_create:
        said = _("You can view this contact book. Whom its editors put into it will stand here.")
        return Empty("book-open", title, said if panel.book else "")
    lead = _("Bring people into %(name)s") % {"name": target.name} if panel.book else _("Bring in the people you know")
    ways = (
        Way(
            _("Import contacts (CSV)"),
            f"/books/{target.pk}/import/",
            "arrow-up-tray",
            _("A CSV or vCard file of any program or phone. Or drop it anywhere on this window."),
        ),
        Way(
            _("Bring them from Google or Microsoft"),
            "/help/moving/",
            "arrows-right-left",
            _("How to get the file out of Google Contacts or Outlook, step by step."),
        ),
        Way(
            _("Add your first contact"),
            reverse("contacts:new") + panel.query,
            "user-plus",
            _("A name and an email will do."),
        ),
    )
    own = next((book for book in panel.shelf.by_name if book.is_personal and book.is_editable), target)
    sample = "" if panel.total else reverse("contacts:sample-load", args=[own.pk])
    return Empty("user-group", title, lead=lead, ways=ways, sample=sample)


def _to_all(panel: Panel) -> tuple[tuple[str, str], ...]:
    return ((_("All contacts"), "/contacts/"),) if panel.total else ()
