#!/usr/bin/env python
"""Django's command line, with the embedded servers held up for as long as a command runs."""

import os
import sys
from contextlib import ExitStack

# These work on files alone.
_WITHOUT_SERVERS = {"collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages", "version"}


def main() -> int:
    """Run one management command; return the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from config.servers import ServersError, hold

    arguments = sys.argv[1:]
    with ExitStack() as stack:
        try:
            if _needs_servers(arguments):
                stack.enter_context(hold(settings.KITH_DATA))
            settings.INSTALLED_APPS  # noqa: B018 - reads the settings now, where a fault gets a sentence
        except (ServersError, ImproperlyConfigured) as error:
            print(error, file=sys.stderr)  # noqa: T201 - for the person at the terminal
            return 1
        execute_from_command_line(sys.argv)
    return 0


def _needs_servers(arguments: list[str]) -> bool:
    if not arguments or {"-h", "--help", "--version"} & set(arguments):
        return False
    if arguments[0] == "check":
        return "--database" in arguments
    return arguments[0] not in _WITHOUT_SERVERS


if __name__ == "__main__":
    sys.exit(main())
