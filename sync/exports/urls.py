"""Addresses of exports."""

from django.urls import path

from sync.exports import views

app_name = "exports"

urlpatterns = [
    path("books/<uuid:book_id>/export/", views.of_book, name="book"),
    path("contacts/export/", views.of_list, name="list"),
]
