"""The pages of imports: HTTP only. What is read goes through `for_user`, what is written through the services."""

from __future__ import annotations

import contextlib
from pathlib import PurePath
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from books.models import ContactBook
from books.shelf import shelf_of
from config.rendering import render_page
from contacts.formats.refusals import NotATable
from contacts.formats.templates import FORMATS, supported_fields, template_csv
from contacts.matching import Policy
from contacts.services import Busy
from contacts.services.undoing import is_given_up
from contacts.views.answers import refuse, tell
from jobs.services import NotRetryable
from organizations.http import SignedInRequest
from organizations.sharing import Level
from sync.imports import services
from sync.imports.failures import failed_csv, failed_vcards
from sync.imports.models import Import, ImportOutcome, ImportState, OutcomeKind
from sync.imports.pages import ROWS_A_PAGE, DraftPage, StandingPage, chosen_targets
from sync.imports.troubles import troubles

EARLIER = 8


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest, book_id: UUID) -> HttpResponse:
    """Choose a file for a book; an upload that can be read becomes a draft, any other gets a sentence (422)."""
    book = get_object_or_404(ContactBook.objects.for_user(request.user), pk=book_id)
    if not _may_edit_book(request, book):
        raise PermissionDenied
    sentence = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            sentence = _("No file was chosen. Choose the CSV or vCard file that you exported, then press Upload.")
        else:
            name = PurePath(str(file.name or "").replace("\\", "/")).name
            try:
                imported = services.upload(by=request.user, book=book, file=file, name=name)
            except NotATable as problem:
                sentence = str(problem)
            else:
                return HttpResponseRedirect(_address(imported))
    earlier = Import.objects.for_user(request.user).filter(book=book).exclude(state=ImportState.DRAFT)
    context = {
        "book": book,
        "problem": sentence,
        "limit": settings.IMPORT_MAX_BYTES // 2**20,
        "earlier": list(earlier.order_by("-created_at", "-id")[:EARLIER]),
    }
    return render_page(request, "imports/new.html", context, fragment="piece", status=422 if sentence else 200)


