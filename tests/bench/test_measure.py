"""Stages: one that fails or takes too long is told, and the rest goes on."""

import json
import time
from types import SimpleNamespace

from bench import measure
from bench.explaining import worst
from bench.figures import Figures, Result


def spread(p95):
    return Figures(10, p95, p95, p95, p95)


def test_a_stage_that_fails_or_is_late_does_not_end_the_run(monkeypatch, capsys):
    def fine(_subject):
        yield Result("card", "Card", 10, value=1.0)

    def broken(_subject):
        yield Result("counts", "Counts", 10, value=2.0)
        raise LookupError("nobody is there")

    def late(_subject):
        time.sleep(30)
        yield Result("list.first", "First page", 10)

    known = {"counts": [broken], "list": [late], "card": [fine]}
    monkeypatch.setattr(measure, "stages", lambda rows: known)
    monkeypatch.setattr(measure, "LIMITS", dict.fromkeys(known, 2))
    said: list[str] = []
    begun = time.monotonic()
    left: list[bool] = []
    subject = SimpleNamespace(contacts=10, say=said.append, renew_raw=lambda: left.append(True))
    measure.run(subject, list(known), 1, patience=0.5)
    assert left == [True, True]  # whatever statement a stage was in, the next one has a connection of its own
    assert time.monotonic() - begun < 20
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(kind, data.get("key") or data["stage"]) for each in told for kind, data in each.items()] == [
        ("result", "counts"),
        ("failed", "counts"),
        ("failed", "list"),
        ("result", "card"),
    ]
    assert "LookupError('nobody is there')" in told[1]["failed"]["why"]
    assert told[2]["failed"]["why"] == "took more than 1 s"
    assert any("list failed" in line for line in said)


def test_the_worst_are_the_furthest_from_raw_sql_each_question_once():
    def result(key, reader, ratio):
        return Result(key, key, 10, reader, times=spread(10.0 * ratio), raw=spread(10.0), slowest="/x/")

    results = [result("a", "one", 2), result("a", "two", 9), result("b", "one", 5), Result("c", "c", 10)]
    assert [(each.key, each.reader) for each in worst(results)] == [("a", "two"), ("b", "one")]
    assert len(worst(results, 1)) == 1
