"""The one merge: two versions of a contact that grew from a common one, brought together field by field.

Concurrent edits, synchronisation, duplicates and undo all come through here. What only one side changed is taken.
What both changed differently is a `Conflict`: the document holds one of the two and the conflict both, so that
what loses can be shown and chosen. Pure: no queries. Documents are expected normalised.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from contacts.conflicts import Conflict, Side
from contacts.document import (
    ADDRESS_PARTS,
    FIELD_NAMES,
    MEMBERSHIP_DETAILS,
    SCALAR_NAMES,
    ContactDocument,
    Info,
    InvalidDocument,
    Kind,
    Membership,
    group_key,
    new_item_id,
)
from contacts.folding import fold
from contacts.handles import digits, email_key

__all__ = ["Conflict", "Merge", "Reverted", "Side", "item_key", "merge", "resolve", "revert"]

#: Dates of which a person has one: two sides that add one each speak of the same thing.
SINGLE_DATES = ("birthday", "anniversary")


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged document, with what both sides changed differently; keeps its sources, so that `resolve` can choose."""

    document: ContactDocument
    conflicts: list[Conflict]
    base: ContactDocument
    mine: ContactDocument
    theirs: ContactDocument
    careful: bool = False


@dataclass(frozen=True, slots=True)
class Reverted:
    """A document after undo, and the names (of `FIELD_NAMES`) of fields in which something later was kept."""

    document: ContactDocument
    kept: list[str]


def merge(base: ContactDocument | None, mine: ContactDocument, theirs: ContactDocument) -> Merge:
    """Return `mine` and `theirs` brought together; `base` is what both grew from, None if nothing is known of it.

    Deterministic. A deletion against a change leaves the change, as a conflict. Deletions that would together leave
    an empty contact are conflicts as well. Raises `InvalidDocument` when the union exceeds a contact's limits.
    """
    base = base or ContactDocument()
    try:
        document, conflicts = _merged(_Run(), base, mine, theirs)
        return Merge(document, conflicts, base, mine, theirs)
    except InvalidDocument as error:
        if any(problem.path for problem in error.problems):
            raise
    document, conflicts = _merged(_Run(careful=True), base, mine, theirs)
    return Merge(document, conflicts, base, mine, theirs, careful=True)


def resolve(merged: Merge, choices: Mapping[str, str]) -> ContactDocument:
    """Return the document with `choices` made: "mine" or "theirs" by `Conflict.key`; what is not chosen stays.

    Raises `InvalidDocument` when the choices leave nothing of the contact.
    """
    run = _Run(choices=choices, careful=merged.careful)
    return _merged(run, merged.base, merged.mine, merged.theirs)[0]


def revert(current: ContactDocument, act_before: ContactDocument, act_after: ContactDocument) -> Reverted:
    """Return `current` with an act undone: what still holds what the act set goes back to what it was before.

    What somebody changed since stays and is named, as is what cannot go back because the contact would be empty or
    exceed its limits. Never raises for documents that could be stored.
    """
    for careful, lists in ((False, True), (True, True), (True, False)):
        before = act_before
        if not lists:
            before = replace(before, infos=act_after.infos, memberships=act_after.memberships)
        try:
            document, conflicts = _merged(_Run(careful=careful, current_wins=True), act_after, current, before)
        except InvalidDocument:
            continue
        names = {"infos" if conflict.field == "preferred" else conflict.field for conflict in conflicts}
        if not lists:
            names |= {name for name in ("infos", "memberships") if getattr(act_before, name) != getattr(before, name)}
        return Reverted(document, [name for name in FIELD_NAMES if name in names])
    return Reverted(current, [name for name in FIELD_NAMES if getattr(act_before, name) != getattr(current, name)])


