"""The results as one table: for the terminal, and the same rows for docs/performance.md."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bench.figures import Figures, Result
from bench.targets import RATIO, limits_for, met, verdict

HEAD: Final = (
    "question", "reader", "contacts", "p50", "p95", "p99", "max", "target", "raw p95", "ratio", "verdict",
)  # fmt: skip
#: What grows by more than this beyond the logarithm of the size, and by so many milliseconds, is named.
_TOLERANCE: Final = 1.5
_NOTICED: Final = 5.0


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Return the table's rows, each as wide as `HEAD`."""
    return [_row(result) for result in results]


def _row(result: Result) -> tuple[str, ...]:
    times, raw = result.times, result.raw
    spread = (
        [number(each) for each in (times.p50, times.p95, times.p99, times.most)]
        if times
        else ["", "" if result.value is None else f"{number(result.value)} {result.unit}".strip(), "", ""]
    )
    ratio = "" if result.ratio is None else f"{result.ratio:.1f}{' (over)' if result.ratio > RATIO else ''}"
    faults = [f"{result.errors} errors"] if result.errors else []
    faults += [f"{result.differing} of {result.checked} wrong"] if result.differing else []
    return (
        result.question,
        result.reader,
        f"{result.contacts:,}" if result.contacts else "–",
        *spread,
        ", ".join(map(str, limits_for(result))),
        number(raw.p95) if raw else "",
        ratio,
        ", ".join(filter(None, [verdict(result), *faults])),
    )


def number(value: float | None) -> str:
    """Return a figure with three digits that count, an empty text for none."""
    if value is None:
        return ""
    if value and abs(value) < 100:
        return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}" if abs(value) < 10 else f"{value:.1f}"
    return f"{value:,.0f}"


def growth(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Return (question, reader, p95 at each size …, growth, remark) of what was measured at several sizes."""
    sizes = grown_sizes(results)
    found: dict[tuple[str, str, str], dict[int, Figures]] = {}
    for result in results:
        if result.times is not None and result.contacts:
            found.setdefault((result.key, result.question, result.reader), {})[result.contacts] = result.times
    grown = []
    for (_key, question, reader), by_size in found.items():
        if len(by_size) < 2:
            continue
        least, most = min(by_size), max(by_size)
        factor = by_size[most].p95 / by_size[least].p95
        bound = math.log(most) / math.log(least)
        noticed = by_size[most].p95 - by_size[least].p95 > _NOTICED
        remark = "faster than the logarithm" if noticed and factor > bound * _TOLERANCE else ""
        shown = [number(by_size[size].p95) if size in by_size else "" for size in sizes]
        grown.append((question, reader, *shown, f"{factor:.1f}×", remark))
    return grown


def grown_sizes(results: Sequence[Result]) -> list[int]:
    """Return the sizes at which anything was timed, smallest first."""
    return sorted({result.contacts for result in results if result.times is not None and result.contacts})


def summary(results: Sequence[Result]) -> str:
    """Return in a sentence how many targets were met, and how many answers cost more than three times raw SQL."""
    verdicts = [met(result) for result in results]
    ratios = [result.ratio for result in results if result.ratio is not None]
    over = sum(ratio > RATIO for ratio in ratios)
    checked, wrong = sum(result.checked for result in results), sum(result.differing for result in results)
    return (
        f"{verdicts.count(True)} targets met, {verdicts.count(False)} missed. "
        f"{len(ratios) - over} of {len(ratios)} answers cost at most {RATIO:g} times the raw SQL. "
        f"{checked:,} answers compared with it, {wrong:,} of them wrong."
    )


def render(results: Sequence[Result], failed: Sequence[Mapping[str, Any]]) -> str:
    """Return the table as text for a terminal, with what failed, growth, notes and a summary below it."""
    parts = [aligned([HEAD, *rows(results)])]
    if grown := growth(results):
        head = ("p95 by size", "reader", *(f"{size:,}" for size in grown_sizes(results)), "growth", "")
        parts.append(aligned([head, *grown]))
    notes = [
        f"{result.question}{f' ({result.reader})' if result.reader else ''}: {result.note}"
        for result in results
        if result.note
    ]
    parts += ["\n".join(notes)] if notes else []
    parts += [f"FAILED {each['stage']} at {each['contacts']:,}: {each['why']}" for each in failed]
    parts.append(summary(results))
    return "\n\n".join(parts)


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells as text with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
