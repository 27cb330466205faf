"""The cache holds JSON: who can write to Valkey cannot run code in Kith."""

import pickle

import pytest
from django.core.cache import cache


class Bomb:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('code of the cache ran')",))


@pytest.mark.parametrize("value", [1, 0, "text", ["a", 1.5], {"a": None}, True, None])
def test_values_come_back(value):
    cache.set("value", value, 5)
    assert cache.get("value", "absent") == value


def test_numbers_can_be_counted_with():
    cache.set("number", 5, 5)
    assert cache.incr("number") == 6
    assert cache.get("number") == 6


def test_a_pickle_put_there_by_somebody_is_not_run():
    client = cache._cache.get_client(None, write=True)
    client.set(cache.make_and_validate_key("bomb"), pickle.dumps(Bomb()))
    assert cache.get("bomb") is None


def test_what_json_cannot_hold_is_refused():
    with pytest.raises(TypeError):
        cache.set("object", Bomb(), 5)
