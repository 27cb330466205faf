"""Run once before the others start: migrations, static files, the demo organization of an empty database.

A process of its own, so that the supervisor need not carry Django. What `prepare_demo` prints, how to sign in, is
all that goes to stdout.
"""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import OperationalError


def main() -> int:
    """Prepare the database and the files; return the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    try:
        django.setup()
        # Its checks of the database server are why `migrate` must not skip them.
        call_command("migrate", interactive=False, verbosity=0, skip_checks=False, stdout=sys.stderr)
        call_command("collectstatic", interactive=False, verbosity=0, stdout=sys.stderr)
        call_command("prepare_demo")
    except (CommandError, SystemCheckError, ImproperlyConfigured) as error:
        print(error, file=sys.stderr)  # noqa: T201 - for the person at the terminal
        return 1
    except OperationalError as error:
        print(f"The database cannot be reached: {str(error).strip()}", file=sys.stderr)  # noqa: T201 - likewise
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