def item_key(item: Info | Membership) -> Hashable:
    """Return what two items have in common that speak of the same thing, whatever their labels and spelling."""
    if isinstance(item, Membership):
        return (item.kind, group_key(item.name))
    content: Hashable
    match item.kind:
        case Kind.EMAIL:
            content = email_key(item.value) or fold(item.value)
        case Kind.PHONE:
            content = ("+" if item.value.startswith("+") else "") + digits(item.value) or fold(item.value)
        case Kind.ADDRESS:
            content = fold(" ".join(item.address[part] for part in ADDRESS_PARTS if item.address.get(part)))
        case Kind.DATE if item.label in SINGLE_DATES:
            content = item.label
        case Kind.DATE | Kind.CUSTOM:
            content = (fold(item.custom_label), fold(item.value))
        case Kind.URL:
            content = fold(item.value).rstrip("/")
        case _:  # a name in a social network
            content = fold(item.value).lstrip("@")
    return (item.kind, content)


@dataclass(slots=True)
class _Run:
    """One merge under way: the choices made, and the conflicts met."""

    choices: Mapping[str, str] = field(default_factory=dict)
    #: Every deletion is a conflict: for when all of them together would leave nothing.
    careful: bool = False
    #: Unresolved conflicts stay as `mine`, deletions too: undo.
    current_wins: bool = False
    conflicts: list[Conflict] = field(default_factory=list)

    def settle[T](self, conflict: Conflict, mine: T, theirs: T) -> T:
        """Note a conflict and return the value that holds."""
        self.conflicts.append(conflict)
        choice = self.choices.get(conflict.key)
        if choice not in (Side.MINE, Side.THEIRS):
            choice = Side.MINE if self.current_wins else conflict.default
        return mine if choice == Side.MINE else theirs

    def side(self, before: object, mine: object, theirs: object) -> Side | None:
        """Return the side to take of three values, None when both changed it differently."""
        if mine == theirs or (theirs == before and (mine or not self.careful)):
            return Side.MINE
        if mine == before and (theirs or not self.careful):
            return Side.THEIRS
        return None


def _merged(
    run: _Run, base: ContactDocument, mine: ContactDocument, theirs: ContactDocument
) -> tuple[ContactDocument, list[Conflict]]:
    texts: dict[str, str] = {}
    for name in (*SCALAR_NAMES, "avatar"):
        b, m, t = getattr(base, name), getattr(mine, name), getattr(theirs, name)
        side = run.side(b, m, t)
        if side is None:
            texts[name] = run.settle(Conflict(name, "", b, m, t), m, t)
        else:
            texts[name] = m if side is Side.MINE else t
    document = ContactDocument(
        **texts,
        starred=theirs.starred if mine.starred == base.starred else mine.starred,
        infos=_merged_infos(run, base.infos, mine.infos, theirs.infos),
        memberships=_merged_items(
            run, "memberships", base.memberships, *_paired(base.memberships, mine.memberships, theirs.memberships)
        ),
    )
    return document.normalised(), run.conflicts


def _merged_infos(run: _Run, base: Sequence[Info], mine: Sequence[Info], theirs: Sequence[Info]) -> tuple[Info, ...]:
    """Merge infos, then which of each kind is preferred: a value of the contact rather than of one item."""
    mine, theirs = _paired(base, mine, theirs)
    items = {item.id: item for item in _merged_items(run, "infos", base, mine, theirs)}
    preferred: set[str] = set()
    for kind in Kind:
        b, m, t = (
            next((i for i in side if i.kind is kind and i.preferred and i.id in items), None)
            for side in (base, mine, theirs)
        )
        before, my_id, their_id = (info.id if info else "" for info in (b, m, t))
        if my_id == their_id or their_id == before:
            chosen = my_id
        elif my_id == before:
            chosen = their_id
        elif (my_id and their_id) or run.current_wins:
            chosen = run.settle(Conflict("preferred", str(kind), b, m, t), my_id, their_id)
        else:  # one side only took the mark from what the other took it from as well
            chosen = my_id or their_id
        preferred.add(chosen)
    return tuple(replace(item, preferred=item.id in preferred) for item in items.values())


