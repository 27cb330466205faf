"""The form of one's own profile."""

from __future__ import annotations

from itertools import groupby

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organizations.models import Density, NameOrder, Theme
from organizations.names import LONGEST, clean_name
from organizations.profile import time_zones
from organizations.regions import regions


def _zones() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Return the choices of time zones, by continent."""
    utc, *places = time_zones()
    choices: list[tuple[str, str | list[tuple[str, str]]]] = [(utc, utc)]
    for region, zones in groupby(places, key=lambda zone: zone.partition("/")[0]):
        choices.append((region, [(zone, zone.replace("_", " ")) for zone in zones]))
    return choices


def _regions() -> list[tuple[str, str]]:
    """Return the choices of regions; empty is the organization's."""
    return [("", gettext("Region of the organization")), *regions()]


class ProfileForm(forms.Form):
    """Name, picture and how pages look to oneself."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("JPEG, PNG, WebP or AVIF, at most 10 MB. It is cut to a square."),
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,image/avif", "class": "input input-file"}
        ),
    )
    remove_picture = forms.BooleanField(label=_("Remove the picture"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=_zones)
    region = forms.ChoiceField(
        label=_("Region"),
        choices=_regions,
        required=False,
        help_text=_("Phone numbers of this region are shown as they are dialled in it, all others with their country."),
    )
    name_order = forms.ChoiceField(
        label=_("Name order"),
        choices=NameOrder.choices,
        help_text=_("Maria Novák or Novák Maria: how names of contacts are shown to you, and the order of your lists."),
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices, required=False)
    density = forms.ChoiceField(label=_("Rows of lists"), choices=Density.choices, required=False)
    single_keys = forms.BooleanField(
        label=_("Keys of a single character do something, as m moves a contact"),
        required=False,
        help_text=_("On the contacts page ? shows them all. Switch them off if dictation sets them off."),
    )

    def clean_name(self) -> str:
        """Return the name as one clean line."""
        return clean_name(self.cleaned_data["name"])
