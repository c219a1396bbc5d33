from argparse import Namespace

import pytest

from careen.cli.vex import _check
from careen.errors import UsageError


def check(**changes):
    _check(Namespace(**{"ids": ["CVE-1"], "from_ignores": False, "justification": "", "status": "affected", **changes}))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"ids": [], "from_ignores": True, "status": "not_affected"},
        {"status": "not_affected", "justification": "component_not_present"},
        {"status": "not_affected", "justification": "we do not use it"},
    ],
)
def test_statements(changes):
    check(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ids": []}, "no statement: name a finding"),
        ({"status": "not_affected"}, "not_affected needs a --justification"),
        ({"justification": "component_not_presnt"}, "is not a justification of OpenVEX"),
    ],
)
def test_statements_with_an_error(changes, message):
    with pytest.raises(UsageError) as caught:
        check(**changes)
    assert message in str(caught.value)
