"""The command bar: what may be done on the page, and what is found by name, as pieces that its script shows.

As a page without a script it is a list of all that may be done.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from books.shelf import Shelf, ShelvedBook, shelf_of, types_of
from config.rendering import render_page
from contacts import listing, search
from contacts.folding import fold
from contacts.models import Group, GroupKind
from contacts.scope import scope_for
from contacts.seen_groups import SeenGroup, seen_groups
from contacts.text import clean_text
from contacts.views.lines import Line, lines
from contacts.views.page_actions import sections
from contacts.views.panel import Panel
from contacts.views.side_groups import FOLDERS
from organizations.http import SignedInRequest

#: Of each kind that is found by name.
FOUND = 8
#: Of one kind, in the step that chooses among them; and of each that the bar knows from the start.
OFFERED = 60
RECENT = 12
KINDS = ("contacts", "books", "groups", "companies")
_PLACE = re.compile(r"/(contacts|books|groups|companies)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/")


@dataclass(frozen=True, slots=True)
class Places:
    """What is opened by its name, under one title.

    Contacts are lines of the list, all else (path, name, which of that name).
    """

    name: str
    title: str
    icon: str = ""
    named: tuple[tuple[str, str, str], ...] = ()
    contacts: tuple[Line, ...] = ()


@require_safe
def commands(request: SignedInRequest) -> HttpResponse:
    """All that may be done here. The query is that of the list that is open; `recent` are paths of what was opened.

    Ten queries at most.
    """
    recent = _PLACE.findall(request.GET.get("recent", ""))[:RECENT]
    try:
        panel = Panel(request)
    except Http404:  # the list that was open is gone
        request.GET = QueryDict()
        panel = Panel(request)
    shelf = shelf_of(request.user, request.organization)
    groups = seen_groups(request.user, shelf, most=OFFERED)
    context = {
        "sections": sections(request, panel),
        "places": [
            _books(shelf.by_name[:OFFERED]),
            *(_groups(kind, found) for kind, found in groups.items()),
            *_recent(request, shelf, [(folder, UUID(place_id)) for folder, place_id in recent]),
        ],
    }
    return render_page(request, "contacts/commands.html", context, fragment="piece")


@require_safe
def find(request: SignedInRequest) -> HttpResponse:
    """What `q` finds in the session's organization, `among` contacts, books, groups or companies, or all of these.

    Contacts come from the list's own search, without the books that are left out of it. At most nine queries.
    """
    words = clean_text(request.GET.get("q", ""))[: search.QUERY_LENGTH].strip()
    among = request.GET.get("among", "")
    kinds = (among,) if among in KINDS else KINDS if words else ()
    most = OFFERED if among in KINDS else FOUND
    shelf = shelf_of(request.user, request.organization)
    places = []
    if "contacts" in kinds and words:
        scope = scope_for(request.user, request.organization, searching=True, shelf=shelf)
        places.append(_contacts(search.find(scope, words, limit=FOUND).rows))
    if "books" in kinds:
        wanted = fold(words).split()
        named = (book for book in shelf.by_name if all(word in fold(book.name) for word in wanted))
        places.append(_books([book for _at, book in zip(range(most), named, strict=False)]))
    if asked := [kind for kind, folder in FOLDERS.items() if folder in kinds]:
        found = seen_groups(request.user, shelf, most=most, kinds=asked, within=words)
        places += [_groups(kind, groups) for kind, groups in found.items()]
    return render(request, "contacts/commands.html#found", {"places": places})


def _contacts(rows: Iterable[listing.Row]) -> Places:
    return Places("contacts", _("Contacts"), contacts=tuple(lines(rows, query="", editable=())))


def _books(books: Sequence[ShelvedBook]) -> Places:
    """Return the books; those of one name also say with whom they are shared, for which alone there is a query."""
    names = Counter(fold(book.name) for book in books)
    twins = [book.pk for book in books if names[fold(book.name)] > 1]
    which = {pk: str(kind.label) for pk, kind in types_of(twins).items()} if twins else {}
    named = tuple((f"/books/{book.pk}/", book.name, which.get(book.pk, "")) for book in books)
    return Places("books", _("Contact books"), "book", named)


def _groups(kind: GroupKind, groups: Iterable[SeenGroup]) -> Places:
    folder = FOLDERS[kind]
    named = tuple((f"/{folder}/{group.pk}/", group.name, "") for group in groups)
    title = _("Companies") if kind == GroupKind.COMPANY else _("Groups")
    return Places(folder, title, str(kind), named)


def _recent(request: SignedInRequest, shelf: Shelf, wanted: list[tuple[str, UUID]]) -> list[Places]:
    """Return those of the places that the person may still open, of their kind. At most two queries."""
    ids = {folder: [place_id for each, place_id in wanted if each == folder] for folder in KINDS}
    found = []
    if books := [shelf.books[place_id] for place_id in ids["books"] if place_id in shelf.books]:
        found.append(_books(books))
    if ids["contacts"]:
        scope = scope_for(request.user, request.organization, searching=True, shelf=shelf)
        found.append(_contacts(row for row, _key in listing.rows_by_id(scope, ids["contacts"]).values()))
    if group_ids := [*ids["groups"], *ids["companies"]]:
        seen = Group.objects.for_user(request.user).filter(organization=request.organization, pk__in=group_ids)
        groups = list(seen.order_by("pk"))
        for kind in GroupKind:
            found.append(_groups(kind, [SeenGroup(group.pk, group.name) for group in groups if group.kind == kind]))
    return found
