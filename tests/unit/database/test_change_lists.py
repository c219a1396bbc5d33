"""Lists of what changed, in the two forms that publishers use."""

import pytest

from careen.database.change_lists import changes, moment


def read(text):
    return [(one.id, one.path, one.at.isoformat()) for one in changes(text.splitlines())]


def test_both_forms():
    text = '2026-01-04T01:00:00.5Z,npm/GHSA-aaaa-bbbb-cccc\n\n"2026/rhsa-2026_0001.json","2026-01-03T01:00:00+02:00"\n'
    text += "2026/cve-2026-0001.json,2026-01-02T01:00:00Z\n"
    assert read(text) == [
        ("GHSA-aaaa-bbbb-cccc", "GHSA-aaaa-bbbb-cccc", "2026-01-04T01:00:00.500000+00:00"),
        ("RHSA-2026:0001", "2026/rhsa-2026_0001.json", "2026-01-03T01:00:00+02:00"),
        ("CVE-2026-0001", "2026/cve-2026-0001.json", "2026-01-02T01:00:00+00:00"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "id,modified",
        '"../../x.json","2026-01-03T01:00:00Z"',
        '"2026/cve-2026-0001.json","yesterday"',
        '"2026/cve-2026-0001.json","2026-13-03T01:00:00Z"',
        '"2026/cve-2026-0001.json"',
        "2026-01-04T01:00:00,GHSA-aaaa-bbbb-cccc",
        "2026-01-04T01:00:00Z,../x?y",
    ],
)
def test_other_lines_are_refused(line):
    with pytest.raises(ValueError, match=r"list of changes|month|moment"):
        read(line)


def test_moments_of_any_length():
    assert moment("2026-01-04T01:00:00Z") < moment("2026-01-04T01:00:00.5Z") < moment("2026-01-04T01:00:00.500001999Z")
    assert moment("2026-01-04T01:00:00") is None
    assert moment("") is None
