"""``made.json`` of each folder of rules has the content of its TOML files."""

import pytest
from tests.conftest import ROOT

from careen.formats.data import rule_files

FOLDERS = [
    ROOT / "src" / "careen" / name
    for name in ("catalogers/binary/rules", "distributions", "formats/feeds/software_map", "secrets/rules")
]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_made_json_has_the_content_of_the_rules(folder, update):
    place = folder / rule_files.MADE
    if update:
        place.write_bytes(rule_files.made(folder))
    assert place.read_bytes() == rule_files.made(folder), "make golden writes it"
