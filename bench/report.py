"""docs/performance.md: the method, and the last run's figures with the machine's description, misses included.

`.venv/bin/python -m bench.report` writes it from `bench.json`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench import table
from bench.figures import Result
from bench.place import PROJECT
from bench.targets import RATIO, verdict

PAGE: Final = PROJECT / "docs" / "performance.md"
SOURCE: Final = PROJECT / "bench.json"

#: The part of the page that no run changes.
METHOD: Final = """\
# Performance

Written by `.venv/bin/python -m bench.report` from what `make bench` measured: change it there.

## Method

`make bench` needs nobody beside it: servers and data of its own under `.data/bench`, dropped in the end. `N=100000`
makes it smaller, `ONLY=search,list` chooses stages, `ARGS="--seed 5 --keep"` passes options on
(`.venv/bin/python -m bench --help`).

- **Data.** `load_sample` fills one organization with made-up people, and forty others are beside it, each with a
  thousandth as many. Then what the sweep and autovacuum do within minutes of a load is done: counts folded, `VACUUM
  ANALYZE`. Four people read: of everything that is shared, of about one percent, of about two hundred contacts, of
  small books, three hundred where there are people enough.
- **Asking.** Kith is started as `make run` starts it (one web process, worker and scheduler, embedded PostgreSQL and
  Valkey) and asked over HTTP on one connection a person, signed in through the form, one request at a time. Beside
  production, `make run` lacks https and writes its log as plain lines. A time runs from the request's first byte to
  the answer's last, on the same machine as the servers. Percentiles are by nearest rank.
- **What is typed** is drawn from the data by a seed: names, two words, companies, parts of emails and phones, notes,
  custom values, misses, apostrophes, single letters, each key by key as the page sends them. Search was tuned on seed
  3; figures are of another. Another seed's keys warm up.
- **Raw SQL** is the best that we know for the same answer, written by hand (`bench/raw.py`), on the same server right
  after the answer: it knows what the reader may read, and has neither rights, HTTP nor markup to do. Of several ways to
  write it the quickest in a trial counts. *ratio* compares the p95 of both; the aim is at most 3.
- **Exact.** Every answer that is not cut is compared with the SQL's; *Search, wrong answers* compares some with a
  look at every text.
- **Painted** is what a person sees: Chromium, 1440 x 900, at 100,000 contacts, with its caches warm. A time runs from a
  key's event to the second frame after the page holds what the key called for.
- **Imports** go through the page, the job and the worker, into the largest book; raw COPY writes the rows that the
  import made, under other ids, into the same tables with all their indexes, and rolls them back.
"""


def page(run: Mapping[str, Any]) -> str:
    """Return the page for what `bench.json` holds."""
    results = [Result.from_json(result) for result in run["results"]]
    parts = [METHOD, _last_run(run, results), _figures(results)]
    parts += [text for text in (_growth(results), _misses(results, run["failed"]), _plans(run["explained"])) if text]
    return "\n".join(parts)


def _last_run(run: Mapping[str, Any], results: Sequence[Result]) -> str:
    on = run["machine"]
    return (
        "## Last run\n\n"
        f"{on['date']}, {run['contacts']:,} contacts, seed {run['seed']}, {run['seconds'] / 60:.0f} minutes. "
        f"{on['cores']} cores ({on['processor']}), {on['memory_gib']:g} GiB, {on['system']}, Python {on['python']}, "
        f"PostgreSQL {on['postgresql']}; load average at the start {on['load']:g}. "
        f"Stages: {', '.join(run['stages'])}.\n\n{table.summary(results)}\n"
    )


def _figures(results: Sequence[Result]) -> str:
    notes = [
        f"- {result.question}{f' ({result.reader})' if result.reader else ''}, {result.contacts:,}: {result.note}"
        for result in results
        if result.note
    ]
    text = "## Figures\n\nMilliseconds where nothing else is said.\n\n" + grid([table.HEAD, *table.rows(results)])
    return text + ("\nNotes:\n\n" + "\n".join(dict.fromkeys(notes)) + "\n" if notes else "")


def _growth(results: Sequence[Result]) -> str:
    grown = table.growth(results)
    if not grown:
        return ""
    head = ("p95", "reader", *(f"{size:,}" for size in table.grown_sizes(results)), "growth", "remark")
    return "## Growth\n\nThe same questions at each size.\n\n" + grid([head, *grown])


def _misses(results: Sequence[Result], failed: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for result in results:
        if verdict(result) == "MISSED" or (result.ratio or 0) > RATIO:
            cells = dict(zip(table.HEAD, table.rows([result])[0], strict=True))
            what = f"- {result.question}{f', {result.reader}' if result.reader else ''}, {cells['contacts']}:"
            over = f" {cells['ratio'].split()[0]} times the raw SQL" if (result.ratio or 0) > RATIO else ""
            missed = f" p95 {cells['p95']} against {cells['target']}" if verdict(result) == "MISSED" else ""
            lines.append(what + ";".join(filter(None, [missed, over])))
    lines += [f"- {each['stage']} at {each['contacts']:,} failed: {each['why']}" for each in failed]
    return "## Misses\n\n" + ("\n".join(lines) or "None.") + "\n"


def _plans(explained: Sequence[Mapping[str, Any]]) -> str:
    if not explained:
        return ""
    largest = max(each["contacts"] for each in explained)
    parts = ["## Furthest from raw SQL\n\nThe slowest statement of the slowest answer, asked once more.\n"]
    for each in explained:
        if each["contacts"] == largest:
            parts.append(
                f"### {each['question']}, {each['reader']}, {each['contacts']:,}\n\n"
                f"`{each['address']}`: {each['ratio']:.1f} times the raw SQL; {each['statements']} statements in"
                f" {each['milliseconds']:.1f} ms.\n\n```text\n{each['plan']}\n```\n"
            )
    return "\n".join(parts)


def grid(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells as a Markdown table; the first line is its head."""
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    ruled = [cells[0], ["---"] * len(cells[0]), *cells[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in ruled) + "\n"


def main() -> int:
    """Write the page from the last run's file; a sentence and status 1 when there is none."""
    parser = argparse.ArgumentParser(description="Write docs/performance.md from what make bench measured.")
    parser.add_argument("source", nargs="?", type=Path, default=SOURCE)
    source: Path = parser.parse_args().source
    try:
        run = json.loads(source.read_text())
    except (OSError, ValueError):
        print(f"{source} cannot be read. Run `make bench` first, which writes it.", file=sys.stderr)  # noqa: T201  # for the person at the terminal
        return 1
    PAGE.write_text(page(run))
    return 0


if __name__ == "__main__":
    sys.exit(main())
