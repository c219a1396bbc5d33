from datetime import date

import pytest

from careen.errors import UsageError
from careen.policy.ignore_lines import read_lines
from careen.policy.ignores import Ignore


def test_one_rule_a_line():
    text = (
        "\ufeff# comment\n\n"
        "CVE-2023-1\n"
        'CVE-2024-3094 package=xz until=2026-12-31 reason="a \\"b\\" c"  # comment\n'
        "GHSA-*\tpurl=pkg:npm/lodash path=app/**\n"
    )
    assert read_lines(text, "f") == (
        Ignore("CVE-2023-1", "f:3"),
        Ignore("CVE-2024-3094", "f:4", "xz", until=date(2026, 12, 31), reason='a "b" c'),
        Ignore("GHSA-*", "f:5", purl="pkg:npm/lodash", paths=("app/**",)),
    )


def test_the_expiry_of_a_trivyignore():
    assert read_lines("CVE-1 exp:2026-01-02", "f")[0].until == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("exp:2026-01-02x CVE-1", "'CVE-1' is out of place"),
        ("CVE-1 exp:2026-01-02 exp:2026-01-03", "'exp:2026-01-03' is out of place"),
        ("CVE-1 exp:soon", "'soon' is not a date"),
        ("C", "'C' names no vulnerability"),
        ("1CVE", "names no vulnerability"),
        ("CVE-1 owner=me", "'owner' is not a setting of an ignore rule"),
        ("CVE-1 path=", "path is empty"),
        ("CVE-1 path=a path=b", "path is given twice"),
        ('CVE-1 path="a', "cannot be read"),
    ],
)
def test_an_error_names_file_and_line(line, message):
    with pytest.raises(UsageError, match=r"^f:2: ") as caught:
        read_lines(f"CVE-1\n{line}", "f")
    assert message in str(caught.value)
