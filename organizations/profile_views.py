"""Settings of the person: profile, picture, sessions."""

from __future__ import annotations

from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config import pictures
from config.pictures import BadPicture
from organizations.http import SignedInRequest
from organizations.models import User
from organizations.profile import FOLDER, may_see, save_profile, set_picture
from organizations.profile_forms import ProfileForm
from organizations.sessions import SessionsAdapter


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """Settings begin with the profile."""
    return redirect("settings:profile")


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    """Name, picture, time zone, region, order of names, theme, height of rows and keys."""
    user = request.user
    if request.method != "POST":
        names = ("name", "time_zone", "region", "name_order", "theme", "density", "single_keys")
        form = ProfileForm(initial={name: getattr(user, name) for name in names})
        return render(request, "settings/profile.html", {"form": form})
    form = ProfileForm(request.POST, request.FILES)
    if form.is_valid():
        said = form.cleaned_data
        try:
            if said["picture"] or said["remove_picture"]:
                set_picture(by=user, upload=said["picture"])
        except BadPicture as error:
            form.add_error("picture", str(error))
        else:
            save_profile(
                by=user,
                name=said["name"],
                time_zone=said["time_zone"],
                region=said["region"],
                name_order=said["name_order"],
                theme=said["theme"],
                density=said["density"] or user.density,
                single_keys=said["single_keys"],
            )
            messages.success(request, _("Saved."))
            return redirect("settings:profile")
    return render(request, "settings/profile.html", {"form": form}, status=422)


@require_safe
def picture(request: SignedInRequest, user_id: UUID, name: str) -> FileResponse:
    """The picture that a person has now, to themselves and to those who share an organization with them."""
    person = get_object_or_404(User, pk=user_id)
    if not name or person.picture != f"{FOLDER}/{name}" or not may_see(request.user, person):
        raise Http404
    return pictures.answer(person.picture)


@require_POST
def end_session(request: SignedInRequest, session_id: int) -> HttpResponse:
    """End one of one's own sessions; ending the one that asks is signing out."""
    session = get_object_or_404(UserSession, pk=session_id, user=request.user)
    if session.session_key == request.session.session_key:
        logout(request)
        return HttpResponseRedirect("/accounts/login/")
    SessionsAdapter().end_sessions([session])
    messages.success(request, _("The session has ended."))
    return redirect("usersessions_list")
