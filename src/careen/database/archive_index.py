"""Which versions of an image's source packages an archive offers. With this index, builds of third parties are
recognised.

It is used only if the lists of the release, its updates and its security updates were all read, with verified
signatures: with a forged list, the distribution's own packages would count as a third party's, and not be assessed. A
name in none of them may belong to a package that was removed, or that an upgrade left behind. It counts as absent only
if unstable and the earlier releases lack it too, and all of their lists were read. Those lists are fetched only for an
absent name or a version above the offered ones.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from careen.errors import Error
from careen.formats.debian.builds import may_be_update
from careen.formats.debian.releases import debian, namespace_of, unstable, versions
from careen.log import logger
from careen.model.advisory import Listed

from .archive_files import Archives, Suite
from .archive_neighbours import is_version

log = logger(__name__)

EARLIER = 3  # number of earlier releases to read; the latest of them is required
_PARTS = ("", "-updates", "-security")

Key = Callable[[str], Any]
Installed = Mapping[str, Collection[str]]  # versions by source package


def index_of(archives: Archives, codename: str, wanted: Installed, key: Key) -> list[Listed]:
    """The wanted entries of a release's index; empty if the archive does not have the whole index."""
    try:
        return _index_of(archives, codename, wanted, key)
    except Error as error:
        log.debug("no index of %s: %s", codename, error)
        return []


def _index_of(archives: Archives, codename: str, wanted: Installed, key: Key) -> list[Listed]:
    suites = _verified(archives, codename)
    if {suite.name for suite in suites} != {codename + part for part in _PARTS}:
        return []
    # The release's own list changes only with its point releases.
    as_of = min(suite.release.date for suite in suites if suite.name != codename)
    found = _offered(archives, suites, wanted)
    listed = [Listed(namespace_of(codename), name, versions, as_of) for name, versions in found.items()]
    above = [name for name, versions in found.items() if _is_above(name, wanted[name], versions, key)]
    absent = wanted.keys() - found.keys()
    if not above and not absent:
        return listed
    of_unstable = _verified(archives, debian().releases.rolling)
    elsewhere = _offered(archives, of_unstable, {*above, *absent})
    listed += [Listed(unstable(), name, versions, of_unstable[0].release.date) for name, versions in elsewhere.items()]
    earlier = _earlier(archives, codename) if of_unstable and absent else []
    if earlier:
        absent -= elsewhere.keys() | _offered(archives, earlier, absent).keys()
        if not any(archives.lacks_sources(suite) for suite in (*suites, *of_unstable, *earlier)):
            as_of = min(as_of, of_unstable[0].release.date)
            listed += [Listed(namespace_of(codename), name, (), as_of) for name in sorted(absent)]
    return listed


def _verified(archives: Archives, codename: str) -> list[Suite]:
    suites = archives.suites(codename)
    return [] if any(suite.unverified for suite in suites) else suites


def _offered(archives: Archives, suites: Sequence[Suite], names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found = {
        name: {offer.version: None for suite in suites for offer in archives.offers(suite, "sources", name)} for name in names
    }
    return {name: tuple(versions) for name, versions in found.items() if versions}


def _is_above(name: str, installed: Iterable[str], offered: Collection[str], key: Key) -> bool:
    newest = max((key(version) for version in offered if is_version(version, key)), default=None)
    return newest is not None and any(
        is_version(version, key) and key(version) > newest and not may_be_update(name, version, offered)
        for version in installed
    )


def _earlier(archives: Archives, codename: str) -> list[Suite]:
    """The suites of earlier releases; none if the latest of them is not available."""
    names = list(versions())
    at = names.index(codename) if codename in names else 0
    newest_first = [_verified(archives, name) for name in reversed(names[max(at - EARLIER, 0) : at])]
    return [suite for suites in newest_first for suite in suites] if newest_first and newest_first[0] else []
