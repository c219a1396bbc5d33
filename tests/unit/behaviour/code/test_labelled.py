"""Each rule of JavaScript, PHP, Ruby and shell on files whose lines state what is to be found (``// COD-001``)."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from careen.behaviour.code import dangerous
from careen.behaviour.files import ExaminedFile

LABELLED = Path(__file__).with_name("labelled")


def counted(name, kind):
    """By rule: true positives, all that are found, all that are to be found."""
    data = (LABELLED / name).read_bytes()
    expected = {
        (rule, number) for number, line in enumerate(data.decode().splitlines(), 1) for rule in re.findall(r"COD-\d{3}", line)
    }
    found = {(finding.id, finding.location.line) for finding in dangerous(ExaminedFile(name, 0, kind, data))}
    counts = defaultdict(lambda: [0, 0, 0])
    for rule, _ in expected & found:
        counts[rule][0] += 1
    for rule, _ in found:
        counts[rule][1] += 1
    for rule, _ in expected:
        counts[rule][2] += 1
    return counts, expected ^ found


@pytest.mark.parametrize(
    ("name", "kind", "rules"),
    [("web.js", "javascript", 12), ("page.php", "php", 15), ("app.rb", "ruby", 14), ("install.sh", "shell", 7)],
)
def test_each_rule_finds_what_it_is_to_find(name, kind, rules):
    if kind != "shell":
        pytest.importorskip(f"tree_sitter_{kind}")
    counts, different = counted(name, kind)
    assert len(counts) == rules
    assert {
        rule: 2 * right / (found + wanted)
        for rule, (right, found, wanted) in counts.items()
        if 2 * right < 0.9 * (found + wanted)
    } == {}, different
