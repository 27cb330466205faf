"""With whom a book is shared, as a form of the admins' site: a field for each team and person."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from books.access import Effects, grants_of
from books.models import ContactBook
from books.services import AccessChanged, set_sharing
from organizations.admin_forms import PeopleField, ServiceForm
from organizations.admin_site import organization_of, person_of
from organizations.models import Team, User
from organizations.sharing import Level

_LEVELS = [("edit", gettext_lazy("can edit")), ("view", gettext_lazy("can view"))]


def sharing_fields(book: ContactBook) -> dict[str, tuple[User | Team, forms.ChoiceField]]:
    """Return the fields of a book's sharing by name, each with whom it is about, everyone first. Three queries.

    Every team of the book's organization has one, and every person whom it is shared with.
    """
    given = grants_of(book)
    teams = Team.objects.filter(organization=book.organization_id).order_by("-everyone", "title", "pk")
    found: dict[str, tuple[User | Team, forms.ChoiceField]] = {}
    everybody: list[User | Team] = [*teams, *(each for each in given if isinstance(each, User))]
    for to in everybody:
        level = given.get(to)
        field = forms.ChoiceField(
            label=_("Share with entire organization") if isinstance(to, Team) and to.everyone else str(to),
            choices=[("", _("not shared")), *_LEVELS],
            required=False,
            initial=level.name.lower() if level else "",
            help_text="" if isinstance(to, Team) else _("A person"),
        )
        found[f"team_{to.public_id.hex}" if isinstance(to, Team) else f"person_{to.pk.hex}"] = (to, field)
    return found


class BookSharingForm(ServiceForm):
    """Has a field for each of `targets`; further people are named by email. Asks once more before access changes."""

    targets: ClassVar[dict[str, User | Team]] = {}
    new_people = PeopleField(
        label=gettext_lazy("Share with more people"),
        help_text=gettext_lazy("Their emails, with blanks, commas or new lines between them."),
    )
    new_level = forms.ChoiceField(label=gettext_lazy("These people"), choices=_LEVELS, initial="edit")
    confirmed = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take people of the organization at hand."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, PeopleField):
                field.organization = organization_of(self.request)

    def act(self) -> None:
        """Share the book as the fields say; what they do not name stays as it is.

        Whoever has not seen yet whose access that changes has agreed to nothing: then a sentence says it, and what
        was shown is kept in `confirmed` for the next time.
        """
        after = grants_of(self.instance)
        for name, to in self.targets.items():
            if name not in self.data:  # came after the form was opened
                continue
            level = self.cleaned_data[name]
            after.pop(to, None)
            if level:
                after[to] = Level.named(level)
        for person in self.cleaned_data["new_people"]:
            after[person] = Level.named(self.cleaned_data["new_level"])
        expected = self.cleaned_data["confirmed"] or Effects().key
        try:
            set_sharing(by=person_of(self.request), book=self.instance, grants=after.items(), expected=expected)
        except AccessChanged as changed:
            self.data = {**self.data.dict(), "confirmed": changed.effects.key}  # type: ignore[attr-defined]  # a QueryDict
            raise ValidationError(_in_words(changed.effects), code="confirm") from None


def _in_words(changes: Effects) -> str:
    """Return whose access a change concerns, and that saving once more does it."""
    parts = [
        text % {"count": len(people)}
        for people, text in (
            (
                changes.gain,
                ngettext("%(count)d person gains access.", "%(count)d people gain access.", len(changes.gain)),
            ),
            (
                changes.lose,
                ngettext("%(count)d person loses access.", "%(count)d people lose access.", len(changes.lose)),
            ),
            (
                changes.raised,
                ngettext("%(count)d may edit now.", "%(count)d may edit now.", len(changes.raised)),
            ),
            (
                changes.lowered,
                ngettext("%(count)d may only view now.", "%(count)d may only view now.", len(changes.lowered)),
            ),
        )
        if people
    ]
    return _("%(changes)s Save once more if that is what you mean.") % {"changes": " ".join(parts)}
