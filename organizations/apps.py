"""The organizations app."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """Registers the checks of rights, and what listens for sign-ins."""

    name = "organizations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register both."""
        from organizations import checks, sign_ins  # noqa: F401 - importing registers them; models must be ready
