"""Addresses of the contacts panel."""

from django.urls import path

from contacts.views import (
    access,
    actions,
    books,
    cards,
    changes,
    forms,
    lists,
    many,
    pictures,
    region,
    theme,
    trash,
)

app_name = "contacts"

urlpatterns = [
    path("contacts/", lists.contacts, name="list"),
    path("contacts/new/", forms.new, name="new"),
    path("contacts/many/", many.many, name="many"),
    path("contacts/many/<uuid:change_set_id>/", many.act, name="many-act"),
    path("contacts/<uuid:contact_id>/", cards.card, name="card"),
    path("contacts/<uuid:contact_id>/actions/", cards.actions, name="actions"),
    path("contacts/<uuid:contact_id>/edit/", forms.edit, name="edit"),
    path("contacts/<uuid:contact_id>/history/", cards.history, name="history"),
    path("contacts/<uuid:contact_id>/star/", cards.star, name="star"),
    path("contacts/<uuid:contact_id>/delete/", cards.delete, name="delete"),
    path("books/", books.books, name="books"),
    path("books/new/", books.new, name="book-new"),
    path("books/<uuid:book_id>/", lists.book, name="book"),
    path("books/<uuid:book_id>/actions/", actions.of_book, name="book-actions"),
    path("books/<uuid:book_id>/edit/", books.edit, name="book-edit"),
    path("books/<uuid:book_id>/delete/", books.delete, name="book-delete"),
    path("books/<uuid:book_id>/access/", access.access, name="book-access"),
    path("books/<uuid:book_id>/hand-over/", access.hand_over, name="book-hand-over"),
    path("groups/<uuid:group_id>/", lists.group, name="group"),
    path("companies/<uuid:group_id>/", lists.company, name="company"),
    path("trash/", trash.trash, name="trash"),
    path("trash/<uuid:change_set_id>/", trash.entry, name="trash-entry"),
    path("trash/<uuid:change_set_id>/restore/", trash.restore, name="trash-restore"),
    path("trash/<uuid:change_set_id>/erase/", trash.erase, name="trash-erase"),
    path("changes/", changes.changes, name="changes"),
    path("changes/<uuid:change_set_id>/", changes.change_set, name="change-set"),
    path("changes/<uuid:change_set_id>/undo/", changes.undo, name="undo"),
    path("avatars/<uuid:contact_id>/<str:name>", pictures.avatar, name="avatar"),
    path("settings/theme/", theme.choose, name="theme"),
    path("organization/region/", region.region, name="region"),
]
