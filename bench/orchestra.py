"""The run: servers of its own, a database for each size, Kith on each in turn, every stage, one table, `bench.json`.

Everything that it started is stopped when it ends, however it ends.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final, NoReturn, cast

from bench import machine, place, table
from bench.data import LEAST
from bench.figures import Result
from bench.measure import LIMITS
from bench.place import CannotMeasureError
from bench.targets import PAINTED
from config.servers import ServersError, hold
from config.servers.processes import Bound

OUTPUT: Final = place.PROJECT / "bench.json"
#: Seeds: searching was tuned on the first, figures are reported on the second.
TUNED_ON, REPORTED_ON = 3, 99
GROWTH: Final = (10_000, 100_000, 1_000_000)
_EVERY_SIZE: Final = ("search", "names", "list", "card", "counts", "filters")
#: In a browser, at `PAINTED` contacts, or at the largest size if that is smaller.
_PAINTED: Final = ("browser",)
_LARGEST: Final = ("exact", "rendering", "server", "crowd", "import")
_APART: Final = {"rights": "kith_bench_rights", "import-empty": "kith_bench_empty"}
STAGES: Final = (*_EVERY_SIZE, *_PAINTED, *_LARGEST, *_APART)
_FILLS_WITHIN: Final = 1_500
_SLACK: Final = 120
_MOST: Final = 10_000_000
#: The part of its limit that a stage gets at sizes below the largest: all of them together are to take 40 minutes.
_SMALLER: Final = 0.4


class Run:
    """One run and what came of it so far."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.contacts: int = arguments.contacts
        self.seed: int = arguments.seed
        self.rows: int = arguments.rows or min(100_000, max(1_000, self.contacts // 10))
        self.keystrokes: int = arguments.keystrokes
        self.keep: bool = arguments.keep
        self.only: list[str] = arguments.only
        self.growth: bool = arguments.growth
        self.results: list[Result] = []
        self.failed: list[dict[str, Any]] = []
        self.explained: list[dict[str, Any]] = []
        self.begun = time.monotonic()

    def sizes(self) -> list[int]:
        """Return the sizes to measure, smallest first: those of growth up to the largest, and that."""
        smaller = [size for size in GROWTH if size < self.contacts] if self.growth else []
        every = smaller if any(stage in self.only for stage in _EVERY_SIZE) else []
        wanted = any(stage in self.only for stage in (*_EVERY_SIZE, *_LARGEST))
        painted = any(stage in self.only for stage in _PAINTED)
        return sorted({*every, *([self.contacts] if wanted else []), *([self._painted] if painted else [])})

    @property
    def _painted(self) -> int:
        return min(PAINTED, self.contacts) if self.growth else self.contacts

    def everything(self) -> None:
        """Measure all sizes, then what has a database apart."""
        for size in self.sizes():
            names = [*_EVERY_SIZE, *(_PAINTED if size == self._painted else ())]
            names += _LARGEST if size == self.contacts else ()
            self._on(f"kith_bench_{size}", size, [name for name in names if name in self.only])
        for name, database in _APART.items():
            if name in self.only:
                self._on(database, 0, [name])

    def _on(self, database: str, contacts: int, names: Sequence[str]) -> None:
        """Fill a database, run Kith on it, and the stages; whatever prevents that is kept as a failure."""
        say(f"{contacts:,} contacts: filling the database …")
        try:
            filled = self._fill(database, contacts)
            with place.running(database) as (port, supervisor):
                self._measure(database, filled, port, supervisor, names)
        except (CannotMeasureError, ServersError) as error:
            self.failed.append({"stage": ",".join(names), "contacts": contacts, "why": str(error)})
            say(str(error))
        finally:
            if not self.keep or contacts == 0:
                place.drop_database(database)

    def _fill(self, database: str, contacts: int) -> dict[str, Any]:
        """Return what `bench.data` said of the database, which is made anew unless a kept one fits."""
        note = place.DATA / f"{database}.json"
        if self.keep and contacts and note.exists() and place.has_database(database):
            say("… that of an earlier run was kept")
            return cast(dict[str, Any], json.loads(note.read_text()))
        place.make_database(database)
        lines = list(_child(["bench.data", "--contacts", str(contacts)], database=database, seconds=_FILLS_WITHIN))
        filled = cast(dict[str, Any], json.loads(lines[-1]))
        note.write_text(json.dumps(filled))
        if contacts:
            rate = Result("load.rate", "load_sample", contacts, value=contacts / filled["seconds"], unit="rows/s")
            rate.note = f"{filled['seconds']:.0f} s; the database has {filled['bytes'] / 2**20:,.0f} MB then"
            self.results.append(rate)
        return filled

    def _measure(self, database: str, filled: dict[str, Any], port: int, supervisor: int, names: Sequence[str]) -> None:
        command = ["bench.measure", "--database", database, "--filled", json.dumps(filled), "--port", str(port)]
        command += ["--supervisor", str(supervisor), "--seed", str(self.seed), "--stages", ",".join(names)]
        command += ["--keystrokes", str(self.keystrokes), "--rows", str(self.rows)]
        patience = 1.0 if filled["contacts"] in {0, self.contacts} else _SMALLER
        command += ["--patience", str(patience)]
        seconds = 2 * patience * sum(LIMITS[name] for name in names) + _SLACK
        for line in _child(command, database=database, port=port, seconds=seconds):
            [(what, data)] = json.loads(line).items()
            if what == "result":
                self.results.append(Result.from_json(data))
            else:
                (self.failed if what == "failed" else self.explained).append(data)

    def to_json(self, described: machine.Machine) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "contacts": self.contacts,
            "seed": self.seed,
            "stages": self.only,
            "seconds": round(time.monotonic() - self.begun),
            "machine": described.to_json(),
            "results": [result.to_json() for result in self.results],
            "failed": self.failed,
            "explained": self.explained,
        }


def main() -> int:
    """Run it; exit 0 when everything was measured, missed targets included, and 1 when a stage failed."""
    run = Run(_arguments())
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        with hold(place.DATA, see_off=True, say=say):
            described = machine.describe(_postgresql())
            try:
                run.everything()
            finally:
                if run.results or run.failed:
                    OUTPUT.write_text(json.dumps(run.to_json(described), indent=1, ensure_ascii=False) + "\n")
    except ServersError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("Stopped; what was measured so far is in bench.json.")
        return 1
    print(table.render(run.results, run.failed))  # noqa: T201  # what the run is for
    say(f"bench.json has it all. `python -m bench.report` writes {Path('docs') / 'performance.md'} from it.")
    return 1 if run.failed else 0


def say(line: str) -> None:
    """Tell the person at the terminal how far it is."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201  # as said


def _child(command: Sequence[str], *, database: str, seconds: float, port: int = 8000) -> Iterator[str]:
    """Run a module of ours on a database and yield the lines it prints. Raises `CannotMeasureError` when it fails."""
    child = Bound(
        [sys.executable, "-m", *command],
        last_signal=signal.SIGKILL,
        env=place.environment(database, port=port),
        stdout=subprocess.PIPE,
        cwd=place.PROJECT,
    )
    late = threading.Timer(seconds, child.process.kill)
    late.start()
    try:
        yield from _lines(cast("IO[bytes]", child.process.stdout))
        status = child.process.wait()
    finally:
        late.cancel()
        child.stop([(signal.SIGTERM, 5.0)])
    if status:
        raise CannotMeasureError(f"{command[0]} ended with status {status}, for the reason above.")


def _lines(stream: IO[bytes]) -> Iterator[str]:
    for line in stream:
        yield line.decode()


def _postgresql() -> str:
    with place.connect("postgres") as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return str(row[0]) if row else ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Measure Kith at size.")
    parser.add_argument("--contacts", type=_contacts, default=GROWTH[-1], help="contacts of the largest database")
    parser.add_argument("--only", type=_stages, default=list(STAGES), help=f"stages, of {','.join(STAGES)}")
    parser.add_argument("--seed", type=int, default=REPORTED_ON, help=f"of what is asked; tuned on {TUNED_ON}")
    parser.add_argument("--rows", type=_count, help="rows of the imports; a tenth of the contacts, at most 100,000")
    parser.add_argument("--keystrokes", type=_count, default=500, help="of each reader")
    parser.add_argument("--keep", action="store_true", help="keep the databases, and use those kept before")
    parser.add_argument("--no-growth", dest="growth", action="store_false", help="only the largest size")
    return parser.parse_args()


def _count(text: str) -> int:
    number = int(text.replace("_", ""))
    if not 1 <= number <= _MOST:
        raise argparse.ArgumentTypeError(f"must be from 1 to {_MOST}")
    return number


def _contacts(text: str) -> int:
    if (number := _count(text)) < LEAST:
        raise argparse.ArgumentTypeError(f"must be from {LEAST} to {_MOST}: fewer have no readers")
    return number


def _stages(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in STAGES]
    if unknown or not names:
        raise argparse.ArgumentTypeError(
            f"{', '.join(unknown) or 'nothing'} is no stage; these are: {', '.join(STAGES)}"
        )
    return names


def _stop(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
