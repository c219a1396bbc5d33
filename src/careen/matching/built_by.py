"""Weak signs that a third party built a package, and whether an index of the release confirms them.

A package whose version is above the newest of its release, or whose name the release does not have, is a third party's,
or the index is from another day than the package. Only an index that is newer than the package confirms the sign; a
package has no date, so the image's date is compared. A version that a release may get as an update (``may_be_update``)
is not a sign, whatever the index contains. A package that is wrongly attributed to a third party loses findings, so
doubtful packages stay the distribution's:

- versions that are not above those of every newer release: packages of testing or unstable, pinned earlier;
- backports, which no index lists;
- names for which some release has advisories: packages that were removed since.

The reason ``no_index`` lists the doubtful packages. A version above the newest of the release is also above all fixed
versions of the release: if unstable has the package too, unstable's advisories assess it instead.
**Source:** Debian Policy 3.2; Debian Developer's Reference 5.5 (uploads to stable) and 5.14 (testing).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from careen.database.knowledge import Knowledge
from careen.formats.debian.builds import may_be_update, without_backport
from careen.formats.debian.releases import DEBIAN, codename_of, namespace_of, unstable, versions
from careen.model.advisory import Listed
from careen.model.image import ImageConfig
from careen.model.inventory import Inventory
from careen.model.package import Package

from .causes import Gap, NewerRelease, UncertainBuilder, gap_in
from .distributions import distribution_of, release_of, title_of
from .keys import Key, Keys
from .reasons import purls_of
from .subject import Subject, weaker
from .vendors import vendor_of

LATER = timedelta(days=2)  # minimum age of the image at the date of the index, because an upload takes a day to reach all lists


class BuiltBy(Struct, frozen=True):
    inventory: Inventory  # in it, packages that the index shows to be a third party's have the vendor ``third_party``
    third_parties: tuple[str, ...] = ()  # purls of these packages
    newer: frozenset[str] = frozenset()  # purls of packages to assess with unstable's advisories
    gaps: tuple[Gap, ...] = ()  # packages with a weak sign that no index confirms or refutes


class _Suspect(Struct, frozen=True):
    package: Package
    name: str
    version: str
    listed: Sequence[Listed]


def built_by(inventory: Inventory, knowledge: Knowledge, keys: Keys, today: date) -> BuiltBy:
    suspects = _suspects(inventory, knowledge, keys)
    if not suspects:
        return BuiltBy(inventory)
    made = _plausible(inventory.created, today)
    advised = _advised({suspect.name for suspect in suspects if not _offered(suspect.listed)}, knowledge)
    elsewhere = _elsewhere(suspects, knowledge)
    has_unstable = any(info.unfixed and not info.partial for info in knowledge.namespace(unstable()))
    foreign: list[Package] = []
    doubtful: list[Package] = []
    newer: list[Package] = []
    for suspect in suspects:
        others = elsewhere.get(suspect.name, ())
        of_unstable = [other for other in others if other.namespace == unstable() and other.versions]
        is_above = bool(_offered(suspect.listed))
        if is_above:
            is_backport = without_backport(suspect.version) != suspect.version
            is_foreign = bool(of_unstable) and not is_backport and _is_above(suspect.version, _offered(others), keys["deb"])
        else:
            is_foreign = suspect.name not in advised
        indices = (suspect.listed, of_unstable) if is_above else (suspect.listed,)
        if is_foreign and made is not None and all(_newest(index) >= made + LATER for index in indices):
            foreign.append(suspect.package)
            continue
        if is_above and not is_foreign and of_unstable and has_unstable:
            newer.append(suspect.package)
        if suspect.version not in _offered(others):
            doubtful.append(suspect.package)
    purls = purls_of(foreign)
    gaps = []
    if newer:
        gaps.append(gap_in(NewerRelease(title_of(unstable())), newer))
    if doubtful:
        gaps.append(gap_in(UncertainBuilder(), doubtful))
    return BuiltBy(with_third_parties(inventory, purls), purls, frozenset(purls_of(newer)), tuple(gaps))


def is_dated(inventory: Inventory, knowledge: Knowledge, keys: Keys) -> bool:
    """Whether the assessment of any package depends on the date of the image."""
    return bool(_suspects(inventory, knowledge, keys))


def by_newer_releases(subjects: list[Subject], newer: Collection[str]) -> list[Subject]:
    """The subjects; those whose purls are in ``newer`` get unstable's advisories."""
    if not newer:
        return subjects
    return [
        _by_unstable(subject)
        if subject.namespace in _namespaces() and not subject.in_turn and subject.package.purl in newer
        else subject
        for subject in subjects
    ]


