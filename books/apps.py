"""The books app."""

from django.apps import AppConfig


class BooksConfig(AppConfig):
    """Registers books and what leaving does on the admins' site."""

    name = "books"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register them."""
        from books import admin  # noqa: F401 - importing registers them; models must be ready
