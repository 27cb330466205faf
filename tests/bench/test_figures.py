"""Percentiles, targets and verdicts of the bench."""

import pytest

from bench.figures import Figures, Result, percentile
from bench.targets import TARGETS, limits_for, met, verdict


def times(*, p50=1.0, p95=2.0, p99=3.0, most=4.0):
    return Figures(100, p50, p95, p99, most)


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed():
    hundred = list(range(1, 101))
    assert [percentile(hundred, share) for share in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([3, 1, 2], 50) == 2
    assert percentile([3, 1, 2], 95) == 3
    assert percentile([7], 1) == 7


def test_a_percentile_of_twenty_values_is_no_rank_too_high():
    assert percentile(list(range(1, 21)), 95) == 19


@pytest.mark.parametrize("share", [0, -1, 101])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="share"):
        percentile([1.0], share)


def test_there_is_no_percentile_of_nothing():
    with pytest.raises(ValueError, match="no values"):
        Figures.of([])


def test_a_result_survives_its_file():
    result = Result("card", "Card", 1000, "everything", times=times(), raw=times(p95=1.0), errors=2, note="so")
    assert Result.from_json(result.to_json()) == result
    assert result.ratio == 2.0
    assert Result.from_json(Result("x", "X", 0, value=1.5, unit="MB").to_json()).value == 1.5


def test_the_target_is_that_of_the_next_larger_size():
    def limits(contacts):
        return [str(limit) for limit in limits_for(Result("search.keystroke", "", contacts))]

    assert limits(10_000) == limits(100_000) == ["p95 ≤ 25"]
    assert limits(100_001) == limits(1_000_000) == ["p50 ≤ 20", "p95 ≤ 60", "p99 ≤ 120"]
    assert limits(1_000_001) == []


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (Result("card", "", 1_000_000, times=times(p95=30.0)), "met"),
        (Result("card", "", 1_000_000, times=times(p95=30.1)), "MISSED"),
        (Result("card", "", 1_000_000, times=times(), errors=1), "MISSED"),
        (Result("card", "", 1_000_000, times=times(), checked=9, differing=1), "MISSED"),
        (Result("card", "", 1_000_000, errors=3), "MISSED"),
        (Result("card", "", 1_000_000), ""),
        (Result("import.memory", "", 1_000_000, value=400.0), "met"),
        (Result("import.memory", "", 1_000_000, value=400.5), "MISSED"),
        (Result("import.empty", "", 0, value=2_222.0), "MISSED"),
        (Result("import.empty", "", 0, value=2_223.0), "met"),
        (Result("rendering.template", "", 1_000, times=times()), ""),
        (Result("rendering.template", "", 1_000, times=times(), errors=1), "MISSED"),
    ],
)
def test_a_verdict_needs_every_limit_and_no_fault(result, said):
    assert verdict(result) == said


def test_a_reader_with_nothing_to_ask_is_neither_met_nor_missed():
    assert met(Result("card", "", 1_000_000, note="nothing to ask")) is None


def test_sizes_of_targets_ascend():
    for key, limits in TARGETS.items():
        sizes = [size for size, _limits in limits]
        assert sizes == sorted(set(sizes)), key
