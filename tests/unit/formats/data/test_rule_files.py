"""Rules are read from ``made.json`` exactly as long as it was made from the present TOML files."""

import os
from typing import Any

import msgspec
import pytest

from careen.formats.data import rule_files


def tables(folder):
    return rule_files.tables(folder, dict[str, Any])


@pytest.fixture
def folder(tmp_path):
    """Its ``made.json`` differs from its rules, so that a test sees which of both was read."""
    (tmp_path / "b.toml").write_text("[one]\nx = 1\n")
    (tmp_path / "a.toml").write_text("[two]\nx = [2]\n")
    source, _ = msgspec.json.decode(rule_files.made(tmp_path))
    (tmp_path / "made.json").write_bytes(msgspec.json.encode([source, MADE]))
    return tmp_path


MADE = [{"made": {}}, {}]
READ = [{"two": {"x": [2]}}, {"one": {"x": 1}}]


def test_made_json_is_read_instead_of_the_rules(folder):
    assert tables(folder) == MADE


@pytest.mark.parametrize("content", [None, b"", b"[]", b'["x",[{}]]', b'["x",1]', b"{}"])
def test_an_invalid_made_json_is_ignored(folder, content):
    (folder / "made.json").unlink() if content is None else (folder / "made.json").write_bytes(content)
    assert tables(folder) == READ


def test_file_times_do_not_matter(folder):
    for path, when in ((folder / "a.toml", 2e9), (folder / "made.json", 1e9), (folder / "b.toml", 1.5e9)):
        os.utime(path, (when, when))
    assert tables(folder) == MADE


@pytest.mark.parametrize("edit", ["content of the same length", "a new file", "a file that is gone", "another name"])
def test_an_outdated_made_json_is_ignored(folder, edit):
    """At the same time, to the nanosecond, as a checkout of both may leave them."""
    times = [(path, path.stat().st_mtime_ns) for path in folder.iterdir()]
    if edit == "content of the same length":
        (folder / "a.toml").write_text("[two]\nx = [3]\n")
    elif edit == "a new file":
        (folder / "c.toml").write_text("")
    elif edit == "a file that is gone":
        (folder / "b.toml").unlink()
    else:
        (folder / "b.toml").rename(folder / "c.toml")
    for path, when in times:
        if path.exists():
            os.utime(path, ns=(when, when))
    assert tables(folder) != MADE


def test_a_new_made_json_has_the_rules(folder):
    (folder / "made.json").write_bytes(rule_files.made(folder))
    assert tables(folder) == READ
