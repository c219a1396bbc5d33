"""What tests of version schemes have in common."""

from itertools import combinations

from careen.plugins import VersionScheme


def assert_order(scheme: VersionScheme, *steps: str) -> None:
    """Each step is one version, or several that are equal (``"1 = 1.0"``); every pair of the whole list is compared."""
    groups = [step.split(" = ") for step in steps]
    for group in groups:
        for version in group:
            assert scheme.key(version) == scheme.key(group[0]), f"{version} should equal {group[0]}"
    versions = [(place, version) for place, group in enumerate(groups) for version in group]
    for (low, a), (high, b) in combinations(versions, 2):
        if low != high:
            assert scheme.key(a) < scheme.key(b), f"{a} should sort below {b}"
            assert not scheme.key(b) < scheme.key(a)
