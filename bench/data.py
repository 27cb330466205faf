"""The database that is asked: made-up people of one organization, forty others beside, and the readers.

`python -m bench.data DATABASE …` fills an empty database and prints what it did as JSON; Django's settings come from
the environment (`bench.place.environment`).
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from contacts.document import ContactDocument

ORGANIZATION: Final = "Bench"
OWNER: Final = "owner@bench.example"
PASSWORD: Final = "a password that only a bench has"  # noqa: S105  # of made-up people, in a database of their own
OTHERS: Final = 40
#: Contacts of each organization beside, as a part of the large one's.
_BESIDE: Final = 1_000
_LEAST_BESIDE: Final = 10
#: Fewer people have no colleagues who read them.
LEAST: Final = 5_000


def people(seed: int, count: int) -> Iterator[ContactDocument]:
    """Yield `count` made-up people; another seed makes others."""
    from contacts.sample.people import People

    drawn = People(seed, companies=max(20, min(40_000, count // 20)))
    return islice(iter(drawn.person, None), count)


def fill(contacts: int) -> dict[str, Any]:
    """Fill the migrated, empty database; return what was loaded, in what time, and who reads what.

    With 0 contacts there is only the organization and its owner.
    """
    from django.db import connection

    from bench.readers import readers_of
    from contacts.sample.load import load_sample, processes_for
    from contacts.services.housekeeping import fold_counts
    from organizations.services import create_organization, create_user

    owner = create_user(email=OWNER, password=PASSWORD, name="Bench owner")
    organization = create_organization(name=ORGANIZATION, owner=owner)
    filled: dict[str, Any] = {"contacts": contacts, "organization": str(organization.pk), "readers": [], "seconds": 0}
    if contacts:
        # These first: the statistics that loading ends with are of a small database then.
        _others(max(_LEAST_BESIDE, contacts // _BESIDE))
        begun = time.perf_counter()
        loaded = load_sample(
            contacts=contacts, organization=organization, password=PASSWORD, processes=processes_for(contacts)
        )
        filled["seconds"] = time.perf_counter() - begun
        filled["readers"] = [reader.to_json() for reader in readers_of(loaded, organization, PASSWORD)]
    # What the sweep and autovacuum do within minutes of a load.
    while fold_counts():
        pass
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT pg_database_size(current_database())")
        filled["bytes"] = cursor.fetchone()[0]
    return filled


def _others(contacts: int) -> None:
    from contacts.sample import load_sample
    from organizations.services import create_organization, create_user

    for number in range(1, OTHERS + 1):
        owner = create_user(email=f"owner@beside-{number}.example", password=None)
        organization = create_organization(name=f"Beside {number}", owner=owner)
        load_sample(contacts=contacts, organization=organization, seed=number)


def main() -> int:
    """Migrate and fill the database; print what `fill` returned."""
    parser = argparse.ArgumentParser(description="Fill an empty database for the bench.")
    parser.add_argument("--contacts", type=int, required=True)
    arguments = parser.parse_args()

    import django
    from django.core.management import call_command

    django.setup()
    logging.disable(logging.INFO)
    call_command("migrate", interactive=False, verbosity=0, stdout=sys.stderr)
    print(json.dumps(fill(arguments.contacts)))  # noqa: T201  # read by the run
    return 0


if __name__ == "__main__":
    sys.exit(main())
