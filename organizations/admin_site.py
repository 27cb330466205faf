"""The site at `/admin/`, by which an organization's owners and admins run it: nobody is staff, nobody a superuser.

Every list, field, filter, search and history is confined to `request.organization`, whose owner or admin the person
must be; what is saved and deleted goes through the same services, checks and audit lines as the ordinary pages. Who
has not said lately who they are is asked for it before any page. What Django's own site offers beyond that is not
there: pop-ups, autocompletion, the shortcut to any object, its log of everybody's actions, its own sign-in and
password pages.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IS_POPUP_VAR, SOURCE_MODEL_VAR, TO_FIELD_VAR
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path, re_path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from organizations.models import Organization, OrganizationMembership, Role, User
from organizations.permissions import ADMINISTRATORS

_ROLE = "_admin_site_role"
_ABSENT = (IS_POPUP_VAR, TO_FIELD_VAR, SOURCE_MODEL_VAR)
"""What Django's pop-ups send; there are none here."""

type View = Callable[..., HttpResponseBase]


def organization_of(request: HttpRequest) -> Organization:
    """Return the organization that the site is confined to in this request; false for who belongs to none."""
    return request.organization  # type: ignore[attr-defined,no-any-return]  # set by organizations.middleware


def person_of(request: HttpRequest) -> User:
    """Return who asks; they are signed in, or the site would not have let them here."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def role_of(request: HttpRequest) -> Role | None:
    """Return the role of who asks in the organization at hand. One query a request; services read it again."""
    if not hasattr(request, _ROLE):
        role = None
        if isinstance(request.user, User) and request.user.is_active and organization_of(request):
            mine = OrganizationMembership.objects.filter(user=request.user, organization=organization_of(request))
            role = mine.values_list("role", flat=True).first()
        setattr(request, _ROLE, Role(role) if role else None)
    found: Role | None = getattr(request, _ROLE)
    return found


def require_recent_authentication(request: HttpRequest) -> None:
    """Raise `ReauthenticationRequired` unless who asks has signed in or confirmed it within allauth's window.

    Its middleware then leads to the confirmation and back here by `next`; a form that was sent is done after it, not
    before. Reads the session alone, and up to four queries when the time is over. Nobody is asked who has neither a
    password nor a second factor to answer with.
    """
    person = person_of(request)
    last = max((float(each["at"]) for each in get_authentication_records(request, person)), default=0.0)
    if time.time() - last >= account_settings.REAUTHENTICATION_TIMEOUT and get_reauthentication_flows(person):
        raise ReauthenticationRequired


class OrganizationAdminSite(AdminSite):
    """Django's admin, let in by role in the organization at hand; to everybody else it does not exist."""

    site_title = _("Admin site")
    site_header = _("Kith")
    index_title = _("Admin site")
    site_url = "/contacts/"

    def __init__(self, name: str = "admin") -> None:
        """Begin without the action that deletes in bulk: each model brings what its services can do."""
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether who asks owns or administers the organization at hand."""
        return role_of(request) in ADMINISTRATORS

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]  # the stubs name a type variable
        """Return `view` for those who are let in; 404 for members and for what Django's pop-ups send.

        Those who signed in long ago say once more who they are, after they are known to be let in: to others the site
        does not exist then either.

        Whoever is not signed in never comes here: the middleware leads them to the ordinary sign-in.
        """

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not self.has_permission(request):
                raise Http404
            if any(name in request.GET or name in request.POST for name in _ABSENT):
                raise Http404
            require_recent_authentication(request)
            return view(request, *args, **kwargs)

        guarded = csrf_protect(inner if cacheable else never_cache(inner))
        return update_wrapper(guarded, view)

    def wrap(self, view: View, *, cacheable: bool = False) -> View:
        """Return `view` guarded, for an address."""
        return self.admin_view(view, cacheable)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the addresses that there are, and no others."""
        labels = sorted({model._meta.app_label for model in self._registry})
        return [
            path("", self.wrap(self.index), name="index"),
            path("jsi18n/", self.wrap(self.i18n_javascript, cacheable=True), name="jsi18n"),
            *(
                path(f"{model._meta.app_label}/{model._meta.model_name}/", include(model_admin.urls))
                for model, model_admin in self._registry.items()
            ),
            re_path(rf"^(?P<app_label>{'|'.join(labels)})/$", self.wrap(self.app_index), name="app_list"),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Return one list of all that there is, under the organization's name; its parts by their own names."""
        parts = [part for part in super().get_app_list(request, app_label) if part["models"]]
        models = [model for part in parts for model in part["models"]]
        if not models:
            return []
        models.sort(key=lambda each: getattr(self._registry[each["model"]], "rank", 0))
        return [
            {
                "name": capfirst(organization_of(request).name),
                "app_label": "organizations",
                "app_url": reverse("admin:index", current_app=self.name),
                "has_module_perms": True,
                "models": models,
            }
        ]

    def get_log_entries(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """Return nothing: Django's log is everybody's. The audit list tells what was done."""
        return LogEntry.objects.none()

    def registered(self) -> dict[Any, ModelAdmin[Any]]:
        """Return every model with its admin."""
        return dict(self._registry)


site = OrganizationAdminSite()
