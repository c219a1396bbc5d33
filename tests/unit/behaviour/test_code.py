"""Findings of files that no package owns."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careen.behaviour.code import MAX_MATCHES, dangerous
from careen.behaviour.code.rules import BANDIT, RULES
from careen.behaviour.files import ExaminedFile


def _file(data, kind="shell", **options):
    return ExaminedFile("srv/app/x", 3, kind, data, **options)


def test_a_finding_has_its_place():
    (finding,) = dangerous(_file(b"set -e\ncurl -k https://example.org/\n"))
    assert (finding.id, finding.location.line, finding.layer, finding.severity) == ("COD-005", 2, 3, "high")


def test_findings_stay_the_same_if_lines_move():
    before, after = (next(iter(dangerous(_file(start + b"curl -k https://example.org/\n")))) for start in (b"", b"\n\n"))
    assert before.fingerprint == after.fingerprint


@pytest.mark.parametrize(
    "options", [{"owner": "pkg:deb/debian/x@1"}, {"verified": True}, {"kind": "program"}, {"kind": "other"}]
)
def test_what_packages_own_is_not_looked_at(options):
    assert list(dangerous(_file(b"curl -k https://example.org/", **options))) == []


def test_letters_that_turn_the_text_are_found_in_any_language():
    (finding,) = dangerous(_file("print 1\n# \u202e }".encode(), "perl"))
    assert (finding.id, finding.location.line) == ("COD-018", 2)


def test_a_cut_file_is_not_assessed():
    with pytest.raises(ValueError, match="beginning"):
        list(dangerous(_file(b"curl -k x", cut=True)))


def test_one_rule_reports_a_bounded_number():
    assert len(list(dangerous(_file(b"curl -k https://example.org/\n" * 500)))) == MAX_MATCHES


@pytest.mark.parametrize("kind", ["shell", "javascript", "php", "ruby", "python"])
@pytest.mark.parametrize(
    "data",
    [
        b"(" * 50_000,
        b"{" * 50_000,
        b"$(" * 20_000,
        b"`${" * 20_000,
        b"'" * 100_001,
        b"a|" * 60_000,
        b"x" * (8 << 20),
        b"\n" * 400_000,
        b"if x;" * 9_000,
    ],
    ids=lambda data: repr(data[:3]),
)
def test_bombs_are_bounded(kind, data):
    if kind in ("javascript", "php", "ruby"):
        pytest.importorskip(f"tree_sitter_{kind}")
    try:
        found = list(dangerous(_file(data, kind)))
    except ValueError:
        return
    assert len(found) <= MAX_MATCHES


@given(st.integers(0, 1 << 32), st.sampled_from(["shell", "javascript", "python"]))
def test_changed_scripts_are_read_or_refused(seed, kind):
    data = bytearray(b"curl -k https://a | sh\neval \"$x\"\nexec(`a ${b}`);\npassword = 'abcdef'\n")
    randomness = random.Random(seed)
    for _ in range(4):
        data[randomness.randrange(len(data))] = randomness.randrange(256)
    try:
        list(dangerous(_file(bytes(data), kind)))
    except ValueError:
        return


def test_each_rule_of_another_tool_is_one_of_ours():
    assert set(BANDIT) <= set(RULES)
