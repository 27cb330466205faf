"""Joining by an invitation: what its link leads to, for whoever opens it."""

from __future__ import annotations

from typing import Final

from allauth.account.utils import complete_signup
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from organizations.middleware import SESSION_KEY, choose
from organizations.models import Invitation, User
from organizations.organization_forms import JoinForm
from organizations.services import invitations

_KEY: Final = "invitation"
"""The session holds the key of the link that was opened, so that no further address shows it."""


@require_safe
@login_not_required
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Take the key of a link into the session and go on to joining, whether it is valid or not."""
    request.session[_KEY] = key[:100]
    return redirect("organization:join")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def join(request: HttpRequest) -> HttpResponse:
    """Join as who is signed in, or as somebody new; others are told to sign in, or that it is not for them."""
    key = str(request.session.get(_KEY, ""))
    found = invitations.find(key)
    if found is None:
        return render(request, "organization/join.html", {"state": "invalid"}, status=404)
    user = request.user
    if isinstance(user, User):
        return _as_who_is_in(request, found, key, user)
    if invitations.has_account(found):
        return render(request, "organization/join.html", {"state": "sign-in", "invitation": found})
    return _as_new(request, found, key)


def _as_who_is_in(request: HttpRequest, found: Invitation, key: str, user: User) -> HttpResponse:
    if not invitations.is_for(found, user):
        return render(request, "organization/join.html", {"state": "wrong"}, status=403)
    if request.method != "POST":
        return render(request, "organization/join.html", {"state": "accept", "invitation": found})
    try:
        organization = invitations.accept(key=key, user=user)
    except ValidationError as error:
        return _gone(request, error)
    request.session.pop(_KEY, None)
    choose(request, organization.pk)
    messages.success(request, _("You belong to %(organization)s now.") % {"organization": organization})
    return redirect("/contacts/")


def _as_new(request: HttpRequest, found: Invitation, key: str) -> HttpResponse:
    form = JoinForm(request.POST or None, email=found.email)
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.accept_as_new(key=key, **form.cleaned_data)
        except invitations.NotValid as error:
            return _gone(request, error)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            request.session.pop(_KEY, None)
            request.session[SESSION_KEY] = str(found.organization_id)
            signed_in: HttpResponse = complete_signup(request, user, None, "/contacts/")
            return signed_in
    context = {"state": "new", "invitation": found, "form": form}
    return render(request, "organization/join.html", context, status=422 if form.errors else 200)


def _gone(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer when the invitation was used or taken back between showing the page and sending it."""
    return render(request, "organization/join.html", {"state": "invalid", "problem": error.messages[0]}, status=404)
