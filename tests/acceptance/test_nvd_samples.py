"""No sample of NVD's feeds and API is forgotten: vulnerabilities, rejected CVEs, names and criteria."""

import os
import re
from pathlib import Path

import pytest

from careen.advisories import nvd
from careen.formats.feeds.applicability import range_of
from careen.formats.feeds.software import joined, known_cpes, unquoted
from careen.model.advisory import Advisory, VulnerabilityRecord
from careen.plugins import Feed
from careen.versions.upstream import key
from tests.support.nvd_names import criteria, dictionary

SAMPLES = Path(os.environ.get("CAREEN_FEEDS", ".cache/feeds")) / "samples" / "nvd"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples of feeds")

FILES = sorted(path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*") if path.is_file())
# Of vulnerabilities without a score when the sample was made, or the end of a list.
WITHOUT_RECORDS = ("cve/v1/nvdcve-1.1-2002.json.gz", "cve/3_items/0-1.json", "/6-3.json", "cve/empty/0-1.json")


def kind(path):
    return path.split("/")[1]


@pytest.mark.parametrize("path", [path for path in FILES if kind(path) == "cve"])
def test_read(path):
    records = list(nvd.parse(Feed(path, ""), SAMPLES / path))
    records = [one for one in records if isinstance(one, Advisory | VulnerabilityRecord)]
    assert bool(records) != path.endswith(WITHOUT_RECORDS)
    assert all(one.id.startswith("CVE-") for one in records)


@pytest.mark.parametrize("path", [path for path in FILES if kind(path) == "cvehistory"])
def test_rejections(path):
    records = list(nvd.parse(Feed(path, ""), SAMPLES / path))
    assert all(isinstance(one, VulnerabilityRecord) and one.summary.startswith("Rejected") for one in records)
    assert bool(records) == (b'"CVE Rejected"' in (SAMPLES / path).read_bytes())


@pytest.mark.parametrize("path", [path for path in FILES if kind(path) == "cpe"])
def test_names(path):
    records = list(dictionary(SAMPLES / path))
    assert bool(records) != ("/empty/" in path)
    assert all(one.cpe.count(":") >= 12 and bool(one.successors) == one.deprecated for one in records)
    assert not {product(one.cpe) for one in records if one.deprecated} & known_cpes()  # the map has no dead name


@pytest.mark.parametrize("path", [path for path in FILES if kind(path) == "cpematch"])
def test_criteria_affect_the_versions_that_they_list(path):
    """Which is an independent check of how bounds are read and versions compared."""
    records = list(criteria(SAMPLES / path))
    assert bool(records) != ("/empty/" in path)
    for one in records:
        range = range_of(one.criterion)
        versions = [parts[5:7] for name in one.names if len(parts := re.split(r"(?<!\\):", name)) == 13 and parts[5] != "-"]
        assert all(range and holds(range, joined(*map(unquoted, version))) for version in versions), one.criterion


@pytest.mark.parametrize("path", [path for path in FILES if kind(path) in ("cpe", "cpematch") and "/empty/" not in path])
def test_names_that_are_cut_short_are_refused(path, tmp_path):
    file = tmp_path / "feed"
    file.write_bytes((SAMPLES / path).read_bytes()[: (SAMPLES / path).stat().st_size * 2 // 3])
    read = dictionary if kind(path) == "cpe" else criteria
    with pytest.raises(ValueError, match=r"."):
        list(read(file))


def product(cpe):
    return ":".join(cpe.split(":")[3:5])


def holds(range, version):
    low, end, last = (
        key(bound) if bound is not None else None for bound in (range.introduced, range.fixed, range.last_affected)
    )
    here = key(version)
    above = low is None or (here > low if range.after else here >= low)
    return above and (end is None or here < end) and (last is None or here <= last)


@pytest.mark.parametrize("folder", ["3_pages", "increase"])
def test_pages_together_are_the_whole(folder):
    pages = [SAMPLES / "api" / "cve" / folder / f"{offset}-3.json" for offset in (0, 3, 6)]
    items = [raw for page in pages for raw in nvd.read_json(page, nvd._File, 1 << 20).vulnerabilities]
    ids = [nvd.from_json(raw, nvd._Item).cve.id for raw in items]
    assert len(ids) == len(set(ids)) == 8
