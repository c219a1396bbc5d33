"""What rules are read from at start is what their TOML files say."""

import os

import pytest
from tests.conftest import ROOT

from careen.formats import rulefiles

FOLDERS = [ROOT / "src" / "careen" / name for name in ("catalogers/binary_rules", "formats/software_map", "secrets/rules")]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_made_file_is_what_the_others_say(folder, update):
    place = folder / rulefiles.MADE
    if update:
        place.write_bytes(rulefiles.made(folder))
    assert place.read_bytes() == rulefiles.made(folder), "make golden writes it"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b.toml").write_text("[one]\nx = 1\n")
    (tmp_path / "a.toml").write_text("[two]\nx = [2]\n")
    (tmp_path / "made.json").write_text('{"a.toml":{"made":{}},"b.toml":{}}')
    return tmp_path


READ = [{"two": {"x": [2]}}, {"one": {"x": 1}}]


def test_it_is_read_instead(folder):
    assert rulefiles.tables(folder) == [{"made": {}}, {}]


@pytest.mark.parametrize(
    "content", [None, b"", b"[]", b'{"a.toml":{}}', b'{"a.toml":{},"c.toml":{}}', b'{"a.toml":{},"b.toml":1}']
)
def test_unless_it_is_of_other_files(folder, content):
    (folder / "made.json").unlink() if content is None else (folder / "made.json").write_bytes(content)
    assert rulefiles.tables(folder) == READ


def test_unless_one_was_edited_since(folder):
    later = (folder / "made.json").stat().st_mtime + 100
    os.utime(folder / "a.toml", (later, later))
    assert rulefiles.tables(folder) == READ


def test_made_from_them(folder):
    (folder / "made.json").write_bytes(rulefiles.made(folder))
    assert rulefiles.tables(folder) == READ
