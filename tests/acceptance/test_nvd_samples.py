"""No sample of NVD's feeds and API is forgotten: it is read, or what has no use is refused and said why."""

import os
from pathlib import Path

import pytest

from careen.advisories import nvd
from careen.model.advisory import Advisory, VulnerabilityRecord
from careen.plugins import Feed

SAMPLES = Path(os.environ.get("CAREEN_FEEDS", ".cache/feeds")) / "samples" / "nvd"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples of feeds")

FILES = sorted(path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*") if path.is_file())
NOT_READ = {
    "cpe": "the dictionary of names, by which nothing is judged",
    "cpematch": "criteria and their bounds, which each record repeats, with the names of versions that the bounds hold",
    "cvehistory": "what was said before",
}
# Of flaws that nobody scored when the sample was made, or the end of a list.
NOTHING_SAID = ("cve/v1/nvdcve-1.1-2002.json.gz", "cve/3_items/0-1.json", "/6-3.json", "cve/empty/0-1.json")


def kind(path):
    return path.split("/")[1]


@pytest.mark.parametrize("path", [path for path in FILES if kind(path) == "cve"])
def test_read(path):
    records = list(nvd.parse(Feed(path, ""), SAMPLES / path))
    said = [one for one in records if isinstance(one, Advisory | VulnerabilityRecord)]
    assert bool(said) != path.endswith(NOTHING_SAID)
    assert all(one.id.startswith("CVE-") for one in said)


@pytest.mark.parametrize("path", [path for path in FILES if kind(path) != "cve"])
def test_not_read(path):
    assert kind(path) in NOT_READ
    with pytest.raises(ValueError, match=r"vulnerabilities|JSON|utf|malformed|cut short|damaged"):
        list(nvd.parse(Feed(path, ""), SAMPLES / path))


@pytest.mark.parametrize("folder", ["3_pages", "increase"])
def test_pages_together_are_the_whole(folder):
    pages = [SAMPLES / "api" / "cve" / folder / f"{offset}-3.json" for offset in (0, 3, 6)]
    ids = [one.cve.id for page in pages for one in nvd.read_json(page, nvd._File, 1 << 20).vulnerabilities]
    assert len(ids) == len(set(ids)) == 8
