"""What may be done with a contact: the contact part of `contacts.views.actions`, for its menus in list and card."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.derived import region_for
from contacts.document import ContactDocument, Kind
from contacts.handles import phone_uri
from contacts.models import Contact
from contacts.services.many import Verb
from contacts.views.actions import Action
from contacts.views.facts import mail_href, map_href
from contacts.views.panel import Panel
from organizations.models import User

STEP = "many-dialog"


def mailbox(name: str, email: str) -> str:
    """Return an address with its name, as a mail program's fields take it (RFC 5322 3.4, RFC 6532: in UTF-8)."""
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{email}>'


def quick_actions(contact: Contact, document: ContactDocument) -> Iterator[Action]:
    """Yield how the contact is reached: what stands on the card itself. `organization` is loaded. No query."""
    email, phone = document.first(Kind.EMAIL), document.first(Kind.PHONE)
    if email and (href := mail_href(email.value)):
        yield Action(_("New email"), href, "envelope", quick=True)
    region = region_for(document, contact.organization.region)
    if phone and (href := phone_uri(phone.value, region)):
        yield Action(_("Call"), href, "phone", quick=True)
    address = document.first(Kind.ADDRESS)
    if address and (href := map_href(address)):
        yield Action(_("Map"), href, "map-pin", quick=True, outside=True)


def contact_actions(
    user: User, contact: Contact, document: ContactDocument, *, panel: Panel, is_open: bool = False
) -> Iterator[Action]:
    """Yield what `user`, who may view it, may do with a contact, read `with_right`. No query.

    The addresses keep the list of `panel`. `is_open`: it is the contact that the page shows.
    """
    many = reverse("contacts:many") + panel.query
    chosen = {"contact": str(contact.pk), "organization": str(contact.organization_id)}
    email, name = document.first(Kind.EMAIL), contact.name_for(user)

    def send(title: str, verb: Verb, icon: str, key: str = "", *, grave: bool = False) -> Action:
        return Action(title, many, icon, grave, sends=chosen | {"do": str(verb)}, key=key, place=STEP)

    def ask(title: str, verb: Verb, icon: str, key: str = "") -> Action:
        query = urlencode(panel.filters() | chosen | {"do": str(verb)})
        return Action(title, f"{reverse('contacts:many')}?{query}", icon, key=key, place=STEP)

    def page(title: str, view: str, icon: str, key: str = "") -> Action:
        address = reverse(f"contacts:{view}", args=[contact.pk]) + panel.query
        return Action(title, address, icon, key=key, place="detail")

    yield from quick_actions(contact, document)
    if contact.is_editable:
        yield page(_("Edit"), "edit", "pencil-square", "e")
        if contact.starred:
            yield send(_("Unstar"), Verb.UNSTAR, "star", "s")
        else:
            yield send(_("Star"), Verb.STAR, "star", "s")
    if email:
        yield Action(_("Copy email"), "", "square-2-stack", copies=email.value, key="y")
        if name != email.value and mail_href(email.value):
            yield Action(_("Copy name and email"), "", "at-symbol", copies=mailbox(name, email.value))
    yield Action(_("Copy name"), "", "document-duplicate", copies=name, key="Y")
    yield Action(_("Copy vCard"), reverse("contacts:vcard", args=[contact.pk]), "identification", fetches=True)
    yield page(_("Show QR code"), "qr", "qr-code")
    if is_open:
        yield Action(_("Print"), "", "printer", prints=True)
    if contact.is_editable:
        yield ask(_("Move to book…"), Verb.MOVE, "folder-arrow-down", "m")
        yield ask(_("Add to group…"), Verb.JOIN, "tag", "l")
        if document.groups:
            yield ask(_("Remove from group…"), Verb.LEAVE, "minus-circle")
        yield ask(_("Set company…"), Verb.EMPLOY, "building-office")
    yield Action(_("Export"), "/contacts/export/", "arrow-down-tray", sends={"contact": str(contact.pk)})
    yield page(_("History"), "history", "clock")
    if contact.is_editable:
        yield send(_("Delete"), Verb.TRASH, "trash", "#", grave=True)
