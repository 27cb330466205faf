"""What is aimed at, by question and size, and whether it was met."""

from __future__ import annotations

from dataclasses import dataclass

from bench.figures import Result

MILLION = 1_000_000
#: The size at which a browser is asked what it paints.
PAINTED = 100_000
#: What an answer may cost in terms of the best SQL for it: an aim, reported apart from the targets.
RATIO = 3.0


@dataclass(frozen=True, slots=True)
class Limit:
    """That a figure of a result may be at most, or must be at least, so much."""

    figure: str
    bound: float
    at_least: bool = False

    def holds(self, value: float) -> bool:
        """Return whether `value` keeps it."""
        return value >= self.bound if self.at_least else value <= self.bound

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        name = "" if self.figure == "value" else f"{self.figure} "
        return f"{name}{sign} {self.bound:g}"


def _times(**bounds: float) -> tuple[Limit, ...]:
    return tuple(Limit(figure, bound) for figure, bound in bounds.items())


def _value(bound: float, *, at_least: bool = False) -> tuple[Limit, ...]:
    return (Limit("value", bound, at_least=at_least),)


#: By question: (size up to which it holds, limits), smallest size first. Beyond the last size nothing is promised.
TARGETS: dict[str, list[tuple[int, tuple[Limit, ...]]]] = {
    "search.keystroke": [(100_000, _times(p95=25)), (MILLION, _times(p50=20, p95=60, p99=120))],
    "list.first": [(MILLION, _times(p95=30))],
    "list.depth": [(MILLION, _times(p95=30))],
    "card": [(MILLION, _times(p95=30))],
    "counts": [(MILLION, _times(p95=20))],
    "filter.median": [(MILLION, _times(p95=80))],
    "filter.largest": [(MILLION, _times(p95=150))],
    "browser.card": [(PAINTED, _times(p95=100))],
    "browser.book": [(PAINTED, _times(p95=100))],
    "browser.bar": [(PAINTED, _times(p95=100))],
    "crowd.ratio": [(MILLION, _value(16))],
    "import.populated": [(MILLION, _value(100_000 / 75, at_least=True))],
    "import.empty": [(0, _value(100_000 / 45, at_least=True))],
    "import.memory": [(MILLION, _value(400))],
    "import.undo": [(MILLION, _value(100_000 / 60, at_least=True))],
    "import.pages": [(MILLION, _value(4))],
    "load.rate": [(MILLION - 1, ()), (MILLION, _value(MILLION / 600, at_least=True))],
    "rendering.rows": [(MILLION, _times(p50=8))],
    "rights.books": [(MILLION, _times(p95=10))],
    "rights.queries": [(MILLION, _value(0))],
    "server.keep_alive": [(MILLION, _value(0))],
}


def limits_for(result: Result) -> tuple[Limit, ...]:
    """Return the limits that hold for a result at its size; none where nothing is promised."""
    for size, limits in TARGETS.get(result.key, []):
        if result.contacts <= size:
            return limits
    return ()


def met(result: Result) -> bool | None:
    """Return whether a result keeps its limits without an error or a wrong answer; None where nothing is promised."""
    if result.times is None and result.value is None and not result.errors:
        return None  # nothing to ask: a reader of too little
    limits = limits_for(result)
    faultless = not result.errors and not result.differing
    if not limits:
        return None if faultless else False
    values = [(limit, result.measure(limit.figure)) for limit in limits]
    return faultless and all(value is not None and limit.holds(value) for limit, value in values)


def verdict(result: Result) -> str:
    """Return "met", "MISSED", or nothing where nothing is promised and nothing went wrong."""
    return {True: "met", False: "MISSED", None: ""}[met(result)]
