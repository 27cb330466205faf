"""The app that carries what belongs to the whole site."""

from django.apps import AppConfig


class KithConfig(AppConfig):
    """Registers the checks of the database server."""

    name = "config"
    verbose_name = "Kith"

    def ready(self) -> None:
        """Register the checks."""
        from config.servers import checks  # noqa: F401 - importing registers them; Django must be ready for it
