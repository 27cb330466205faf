"""Addresses below `/settings/` that are about the person."""

from django.urls import path

from organizations import profile_views

app_name = "settings"

urlpatterns = [
    path("", profile_views.home, name="home"),
    path("profile/", profile_views.profile, name="profile"),
    path("picture/<uuid:user_id>/<str:name>", profile_views.picture, name="picture"),
    path("sessions/<int:session_id>/end/", profile_views.end_session, name="end-session"),
]
