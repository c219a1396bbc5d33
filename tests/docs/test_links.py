"""Links between the pages lead to files, every decision is listed, and the files that the walk names exist."""

import re

import pytest
from tests.conftest import ROOT

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
    assert [name for name in named if not (ROOT / "src/careen" / name).exists()] == []


def test_the_walk_enters_each_file_at_most_twice():
    walks = (ROOT / "docs/walk.md").read_text("utf-8").split("\n## ")[1:5]
    named = [re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:\.py|\.toml))`", walk) for walk in walks]
    assert all(len(set(names)) > 10 for names in named)
    assert {name: names.count(name) for names in named for name in names if names.count(name) > 2} == {}
