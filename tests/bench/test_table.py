"""The table, what of it stands in docs/performance.md, and the run's arguments."""

import json

import pytest

from bench import report, table
from bench.figures import Figures, Result
from bench.memory import descendants
from bench.orchestra import STAGES, Run, _arguments


def spread(p95):
    return Figures(60, p95 / 2, p95, p95, p95)


def run_of(results, failed=()):
    return {
        "contacts": 1_000_000,
        "seed": 99,
        "stages": ["list"],
        "seconds": 600,
        "machine": {
            "date": "2026-11-22 12:00 UTC",
            "cores": 2,
            "processor": "A processor",
            "memory_gib": 24.0,
            "system": "Linux x86_64",
            "python": "3.13.1",
            "postgresql": "18.6",
            "load": 0.1,
        },
        "results": [result.to_json() for result in results],
        "failed": list(failed),
        "explained": [],
    }


def test_a_row_has_target_ratio_and_verdict():
    fine = Result("list.first", "First page", 1_000_000, "everything", times=spread(20.0), raw=spread(10.0))
    late = Result("list.first", "First page", 1_000_000, "one percent", times=spread(31.0), raw=spread(10.0))
    wrong = Result("list.first", "First page", 1_000_000, times=spread(20.0), checked=60, differing=2, errors=1)
    first, second, third = (dict(zip(table.HEAD, row, strict=True)) for row in table.rows([fine, late, wrong]))
    assert (first["p95"], first["target"], first["ratio"], first["verdict"]) == ("20.0", "p95 ≤ 30", "2.0", "met")
    assert (second["ratio"], second["verdict"]) == ("3.1 (over)", "MISSED")
    assert third["verdict"] == "MISSED, 1 errors, 2 of 60 wrong"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (0.0, "0"), (0.0421, "0.0421"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123"), (1234.5, "1,234")],
)
def test_figures_show_three_digits(value, shown):
    assert table.number(value) == shown


def test_growth_names_what_grows_faster_than_the_logarithm():
    results = [
        Result("card", "Card", size, "everything", times=spread(p95))
        for size, p95 in ((10_000, 10.0), (100_000, 12.0), (1_000_000, 15.0))
    ]
    results += [
        Result("list.first", "First page", size, "everything", times=spread(p95))
        for size, p95 in ((10_000, 10.0), (1_000_000, 100.0))
    ]
    card, first = table.growth(results)
    assert card == ("Card", "everything", "10.0", "12.0", "15.0", "1.5×", "")
    assert first == ("First page", "everything", "10.0", "", "100", "10.0×", "faster than the logarithm")


def test_the_page_says_what_was_missed_and_what_failed():
    results = [
        Result("list.first", "First page", 1_000_000, "everything", times=spread(20.0), raw=spread(10.0)),
        Result("card", "Card", 1_000_000, "everything", times=spread(40.0), raw=spread(10.0)),
    ]
    page = report.page(run_of(results, [{"stage": "crowd", "contacts": 1_000_000, "why": "took more than 120 s"}]))
    misses = page.partition("## Misses")[2]
    assert "Card, everything, 1,000,000: p95 40.0 against p95 ≤ 30; 4.0 times the raw SQL" in misses
    assert "First page" not in misses
    assert "crowd at 1,000,000 failed: took more than 120 s" in misses
    assert "1 targets met, 1 missed. 1 of 2 answers cost at most 3 times the raw SQL." in page
    assert "2 cores (A processor), 24 GiB, Linux x86_64, Python 3.13.1, PostgreSQL 18.6" in page


def test_the_page_is_written_from_a_file_and_nothing_else(tmp_path, monkeypatch, capsys):
    written, source = tmp_path / "performance.md", tmp_path / "bench.json"
    monkeypatch.setattr(report, "PAGE", written)
    monkeypatch.setattr("sys.argv", ["report", str(source)])
    assert report.main() == 1
    assert "make bench" in capsys.readouterr().err
    assert not written.exists()
    source.write_text(json.dumps(run_of([Result("card", "Card", 1_000_000, times=spread(20.0))])))
    assert report.main() == 0
    assert "| Card |" in written.read_text()


def test_the_method_in_the_documents_is_the_one_that_the_report_writes():
    assert report.PAGE.read_text().startswith(report.METHOD)


def test_a_cell_cannot_end_a_column():
    assert table.HEAD
    assert report.grid([("a",), ("x|y",)]) == "| a |\n| --- |\n| x\\|y |\n"


def test_memory_is_that_of_descendants_with_the_word():
    listing = " 1 0 100 init\n10 1 2048 supervisor\n11 10 4096 python -m celery worker\n12 11 1024 python -m celery w\n"
    listing += "13 10 9999 python -m web\n20 1 5000 python -m celery of somebody else\n"
    assert sorted(descendants(listing, 10, "celery")) == [1.0, 4.0]


def arguments(monkeypatch, *given):
    monkeypatch.setattr("sys.argv", ["bench", *given])
    return Run(_arguments())


def test_all_sizes_are_measured_but_where_only_the_largest_counts(monkeypatch):
    assert arguments(monkeypatch).sizes() == [10_000, 100_000, 1_000_000]
    assert arguments(monkeypatch, "--contacts", "100000").sizes() == [10_000, 100_000]
    assert arguments(monkeypatch, "--contacts", "5000").sizes() == [5000]
    assert arguments(monkeypatch, "--only", "import").sizes() == [1_000_000]
    assert arguments(monkeypatch, "--only", "browser").sizes() == [100_000]
    assert arguments(monkeypatch, "--only", "browser", "--contacts", "5000").sizes() == [5000]
    assert arguments(monkeypatch, "--only", "browser", "--no-growth").sizes() == [1_000_000]
    assert arguments(monkeypatch, "--only", "rights").sizes() == []
    assert arguments(monkeypatch, "--no-growth").sizes() == [1_000_000]
    assert arguments(monkeypatch).only == list(STAGES)


@pytest.mark.parametrize("given", [("--only", "nothing"), ("--only", ""), ("--contacts", "4999"), ("--contacts", "x")])
def test_what_cannot_be_measured_is_refused_with_a_sentence(monkeypatch, capsys, given):
    with pytest.raises(SystemExit):
        arguments(monkeypatch, *given)
    assert given[0] in capsys.readouterr().err
