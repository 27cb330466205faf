"""What a person chose where somebody else changed the same field: put into the document that they save. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contacts.conflicts import Side
from contacts.document import SCALAR_NAMES, ContactDocument, Info, Membership

#: The radio's value for a side on which nothing is left of the field.
NOTHING = "nothing"


def with_choices(document: ContactDocument, theirs: ContactDocument, choices: Mapping[str, str]) -> ContactDocument:
    """Return `document` with the fields chosen from `theirs`, or emptied where the choice is `NOTHING`.

    `choices` are by `Conflict.key`; "mine" leaves what the document holds. Keys that fit nothing are passed over.
    """
    for key, choice in choices.items():
        name, _dot, item_id = key.partition(".")
        if choice == Side.MINE or choice not in {Side.THEIRS, NOTHING}:
            continue
        if name in {*SCALAR_NAMES, "avatar"} and not item_id:
            values: dict[str, Any] = {name: "" if choice == NOTHING else getattr(theirs, name)}
            document = replace(document, **values)
        elif name == "infos":
            document = replace(document, infos=_chosen(document.infos, theirs.infos, item_id, choice))
        elif name == "memberships":
            document = replace(document, memberships=_chosen(document.memberships, theirs.memberships, item_id, choice))
        elif name == "preferred":
            document = replace(document, infos=_preferring(document.infos, theirs.infos, item_id, choice))
    return document


def _chosen[Item: (Info, Membership)](
    items: tuple[Item, ...], theirs: tuple[Item, ...], item_id: str, choice: str
) -> tuple[Item, ...]:
    other = next((item for item in theirs if item.id == item_id), None)
    if choice == NOTHING or other is None:
        return tuple(item for item in items if item.id != item_id)
    kept = tuple(other if item.id == item_id else item for item in items)
    return kept if other in kept else kept + (other,)  # noqa: RUF005 - mypy loses the item's type in an unpacking


def _preferring(infos: tuple[Info, ...], theirs: tuple[Info, ...], kind: str, choice: str) -> tuple[Info, ...]:
    wanted = {info.id for info in theirs if info.kind == kind and info.preferred} if choice == Side.THEIRS else set()
    return tuple(replace(info, preferred=info.id in wanted) if info.kind == kind else info for info in infos)
