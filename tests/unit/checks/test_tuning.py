import pytest

from careen.checks.tuning import ID, Tuning, tuned
from careen.plugins import Check


def check(id, default=True):
    return Check(id, "t", "high", "w", "f", (), lambda document: [], default=default)


CHECKS = (check("DKR-1"), check("DKR-2", default=False))


@pytest.mark.parametrize(
    ("tuning", "expected"),
    [
        (Tuning(), ["DKR-1"]),
        (Tuning(on=frozenset(("DKR-2",))), ["DKR-1", "DKR-2"]),
        (Tuning(off=frozenset(("DKR-1",))), []),
        (Tuning(on=frozenset(("DKR-2",)), off=frozenset(("DKR-2",))), ["DKR-1"]),
    ],
)
def test_which_checks_run(tuning, expected):
    assert [one.id for one in tuned(CHECKS, tuning)] == expected


def test_severities():
    assert [one.severity for one in tuned(CHECKS * 2, Tuning(severities={"DKR-1": "low", "X-1": "low"}))] == ["low", "low"]
    assert tuned(CHECKS, Tuning())[0].severity == "high"


@pytest.mark.parametrize(
    ("id", "valid"), [("DKR-001", True), ("K8S-1", True), ("dkr-1", False), ("D-1", False), ("DKR-", False)]
)
def test_ids(id, valid):
    assert bool(ID.fullmatch(id)) is valid
