"""Whether an advisory is about the build of an rpm: its module stream, its architecture, its line of builds.

A module's packages are built for one stream (``nodejs:18``), and their releases cannot be compared with other streams'.
Feeds that list errata without the stream still show it: a module's releases contain ``.module_el8`` or ``.module+el8``,
and the version begins with the stream if the package is versioned as its module.

**Source:** Fedora Modularity, "modularity label" (name:stream:version:context); Oracle Linux errata (ksplice, FIPS).
"""

from collections.abc import Iterable
from typing import Any

from careen.distributions.registry import profile_of
from careen.model.advisory import Advisory
from careen.model.package import Package
from careen.plugins import VersionScheme
from careen.safety.pattern import pattern

from .keys import Key

# Builds beside the regular ones, with fixed versions of their own.
_BUILDS = pattern(r"\.?ksplice\d|_fips")
_MODULE = pattern(r"\.module[_+]")
# .module_el8.6.0+2867+72759d2f and the suffix of a rebuild that replaces trademarks; not the .2 of a second fix.
_MODULE_BUILD = pattern(r"\.module[_+]el[0-9._]*(?:\+[0-9]+)?(?:\+[0-9a-f]+)?(?P<fix>(?:\.[0-9]+)*)(?:\.[a-z]+(?:\.[0-9]+)*)?$")
FROM_SOURCE = ("src",)  # the architecture of advisories about a source package, which apply to all packages built from it
_NO_ARCH = frozenset({"", "noarch", "all", "src"})


def stream_of(package: Package) -> str | None:
    """``name:stream`` of a module's package. "" if the package is of a module without a label; None if it is of no
    module.
    """
    if package.module:
        return ":".join(package.module.split(":")[:2])
    return "" if _MODULE.search(package.version) else None


def lacks_stream(package: Package, advisories: Iterable[Advisory]) -> bool:
    """Whether the advisories of a module's streams are about a package that a file only names, without its stream or its
    release, which would show that it is of no module.
    """
    if package.type != "rpm" or package.presence != "declared" or "-" in package.version or stream_of(package) is not None:
        return False
    return any(advisory.module is not None or _is_modular(advisory) for advisory in advisories)


def _is_modular(advisory: Advisory) -> bool:
    return any(range.fixed and _MODULE.search(range.fixed) for range in advisory.ranges)


def without_module_build(key: Key) -> Key:
    """The version order without the numbers of module builds, because each rebuild counts its builds separately."""

    def place(text: str) -> tuple[Any, ...]:
        found = key(_MODULE_BUILD.sub(r"\g<fix>", text))
        if found is None:
            raise ValueError(text)
        return found

    return Key(VersionScheme("rpm", place))


def is_about_build(advisory: Advisory, package: Package) -> bool:
    """Whether the advisory is about this build, regardless of the version."""
    if advisory.arch == FROM_SOURCE and _lists_binaries(advisory.namespace):
        return False
    fixed = [range.fixed for range in advisory.ranges if range.fixed]
    if not _same_stream(advisory, fixed, package):
        return False
    named = advisory.arch if advisory.arch != FROM_SOURCE else ()
    if named and (package.arch or "") not in _NO_ARCH and package.arch not in named:
        return False
    return not fixed or any(_build(text) == _build(package.version) for text in fixed)


def _lists_binaries(namespace: str) -> bool:
    """Whether the namespace lists binary packages even in advisories that apply to their source package."""
    one = profile_of(namespace)
    return one is not None and one.advisories.binaries_listed


def _same_stream(advisory: Advisory, fixed: list[str], package: Package) -> bool:
    stream = stream_of(package)
    if advisory.module is not None:
        return stream == ":".join(advisory.module.split(":")[:2])
    modular = _is_modular(advisory)
    if stream is None or not modular:
        return stream is None and not modular
    start = stream.partition(":")[2] + "."
    if len(start) < 2 or not start[0].isdigit() or not _upstream(package.version).startswith(start):
        return stream != ""  # it is not versioned like its module, so that the streams cannot be distinguished
    return any(_upstream(text).startswith(start) for text in fixed)


def _build(version: str) -> str:
    """The line of builds of a version: ``ksplice1`` and ``ksplice2`` are two lines, all FIPS builds are one; "" for
    others.
    """
    found = _BUILDS.search(version)
    return found[0].lstrip(".") if found else ""


def _upstream(version: str) -> str:
    return version.rpartition(":")[2]
