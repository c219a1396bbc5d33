"""Which projects the core knowledge base has, and that the lists in the repository can be read."""

import json
import runpy
import zipfile
from collections import Counter

import pytest
from tests.conftest import ROOT

LISTS = runpy.run_path(str(ROOT / ".ci" / "knowledge_lists.py"))


def test_cves_that_a_feed_of_a_language_has_do_not_count(tmp_path):
    (tmp_path / "PyPI").mkdir()
    with zipfile.ZipFile(tmp_path / "PyPI" / "all.zip", "w") as archive:
        record = {"id": "GHSA-1", "aliases": ["CVE-2024-0001"], "affected": [{"package": {"name": "demo"}}]}
        archive.writestr("GHSA-1.json", json.dumps(record))
    covered, counts = LISTS["in_language_feeds"](tmp_path)
    assert (covered, counts) == ({"CVE-2024-0001"}, {"pypi": Counter(demo=1)})
    tracker = {"one": {"CVE-2024-0001": 0, "CVE-2024-0002": 0, "TEMP-1": 0}, "two": {"CVE-2024-0001": 0}, "other": {"CVE-1": 0}}
    assert LISTS["uncovered"](tracker, {"one", "two"}, covered) == [("one", 1)]


def test_projects_in_c_are_compiled_and_have_no_helper_of_another_language(tmp_path):
    packages = {
        "tiff": "Architecture: any all",
        "fonts": "Architecture: all",
        "tool": "Architecture: any\nBuild-Depends: debhelper,\n dh-golang",
        "linux-6.1": "Architecture: any",
        "libfoo-perl": "Architecture: any",
    }
    (tmp_path / "Sources").write_text("\n\n".join(f"Package: {name}\n{fields}" for name, fields in packages.items()))
    assert list(LISTS["in_c"]([tmp_path / "Sources"])) == ["tiff"]


def test_packages_are_popular_or_have_many_cves(monkeypatch):
    monkeypatch.setitem(LISTS["chosen"].__globals__, "OF_LANGUAGE", 3)
    monkeypatch.setitem(LISTS["chosen"].__globals__, "WITH_MOST_CVES", 1)
    assert LISTS["chosen"](["a", "@types/b", "c", "d"], Counter(c=5, z=2)) == {"a", "c", "d"}


@pytest.mark.parametrize(("name", "count"), [("debian", 300), ("npm", 500), ("pypi", 500)])
def test_the_lists_can_be_read(name, count):
    collect = pytest.importorskip("careen.origin.collect")
    lines = (ROOT / "knowledge" / f"{name}.txt").read_text().splitlines()
    assert len({collect.spec_of(line) for line in lines}) == count
