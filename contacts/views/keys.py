"""The sheet of keys, and choosing one's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from config.rendering import render_page
from contacts.keys import CHANGEABLE, chars_of, chosen_keys, sheet
from contacts.templatetags.keys import mod_key
from organizations.http import SignedInRequest
from organizations.models import User
from organizations.profile import save_own_keys


class KeysForm(forms.Form):
    """A field for each key that may be changed; `cleaned_data["own"]` is what `User.own_keys` keeps."""

    def __init__(self, data: Any = None, *, user: User) -> None:
        self.before = chars_of(user)
        super().__init__(data, initial=self.before)
        for key in CHANGEABLE:
            attrs = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "size": "2"}
            self.fields[key.name] = forms.CharField(
                label=key.words, required=False, max_length=8, widget=forms.TextInput(attrs=attrs)
            )

    def clean(self) -> dict[str, Any]:
        """Refuse what is no key, and one key for two things."""
        typed = {name: text for name, text in self.cleaned_data.items() if isinstance(text, str)}
        own, errors = chosen_keys(typed, before=self.before)
        for name, sentence in errors.items():
            self.add_error(name, sentence)
        return {"own": own}


@require_safe
def keys(request: SignedInRequest) -> HttpResponse:
    """All keys that work for the person: a page, and the piece that `?` shows in a dialog."""
    context = {"sections": list(sheet(request.user, mod=mod_key(request)))}
    return render_page(request, "contacts/keys.html", context, fragment="sheet")


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: SignedInRequest) -> HttpResponse:
    """Choose other keys than the usual ones, each one character; with `restore` have the usual ones back."""
    if request.method != "POST":
        return render(request, "settings/keys.html", {"form": KeysForm(user=request.user)})
    if "restore" in request.POST:
        save_own_keys(by=request.user, own={})
        messages.success(request, _("The keys are as they were at first."))
        return redirect("contacts:own-keys")
    form = KeysForm(request.POST, user=request.user)
    if not form.is_valid():
        return render(request, "settings/keys.html", {"form": form}, status=422)
    save_own_keys(by=request.user, own=form.cleaned_data["own"])
    messages.success(request, _("Saved."))
    return redirect("contacts:own-keys")