def _merged_items[Item: (Info, Membership)](
    run: _Run, name: str, base: Sequence[Item], mine: Sequence[Item], theirs: Sequence[Item]
) -> tuple[Item, ...]:
    """Merge the items of a list, as `_paired` returns them, by id and put them in order."""
    b: dict[str, Item] = {item.id: item for item in base}
    m: dict[str, Item] = {item.id: item for item in mine}
    t: dict[str, Item] = {item.id: item for item in theirs}
    kept: dict[str, Item] = {}
    for item_id in dict.fromkeys((*t, *m)):
        item = _merged_item(run, name, b.get(item_id), m.get(item_id), t.get(item_id))
        if item is not None:
            kept[item_id] = item
    # One value under two labels, of which each side removed another as a repeat: nobody meant it to go.
    held = {item_key(item) for item in mine} - {item_key(item) for item in kept.values()}
    kept |= {item.id: item for item in theirs if item_key(item) in held}
    # Their order, unless only I moved things.
    lead, other = list(t), list(m)
    if _is_reordered(b, m) and not _is_reordered(b, t):
        lead, other = other, lead
    order = [item_id for item_id in lead if item_id in kept]
    position = 0
    for item_id in other:
        if item_id in lead and item_id in kept:
            position = order.index(item_id) + 1
        elif item_id in kept:
            order.insert(position, item_id)
            position += 1
    return tuple(kept[item_id] for item_id in order)


def _is_reordered(base: Mapping[str, object], side: Mapping[str, object]) -> bool:
    return [item_id for item_id in base if item_id in side] != [item_id for item_id in side if item_id in base]


def _paired[Item: (Info, Membership)](
    base: Sequence[Item], mine: Sequence[Item], theirs: Sequence[Item]
) -> tuple[list[Item], list[Item]]:
    """Return both sides with one id for one thing: what both added takes the id of `theirs`."""
    known = {item.id: item for item in base}
    my_items: list[Item] = _adopted(known, mine, theirs)
    their_items: list[Item] = _adopted(known, theirs, mine)
    my_new = [item for item in my_items if item.id not in known]
    their_new = [item for item in their_items if item.id not in known]
    twins: dict[str, str] = {}
    for same in (_said, item_key):
        waiting: dict[Hashable, list[str]] = {}
        for item in their_new:
            if item.id not in twins.values():
                waiting.setdefault(same(item), []).append(item.id)
        for item in my_new:
            if item.id not in twins and (found := waiting.get(same(item))):
                # The same id means the same item, where there are several of the same content.
                twins[item.id] = found.pop(found.index(item.id) if item.id in found else 0)
    taken = {item.id for item in (*base, *my_items, *their_items)}
    foreign = {item.id for item in their_new}
    result: list[Item] = []
    for item in my_items:
        if item.id in twins:
            item = replace(item, id=twins[item.id])
        elif item.id in foreign:  # copies of one contact: the same id became two different things
            item = replace(item, id=new_item_id(taken))
            taken.add(item.id)
        result.append(item)
    return result, their_items


def _adopted[Item: (Info, Membership)](
    base: Mapping[str, Item], side: Sequence[Item], other: Sequence[Item]
) -> list[Item]:
    """Return `side` with the ids of items that it replaced by what `other` changed them to: one change, made twice.

    Doors whose format has no ids write a changed value as a new item.
    """
    present = {item.id for item in side}
    changed: dict[Hashable, str] = {}
    for item in other:
        if item.id in base and item.id not in present and _said(item) != _said(base[item.id]):
            changed[_said(item)] = item.id
    return [
        replace(item, id=changed.pop(_said(item))) if item.id not in base and _said(item) in changed else item
        for item in side
    ]


def _said(item: Info | Membership) -> Hashable:
    """Return what an item says, whether preferred or not."""
    return replace(item, preferred=False).content if isinstance(item, Info) else item.content


