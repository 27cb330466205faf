"""What stands around every card: the sidebar, and the list with its filters, kept in each address's query."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from books.models import ContactBook
from books.shelf import Shelf, ShelvedBook, shelf_of
from config.rendering import render_page
from contacts import listing, search
from contacts.folding import fold
from contacts.letters import letters_of
from contacts.listing import Page, Row
from contacts.models import Contact, Group, GroupKind
from contacts.scope import Scope, scope_for
from contacts.seen_groups import SeenGroup, seen_group, seen_groups
from contacts.text import clean_text
from contacts.views.chips import Chip, chips
from contacts.views.emptiness import Empty, empty_of
from contacts.views.first_steps import FirstSteps, first_steps
from contacts.views.lines import BookLine, Line, book_lines, lines
from contacts.views.side_groups import GroupSection, section, with_listed
from organizations.http import SignedInRequest
from organizations.models import Organization

SIDEBAR_BOOKS = 60
#: Beside the checklist of a newcomer, which takes the place of the rest.
NEWCOMERS_BOOKS = 40
SIDEBAR_GROUPS = 10
SUGGESTIONS = 200
LONGEST_START = 40
BY_NAME = "name"
#: The page key of the best matches that the first page of a search leaves out.
REST = "rest"


class Panel:
    """The sidebar and list around a page, for one request. Everything is read when first used, and once.

    The filters come from the query (`q book group company starred incomplete sort`); `chosen` overrides them for
    addresses that name a book, group or company themselves, `organization` is that of the object shown beside. Raises
    `Http404` for a filter that does not exist for the person.
    """

    def __init__(
        self,
        request: SignedInRequest,
        *,
        chosen: Mapping[str, UUID] | None = None,
        organization: Organization | None = None,
    ) -> None:
        self.request = request
        self._shown = organization
        self.user = request.user
        query: QueryDict = request.GET
        ids = {name: _id(str(query[name])) for name in ("book", "group", "company") if query.get(name)}
        ids |= chosen or {}
        self.q = clean_text(query.get("q", ""))[: search.QUERY_LENGTH]
        self.starred = query.get("starred", "") in {"1", "true", "on"}
        self.incomplete = query.get("incomplete", "") in {"1", "true", "on"}
        self.sort = query["sort"] if query.get("sort") in {*listing.ORDERS, BY_NAME} else ""
        self.after: str | None = None  # pages that are not lists have page keys of their own: `lists` sets it
        self.start = fold(clean_text(query.get("from", ""))[:LONGEST_START])  # where a list by name begins
        self.current: UUID | None = None  # the contact that is open beside
        self.book = self._book(ids["book"]) if "book" in ids else None
        self.group = self._group(ids["group"], GroupKind.GROUP) if "group" in ids else None
        self.company = self._group(ids["company"], GroupKind.COMPANY) if "company" in ids else None

    def _book(self, book_id: UUID) -> ContactBook:
        books = ContactBook.objects.for_user(self.user).select_related("organization")
        return get_object_or_404(books, pk=book_id)

    def _group(self, group_id: UUID, kind: GroupKind) -> Group:
        group = seen_group(self.user, group_id, kind)
        if group is None:
            raise Http404
        return group

    # --- where we are ------------------------------------------------------------------------------------------

    @cached_property
    def organization(self) -> Organization:
        """The organization of what is shown, else of the book or group that is listed, else that of the session."""
        if self._shown:
            return self._shown
        chosen = self.book or self.group_listed
        return chosen.organization if chosen else self.request.organization

    @property
    def group_listed(self) -> Group | None:
        """The company or group that is listed."""
        return self.company or self.group

    @property
    def actions_url(self) -> str:
        """The address of what may be done with the book, group or company that is listed; empty for other lists."""
        if self.book:
            return reverse("contacts:book-actions", args=[self.book.pk])
        group = self.group_listed
        return reverse("contacts:group-actions", args=[group.pk]) if group else ""

    @property
    def title(self) -> str:
        """The name of what is listed."""
        chosen = self.book or self.group_listed
        if chosen:
            return chosen.name
        if self.starred:
            return _("Starred")
        return _("Incomplete") if self.incomplete else _("All")

    def filters(self, **changed: Any) -> dict[str, str]:
        """Return the filters as an address's query names them, with some changed; empty ones are left out. `start` is
        the query's `from`."""
        named = {
            "q": self.q,
            "book": self.book.pk if self.book else "",
            "group": self.group.pk if self.group else "",
            "company": self.company.pk if self.company else "",
            "starred": "1" if self.starred else "",
            "incomplete": "1" if self.incomplete else "",
            "sort": self.sort,
            "start": "" if self.q else self.start,
        }
        found = {name: str(value) for name, value in (named | changed).items() if value}
        if "start" in found:
            found["from"] = found.pop("start")  # a word of Python
        return found

    @cached_property
    def query(self) -> str:
        """The filters as a query string with its question mark, to be kept in every link of the panel."""
        return _query(self.filters())

    @cached_property
    def list_url(self) -> str:
        """The address of the list that is shown."""
        return self.address(self.filters())

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters of the list, each with the address of the list without it."""
        return chips(self)

    @cached_property
    def unfiltered_url(self) -> str:
        """The address of the list without filters, with what is searched in it."""
        return self.address(self.filters(book="", group="", company="", starred="", incomplete="", start=""))

    @cached_property
    def whole_list_url(self) -> str:
        """The address of the same list without a search."""
        return self.address(self.filters(q="", sort="" if self.sort == BY_NAME else self.sort))

    @cached_property
    def by_name_url(self) -> str:
        """The address of all that the search matches, by name."""
        return self.address(self.filters(sort=BY_NAME))

    @property
    def order(self) -> str:
        """What names are sorted by: what the address says, else what the person chose in their settings."""
        return self.sort if self.sort in listing.ORDERS else self.user.sorted_by

    @property
    def is_by_given(self) -> bool:
        """Whether the list is in the order of first names."""
        return self.order == "given"

    def ordered_url(self, order: str) -> str:
        """Return the address of the same list in an order of `listing.ORDERS`: by first or by last names."""
        return self.address(self.filters(sort="" if order == self.user.sorted_by else order, start=""))

    @cached_property
    def more_url(self) -> str:
        """The address of the next rows of the list, empty at its end."""
        return self.address(self.filters() | {"after": self.page.next}) if self.page.next else ""

    @cached_property
    def search_action(self) -> tuple[str, dict[str, str]]:
        """The path that the search form is sent to, and the filters it sends besides the words."""
        filters = self.filters(q="", sort="" if self.sort == BY_NAME else self.sort, start="")
        return _path(filters)

    @staticmethod
    def address(filters: Mapping[str, str]) -> str:
        """Return the address of a list; one that is narrowed by a book, group or company alone has its own path."""
        path, rest = _path(filters)
        return path + _query(rest)

    # --- sidebar -----------------------------------------------------------------------------------------------

    @cached_property
    def shelf(self) -> Shelf:
        """The books of the organization that one may use. One query."""
        return shelf_of(self.user, self.organization)

    @cached_property
    def first_books(self) -> list[BookLine]:
        """The first of these books, and the one that is listed if it is another: what a sidebar has room for. One
        query, two for newcomers."""
        first = self.shelf.by_name[: NEWCOMERS_BOOKS if self.first_steps else SIDEBAR_BOOKS]
        listed = self.shelf.books.get(self.book.pk) if self.book else None
        shown = first if listed is None or listed in first else [*first, listed]
        return book_lines(shown, listed=self.book_id)

    @property
    def book_id(self) -> UUID | None:
        """The book that is listed."""
        return self.book.pk if self.book else None

    @property
    def book_lines(self) -> list[BookLine]:
        """All of these books as lines. One query."""
        return book_lines(self.shelf.by_name)

    @property
    def has_more_books(self) -> bool:
        """Whether there are more than the first."""
        return len(self.shelf.books) > len(self.first_books)

    @property
    def editable_ids(self) -> frozenset[UUID]:
        """The books whose contacts one may change."""
        return self.shelf.editable

    @property
    def editable_books(self) -> list[BookLine]:
        """The books that a contact may be put into, as lines. One query."""
        return book_lines([book for book in self.shelf.by_name if book.is_editable])

    @property
    def total(self) -> int:
        """How many contacts All holds."""
        return self.shelf.contacts

    @property
    def starred_total(self) -> int:
        """How many of them are starred."""
        return self.shelf.starred

    @cached_property
    def group_sections(self) -> list[GroupSection]:
        """The first groups and companies that one sees, and the one that is listed: what a sidebar has room for.

        One query, two where the one that is listed is not among the first.
        """
        found = seen_groups(self.user, self.shelf, most=SIDEBAR_GROUPS + 1, counted=True)
        listed = {GroupKind.GROUP: self.group, GroupKind.COMPANY: self.company}
        return [
            section(
                kind,
                with_listed(groups[:SIDEBAR_GROUPS], listed[kind], self.shelf),
                has_more=len(groups) > SIDEBAR_GROUPS,
                listed=listed[kind],
            )
            for kind, groups in found.items()
        ]

    @property
    def group_names(self) -> list[str]:
        """Names to complete a group's field with."""
        return [group.name for group in self._suggested[GroupKind.GROUP]]

    @property
    def company_names(self) -> list[str]:
        """Names to complete a company's field with."""
        return [group.name for group in self._suggested[GroupKind.COMPANY]]

    @cached_property
    def _suggested(self) -> dict[GroupKind, list[SeenGroup]]:
        """What the form suggests. One query."""
        return seen_groups(self.user, self.shelf, most=SUGGESTIONS)

    # --- list --------------------------------------------------------------------------------------------------

    @cached_property
    def scope(self) -> Scope:
        """Where the list looks. No query besides those of the shelf."""
        return scope_for(
            self.user,
            self.organization,
            book=self.book,
            group=self.group,
            company=self.company,
            starred=self.starred,
            incomplete=self.incomplete,
            searching=bool(self.q),
            shelf=None if self.book else self.shelf,
        )

    @cached_property
    def page(self) -> Page:
        """The rows shown: the best matches while searching, else a page by name."""
        if not self.q:
            return listing.page(self.scope, after=self.after or self.began, order=self.order)
        if self.sort == BY_NAME:
            return search.find_page(self.scope, self.q, after=self.after)
        more = self.after != REST and self._found.count > listing.PAGE
        return Page(self._found.rows, REST if more else None)

    @property
    def began(self) -> str | None:
        """The page key that the list begins after, None for its beginning."""
        return listing.start_at(self.start) if self.start else None

    @property
    def beginning_url(self) -> str:
        """The address of the list from its beginning."""
        return self.address(self.filters(start=""))

    @property
    def has_letters(self) -> bool:
        """Whether there are letters to jump to: in a list by name of more than one page."""
        return not self.q and (self.count is None or self.count > listing.PAGE)

    @property
    def letters(self) -> list[tuple[str, str, bool]]:
        """The letters of the list: label, address, whether the list begins there. One query, two for groups."""
        if not self.has_letters:
            return []
        return [
            (letter.label, self.address(self.filters(start=letter.start)), letter.start == self.start)
            for letter in letters_of(listing.first_keys(self.scope, order=self.order))
        ]

    @cached_property
    def _found(self) -> search.Found:
        rest = self.after == REST
        return search.find(self.scope, self.q, part=slice(listing.PAGE, None) if rest else slice(listing.PAGE))

    @property
    def is_cut(self) -> bool:
        """Whether there are more matches than the best ones shown."""
        return bool(self.q) and self.sort != BY_NAME and not self._found.complete

    @property
    def best(self) -> int:
        """How many the best matches of a search are; how many rows a page of all of them shows."""
        return len(self.page.rows) if self.sort == BY_NAME else self._found.count

    @cached_property
    def count(self) -> int | None:
        """How many contacts the list holds, None when there are too many to count them all."""
        if self.q:
            if self.sort == BY_NAME:
                return None if self.page.next or self.after else len(self.page.rows)
            return None if self.is_cut else self._found.count
        if self.group_listed or self.incomplete or (self.book and self.starred):
            return listing.count(self.scope)
        if self.book:
            shelved = self.shelf.books.get(self.book.pk)
            return shelved.contacts if shelved else 0  # no longer shared, since a moment
        return self.starred_total if self.starred else self.total

    @property
    def says(self) -> str:
        """How many were found, as it is read aloud."""
        if self.count is None:
            return _("More than %(count)d contacts") % {"count": self.best - 1 if self.q else listing.COUNTED}
        return ngettext("%(count)d contact", "%(count)d contacts", self.count) % {"count": self.count}

    @property
    def lines(self) -> list[Line]:
        """The rows shown, as the template wants them."""
        return list(lines(self.page.rows, query=self.query, editable=self.editable_ids, current=self.current))

    def line_of(self, contact: Contact) -> list[Line]:
        """Return the line of one contact as the list shows it without a search, alone."""
        row = Row(
            contact.pk,
            contact.name_for(self.user),
            contact.second_line,
            contact.avatar,
            contact.starred,
            contact.book_id,
            contact.version,
        )
        return list(lines([row], query=self.query, editable=self.editable_ids, current=self.current))

    @cached_property
    def empty(self) -> Empty | None:
        """What the list says when it holds nobody."""
        return empty_of(self)

    @cached_property
    def first_steps(self) -> FirstSteps | None:
        """The checklist of a newcomer. One query for them, none for everybody else."""
        return first_steps(self)

    # --- what may be done --------------------------------------------------------------------------------------

    @cached_property
    def target_book(self) -> ShelvedBook | None:
        """The book that a new contact or dropped file goes to: the selected one, else that of the shelf."""
        selected = self.shelf.books.get(self.book.pk) if self.book else None
        return selected if selected and selected.is_editable else self.shelf.target

    @property
    def may_create(self) -> bool:
        """Whether a contact can be created where one is."""
        return self.book.pk in self.editable_ids if self.book else bool(self.editable_ids)


def show(
    request: SignedInRequest,
    template: str,
    panel: Panel,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render a page of the panel: whole, or as the piece that htmx puts into the card's place."""
    whole: dict[str, Any] = {"panel": panel, "title": "", "contact": None, "pane": "detail", **(context or {})}
    panel.current = whole["contact"].pk if whole["contact"] else None
    if isinstance(whole["title"], Promise):
        whole["title"] = str(whole["title"])
    return render_page(request, template, whole, fragment="piece", status=status)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _query(filters: Mapping[str, str]) -> str:
    return f"?{urlencode(filters)}" if filters else ""


def _path(filters: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the path of a list and the filters that stay in its query."""
    narrowed = [name for name in ("book", "group", "company") if filters.get(name)]
    if len(narrowed) != 1:
        return "/contacts/", dict(filters)
    [name] = narrowed
    folder = {"book": "books", "group": "groups", "company": "companies"}[name]
    return f"/{folder}/{filters[name]}/", {key: value for key, value in filters.items() if key != name}
