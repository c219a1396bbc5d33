"""Merges statements about single builds of rpm packages into one advisory a package, whatever its architectures.

A feed lists each architecture of each package in each repository. Here they become one statement with the architectures
that it applies to. A build of the source package counts if no binary package is named, and is marked by ``arch`` "src".
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from careen.model.advisory import Advisory, Range, Severity, Status

ANY = frozenset({"", "noarch"})
SOURCE = frozenset({"src", "nosrc"})


class Build(NamedTuple):
    """What a feed states about one build of an rpm package."""

    namespace: str
    package: str
    status: Status
    evr: str = ""  # the fixed version
    arch: str = ""
    module: str = ""
    errata: tuple[str, ...] = ()
    severity: Severity = "unknown"


def statements(
    id: str, source: str, builds: Iterable[Build], url: str = "", aliases: tuple[str, ...] = ()
) -> Iterator[Advisory]:
    """The advisories about these builds, in the order of namespaces and packages. ``aliases`` are put before the
    errata of the builds."""
    groups: dict[tuple[str, str, bool, str, Status, str], tuple[set[str], Build]] = {}
    binaries: set[tuple[str, tuple[str, ...]]] = set()
    for build in builds:
        is_source = build.arch in SOURCE
        key = (build.namespace, build.package, is_source, build.module, build.status, build.evr)
        group = groups.setdefault(key, (set(), build))
        group[0].add(build.arch)
        if not is_source and build.status == "fixed":
            binaries.add((build.namespace, build.errata))
    for key, (architectures, build) in sorted(groups.items(), key=lambda item: item[0]):
        is_source = key[2]
        if is_source and build.status == "fixed" and (build.namespace, build.errata) in binaries:
            continue  # its binary packages are listed
        named = () if not architectures.isdisjoint(ANY) else tuple(sorted(architectures))
        yield Advisory(
            id=id,
            source=source,
            namespace=build.namespace,
            package=build.package,
            ranges=(Range(None, build.evr),) if build.evr else (),
            status=build.status,
            aliases=tuple(dict.fromkeys((*aliases, *build.errata))),
            severity=build.severity,
            module=build.module or None,
            arch=("src",) if is_source else named,
            url=url,
        )


def evr(text: str) -> str:
    """The version without an epoch of 0, which is what a missing epoch means."""
    return text.removeprefix("0:")
