"""Addresses of imports and of the help page about them."""

from django.urls import path

from sync.imports import views

app_name = "imports"

urlpatterns = [
    path("books/<uuid:book_id>/import/", views.new, name="new"),
    path("imports/<uuid:import_id>/", views.show, name="show"),
    path("imports/<uuid:import_id>/mapping/", views.mapping, name="mapping"),
    path("imports/<uuid:import_id>/start/", views.start, name="start"),
    path("imports/<uuid:import_id>/discard/", views.discard, name="discard"),
    path("imports/<uuid:import_id>/stop/", views.stop, name="stop"),
    path("imports/<uuid:import_id>/retry/", views.retry, name="retry"),
    path("imports/<uuid:import_id>/undo/", views.undo, name="undo"),
    path("imports/<uuid:import_id>/rows/<slug:kind>/", views.rows, name="rows"),
    path("imports/<uuid:import_id>/failed.csv", views.failed, name="failed"),
    path("imports/templates/<slug:name>.csv", views.template, name="template"),
    path("help/importing/", views.importing, name="help"),
    path("help/moving/", views.moving, name="moving"),
]
