"""Addresses of the contacts panel."""

from django.urls import path

from contacts.views import (
    access,
    actions,
    books,
    cards,
    changes,
    filters,
    forms,
    groups,
    lists,
    pictures,
    region,
    theme,
    trash,
)

app_name = "contacts"

urlpatterns = [
    path("contacts/", lists.contacts, name="list"),
    path("contacts/new/", forms.new, name="new"),
    path("contacts/filter/", filters.choose, name="filter"),
    path("contacts/<uuid:contact_id>/", cards.card, name="card"),
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
    path("groups/", groups.groups, {"kind": "group"}, name="groups"),
    path("groups/new/", groups.new, {"kind": "group"}, name="group-new"),
    path("groups/names/", groups.names, name="group-names"),
    path("groups/<uuid:group_id>/", lists.group, name="group"),
    path("companies/", groups.groups, {"kind": "company"}, name="companies"),
    path("companies/new/", groups.new, {"kind": "company"}, name="company-new"),
    path("companies/<uuid:group_id>/", lists.company, name="company"),
    # Of groups and companies alike.
    path("groups/<uuid:group_id>/about/", lists.about, name="group-about"),
    path("groups/<uuid:group_id>/actions/", actions.of_group, name="group-actions"),
    path("groups/<uuid:group_id>/rename/", groups.rename, name="group-rename"),
    path("groups/<uuid:group_id>/merge/", groups.merge, name="group-merge"),
    path("groups/<uuid:group_id>/delete/", groups.delete, name="group-delete"),
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
