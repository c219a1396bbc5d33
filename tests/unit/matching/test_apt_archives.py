import pytest
from tests.support.matching import DEBIAN

from careen.matching.apt_archives import only_of_distribution
from careen.model.inventory import Inventory, PackageArchive
from careen.model.package import Distribution

UBUNTU = Distribution("ubuntu", "22.04", "jammy")
OWN = PackageArchive("http://mirror.example/debian", ("bookworm", "bookworm-updates"))


@pytest.mark.parametrize(
    ("distribution", "address", "suites", "own"),
    [
        (DEBIAN, "http://mirror.example/debian", ("bookworm", "bookworm-updates"), True),
        (DEBIAN, "http://mirror.example/debian-security", ("bookworm-security",), True),
        (DEBIAN, "http://snapshot.example/archive/debian/20231030T000000Z", ("bookworm",), True),
        (DEBIAN, "https://maker.example/packages/mainline/debian", ("bookworm",), False),
        (DEBIAN, "https://maker.example/debian-reef", ("bookworm",), False),
        (DEBIAN, "https://maker.example/debian", ("stable",), False),
        (DEBIAN, "https://maker.example/debian", ("binary/",), False),
        (DEBIAN, "http://mirror.example/ubuntu", ("bookworm",), False),
        (UBUNTU, "http://mirror.example/ubuntu", ("jammy", "jammy-security"), True),
        (UBUNTU, "http://mirror.example/ubuntu-ports", ("jammy/updates",), True),
        (None, "http://mirror.example/debian", ("bookworm",), False),
    ],
)
def test_archives_of_the_distribution(distribution, address, suites, own):
    archives = (PackageArchive(address, suites),)
    assert only_of_distribution(Inventory(distribution, (), archives=archives)) is own


def test_one_archive_of_a_maker_is_enough():
    maker = PackageArchive("https://maker.example/apt", ("bookworm-pgdg",))
    assert only_of_distribution(Inventory(DEBIAN, (), archives=(OWN,)))
    assert not only_of_distribution(Inventory(DEBIAN, (), archives=(OWN, maker)))
    assert not only_of_distribution(Inventory(DEBIAN, ()))
