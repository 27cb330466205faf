"""The form of a contact book."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contacts.text import clean_text


class BookForm(forms.Form):
    """Name, description, and whether All's search leaves the book out."""

    name = forms.CharField(
        label=_("Name"),
        max_length=255,
        error_messages={"required": _("Give the contact book a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    description = forms.CharField(label=_("Description"), max_length=1000, required=False)
    exclude_from_search = forms.BooleanField(
        label=_("Exclude contacts from search results?"),
        required=False,
        help_text=_("Search finds them only while this book is selected."),
    )

    def clean_description(self) -> str:
        """Return the description as one clean line; the name is cleaned by the services."""
        return clean_text(self.cleaned_data["description"])
