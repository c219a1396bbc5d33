"""How many examples a property test generates, in proportion to the profile that runs (``tests/conftest.py``)."""

from hypothesis import settings

USUAL = 100  # of Hypothesis itself


def examples(count: int) -> settings:
    """``count`` in a usual run, and as many times more as the profile asks for."""
    return settings(max_examples=max(1, count * settings().max_examples // USUAL))
