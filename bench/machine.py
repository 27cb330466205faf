"""On what the figures were measured."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.servers import memory


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine's description; `load` is how many processes wanted a core in the minute before."""

    date: str
    cores: int
    processor: str
    memory_gib: float
    system: str
    python: str
    postgresql: str
    load: float

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def describe(postgresql: str) -> Machine:
    """Return this machine's description; the database's version is the caller's to ask."""
    return Machine(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        cores=os.cpu_count() or 1,
        processor=_processor(),
        memory_gib=round(memory.available() / 2**30, 1),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        postgresql=postgresql,
        load=round(os.getloadavg()[0], 2),
    )


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()
