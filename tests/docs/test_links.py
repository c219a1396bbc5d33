"""Links between the pages lead to files, every decision is listed, and the files that the walk names exist."""

import re

import pytest
from tests.conftest import ROOT

# Files of the walk that are about to come; to be emptied.
PENDING = {
    "formats/dockerfile/reader.py", "layers/facts.py", "layers/feed.py", "layers/history.py", "layers/links.py",
    "layers/owners.py", "matching/assess.py", "pipeline/files.py", "pipeline/image.py", "pipeline/layers.py", "api.py",
}  # fmt: skip
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_to_a_file(page):
    links = [link for link in LINK.findall(page.read_text("utf-8")) if not link.startswith(("http:", "https:", "mailto:"))]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_decision_is_in_the_list():
    listed = LINK.findall((ROOT / "docs/adr/README.md").read_text("utf-8"))
    assert listed == [path.name for path in sorted((ROOT / "docs/adr").glob("0*.md"))]


def test_the_files_of_the_walk_exist():
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:/|\.py|\.toml))`", (ROOT / "docs/walk.md").read_text("utf-8"))
    assert len(named) > 50
    assert {name for name in named if not (ROOT / "src/careen" / name).exists()} <= PENDING
