"""Addresses of books' own room: leaving an organization stands here, for it is about what becomes of the books."""

from django.urls import path

from books import views

app_name = "books"

urlpatterns = [path("organization/people/<uuid:membership_id>/remove/", views.end_membership, name="end-membership")]
