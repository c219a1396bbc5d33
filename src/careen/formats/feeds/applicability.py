"""The vulnerable versions of products in a CVE record's CPE configurations, as ranges.

Shape: ``[{operator, negate, nodes: [{operator, negate, cpeMatch: [{vulnerable, criteria, versionStartIncluding, ...}]}]}]``.
Nodes of a configuration are alternatives, or all needed if its operator is AND: then the nodes without vulnerable criteria
are the platforms of the software. Ranges that apply only on systems that no image contains (Windows, macOS, phones, an
appliance's own) are listed apart. Any other platform (a module, a processor) makes the statement doubtful, and so does a
range of all versions. Negated nodes cannot be evaluated and are skipped.

An edition that is sold apart is a product of its own (``gitlab:gitlab:enterprise``). A build for another target
(``wordpress``) is a product of its own too, and is left out. ``*`` as version is a range, with or without an end; ``-`` is
not a version and is ignored; any other value is one version with its update, as a range, since its order has other spellings.
Raises: nothing: criteria that are not a CPE 2.3 name are skipped.
**Source:** NVD CVE API 2.0 schema, ``configurations``; NISTIR 7698; NISTIR 7695, 6.2 and 5.3.3.
"""

import re
from collections.abc import Collection, Iterable

from msgspec import Struct

from careen.model.advisory import Range

from .software import joined, unquoted

MAX_RANGES = 2_000  # of one product in one record
_SEPARATOR = re.compile(r"(?<!\\):")
# Editions that are products of their own, other than the free one.
_SOLD = frozenset({
    "advanced", "commercial", "data_center", "ee", "enterprise", "enterprise_edition", "plus", "premium", "pro",
    "professional", "ultimate",
})  # fmt: skip
# Targets that an image can contain: Linux, and software in any language.
_TARGETS = frozenset({
    "*", "-", ".net", "arm", "arm64", "docker", "go", "java", "kubernetes", "linux", "linux_kernel", "maven", "multiplatforms",
    "node.js", "perl", "php", "python", "ruby", "rust", "unix", "x64", "x86",
})  # fmt: skip
_SYSTEMS = {
    "windows": "windows", "macos": "darwin", "mac_os_x": "darwin", "android": "other", "iphone_os": "other", "ipados": "other",
    "aix": "other", "solaris": "other", "hp-ux": "other",
}  # fmt: skip
_NOT_IN_IMAGES = frozenset({
    "microsoft", "apple", "google", "cisco", "juniper", "fortinet", "vmware", "ibm", "oracle", "hp", "sgi", "sun", "netapp",
    "f5", "citrix", "paloaltonetworks",
})  # fmt: skip


class Criterion(Struct, gc=False, rename="camel"):
    criteria: str
    vulnerable: bool = True
    version_start_including: str | None = None
    version_start_excluding: str | None = None
    version_end_including: str | None = None
    version_end_excluding: str | None = None


class Node(Struct, gc=False, rename="camel"):
    cpe_match: tuple[Criterion, ...] = ()
    operator: str = "OR"
    negate: bool = False


class Configuration(Struct, gc=False):
    nodes: tuple[Node, ...] = ()
    operator: str = "OR"
    negate: bool = False


class Affected(Struct):
    """The affected versions of one product."""

    ranges: dict[Range, None]
    elsewhere: dict[Range, None]  # on other systems alone
    systems: set[str]  # which those are: "windows", "darwin", "other"
    doubtful: bool = True


def affected(configurations: Iterable[Configuration], known: Collection[str]) -> dict[str, Affected]:
    """The affected ranges of the ``known`` products, by ``vendor:product`` (``vendor:product:edition``)."""
    found: dict[str, Affected] = {}
    for configuration in configurations:
        if configuration.negate:
            continue
        platforms = [
            criterion
            for node in configuration.nodes
            if configuration.operator == "AND" and not any(criterion.vulnerable for criterion in node.cpe_match)
            for criterion in node.cpe_match
        ]
        foreign = set(map(_system, platforms)) if platforms and all(map(_is_foreign, platforms)) else set[str]()
        doubtful = bool(platforms) and not any(map(_is_linux, platforms))
        for node in configuration.nodes:
            for criterion in () if node.negate else node.cpe_match:
                if criterion.vulnerable:
                    _take(criterion, known, doubtful, foreign, found)
    return found


def _take(
    criterion: Criterion, known: Collection[str], doubtful: bool, foreign: Collection[str], found: dict[str, Affected]
) -> None:
    parts = _SEPARATOR.split(criterion.criteria)
    if len(parts) != 13 or parts[2] != "a":
        return
    name = f"{parts[3]}:{parts[4]}"
    sold = next((edition for edition in (parts[7], parts[9]) if edition in _SOLD), "")
    name = f"{name}:{sold}" if sold else name
    foreign = foreign or [_SYSTEMS[system] for system in (parts[10], parts[7]) if system in _SYSTEMS]
    if name not in known or not (foreign or parts[10] in _TARGETS):
        return
    range = range_of(criterion)
    if range is None:
        return
    product = found.setdefault(name, Affected({}, {}, set()))
    if len(product.ranges) + len(product.elsewhere) >= MAX_RANGES:
        return
    if foreign:
        product.elsewhere[range] = None
        product.systems.update(foreign)
        return
    product.ranges[range] = None
    # One plain statement is enough, whatever is next to it.
    product.doubtful = product.doubtful and (doubtful or range == Range())


def range_of(criterion: Criterion) -> Range | None:
    """The affected versions according to the criterion; None if it has no version."""
    parts = _SEPARATOR.split(criterion.criteria)
    version, update = parts[5:7] if len(parts) == 13 else ("-", "")
    if version == "-":
        return None
    if version != "*":
        exact = joined(unquoted(version), unquoted(update))
        return Range(exact, None, exact)
    low = criterion.version_start_including
    after = low is None and criterion.version_start_excluding is not None
    return Range(
        criterion.version_start_excluding if after else low,
        criterion.version_end_excluding,
        criterion.version_end_including if criterion.version_end_excluding is None else None,
        after,
    )


def _is_foreign(criterion: Criterion) -> bool:
    """Whether the criterion names a system that no Linux image contains: another operating system, or a vendor's
    appliance."""
    parts = _SEPARATOR.split(criterion.criteria)
    return len(parts) > 4 and parts[2] == "o" and parts[3] in _NOT_IN_IMAGES and "linux" not in parts[4]


def _system(criterion: Criterion) -> str:
    """``windows`` of ``cpe:2.3:o:microsoft:windows_10:...``."""
    product = _SEPARATOR.split(criterion.criteria)[4]
    return next((system for name, system in _SYSTEMS.items() if product.startswith(name)), "other")


def _is_linux(criterion: Criterion) -> bool:
    return criterion.criteria.startswith("cpe:2.3:o:linux:linux_kernel:")
