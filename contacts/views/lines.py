"""The lines of a list, made ready for the template: fifty of them are in every answer, so each is made only once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from html import escape
from typing import TypedDict
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from books.models import BookType
from books.shelf import ShelvedBook, types_of
from contacts.listing import Parts, Row
from contacts.templatetags.contacts import grouped, initials, picture_url, tint


class Line(TypedDict):
    """One line, everything in it escaped already; `name` and `second` with what a search hit marked, `label` the name
    without."""

    id: SafeString
    label: SafeString
    href: SafeString
    current: bool
    picture: str
    tint: str
    initials: SafeString
    name: SafeString
    second: SafeString
    editable: bool
    starred: bool
    star_href: SafeString
    star_label: SafeString


def lines(
    rows: Iterable[Row], *, query: str, editable: Collection[UUID], current: UUID | None = None
) -> Iterator[Line]:
    """Yield the lines of `rows`; `query` is kept in their links, stars are buttons in the `editable` books."""
    kept = escape(query)
    label = _("Star %(name)s")
    for row in rows:
        contact_id = str(row.id)
        yield Line(
            id=safe(contact_id),
            label=escaped(row.name),
            href=safe(f"/contacts/{contact_id}/{kept}"),
            current=row.id == current,
            picture=picture_url(row.avatar, row.id) if row.avatar else "",
            tint=str(tint(row.id)),
            initials=escaped(initials(row.name)),
            name=_marked(row.name_parts, row.name),
            second=_marked(row.match, row.second),
            editable=row.book_id in editable,
            starred=row.starred,
            star_href=safe(f"/contacts/{contact_id}/star/{kept}"),
            star_label=escaped(label % {"name": row.name}),
        )


class BookLine(TypedDict):
    """A book in the sidebar, everything in it escaped already. `icon` is the name of its type."""

    pk: UUID
    id: SafeString
    name: SafeString
    icon: SafeString
    type: SafeString
    contacts: str
    viewed: bool


def book_lines(books: Sequence[ShelvedBook]) -> list[BookLine]:
    """Return the lines of `books`. One query."""
    types = types_of(book.pk for book in books)
    icons = {kind: safe(kind.value) for kind in BookType}
    labels = {kind: escaped(str(kind.label)) for kind in BookType}
    return [
        BookLine(
            pk=book.pk,
            id=safe(str(book.pk)),
            name=escaped(book.name),
            icon=icons[types[book.pk]],
            type=labels[types[book.pk]],
            contacts=safe(grouped(book.contacts)),
            viewed=not book.is_editable,
        )
        for book in books
    ]


def _marked(parts: Parts | None, text: str) -> SafeString:
    if not parts:
        return escaped(text)
    return safe("".join(f"<mark>{escape(part)}</mark>" if hit else escape(part) for part, hit in parts))


def escaped(text: str) -> SafeString:
    """Return text as HTML."""
    return safe(escape(text))


def safe(html: str) -> SafeString:
    """Return as HTML what holds nothing to escape: ids, numbers, addresses made of these, and what is escaped."""
    return mark_safe(html)  # noqa: S308  # its callers give ids, numbers and what was escaped
