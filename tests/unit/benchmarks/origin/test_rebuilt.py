"""Damage of rebuilt packages, trees with decoys, and what is read of a binary package."""

import random

import pytest

pytest.importorskip("numpy")

from benchmarks.origin.debian import files_of_deb, source_of
from benchmarks.origin.fixes import _joined_lines, _state
from benchmarks.origin.rebuilt import levels, other_code

from tests.support.archive import changelog, deb

PROGRAM = b"\x7fELF" + bytes(5000) + random.Random(1).randbytes(40_000) + b"\0a text that stays\0" + bytes(9000)
FILES = {"usr/bin/a": PROGRAM, "usr/bin/b": PROGRAM, "usr/share/doc/a/changelog.gz": b"old", "etc/a": b"x", "etc/b": b"y"}


def test_each_level_changes_more():
    changed = [{path for path in FILES if files[path] != FILES[path]} for files in levels(FILES, "seed")]
    assert changed[0] == {"usr/bin/a"}
    assert changed[1] == {"usr/bin/a", "usr/bin/b", "usr/share/doc/a/changelog.gz"}
    assert changed[1] <= changed[2]


def test_other_code_has_the_same_texts():
    changed = other_code(PROGRAM, random.Random(2))
    assert changed != PROGRAM
    assert b"\0a text that stays\0" in changed


def test_the_source_of_a_binary_package(tmp_path):
    path = tmp_path / "demo_1%3a1.0-2_amd64.deb"
    path.write_bytes(deb("demo", changelog("demo", ("1:1.0-2", "a change"))))
    assert source_of(path) == ("", "1.0-2")  # its control file names nothing
    assert sorted(name for name, _ in files_of_deb(path)) == [
        "usr/share/doc/demo/changelog.Debian.gz",
        "usr/share/doc/demo/changelog.gz",
    ]


def test_joined_lines_have_the_same_letters():
    assert _joined_lines(b"a\nb\nc") == b"a b\nc"


def test_a_fix_that_is_in_one_copy_alone_is_not_in():
    assert [_state(states) for states in ({"fixed"}, {"fixed", "unknown"}, {"fixed", "vulnerable"}, set())] == [
        "fixed",
        "unknown",
        "vulnerable",
        "unknown",
    ]
