"""The archives that an image's apt downloads from: the distribution's own alone, or those of other makers too.

Images of a maker install its packages and then remove its archive from apt's configuration; apt has no newer version then.
**Source:** apt's sources.list(5); the layouts of the archives of Debian and its derivatives.
"""

from urllib.parse import urlsplit

from careen.model.inventory import Inventory, PackageArchive
from careen.model.package import Distribution
from careen.safety.pattern import pattern

_STAMP = pattern(r"/\d{8}T\d{6}Z$")  # of an archive of snapshots
_PARTS = ("", "-security", "-ports")


def only_of_distribution(inventory: Inventory) -> bool:
    """Whether the image names archives, and all of them are clearly the distribution's. A mirror in another folder may be
    another maker's archive."""
    distribution = inventory.distribution
    if distribution is None or not inventory.archives:
        return False
    return all(_is_own(archive, distribution) for archive in inventory.archives)


def _is_own(archive: PackageArchive, distribution: Distribution) -> bool:
    folder = _STAMP.sub("", urlsplit(archive.address).path).removeprefix("/archive")
    if folder not in [f"/{distribution.id}{part}" for part in _PARTS]:
        return False
    return all(suite.partition("-")[0].partition("/")[0] == distribution.codename for suite in archive.suites)