@require_safe
def show(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """An import as it stands: a draft to check, progress, or the result."""
    imported, may_edit = _found(request, import_id)
    if imported.is_draft:
        if not may_edit:
            raise PermissionDenied
        try:
            draft = DraftPage(imported)
        except FileNotFoundError:
            raise Http404 from None
        context = {"imported": imported, "book": imported.book, "draft": draft}
        return render_page(request, "imports/draft.html", context, fragment="piece")
    page = StandingPage(imported, request.user, may_edit=may_edit)
    context = {"imported": imported, "book": imported.book, "page": page}
    return render_page(request, "imports/standing.html", context, fragment="standing")


@require_POST
def mapping(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Keep what was corrected in a draft, and show the preview anew."""
    imported, _may_edit = _found(request, import_id)
    _correct(request, imported)
    return HttpResponseRedirect(_address(imported))


@require_POST
def start(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Keep what was corrected in a draft and start it. Started twice, it runs once."""
    imported, _may_edit = _found(request, import_id)
    if _correct(request, imported):
        # Whoever else started or discarded it in between: its page says how it stands.
        with contextlib.suppress(services.NotADraft):
            services.start(by=request.user, imported=imported)
    return HttpResponseRedirect(_address(imported))


@require_POST
def discard(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    imported, _may_edit = _found(request, import_id)
    try:
        services.discard(by=request.user, imported=imported)
    except services.NotADraft:
        return HttpResponseRedirect(_address(imported))
    tell(request, _("Discarded %(file)s. Nothing was imported.") % {"file": imported.file_name})
    return HttpResponseRedirect(_book_address(imported))


@require_POST
def stop(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Stop an import; what it has committed stays."""
    imported, _may_edit = _found(request, import_id)
    services.stop(by=request.user, imported=imported)
    return HttpResponseRedirect(_address(imported))


@require_POST
def retry(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Let an import that was given up go on where it stopped."""
    imported, _may_edit = _found(request, import_id)
    try:
        services.retry(by=request.user, imported=imported)
    except NotRetryable as refusal:
        refuse(request, str(refusal))
    return HttpResponseRedirect(_address(imported))


@require_POST
def undo(request: SignedInRequest, import_id: UUID) -> HttpResponse:
    """Undo an import, stopping it first. A small one is undone at once, a large one by a job; one given up goes on."""
    imported, _may_edit = _found(request, import_id)
    standing = services.undo_of(imported)
    if standing is None or is_given_up(standing):
        try:
            services.undo(by=request.user, imported=imported)
        except Busy as busy:
            refuse(request, str(busy))
    return HttpResponseRedirect(_address(imported))


@require_safe
def rows(request: SignedInRequest, import_id: UUID, kind: str) -> HttpResponse:
    """All rows of one kind with their reasons, paged by row."""
    imported, may_edit = _found(request, import_id)
    if kind not in OutcomeKind.values or imported.is_draft:
        raise Http404
    outcomes = imported.outcomes.filter(kind=kind)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdecimal() and len(after) < 19:
        outcomes = outcomes.filter(id__gt=int(after))
    found: list[ImportOutcome] = list(outcomes.order_by("id")[: ROWS_A_PAGE + 1])
    context = {
        "imported": imported,
        "book": imported.book,
        "kind": OutcomeKind(kind),
        "outcomes": found[:ROWS_A_PAGE],
        "after": found[ROWS_A_PAGE - 1].pk if len(found) > ROWS_A_PAGE else None,
        "may_edit": may_edit,
    }
    return render_page(request, "imports/rows.html", context, fragment="piece")


@require_GET
def failed(request: SignedInRequest, import_id: UUID) -> StreamingHttpResponse:
    """The failed rows as CSV, failed cards as vCards. They are not in the book: for those who may import them again."""
    imported, may_edit = _found(request, import_id)
    if not may_edit:
        raise PermissionDenied
    if imported.is_draft:
        raise Http404
    if imported.is_of_cards:
        response = StreamingHttpResponse(failed_vcards(imported), content_type="text/vcard; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="failed-cards.vcf"'
        return response
    response = StreamingHttpResponse(failed_csv(imported), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="failed-rows.csv"'
    return response


@require_GET
def template(request: SignedInRequest, name: str) -> HttpResponse:
    """An empty-handed person's start: a file in Google's or Outlook's layout with two example people."""
    if name not in FORMATS:
        raise Http404
    response = HttpResponse(template_csv(name), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="contacts-{name}.csv"'
    return response


@require_safe
def importing(request: SignedInRequest) -> HttpResponse:
    """The help page: which fields each format may have, and what to do about each refusal."""
    context = {
        "formats": [(name, supported_fields(name)) for name in FORMATS],
        "troubles": troubles(),
        "limit": settings.IMPORT_MAX_BYTES // 2**20,
    }
    return render_page(request, "help/importing.html", context, fragment="piece")


@require_safe
def moving(request: SignedInRequest) -> HttpResponse:
    """The help page on how to get one's contacts out of Google or Microsoft as a file, and into a book here."""
    context = {"target": shelf_of(request.user, request.organization).target if request.organization else None}
    return render_page(request, "help/moving.html", context, fragment="piece")


def _found(request: SignedInRequest, import_id: UUID) -> tuple[Import, bool]:
    """Return the import and whether the person may act on it; 404 unless they may see it."""
    visible = Import.objects.for_user(request.user).select_related("book", "change_set")
    imported = get_object_or_404(visible, pk=import_id)
    return imported, _may_edit_book(request, imported.book)


def _may_edit_book(request: SignedInRequest, book: ContactBook) -> bool:
    return ContactBook.objects.for_user(request.user, at_least=Level.EDIT).filter(pk=book.pk).exists()


def _correct(request: SignedInRequest, imported: Import) -> bool:
    """Keep what the form of a draft says; return False when it is none any more."""
    sent = request.POST
    policy = sent.get("policy", "")
    try:
        services.correct(
            by=request.user,
            imported=imported,
            targets=chosen_targets(sent, imported.columns),
            day_first="day_first" in sent if "dates" in sent else imported.columns.day_first,
            policy=Policy(policy) if policy in list(Policy) else Policy(imported.policy),
        )
    except services.NotADraft:
        return False
    return True


def _address(imported: Import) -> str:
    return reverse("imports:show", args=[imported.pk])


def _book_address(imported: Import) -> str:
    return f"/books/{imported.book_id}/"
