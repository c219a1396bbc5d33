"""What rules are read from at start is what their TOML files say."""

import os
from typing import Any

import msgspec
import pytest
from tests.conftest import ROOT

from careen.formats.data import rule_files

FOLDERS = [
    ROOT / "src" / "careen" / name
    for name in ("catalogers/binary/rules", "distributions", "formats/feeds/software_map", "secrets/rules")
]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_made_file_is_what_the_others_say(folder, update):
    place = folder / rule_files.MADE
    if update:
        place.write_bytes(rule_files.made(folder))
    assert place.read_bytes() == rule_files.made(folder), "make golden writes it"


def tables(folder):
    return rule_files.tables(folder, dict[str, Any])


@pytest.fixture
def folder(tmp_path):
    """Whose made file says something else than its rules, so that it can be told which of them was read."""
    (tmp_path / "b.toml").write_text("[one]\nx = 1\n")
    (tmp_path / "a.toml").write_text("[two]\nx = [2]\n")
    source, _ = msgspec.json.decode(rule_files.made(tmp_path))
    (tmp_path / "made.json").write_bytes(msgspec.json.encode([source, MADE]))
    return tmp_path


MADE = [{"made": {}}, {}]
READ = [{"two": {"x": [2]}}, {"one": {"x": 1}}]


def test_it_is_read_instead(folder):
    assert tables(folder) == MADE


@pytest.mark.parametrize("content", [None, b"", b"[]", b'["x",[{}]]', b'["x",1]', b"{}"])
def test_unless_it_is_none(folder, content):
    (folder / "made.json").unlink() if content is None else (folder / "made.json").write_bytes(content)
    assert tables(folder) == READ


def test_times_say_nothing(folder):
    for path, when in ((folder / "a.toml", 2e9), (folder / "made.json", 1e9), (folder / "b.toml", 1.5e9)):
        os.utime(path, (when, when))
    assert tables(folder) == MADE


@pytest.mark.parametrize("edit", ["content of the same length", "a new file", "a file that is gone", "another name"])
def test_unless_it_was_made_from_others(folder, edit):
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


def test_made_from_them(folder):
    (folder / "made.json").write_bytes(rule_files.made(folder))
    assert tables(folder) == READ
