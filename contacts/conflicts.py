"""What two versions of a contact disagree about, in a shape that a form can show and ask.

Pure: no queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.document import ADDRESS_PARTS, SCALARS, Info, Kind, Membership

type Value = str | Info | Membership | None

_TITLES = {scalar.name: scalar.title for scalar in SCALARS} | {"avatar": gettext_lazy("Picture")}
_KIND_TITLES = {
    Kind.EMAIL: gettext_lazy("Email"),
    Kind.PHONE: gettext_lazy("Phone"),
    Kind.ADDRESS: gettext_lazy("Address"),
    Kind.URL: gettext_lazy("URL"),
    Kind.FACEBOOK: gettext_lazy("Facebook"),
    Kind.INSTAGRAM: gettext_lazy("Instagram"),
    Kind.TWITTER: gettext_lazy("Twitter"),
    Kind.DATE: gettext_lazy("Date"),
    Kind.CUSTOM: gettext_lazy("Custom field"),
}


class Side(StrEnum):
    """Whose version: of who merges, or of who was there first."""

    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that both sides changed differently.

    `field` is a scalar's name, `avatar`, `infos`, `memberships`, or `preferred` (then `item_id` is the kind, and the
    values are the infos that each side prefers). In `infos` and `memberships`, `mine` and `theirs` are the two
    outcomes of the whole item, None where that side deleted it; `before` is None where both added it.
    """

    field: str
    item_id: str
    before: Value
    mine: Value
    theirs: Value

    @property
    def key(self) -> str:
        """A stable name for a form field: `first_name`, `infos.1a2b3c4d`, `preferred.email`."""
        return f"{self.field}.{self.item_id}" if self.item_id else self.field

    @property
    def default(self) -> Side:
        """The side that holds until somebody chooses: mine, but a change before a deletion."""
        return Side.MINE if self.mine else Side.THEIRS

    @property
    def title(self) -> str:
        """What it is about, as people read it."""
        item = next((value for value in (self.mine, self.theirs, self.before) if value), None)
        if isinstance(item, Membership):
            return _("Company") if item.kind == "company" else _("Group")
        if not isinstance(item, Info):
            return str(_TITLES.get(self.field, self.field))
        kind = str(_KIND_TITLES[item.kind])
        if self.field == "preferred":
            return _("Preferred: %(kind)s") % {"kind": kind}
        return _("%(kind)s (%(label)s)") % {"kind": kind, "label": item.label_name}

    @property
    def texts(self) -> tuple[str, str, str]:
        """Before, mine and theirs as plain text; empty where there was nothing."""
        return text_of(self.before), text_of(self.mine), text_of(self.theirs)


def text_of(value: Value) -> str:
    """Return a conflict's value as one plain text."""
    if isinstance(value, Info):
        text = value.value or ", ".join(value.address[part] for part in ADDRESS_PARTS if value.address.get(part))
        return f"{text} ({value.label_name})"
    if isinstance(value, Membership):
        return ", ".join(filter(None, (value.title, value.department, value.name, value.location, value.description)))
    return value or ""
