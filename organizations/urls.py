"""Addresses below `/organization/`."""

from django.urls import path

from organizations import views

app_name = "organization"

urlpatterns = [path("switch/", views.switch, name="switch")]
