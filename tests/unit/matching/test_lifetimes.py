import pytest

from careen.database.memory import MemoryDatabase
from careen.distributions.registry import profiles
from careen.matching.lifetimes import end_of_life, without_lifecycle
from careen.model.advisory import DatabaseInfo, SourceInfo, Support
from careen.model.inventory import Inventory
from careen.model.package import Distribution, Package

DEBIAN = Distribution("debian", "9")


def known(*support: Support, sources: tuple[str, ...] = ()) -> MemoryDatabase:
    return MemoryDatabase(support, DatabaseInfo("", "", tuple(SourceInfo(name, "2026-11-20", 9) for name in sources)))


@pytest.mark.parametrize(
    ("distribution", "database", "found"),
    [
        (DEBIAN, known(), "debian-9"),
        (DEBIAN, known(sources=("debian/tracker", "eol/ubuntu")), "debian-9"),
        (DEBIAN, known(sources=("eol/debian",)), ""),  # it names every release that ends
        (DEBIAN, known(Support("debian:9", "2022-07-01")), ""),  # shipped with Careen
        (Distribution("wolfi", "1"), known(), ""),  # no source publishes such dates
        (Distribution("debian", ""), known(), ""),  # a rolling release
        (None, known(), ""),
    ],
)
def test_a_release_without_a_known_end(distribution: Distribution | None, database: MemoryDatabase, found: str) -> None:
    assessed = ("debian:9", "wolfi", "debian:sid")
    assert without_lifecycle(Inventory(distribution, ()), assessed, database) == found
    assert not without_lifecycle(Inventory(distribution, ()), (), database)


def test_a_release_that_only_packages_name():
    package = Package("apk", "alpine", "curl", "8.0-r0", distro="alpine-3.22")
    assert without_lifecycle(Inventory(None, (package,)), ("alpine:3.22",), known()) == "alpine-3.22"


def test_what_is_loaded_counts_before_what_ships():
    assert end_of_life(MemoryDatabase([Support("debian:12", "2027-01-02")]), "debian:12") == "2027-01-02"
    assert (end_of_life(MemoryDatabase([]), "debian:12") or "") > "2028"


def test_a_release_of_which_nothing_is_known():
    for namespace in ("debian:99", "debian:sid", "alpine:3.22", "nobody:1", "npm"):
        assert end_of_life(MemoryDatabase([]), namespace) is None


def test_what_ships_names_releases_that_there_are():
    for one in profiles().values():
        assert one.support.ends.keys() <= one.releases.codenames.keys()
