"""Create and edit a contact: one form, saved whole or not at all, and never losing what was typed."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from books.models import ContactBook
from books.shelf import shelf_of
from contacts import avatars
from contacts.derived import region_for
from contacts.document import ContactDocument, InvalidDocument, Kind
from contacts.duplicates import Possible, possible_duplicates
from contacts.formats.pasted import CannotSplit, read_pasted
from contacts.forms.choices import NOTHING, with_choices
from contacts.forms.contact import ContactForm
from contacts.forms.document import Draft, TooManyRows, document_from, draft_of, read
from contacts.forms.filling import filled
from contacts.forms.hints import hints_of, region_in
from contacts.mail_domains import well_known_for
from contacts.models import Contact
from contacts.services import Busy, EditConflict, create_contact, document_of, latest_act, save_contact
from contacts.services.history import document_at, require_seen
from contacts.views.answers import go, key_of_form, tell
from contacts.views.cards import visible
from contacts.views.panel import Panel, show
from organizations.http import SignedInRequest
from organizations.sharing import Level

_SALT = "contacts.avatar"
METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
def new(request: SignedInRequest) -> HttpResponse:
    """Create a contact in the selected book, the last one used, or Personal: shown, and changeable, in the form."""
    panel = Panel(request)
    if request.method != "POST":
        if panel.target_book is None:
            raise PermissionDenied
        form = ContactForm(_first_draft(panel), panel.editable_books, panel.target_book, form_key=str(uuid.uuid4()))
        form.focus = "f-first_name"
        return _page(request, panel, form, None)

    book = _book(request, panel)
    form = _posted(request, panel, book, like=ContactDocument())
    form.form_key = request.POST.get("form_key", "")
    if _rows_changed(request, form):
        return _page(request, panel, form, None)
    if request.POST.get("split"):
        _split(request, form, like=ContactDocument(), region=book.organization.region)
        return _page(request, panel, form, None, status=422 if form.errors else 200)
    document, problems = document_from(form.draft, like=ContactDocument(), avatar=form.avatar)
    form.errors |= problems
    if not form.errors and (chosen := request.POST.get("add_to")):
        return _added_to(request, panel, form, document, chosen, book)
    key = key_of_form(request, form.form_key)
    if not form.errors and (anyway := request.POST.get("anyway")) != "1":
        form.warning = [] if anyway else _missing(document)
        form.duplicates = _duplicates(request, document, book, key)
    if form.errors or form.warning or form.duplicates:
        return _page(request, panel, form, None, status=422)
    try:
        contact = create_contact(by=request.user, book=book, document=document, form_key=key)
    except Busy as busy:
        form.errors[""] = str(busy)
        return _page(request, panel, form, None, status=422)
    except IntegrityError as error:
        if "form_key" not in str(error):
            raise
        # The same form is being saved by another request, or what it made is gone.
        known = Contact.objects.for_user(request.user).filter(changes__change_set__form_key=key).first()
        if known is None:
            form.form_key = str(uuid.uuid4())
            form.errors[""] = _("This was created before and deleted since. Send the form again to create it anew.")
            return _page(request, panel, form, None, status=422)
        contact = known
    sentence = _("%(name)s is in %(book)s.") % {"name": contact.name_for(request.user), "book": book.name}
    tell(request, sentence, undo=latest_act(by=request.user, contact=contact))
    return go(request, _card_address(panel, contact, book))


@require_http_methods(METHODS)
def edit(request: SignedInRequest, contact_id: UUID) -> HttpResponse:
    """Edit a contact; choosing another contact book moves it. What others saved meanwhile is merged in."""
    contact = visible(request, contact_id, at_least=Level.EDIT)
    panel = Panel(request, organization=contact.organization)
    if request.method != "POST":
        document = document_of(contact)
        form = ContactForm(draft_of(document), panel.editable_books, contact.book, base_version=contact.version)
        form.starred = document.starred
        _keep_avatar(request, form, document.avatar, contact)
        form.focus = "f-first_name"
        return _page(request, panel, form, contact)

    book = _book(request, panel)
    version = _version(request, contact)
    require_seen(by=request.user, contact=contact, version=version)
    base = document_at(contact, version)
    form = _posted(request, panel, book, like=base, contact=contact)
    form.base_version = version
    if _rows_changed(request, form):
        return _page(request, panel, form, contact)
    if request.POST.get("split"):
        _split(request, form, like=base, region=book.organization.region)
        return _page(request, panel, form, contact, status=422 if form.errors else 200)
    document, problems = document_from(form.draft, like=base, avatar=form.avatar, starred=form.starred)
    form.errors |= problems
    choices = {
        name.removeprefix("choose-"): str(value) for name, value in request.POST.items() if name.startswith("choose-")
    }
    if form.errors:
        return _page(request, panel, form, contact, status=422)
    try:
        if choices:
            document = with_choices(document, base, choices).normalised(like=base)
        saved = save_contact(by=request.user, contact=contact, document=document, base_version=version, book=book)
    except EditConflict as conflict:
        return _conflict(request, panel, contact, book, conflict)
    except InvalidDocument as error:
        form.errors |= {problem.path: str(problem.message) for problem in error.problems}
        return _page(request, panel, form, contact, status=422)
    except Busy as busy:
        form.errors[""] = str(busy)
        return _page(request, panel, form, contact, status=422)
    if saved.book_id != contact.book_id:
        sentence = _("Saved, and moved to %(book)s.") % {"book": book.name}
        tell(request, sentence, undo=latest_act(by=request.user, contact=saved))
    elif saved.version != contact.version:
        tell(request, _("Saved."), undo=latest_act(by=request.user, contact=saved))
    return HttpResponseRedirect(_card_address(panel, saved, book))


# --- what was posted -------------------------------------------------------------------------------------------------


def _posted(
    request: SignedInRequest,
    panel: Panel,
    book: ContactBook,
    *,
    like: ContactDocument,
    contact: Contact | None = None,
) -> ContactForm:
    """Return the form as it was sent, with its picture taken in: stored at once, so that no error loses it."""
    try:
        draft: Draft = read(request.POST)
    except TooManyRows:
        raise BadRequest("too many rows") from None
    form = ContactForm(draft, panel.editable_books, book)
    form.starred = request.POST.get("starred") == "1"
    picture = _avatar_named(request, like, contact)
    if request.POST.get("remove_avatar"):
        picture = ""
    if upload := request.FILES.get("avatar"):
        try:
            picture = avatars.store(upload)
        except avatars.BadPicture as error:
            form.errors["avatar"] = str(error)
    _keep_avatar(request, form, picture, contact)
    return form


def _keep_avatar(request: SignedInRequest, form: ContactForm, name: str, contact: Contact | None) -> None:
    """Have the form carry the picture: signed, since a name that anybody could write would open any file.

    For this person and this contact's form alone: a file is one contact's, and goes when that is erased.
    """
    form.avatar = name
    form.avatar_token = signing.dumps([*_whose(request, contact), name], salt=_SALT) if name else ""


def _whose(request: SignedInRequest, contact: Contact | None) -> list[str]:
    return [str(request.user.pk), str(contact.pk) if contact else ""]


def _avatar_named(request: SignedInRequest, like: ContactDocument, contact: Contact | None) -> str:
    token = request.POST.get("picture", "")
    if not token:
        return ""
    try:
        *whose, name = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return like.avatar
    return str(name) if whose == _whose(request, contact) else like.avatar


def _rows_changed(request: SignedInRequest, form: ContactForm) -> bool:
    """Add, remove or raise a row, or mend an email, when one of those buttons was pressed; say whether."""
    if raised := request.POST.get("up"):
        form.draft.up(raised)
        form.focus = f"f-{raised}-{'name' if raised.startswith('membership') else 'value'}"
        return True
    if used := request.POST.get("use"):
        row, _blank, domain = used.partition(" ")
        form.draft.use(row, domain)
        form.focus = f"f-{row}-value"
        return True
    if removed := request.POST.get("remove"):
        form.draft.remove(removed)
        form.__post_init__()
        return True
    if added := request.POST.get("add"):
        key = form.draft.add(added)
        prefix, part = ("membership", "name") if added in {"group", "company"} else ("info", "value")
        part = {"address": "street", "custom": "custom_label"}.get(added, part)
        form.focus = f"f-{prefix}-{key}-{part}" if key else ""
        return True
    return False


def _split(request: SignedInRequest, form: ContactForm, *, like: ContactDocument, region: str) -> None:
    """Put what was pasted into the fields, beside what is typed there; or say in the form why not."""
    form.pasted = next((text for text in request.POST.getlist("pasted") if text.strip()), "")
    typed, problems = document_from(form.draft, like=like, avatar=form.avatar, starred=form.starred)
    if problems.pop("", None):
        typed = ContactDocument(avatar=form.avatar, starred=form.starred)
    form.errors |= problems
    if form.errors:
        return
    try:
        document = filled(typed, read_pasted(form.pasted, region=region), region=region)
    except CannotSplit as error:
        form.errors["pasted"] = str(error)
        return
    except InvalidDocument as error:
        form.errors[""] = str(error)
        return
    form.draft, form.pasted, form.focus = draft_of(document), "", "f-first_name"
    form.__post_init__()


def _duplicates(
    request: SignedInRequest, document: ContactDocument, book: ContactBook, key: UUID | None
) -> list[Possible]:
    """Return whom to ask about before the contact is created: nobody unless an email or phone is the same, and none
    for a form that was sent before."""
    organization = book.organization
    region = region_for(document, organization.region)
    found = possible_duplicates(request.user, shelf_of(request.user, organization), document, region=region)
    if not any(each.strong for each in found):
        return []
    sent = Contact.objects.for_user(request.user).filter(changes__change_set__form_key=key)
    return [] if key and sent.exists() else found


def _added_to(
    request: SignedInRequest, panel: Panel, form: ContactForm, document: ContactDocument, chosen: str, book: ContactBook
) -> HttpResponse:
    """Show the form of the contact that was chosen, with what was typed for a new one added; nothing is saved yet."""
    try:
        contact = visible(request, UUID(chosen), at_least=Level.EDIT)
    except ValueError:
        raise Http404 from None
    if contact.organization_id != book.organization_id:
        raise Http404
    existing = document_of(contact)
    try:
        both = filled(existing, document, region=region_for(existing, contact.organization.region))
    except InvalidDocument as error:
        form.errors[""] = str(error)
        return _page(request, panel, form, None, status=422)
    edited = ContactForm(draft_of(both), panel.editable_books, contact.book, base_version=contact.version)
    edited.starred = both.starred
    _keep_avatar(request, edited, both.avatar, contact)
    response = _page(request, Panel(request, organization=contact.organization), edited, contact)
    response["HX-Push-Url"] = reverse("contacts:edit", args=[contact.pk]) + panel.query
    return response


def _book(request: SignedInRequest, panel: Panel) -> ContactBook:
    """Return the chosen book: 404 if the person cannot see it, 403 if they may not change it."""
    try:
        book_id = UUID(request.POST.get("book", ""))
    except ValueError:
        raise Http404 from None
    books = ContactBook.objects.for_user(request.user).select_related("organization")
    book = get_object_or_404(books, pk=book_id)
    if not ContactBook.objects.for_user(request.user, at_least=Level.EDIT).filter(pk=book_id).exists():
        raise PermissionDenied
    return book


def _version(request: SignedInRequest, contact: Contact) -> int:
    text = request.POST.get("base_version", "")
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= contact.version:
        raise BadRequest("base_version")
    return int(text)


def _first_draft(panel: Panel) -> Draft:
    """Return an empty draft, in the group or company whose list is shown."""
    draft = Draft()
    for kind, chosen in (("company", panel.company), ("group", panel.group)):
        if chosen:
            draft.add(kind)
            draft.memberships[-1].name = chosen.name
    return draft


def _missing(document: ContactDocument) -> list[str]:
    """Return what one would expect of a contact and does not find."""
    missing = []
    if not (document.first_name or document.last_name or document.companies):
        missing.append(_("It has no name."))
    if not (document.first(Kind.EMAIL) or document.first(Kind.PHONE)):
        missing.append(_("It has neither an email nor a phone."))
    return missing


# --- what is shown ---------------------------------------------------------------------------------------------------


def _page(
    request: SignedInRequest, panel: Panel, form: ContactForm, contact: Contact | None, *, status: int = 200
) -> HttpResponse:
    region = region_in(form.draft, panel.organization.region)
    form.hints = hints_of(form.draft, region=region, meant=well_known_for)
    context: dict[str, Any] = {
        "form": form,
        "contact": contact,
        "title": _("Edit %(name)s") % {"name": contact.name_for(request.user)} if contact else _("New contact"),
        "cancel_url": reverse("contacts:card", args=[contact.pk]) + panel.query if contact else panel.list_url,
        "is_reply": request.method == "POST",
    }
    response = show(request, "contacts/form.html", panel, context, status=status)
    if status == 422 or request.method == "POST":
        response["HX-Push-Url"] = "false"
    return response


def _conflict(
    request: SignedInRequest, panel: Panel, contact: Contact, book: ContactBook, conflict: EditConflict
) -> HttpResponse:
    """409: what both changed, to choose from; everything else is merged and travels along."""
    form = ContactForm(draft_of(conflict.merged), [], book, base_version=conflict.version)
    form.starred = conflict.merged.starred
    _keep_avatar(request, form, conflict.merged.avatar, contact)
    choices = []
    for each in conflict.conflicts:
        before, mine, theirs = each.texts
        if each.field == "avatar":
            before, mine, theirs = (_("a picture") if text else "" for text in (before, mine, theirs))
        options = [
            (_("Mine"), mine, "mine" if mine else NOTHING, each.default == "mine"),
            (_("Theirs"), theirs, "theirs" if theirs else NOTHING, each.default == "theirs"),
        ]
        choices.append({"key": each.key, "title": each.title, "before": before, "options": options})
    context = {
        "form": form,
        "contact": contact,
        "choices": choices,
        "hidden": hidden_fields(form.draft),
        "title": _("Somebody else changed %(name)s") % {"name": contact.name_for(request.user)},
    }
    response = show(request, "contacts/conflict.html", panel, context, status=409)
    response["HX-Push-Url"] = "false"
    return response


def hidden_fields(draft: Draft) -> list[tuple[str, str]]:
    """Return (name, value) of every field that the draft would show, to be sent along unseen."""
    fields = list(draft.scalars.items())
    for row in draft.infos:
        name = f"info-{row.key}"
        fields += [(f"{name}-kind", str(row.kind)), (f"{name}-id", row.id), (f"{name}-label", row.label)]
        fields += [(f"{name}-custom_label", row.custom_label), (f"{name}-value", row.value)]
        fields += [(f"{name}-{part}", text) for part, text in row.address.items()]
        fields += [(f"{name}-preferred", "1")] if row.preferred else []
    for member in draft.memberships:
        name = f"membership-{member.key}"
        parts = ("kind", "id", "name", "title", "department", "location", "description")
        fields += [(f"{name}-{part}", getattr(member, part)) for part in parts]
    return fields


def _card_address(panel: Panel, contact: Contact, book: ContactBook) -> str:
    """Return the card's address with the list that it is opened beside; one of another book is left for its own."""
    query = panel.query
    if panel.book and panel.book.pk != contact.book_id:
        query = f"?book={book.pk}"
    return reverse("contacts:card", args=[contact.pk]) + query