def _by_unstable(subject: Subject) -> Subject:
    return replace(
        subject,
        namespace=unstable(),
        title=title_of(unstable()),
        version=without_backport(subject.version),
        confidence=weaker(subject.confidence, "likely"),
        stand_in=None,
        paid=None,
        continued=False,
        entitled=False,
        lifetime="",
    )


def with_third_parties(inventory: Inventory, purls: Collection[str]) -> Inventory:
    if not purls:
        return inventory
    found = set(purls)
    packages = (
        replace(package, vendor="third_party") if package.type == "deb" and package.purl in found else package
        for package in inventory.packages
    )
    return replace(inventory, packages=tuple(packages))


def created_of(config: ImageConfig) -> str:
    """The latest date in the configuration, as ``YYYY-MM-DD``; "" if it has none. The dates of the history count too: a
    layer may have been added later than the configuration's own date.
    """
    days = (_day_of(text) for text in (config.created or "", *(step.created for step in config.history)))
    return max((day.isoformat() for day in days if day), default="")


def _suspects(inventory: Inventory, knowledge: Knowledge, keys: Keys) -> list[_Suspect]:
    """Debian's packages with a weak sign of a third party."""
    by_namespace: dict[str, list[Package]] = defaultdict(list)
    for package in inventory.packages:
        if package.type != "deb":
            continue
        distribution = distribution_of(package, inventory.distribution)
        release = release_of(distribution) if distribution and distribution.id == DEBIAN else None
        if distribution is None or release is None or release.namespace == unstable() or not codename_of(release.namespace):
            continue
        vendor = vendor_of(package, distribution) if package.vendor == "unknown" else package.vendor
        if vendor == "distribution":
            by_namespace[release.namespace].append(package)
    found = []
    for namespace, packages in by_namespace.items():
        listed = knowledge.listed(namespace, {_source(package)[0] for package in packages})
        for package in packages if listed else ():
            name, version = _source(package)
            if name in listed and _is_sign(name, version, listed[name], keys["deb"]):
                found.append(_Suspect(package, name, version, listed[name]))
    return found


def _source(package: Package) -> tuple[str, str]:
    source = package.source
    return (source.name or package.name, source.version or package.version) if source else (package.name, package.version)


def _is_sign(name: str, version: str, listed: Iterable[Listed], key: Key) -> bool:
    offered = _offered(listed)
    if not offered or version in offered:
        return not offered
    return not may_be_update(name, version, offered) and _is_above(version, offered, key)


def _is_above(version: str, offered: Iterable[str], key: Key) -> bool:
    """Whether the version is above all offered versions. False if any of them does not parse."""
    places = [key(text) for text in offered]
    here = key(version)
    return here is not None and all(place is not None and here > place for place in places)


def _offered(listed: Iterable[Listed]) -> frozenset[str]:
    return frozenset(version for index in listed for version in index.versions)


def _elsewhere(suspects: Iterable[_Suspect], knowledge: Knowledge) -> Mapping[str, list[Listed]]:
    """The entries of these packages in the indexes of all Debian releases, by name."""
    names = {suspect.name for suspect in suspects}
    found: dict[str, list[Listed]] = defaultdict(list)
    for namespace in _namespaces():
        for name, listed in knowledge.listed(namespace, names).items():
            found[name] += listed
    return found


def _advised(names: Collection[str], knowledge: Knowledge) -> frozenset[str]:
    """The packages for which some release has advisories. As a third party's package they would lose these."""
    if not names:
        return frozenset()
    return frozenset().union(*(knowledge.knows(namespace, names) for namespace in _namespaces()))


def _newest(listed: Iterable[Listed]) -> date:
    """The date of the newest index; ``date.min`` if none has a date."""
    days = [day for index in listed if (day := _day_of(index.as_of)) is not None]
    return max(days, default=date.min)


def _plausible(created: str, today: date) -> date | None:
    """The date of the image; None if it is missing, before the year 2000, or in the future."""
    day = _day_of(created)
    return day if day is not None and date(2000, 1, 1) <= day <= today else None


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


@cache
def _namespaces() -> tuple[str, ...]:
    """The namespaces of all releases of Debian, including unstable."""
    return (*map(namespace_of, versions()), unstable())
