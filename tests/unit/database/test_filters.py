from hypothesis import given
from hypothesis import strategies as st

from careen.database.filters import BITS_PER_KEY, filter_of, hash_of, passing, place_of

KEYS = st.lists(st.binary(max_size=12), min_size=1, max_size=300, unique=True)


def passed(keys: list[bytes], filter: bytes) -> list[bytes]:
    return passing(keys, [place_of(hash_of(key)) for key in keys], filter)


@given(KEYS)
def test_every_key_that_is_there_passes_in_order(keys: list[bytes]) -> None:
    assert passed(keys, filter_of([hash_of(key) for key in keys])) == keys


def test_few_of_the_keys_that_are_absent_pass() -> None:
    there = [b"CVE-2024-%d" % number for number in range(5000)]
    absent = [b"CVE-2023-%d" % number for number in range(5000)]
    assert len(passed(absent, filter_of([hash_of(key) for key in there]))) < 5000 / BITS_PER_KEY * 1.3