def _merged_item[Item: (Info, Membership)](
    run: _Run, name: str, before: Item | None, mine: Item | None, theirs: Item | None
) -> Item | None:
    if mine is not None and theirs is not None:
        return _merged_parts(run, name, before, mine, theirs)
    present = mine or theirs
    if before is None or present is None:
        return present
    became_preferred = isinstance(present, Info) and present.preferred and not getattr(before, "preferred", False)
    if _said(before) == _said(present) and not became_preferred and not run.careful:
        return None
    return run.settle(Conflict(name, before.id, before, mine, theirs), mine, theirs)


def _merged_parts[Item: (Info, Membership)](
    run: _Run, name: str, before: Item | None, mine: Item, theirs: Item
) -> Item:
    """Merge two versions of one item part by part: the label of one side with the value of the other."""
    start = before if before is not None else _blank(mine, theirs)
    my_parts: dict[str, Any] = {}
    their_parts: dict[str, Any] = {}
    conflict = False
    for names in _parts(start, mine, theirs):
        b, m, t = ({part: getattr(item, part) for part in names} for item in (start, mine, theirs))
        if names == ("address",):
            agreed = _merged_address(b["address"], m["address"], t["address"])
            if agreed is not None:
                m = t = {"address": agreed}
        # A part is empty when all its texts are; only a careful merge minds.
        side = run.side(*(part if any(part.values()) else {} for part in (b, m, t)))
        conflict = conflict or side is None
        my_parts |= t if side is Side.THEIRS else m
        their_parts |= m if side is Side.MINE else t
    mine, theirs = replace(mine, **my_parts), replace(mine, id=theirs.id, **their_parts)
    if not conflict:
        return mine
    return run.settle(Conflict(name, mine.id, before, mine, theirs), mine, theirs)


def _blank[Item: (Info, Membership)](mine: Item, theirs: Item) -> Item:
    """Return what two new items of the same key grew from: nothing said but what they are."""
    if isinstance(mine, Info):
        return replace(mine, label="other", custom_label="", value="", address={})
    return replace(mine, name=theirs.name, **dict.fromkeys(MEMBERSHIP_DETAILS, ""))


def _parts(start: Info | Membership, mine: Info | Membership, theirs: Info | Membership) -> list[tuple[str, ...]]:
    """Return the names of an item's fields, together where one makes no sense without the other."""
    whole = [tuple(part.name for part in fields(start) if part.name not in ("id", "preferred"))]
    if isinstance(start, Info):
        if {mine.kind, theirs.kind} != {start.kind}:
            return whole
        return [("kind",), ("label", "custom_label"), ("value",), ("address",)]
    if isinstance(mine, Membership) and isinstance(theirs, Membership) and start.name:
        # A title belongs to its company: "director at Acme" never becomes "director at Beta".
        for mover, stayer in ((mine, theirs), (theirs, mine)):
            moved = item_key(mover) != item_key(start) and item_key(stayer) != item_key(mover)
            if moved and any(getattr(stayer, part) != getattr(start, part) for part in MEMBERSHIP_DETAILS):
                return whole
    return [("kind", "name"), *((part,) for part in MEMBERSHIP_DETAILS)]


def _merged_address(
    before: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]
) -> dict[str, str] | None:
    """Return the address to which both sides agree, None when they conflict.

    An address is one value: half of one move and half of another is nowhere. But a side that only filled in blanks
    which the other left alone made no move.
    """
    result: dict[str, str] = {}
    moved = []
    for part in ADDRESS_PARTS:
        b, m, t = (address.get(part, "") for address in (before, mine, theirs))
        if m not in (b, t) and t != b:
            return None
        if m != t and b:
            moved.append(Side.MINE if t == b else Side.THEIRS)
        result[part] = t if m == b else m
    if len(set(moved)) > 1:
        return None
    return {part: text for part, text in result.items() if text}
