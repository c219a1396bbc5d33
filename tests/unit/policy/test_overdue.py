"""What is overdue, as a file states it; without one no gate asks for it."""

import pytest

from careen.errors import UsageError
from careen.policy.load import load_policy
from careen.policy.overdue import counts_overdue, read_overdue

PURL = "pkg:npm/lodash@4.17.20"


def test_a_file_of_what_is_overdue(tmp_path):
    file = tmp_path / "late.json"
    file.write_text(f'{{"overdue": [{{"vulnerability": "CVE-2026-1", "package": "{PURL}", "since": 1}}], "more": 1}}')
    assert read_overdue(file) == {("CVE-2026-1", PURL)}
    found = load_policy(["overdue:high", "kev"], overdue=file)
    assert [gate.late for gate in found.fail_on] == [{("CVE-2026-1", PURL)}, None]
    assert counts_overdue(found) and not counts_overdue(load_policy(["kev"]))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b'{"overdue": [1]}', b"[" * 10_000])
def test_another_file_is_refused(tmp_path, data):
    (tmp_path / "late.json").write_bytes(data)
    with pytest.raises(UsageError):
        read_overdue(tmp_path / "late.json")
    with pytest.raises(UsageError):
        read_overdue(tmp_path / "absent.json")


def test_a_gate_does_not_pass_for_lack_of_a_file():
    with pytest.raises(UsageError, match="nothing states which findings are overdue"):
        load_policy(["high", "overdue"])
