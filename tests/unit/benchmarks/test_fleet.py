"""The generated fleet is one that this version opens, updates and matches."""

from types import SimpleNamespace

import pytest
from benchmarks import fleet as benchmark

from careen.fleet.start import opened
from tests.support.fleet_units import database_with, fleet_in
from tests.support.matching import advisory, info

RECORDS = [
    info(),
    info("PyPI", "osv"),
    *(advisory(f"CVE-2026-{number:04d}", f"{number}.1-1", package=f"package{number}") for number in range(1, 9)),
    *(advisory(f"CVE-2026-1{number:03d}", f"{number}.2", "PyPI", f"library{number}", source="osv") for number in range(1, 9)),
]


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fleet")
    first = fleet_in(folder)
    database_with(first, RECORDS, "2026-01-01T00:00:00+00:00", folder / "advisories.sqlite")
    first.engine.dispose()
    options = SimpleNamespace(
        data=folder / "made",
        database=folder / "advisories.sqlite",
        to="",
        images=30,
        packages=200,
        which="random",
        advisories=3,
    )
    options.made = benchmark.make(options)
    return options


def test_images_have_packages_and_counts(options):
    made = options.made
    assert made["images"] == 30
    assert made["unit"] > 20
    assert made["image_unit"] > made["unit"]
    assert made["findings"] > 0


def test_this_version_opens_it(options):
    with benchmark.fleet_of(options) as made, opened(None, options.data, made.settings, 1) as fleet:
        assert benchmark.totals(fleet)["images"] == 30


@pytest.mark.parametrize("which", ["random", "worst"])
def test_an_update_leaves_what_matching_anew_finds(options, which):
    options.which = which
    done = benchmark.update(options)
    assert done["units"] > 0
    assert done["images"] > 0
    found = benchmark.equal(options)
    assert found["images"] == 30
    assert found["findings"] > 0
    assert found["different"] == 0


def test_lists_and_sizes(options):
    assert benchmark.lists(options)
    assert benchmark.sizes(options)["total"] > 0
