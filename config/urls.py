"""Every address of the site. A room adds one line here; its own addresses are in its `urls.py`."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/contacts/"), name="home"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("settings/", include("organizations.settings_urls")),
    path("", include("sync.exports.urls")),
    path("", include("contacts.urls")),
    path("", include("books.urls")),
    path("", include("sync.imports.urls")),
    path("organization/", include("organizations.urls")),
    path("admin/", include("organizations.admin_urls")),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler429 = "config.errors.too_many"  # read by django-allauth alone
handler500 = "config.errors.server_error"
