"""The typing log of the bench: drawn from people, by a seed."""

import itertools

import pytest

from bench.typing_log import WEIGHTS, Person, keys, typing_log

PEOPLE = [
    Person("Ann", "O'Connor", "Acme Ltd", "ann.oconnor@acme.example", "+49 (0)30 123-45", "likes maps", "A-000123"),
    Person("Łukasz", "Żółć", "Żabka", "lukasz@zabka.example", "577 410 123"),
    Person("美咲", "佐藤"),
    Person(company="Nameless GmbH"),
]


def test_keys_are_what_stands_in_the_field_without_waiting_blanks():
    assert list(keys("Al B")) == ["A", "Al", "Al B"]
    assert list(keys("")) == []


def test_the_log_is_the_same_for_the_same_seed_and_another_for_another():
    log = typing_log(PEOPLE, seed=1, count=300)
    assert log == typing_log(PEOPLE, seed=1, count=300)
    assert log != typing_log(PEOPLE, seed=2, count=300)
    assert len(log) == 300


def test_every_kind_is_typed_from_its_first_key_on():
    log = typing_log(PEOPLE, seed=5, count=8_000)
    assert {stroke.kind for stroke in log} == set(WEIGHTS)
    assert all(stroke.query.strip() and len(stroke.query) <= 24 for stroke in log)
    for before, after in itertools.pairwise(log):
        assert after.query.startswith(before.query) or len(after.query) == 1


def test_what_is_typed_comes_from_the_people():
    typed = {stroke.query.lower() for stroke in typing_log(PEOPLE, seed=5, count=8_000)}
    assert {"ann o'conn", "acme ltd", "a-000123", "+49 (0)30 123-45", "o'connor ann", "żółć", "美咲"} <= typed
    assert "ann.oconnor@acme.example" in typed


def test_nobody_to_search_for_is_refused():
    with pytest.raises(ValueError, match="nobody"):
        typing_log([], seed=1, count=1)


def test_people_of_whom_nothing_is_known_end_the_log_all_the_same():
    assert len(typing_log([Person()], seed=1, count=20)) == 20
