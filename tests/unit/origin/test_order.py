import random

from careen.origin.order import version_key

ORDERED = ["0.9", "1.0~rc1", "1.0", "1.0a", "1.0.1", "1.9", "1.10", "2"]


def test_versions_are_ordered_by_their_numbers():
    mixed = random.Random(1).sample(ORDERED, len(ORDERED))
    assert sorted(mixed, key=version_key) == ORDERED
