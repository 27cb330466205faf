"""New contacts made ready: what their rows hold beside ids, as parts of lines for COPY, before the ids are known.

It follows from the document and the region alone, so another process can make it ahead of the one that writes
(`sync.imports.ahead`).
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from contacts.derived import Derived, derive
from contacts.document import SCALAR_NAMES, ContactDocument, group_key
from contacts.services.copying import line

DOCUMENT_COLUMNS = (*SCALAR_NAMES, "avatar", "starred", "infos")
DERIVED_COLUMNS = ("display_name", "second_line", "sort_family", "sort_given", "derived_region")

#: The columns that each part of a line holds, in order.
CONTACT_PART = (*DOCUMENT_COLUMNS, *DERIVED_COLUMNS)
SEARCH_PART = ("sort_key", "text")
TOKEN_PART = ("tier", "token")
HANDLE_PART = ("kind", "key")
MEMBERSHIP_PART = ("position", "item", "title", "department", "location", "description")


class IndexParts(NamedTuple):
    """Of the rows by which a contact is found."""

    search: str
    tokens: list[str]
    handles: list[str]


class MembershipPart(NamedTuple):
    """Of one membership, with the group or company that it names: its kind, key and name."""

    kind: str
    key: str
    name: str
    part: str


@dataclass(slots=True, eq=False)
class Prepared:
    """A contact that is ready to be written as a new one.

    `region` is that of `Derived`: where it is not empty, the parts count in an organization of that region alone.
    """

    contact: str
    index: IndexParts
    memberships: list[MembershipPart]
    region: str
    starred: bool
    avatar: str
    _document: ContactDocument | bytes

    @property
    def document(self) -> ContactDocument:
        """What it was made of. From another process it comes packed, and is unpacked when it is first asked for."""
        document = self._document
        if isinstance(document, bytes):
            document = self._document = pickle.loads(document)  # noqa: S301  # packed below, by our own process
        return document

    def __reduce__(self) -> tuple[Any, ...]:
        packed = pickle.dumps(self.document, pickle.HIGHEST_PROTOCOL)
        return Prepared, (
            self.contact,
            self.index,
            self.memberships,
            self.region,
            self.starred,
            self.avatar,
            packed,
        )


def prepare(document: ContactDocument, region: str) -> Prepared:
    """Make a normalised document ready for an organization of `region` (ISO 3166). Pure."""
    derived = derive(document, region)
    return Prepared(
        contact=line((*document_values(document), *derived_values(derived))),
        index=index_parts(derived),
        memberships=list(membership_parts(document)),
        region=derived.region,
        starred=document.starred,
        avatar=document.avatar,
        _document=document,
    )


def index_parts(derived: Derived) -> IndexParts:
    """Return the parts of a contact's search text, tokens and handles."""
    return IndexParts(
        line((derived.sort_family, derived.search_text)),
        [line((str(tier), token)) for tier, token in derived.tokens],
        [line(handle) for handle in derived.handles],
    )


def membership_parts(document: ContactDocument) -> Iterator[MembershipPart]:
    """Yield the parts of a contact's memberships, in order."""
    for position, item in enumerate(document.memberships):
        part = line((str(position), item.id, item.title, item.department, item.location, item.description))
        yield MembershipPart(item.kind, group_key(item.name), item.name, part)


def document_values(document: ContactDocument) -> tuple[str, ...]:
    """Return the document's columns as COPY takes them, in the order of `DOCUMENT_COLUMNS`."""
    infos = dumps([info.to_json() for info in document.infos])
    return (*_texts(document), "t" if document.starred else "f", infos)


_texts: Callable[[ContactDocument], tuple[str, ...]] = attrgetter(*SCALAR_NAMES, "avatar")


def derived_values(derived: Derived) -> tuple[str, ...]:
    """Return what a contact row keeps beside its document, in the order of `DERIVED_COLUMNS`."""
    return (derived.display_name, derived.second_line, derived.sort_family, derived.sort_given, derived.region)


dumps: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
