"""What Kith's management commands share: `--json`, and a plain sentence instead of a traceback."""

import json
import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

_UNDEFINED_TABLE, _UNDEFINED_COLUMN = "42P01", "42703"


class KithCommand(BaseCommand):
    """A command whose `handle` calls `self.answer(...)` with its result and raises `CommandError` with a sentence.

    Results go to stdout, everything else to stderr; any error ends it with exit status 1. `ValidationError`, and a
    database that does not answer or has no tables yet, become sentences here.
    """

    requires_system_checks: list[str] = []  # a person waits for these; `make lint` and `migrate` check

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Add `--json`; let a wrong argument end with status 1 like every other error."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help="print the result as JSON, for machines")
        parser.__class__ = _OneStatus
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run the command; called from the command line, print a refusal as it is and exit with 1."""
        self._as_json = bool(options.get("json"))
        try:
            return super().execute(*args, **options)
        except (CommandError, ValidationError, OperationalError, ProgrammingError) as error:
            sentence = _sentence(error)
            if sentence is None or options.get("traceback"):
                raise
            if getattr(self, "_called_from_command_line", False):
                self.stderr.write(sentence)
                raise SystemExit(1) from error
            raise CommandError(sentence) from error

    def answer(self, data: Any, text: str) -> None:
        """Print the result: `data` as one line of JSON under `--json`, else `text`."""
        self.stdout.write(json.dumps(data, ensure_ascii=False, default=str) if self._as_json else text)


class _OneStatus(CommandParser):
    def error(self, message: str) -> NoReturn:
        if not self.called_from_command_line:
            super().error(message)
        ArgumentParser.print_usage(self, sys.stderr)
        self.exit(1, f"{message[:1].upper()}{message[1:]}.\n")


def _sentence(error: Exception) -> str | None:
    """Return what to tell the person, or None for what is a fault of ours."""
    if isinstance(error, CommandError):
        return str(error)
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, ProgrammingError):
        state = getattr(error.__cause__, "sqlstate", None)
        if state in {_UNDEFINED_TABLE, _UNDEFINED_COLUMN}:
            return "The database is empty or older than this Kith. Run `.venv/bin/python manage.py migrate` first."
        return None
    state = getattr(error.__cause__, "sqlstate", None)
    if state is None or state.startswith(("08", "57P0", "28", "3D")):
        return f"The database cannot be reached: {str(error).strip().splitlines()[0]}"
    return None
