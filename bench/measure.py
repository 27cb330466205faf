"""Measures one database with Kith running on it, stage by stage: `python -m bench.measure` prints a JSON line for each.

A stage that fails or takes too long is reported, and the rest goes on.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final
from uuid import UUID

from bench.explaining import explain, worst
from bench.figures import Result
from bench.subject import Reader, Subject

#: Seconds after which a stage is ended, at the largest size.
LIMITS: Final[dict[str, int]] = {
    "search": 300,
    "names": 120,
    "exact": 150,
    "list": 150,
    "card": 60,
    "counts": 30,
    "filters": 300,
    "browser": 240,
    "crowd": 120,
    "server": 120,
    "rendering": 30,
    "rights": 150,
    "import": 420,
    "import-empty": 300,
}


class StageTooLongError(Exception):
    """A stage reached its limit."""


def stages(rows: int) -> dict[str, list[Callable[[Subject], Iterator[Result]]]]:
    """Return what each stage does; imports have `rows` rows."""
    from bench.stages import browser, crowd, imports, lists, rendering, rights, search

    return {
        "search": [search.keystrokes],
        "names": [search.by_name],
        "exact": [search.exact],
        "list": [lists.first_page, lists.depth, lists.letters],
        "card": [lists.cards],
        "counts": [lists.counts],
        "filters": [lists.filters],
        "browser": [browser.painted],
        "crowd": [crowd.at_once],
        "server": [crowd.keep_alive],
        "rendering": [rendering.rows],
        "rights": [rights.which_books],
        "import": [lambda subject: imports.populated(subject, rows)],
        "import-empty": [lambda subject: imports.empty(subject, rows)],
    }


def run(subject: Subject, names: Sequence[str], rows: int, *, patience: float = 1.0) -> None:
    """Run the stages in order and print a line for each result, failure and explanation.

    `patience` is the part of its limit that each stage gets.
    """
    known = stages(rows)
    results: list[Result] = []
    for name in names:
        begun, seconds = time.monotonic(), round(LIMITS[name] * patience)
        for work in known[name]:
            try:
                with _limit(seconds):
                    for result in work(subject):
                        results.append(result)
                        _tell("result", result.to_json())
            except Exception as error:  # whatever a stage meets: it is told, and the rest goes on
                late = isinstance(error, StageTooLongError)
                _fail(subject, name, f"took more than {seconds} s" if late else _described(error))
                subject.renew_raw()
        subject.say(f"{subject.contacts:,}: {name} took {time.monotonic() - begun:.0f} s")
    for result in worst(results):
        try:
            _tell("explained", explain(subject, result).to_json())
        except Exception as error:  # as above
            _fail(subject, "explaining", _described(error))


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    """Raise `StageTooLongError` in the main thread when the block takes longer than `seconds`."""
    signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise StageTooLongError


def _fail(subject: Subject, stage: str, why: str) -> None:
    subject.say(f"{subject.contacts:,}: {stage} failed: {why}")
    _tell("failed", {"stage": stage, "contacts": subject.contacts, "why": why})


def _described(error: Exception) -> str:
    """Return an error with the line of ours that it came through last."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "bench" in frame.filename]
    where = f", {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"{error!r}{where}"


def _tell(what: str, data: dict[str, Any]) -> None:
    print(json.dumps({what: data}), flush=True)  # noqa: T201  # read by the run


def main() -> int:
    """Set up Django on the database of the environment and run the stages that were asked for."""
    parser = argparse.ArgumentParser(description="Measure one database with Kith running on it.")
    parser.add_argument("--database", required=True)
    parser.add_argument("--filled", required=True, help="what bench.data printed")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--supervisor", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--keystrokes", type=int, required=True)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--stages", required=True)
    parser.add_argument("--patience", type=float, default=1.0, help="the part of its limit that each stage gets")
    arguments = parser.parse_args()

    import django

    django.setup()
    logging.disable(logging.WARNING)
    filled = json.loads(arguments.filled)
    with ExitStack() as stack:
        subject = Subject(
            database=arguments.database,
            contacts=filled["contacts"],
            port=arguments.port,
            supervisor=arguments.supervisor,
            seed=arguments.seed,
            readers=[Reader.from_json(reader) for reader in filled["readers"]],
            organization_id=UUID(filled["organization"]),
            keystrokes=arguments.keystrokes,
            stack=stack,
            say=lambda line: print(line, file=sys.stderr, flush=True),  # noqa: T201  # progress
        )
        run(subject, arguments.stages.split(","), arguments.rows, patience=arguments.patience)
    return 0


if __name__ == "__main__":
    sys.exit(main())
