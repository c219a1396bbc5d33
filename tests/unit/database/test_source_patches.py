"""The CVEs that a patch fixes, by its name and header, and the earliest day of the fix."""

import pytest
from tests.support.work import ends

from careen.database.source_patches import patched


def named(header="", name="one.patch"):
    return list(patched({name: header}, name))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("CVE-2026-1234.patch", ["CVE-2026-1234"]),
        ("0001-fix-cve-2026-1234-part1.diff", ["CVE-2026-1234"]),
        ("cve_2026_1234.patch", ["CVE-2026-1234"]),
        ("CVE-2026-1234_1235.patch", ["CVE-2026-1234"]),
        ("CVE-2026-1234-CVE-2025-99999.patch", ["CVE-2025-99999", "CVE-2026-1234"]),
        ("cve-2026-2026-44730.patch", []),
        ("CVE-2126-1234.patch", []),
        ("CVE-2026-1234/prepare.patch", []),
        ("xcve-2026-1234.patch", []),
    ],
)
def test_by_the_name_of_the_file(name, found):
    assert named(name=name) == found


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Subject: [PATCH 1/2] CVE-2026-0001: bound the length", ["CVE-2026-0001"]),
        ("Description: repairs CVE-2026-0001\n as well as CVE-2026-0009, which is alike", ["CVE-2026-0001"]),
        ("Bug-Debian: https://bugs.example.org/1\nCVE: CVE-2026-0001", ["CVE-2026-0001"]),
        ("Subject: bound\n\nFixes: CVE-2026-0001", ["CVE-2026-0001"]),
        (
            "Subject: x\n\nThis is also the fix for CVE-2026-0001, CVE-2026-0002,\nCVE-2026-0003 and CVE-2026-0004.",
            [f"CVE-2026-000{number}" for number in range(1, 5)],
        ),
        ("Subject: more tests\n\nWhat led to CVE-2026-0001 is easier now.", []),
        ("Subject: x\n\nThis alone does not fix CVE-2026-0001", []),
        ("Subject: Fix a regression of CVE-2026-0001", []),
        ("Subject: x\n---\n+ fix for CVE-2026-0001", []),
        ("Subject: Apply the fix of CVE-2021-4189 to ftpcp\nDate: Wed, 13 May 2026 19:58:26 +0200", []),
        ("Subject: Apply the fix of CVE-2025-4189 to ftpcp\nDate: Wed, 13 May 2026 19:58:26 +0200", ["CVE-2025-4189"]),
        ("Origin: https://example.org/CVE-2026-0001", []),
    ],
)
def test_by_the_header(header, found):
    assert named(header) == found


def test_no_version_has_a_fix_before_its_patch_was_written():
    headers = {
        "a": "Subject: CVE-2026-0001\nDate: Tue, 03 Mar 2026 01:00:00 +0100\nDate: Wed, 04 Mar 2026 01:00:00 +0100",
        "b": "Subject: CVE-2026-0002\nDate: Fri, 28 Feb 2020 01:00:00 +0100\nLast-Update: 2026-06-01",
        "c": "Subject: CVE-2026-0003\nDate: some day",
        "d": "Subject: CVE-2026-0001\nDate: Mon, 02 Mar 2026 01:00:00 +0100",
    }
    assert patched(headers, "a\nb\nc -p1\nd\nabsent\n") == {
        "CVE-2026-0001": "2026-03-02",
        "CVE-2026-0002": "2026-01-01",
        "CVE-2026-0003": "2026-01-01",
    }


HOSTILE = (
    "fix CVE-2026-0001, ",
    "fix ",
    "Fixes: CVE-2026-0001\n",
    "Subject: ",
    "Date: ",
    "CVE-2026-",
    "\nBug-a",
    " and ",
    "-",
    "fix\n",
)


@pytest.mark.parametrize("part", HOSTILE)
def test_time_grows_with_the_text_alone(part):
    with ends():
        patched({"x": "\n" + part * ((256 << 10) // len(part))}, "x")
