"""What may be done with a contact: the contact part of `contacts.views.actions`, for its menus in list and card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.derived import region_for
from contacts.document import ContactDocument, Kind
from contacts.handles import phone_uri
from contacts.keys import keys_of
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


def quick_actions(contact: Contact, document: ContactDocument, keys: Mapping[str, str]) -> Iterator[Action]:
    """Yield how the contact is reached: what stands on the card itself. `organization` is loaded. No query.

    `keys` are those of the person, by what they do (`contacts.keys.keys_of`).
    """
    email, phone = document.first(Kind.EMAIL), document.first(Kind.PHONE)
    if email and (href := mail_href(email.value)):
        words = _("write mail message")
        yield Action(_("New email"), href, "envelope", quick=True, key=keys["write"], does="write", words=words)
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
    email, name, keys = document.first(Kind.EMAIL), contact.name_for(user), keys_of(user)

    def send(title: str, verb: Verb, icon: str, does: str, words: str, *, grave: bool = False) -> Action:
        sends, key = chosen | {"do": str(verb)}, keys.get(does, "")
        return Action(title, many, icon, grave, sends=sends, key=key, place=STEP, does=does, words=words)

    def ask(title: str, verb: Verb, icon: str, words: str, does: str = "") -> Action:
        address = f"{reverse('contacts:many')}?{urlencode(panel.filters() | chosen | {'do': str(verb)})}"
        return Action(title, address, icon, key=keys.get(does, ""), place=STEP, does=does, words=words)

    def page(title: str, view: str, icon: str, words: str, does: str = "") -> Action:
        address = reverse(f"contacts:{view}", args=[contact.pk]) + panel.query
        return Action(title, address, icon, key=keys.get(does, ""), place="detail", does=does, words=words)

    yield from quick_actions(contact, document, keys)
    if contact.is_editable:
        yield page(_("Edit"), "edit", "pencil-square", _("change"), "edit")
        if contact.starred:
            yield send(_("Unstar"), Verb.UNSTAR, "star", "star", _("favourite"))
        else:
            yield send(_("Star"), Verb.STAR, "star", "star", _("favourite"))
    if email:
        copied = email.value
        yield Action(_("Copy email"), "", "square-2-stack", copies=copied, key=keys["email"], does="email")
        if name != copied and mail_href(copied):
            yield Action(_("Copy name and email"), "", "at-symbol", copies=mailbox(name, copied))
    yield Action(_("Copy name"), "", "document-duplicate", copies=name, key=keys["name"], does="name")
    yield Action(_("Copy vCard"), reverse("contacts:vcard", args=[contact.pk]), "identification", fetches=True)
    yield page(_("Show QR code"), "qr", "qr-code", _("phone scan"))
    if is_open:
        yield Action(_("Print"), "", "printer", prints=True, words=_("paper"))
    if contact.is_editable:
        yield ask(_("Move to book…"), Verb.MOVE, "folder-arrow-down", _("transfer put"), "move")
        yield ask(_("Add to group…"), Verb.JOIN, "tag", _("label put"), "join")
        if document.groups:
            yield ask(_("Remove from group…"), Verb.LEAVE, "minus-circle", _("take out"))
        yield ask(_("Set company…"), Verb.EMPLOY, "building-office", _("employer organization firm"))
    yield Action(_("Export"), "/contacts/export/", "arrow-down-tray", sends={"contact": str(contact.pk)})
    yield page(_("History"), "history", "clock", _("changes versions"))
    if contact.is_editable:
        yield send(_("Delete"), Verb.TRASH, "trash", "delete", _("remove bin trash"), grave=True)
