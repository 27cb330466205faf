"""The organizations app."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """Registers the checks of rights, what listens for sign-ins, and the models of the admins' site."""

    name = "organizations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register them."""
        from organizations import admin, checks, sign_ins  # noqa: F401 - importing registers them; models must be ready
