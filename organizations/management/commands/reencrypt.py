"""`reencrypt`: rotate the keys that secrets at rest are encrypted with."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from config.commands import KithCommand
from organizations.resealing import reseal


class Command(KithCommand):
    """Rewrite secrets with the first key of ENCRYPTION_KEYS."""

    help = "Rewrite every secret at rest with the first key of ENCRYPTION_KEYS; then older keys may be put away."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rewrite them, and say whether an old key is still needed."""
        done = reseal()
        if done.unreadable:
            raise CommandError(
                f"{done.unreadable} secrets could not be read with any key of ENCRYPTION_KEYS: put the key back that "
                f"they were made with. {done.rewritten} were rewritten; keep all keys until none is left unread."
            )
        self.answer(
            asdict(done),
            f"{done.rewritten} secrets rewritten, {done.current} were current. Older keys are not needed any more.",
        )
