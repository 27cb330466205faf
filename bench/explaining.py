"""What the database does for the answers that are furthest from raw SQL: the slowest statement of each, explained."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench.figures import Result
from bench.subject import Subject

WORST: Final = 3


@dataclass(frozen=True, slots=True)
class Explained:
    """A slow answer: all its statements' time, and the plan of the slowest (EXPLAIN (ANALYZE, BUFFERS))."""

    question: str
    reader: str
    contacts: int
    address: str
    ratio: float
    statements: int
    milliseconds: float
    sql: str
    plan: str

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def worst(results: Sequence[Result], count: int = WORST) -> list[Result]:
    """Return the results that are furthest from raw SQL, each question once."""
    found: dict[str, Result] = {}
    for result in sorted(results, key=lambda each: -(each.ratio or 0)):
        if result.ratio is not None and result.slowest:
            found.setdefault(result.key, result)
    return list(found.values())[:count]


def explain(subject: Subject, result: Result) -> Explained:
    """Ask the slowest address of `result` once more within this process, and explain its slowest statement."""
    from django.db import connection
    from django.test import Client

    from organizations.models import User

    reader = next(each for each in subject.readers if each.name == result.reader)
    client = Client(SERVER_NAME="localhost")
    user = User.objects.get(pk=reader.user_id)
    client.force_login(user, backend="organizations.signed_in.PeopleBackend")
    spent: list[tuple[float, str, Any]] = []

    def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append(((time.perf_counter() - begun) * 1000, sql, params))

    with connection.execute_wrapper(timed):
        client.get(result.slowest, headers={"HX-Request": "true"} if result.piece else None)
    _milliseconds, sql, params = max(spent, key=lambda each: each[0])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)  # the statement that Kith itself has just run
        plan = "\n".join(row[0] for row in cursor.fetchall())
    return Explained(
        question=result.question,
        reader=result.reader,
        contacts=result.contacts,
        address=result.slowest,
        ratio=result.ratio or 0.0,
        statements=len(spent),
        milliseconds=sum(each[0] for each in spent),
        sql=" ".join(sql.split()),
        plan=plan,
    )
