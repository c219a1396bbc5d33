"""Every flag, setting, exit code and plugin is documented: the pages equal those generated from the code."""

import pytest
from msgspec.structs import fields
from tests.conftest import ROOT
from tests.docs.reference import pages

from careen.cli import cache, check, db, serve
from careen.cli.scan import parser
from careen.config import SECRET, Settings

FOLDER = ROOT / "docs" / "reference"


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_page_is_up_to_date(name, update):
    path, text = FOLDER / f"{name}.md", pages()[name]
    if update:
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text, "make golden rewrites the page"


def test_there_is_no_other_page():
    assert {path.stem for path in FOLDER.glob("*.md")} == set(pages())


def test_every_setting_is_a_flag_of_a_command():
    parsers = (parser(), check.parser(), db.parser(), cache.parser(), serve.parser())
    flags = {option for made in parsers for action in made._actions for option in action.option_strings}
    missing = {f.encode_name for f in fields(Settings)} - {flag[2:].replace("-", "_") for flag in flags}
    assert missing == set(SECRET)


def test_a_setting_shows_its_default():
    assert "| `timeout` | `CAREEN_TIMEOUT` | `--timeout` | 30.0 |" in pages()["settings"]
