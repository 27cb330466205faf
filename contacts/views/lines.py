"""The lines of a list, made ready for the template: fifty of them are in every answer, so each is made only once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Final, TypedDict
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from books.models import BookType
from books.shelf import ShelvedBook, types_of
from contacts.listing import Parts, Row
from contacts.templatetags.contacts import grouped, initials, picture_url, tint

#: Says that what a link leads to is open.
CURRENT: Final = ' aria-current="true"'


class Line(TypedDict):
    """One line, everything in it escaped already; `name` and `second` with what a search hit marked. `html` is the row
    of the list, `star` the button that stars it: the same wherever it is shown."""

    id: SafeString
    href: SafeString
    picture: str
    tint: str
    initials: SafeString
    name: SafeString
    second: SafeString
    html: SafeString
    star: SafeString


def lines(
    rows: Iterable[Row], *, query: str, editable: Collection[UUID], current: UUID | None = None
) -> Iterator[Line]:
    """Yield the lines of `rows`; `query` is kept in their links, stars are buttons in the `editable` books.

    Rows are put together here, not in a template: it took five times as long for the fifty that every answer has.
    """
    kept = escape(query)
    before, after = (escape(part) for part in _("Star %(name)s").split("%(name)s"))
    fixed_star = (
        f'<span class="star star-fixed" role="img" aria-label="{escape(_("Starred"))}"><svg width="20" height="20">'
        '<use href="#icon-star-on"/></svg></span>'
    )
    for row in rows:
        contact_id, label = str(row.id), escape(row.name)
        folder = f"/contacts/{contact_id}/"
        picture = escape(picture_url(row.avatar, row.id)) if row.avatar else ""
        colour, letters = str(tint(row.id)), escape(initials(row.name))
        name, second = _marked(row.name_parts, label), _marked(row.match, escape(row.second))
        is_editable = row.book_id in editable
        star = _star(contact_id, folder, kept, f"{before}{label}{after}", starred=row.starred)
        shown_star = (star if is_editable else fixed_star) if row.starred else ""
        face = (
            f'<img class="avatar" src="{picture}" alt="" width="36" height="36" loading="lazy" decoding="async">'
            if picture
            else f'<i class="avatar tint-{colour}" data-i="{letters}"></i>'
        )
        below = f'<bdi class="row-second">{second}</bdi>' if second else ""
        html = (
            f'<div class="row"{"" if is_editable else " data-fixed"}><div><input type="checkbox" form="many"'
            f' name="contact" value="{contact_id}" aria-label="{label}"><a class="row-link" href="{folder}{kept}"'
            f'{CURRENT if row.id == current else ""}>{face}<bdi class="row-name">{name}</bdi>'
            f"{below}</a></div><div>{shown_star}</div></div>\n"
        )
        yield Line(
            id=safe(contact_id),
            href=safe(folder + kept),
            picture=safe(picture),
            tint=colour,
            initials=safe(letters),
            name=safe(name),
            second=safe(second),
            html=safe(html),
            star=safe(star),
        )


def _star(contact_id: str, folder: str, kept: str, label: str, *, starred: bool) -> str:
    """Return the button that stars a contact, or takes its star away; all of what is given is escaped.

    One form for all rows of the list; each button says where it is sent, and <contact-list> sends it. It puts the
    stars of those that are not starred.
    """
    value, pressed, own, drawn = ("0", "true", "", "on") if starred else ("1", "false", " data-own", "off")
    return (
        f'<button class="icon-button star" id="star-{contact_id}" form="star-form" formaction="{folder}star/{kept}"'
        f' name="starred" value="{value}" aria-pressed="{pressed}" aria-label="{label}"{own}>'
        f'<svg width="20" height="20"><use href="#icon-star-{drawn}"/></svg></button>'
    )


class BookLine(TypedDict):
    """A book in the sidebar, everything in it escaped already. `html` is its line there."""

    pk: UUID
    name: SafeString
    type: SafeString
    html: SafeString


def book_lines(books: Sequence[ShelvedBook], *, listed: UUID | None = None) -> list[BookLine]:
    """Return the lines of `books`; `listed` is the one whose list is open. One query."""
    types = types_of(book.pk for book in books)
    labels = {kind: escape(str(kind.label)) for kind in BookType}
    viewed = f" · {escape(_('view only'))}"
    return [_book_line(book, types[book.pk], labels, viewed, is_listed=book.pk == listed) for book in books]


def _book_line(
    book: ShelvedBook, kind: BookType, labels: Mapping[BookType, str], viewed: str, *, is_listed: bool
) -> BookLine:
    name, label = escape(book.name), labels[kind]
    mark, note = ("", "") if book.is_editable else (" data-viewed", viewed)
    html = (
        f'<li><a class="side-link" href="/books/{book.pk}/"{mark}{CURRENT if is_listed else ""}><svg>'
        f'<use href="#icon-{kind.value}"/></svg><bdi>{name}</bdi><b class="number">{grouped(book.contacts)}</b>'
        f"<small>{label}{note}</small></a></li>\n"
    )
    return BookLine(pk=book.pk, name=safe(name), type=safe(label), html=safe(html))


def _marked(parts: Parts | None, plain: str) -> str:
    """Return text with what was hit marked, else `plain`, which is escaped."""
    if not parts:
        return plain
    return "".join(f"<mark>{escape(part)}</mark>" if hit else escape(part) for part, hit in parts)


def safe(html: str) -> SafeString:
    """Return as HTML what holds nothing to escape: ids, numbers, addresses made of these, and what is escaped."""
    return SafeString(html)  # nothing to escape, as said; `mark_safe` asks first whether it is lazy
