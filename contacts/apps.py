"""The contacts app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Registers the deletion of books on the admins' site."""

    name = "contacts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register it."""
        from contacts import admin  # noqa: F401 - importing registers it; models must be ready
