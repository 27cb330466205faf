"""Times and other figures, and what is kept of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figures:
    """How a set of measured values is spread; the unit is that of the values."""

    count: int
    p50: float
    p95: float
    p99: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Figures:
        """Return the spread of at least one value. Raises `ValueError` for none."""
        return cls(len(values), *(percentile(values, share) for share in (50, 95, 99, 100)))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` percent of the values do not exceed (nearest rank).

    Raises `ValueError` when there are no values, or for a share outside (0, 100].
    """
    if not values:
        raise ValueError("There are no values to take a percentile of.")
    if not 0 < share <= 100:
        raise ValueError(f"{share} is no share: it must be above 0 and at most 100.")
    # Rounded first: 0.95 * 100 is 95.00000000000001 for some floats, which would take the next rank.
    rank = math.ceil(round(share * len(values) / 100, 9))
    return sorted(values)[rank - 1]


@dataclass(slots=True)
class Result:
    """One line of the table: a question, who asked it, at what size, and what it cost.

    Either `times` (milliseconds) or `value` (in `unit`) is set. `raw` is the time of the best SQL for the same answer.
    `checked` answers were compared with it, `differing` of them were not the same.
    """

    key: str
    question: str
    contacts: int
    reader: str = ""
    times: Figures | None = None
    raw: Figures | None = None
    value: float | None = None
    unit: str = "ms"
    errors: int = 0
    checked: int = 0
    differing: int = 0
    note: str = ""
    #: The address that took longest, and the element whose piece was asked for.
    slowest: str = ""
    piece: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the raw SQL's p95 the answer's p95 is; None without raw SQL."""
        if self.times is None or self.raw is None or self.raw.p95 <= 0:
            return None
        return self.times.p95 / self.raw.p95

    def measure(self, name: str) -> float | None:
        """Return one figure by its name: p50, p95, p99, most or value."""
        if name == "value":
            return self.value
        return getattr(self.times, name) if self.times is not None else None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Result:
        """Return what `to_json` gave."""
        spread = {name: Figures(**data[name]) if data[name] else None for name in ("times", "raw")}
        return cls(**{**data, **spread})
