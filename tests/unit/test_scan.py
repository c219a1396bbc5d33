import pytest

from careen.database.memory import MemoryDatabase
from careen.matching.match import Matched
from careen.model.advisory import DatabaseInfo, SourceInfo, Support
from careen.model.inventory import Inventory
from careen.model.package import Distribution
from careen.scan import _without_lifecycle

DEBIAN = Distribution("debian", "9")


def known(*support: Support, sources: tuple[str, ...] = ()) -> MemoryDatabase:
    return MemoryDatabase(support, DatabaseInfo("", "", tuple(SourceInfo(name, "2026-11-20", 9) for name in sources)))


@pytest.mark.parametrize(
    ("distribution", "database", "found"),
    [
        (DEBIAN, known(), "debian-9"),
        (DEBIAN, known(sources=("debian/tracker", "eol/ubuntu")), "debian-9"),
        (DEBIAN, known(sources=("eol/debian",)), ""),  # it names every release that ends
        (DEBIAN, known(Support("debian:9", "2022-07-01")), ""),  # whoever told: shipped facts do
        (Distribution("wolfi", "1"), known(), ""),  # nobody publishes such dates
        (Distribution("debian", ""), known(), ""),  # a rolling release
        (None, known(), ""),
    ],
)
def test_a_release_of_which_nothing_tells_when_it_ends(
    distribution: Distribution | None, database: MemoryDatabase, found: str
) -> None:
    matched = Matched((), (), ("debian:9", "wolfi", "debian:sid"), 1)
    assert _without_lifecycle(Inventory(distribution, ()), matched, database) == found
    assert not _without_lifecycle(Inventory(distribution, ()), Matched((), (), (), 0), database)
