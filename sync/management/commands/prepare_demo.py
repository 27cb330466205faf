"""`prepare_demo`: an empty database gets a demo organization; prints how to sign in."""

from dataclasses import asdict
from typing import Any

from config.commands import KithCommand
from sync.demo import kept_at, prepare


class Command(KithCommand):
    """Make the demo if there is nothing yet, and say each time how to sign in to it."""

    help = "Put a demo organization into an empty database; print how to sign in as long as it works."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and print."""
        people = prepare()
        if self._as_json:
            self.answer([asdict(each) for each in people], "")
        elif people:
            width = max(len(each.email) for each in people)
            lines = [f"  {each.email:<{width}}  {each.password}  ({each.does})" for each in people]
            self.answer(None, "\n".join([f"Sign in as one of these; {kept_at()} keeps them:", *lines]))
