"""Ignore rules: the conditions of a rule, and whether it applies to a finding.

Every condition of a rule has to hold. A rule never applies to findings that lack one of its properties: a rule with a
package never applies to a secret. ``*`` in an id or a package's name matches anything; in a path it stays within a
folder, and ``**`` does not. A rule applies until the end of the day ``until``.
"""

from collections.abc import Sequence
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache

from msgspec import Struct

from careen.model.finding import ExposedSecret, Finding, SuppressedBy, Vulnerability, layers_of
from careen.safety.glob import matched


class Ignore(Struct, frozen=True):
    id: str  # "*" means any id
    source: str  # "FILE:LINE"
    package: str | None = None
    purl: str | None = None
    until: date | None = None
    reason: str = ""
    version: str | None = None  # of the package, exactly
    paths: tuple[str, ...] = ()  # at least one has to match
    layer: int | None = None
    types: frozenset[str] = frozenset()  # of package URLs
    fix: frozenset[str] = frozenset()  # states of the fix
    kinds: frozenset[str] = frozenset()  # of findings, as ``kind_of`` names them; empty: any kind
    owner: str | None = None

    def applies(self, finding: Finding) -> bool:
        if self.kinds and kind_of(finding) not in self.kinds:
            return False
        if not _is_named(self.id, finding) or (self.layer is not None and not _is_in_layer(self.layer, finding)):
            return False
        if self.paths and not _lies_in(self.paths, finding):
            return False
        if not isinstance(finding, Vulnerability):
            return not (self.package or self.purl or self.version or self.types or self.fix)
        return (
            (self.package is None or fnmatchcase(finding.package_name, self.package))
            and (self.version is None or self.version == finding.package_version)
            and (self.purl is None or is_purl(self.purl, finding.package))
            and (not self.types or finding.package.removeprefix("pkg:").partition("/")[0] in self.types)
            and (not self.fix or finding.fix.state in self.fix)
        )

    def expired(self, today: date) -> bool:
        return self.until is not None and self.until < today

    def by(self) -> SuppressedBy:
        return SuppressedBy("ignore", self.source, self.reason, self.until.isoformat() if self.until else None, self.owner)


def kind_of(finding: Finding) -> str:
    return str(type(finding).__struct_config__.tag)


def covers(pattern: str, path: str) -> bool:
    """Whether a pattern matches a path: ``*`` and ``?`` within a folder, ``**`` across any number of folders.

    A pattern without ``/`` names a file in any folder; one that names a folder covers its content.
    """
    return any(_matched(pattern, path))


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern matches the path itself. Unlike with ``covers``, a pattern for a folder does not match its
    content.
    """
    return _matched(pattern, path)[-1]


def _is_named(wanted: str, finding: Finding) -> bool:
    if wanted == "*":
        return True
    ids = (finding.id, *finding.aliases) if isinstance(finding, Vulnerability) else (finding.id,)
    wanted = wanted.upper()
    return any(fnmatchcase(id.upper(), wanted) for id in ids)


def _lies_in(patterns: Sequence[str], finding: Finding) -> bool:
    """Whether the patterns cover all places of a finding. A vulnerability or a secret in any other place stays."""
    paths = _paths(finding)
    return bool(paths) and all(any(_path_covered(pattern, path) for pattern in patterns) for path in paths)


def _paths(finding: Finding) -> Sequence[str]:
    if isinstance(finding, Vulnerability):
        return finding.paths
    if isinstance(finding, ExposedSecret):
        return [place.location.path for place in finding.all_places]
    return (finding.location.path,)


def _is_in_layer(layer: int, finding: Finding) -> bool:
    return all(known == layer for known in layers_of(finding))


@lru_cache(maxsize=16384)
def _path_covered(pattern: str, path: str) -> bool:
    return covers(pattern, path)


def _matched(pattern: str, path: str) -> list[bool]:
    """For each prefix of the path (nothing, its folders in turn, the whole path): whether the pattern matches it."""
    pattern = pattern.strip("/")
    return matched(pattern if "/" in pattern or pattern == "**" else f"**/{pattern}", path)


def is_purl(wanted: str, purl: str) -> bool:
    """Whether both are equal, with or without the purl's qualifiers or version; ``*`` matches anything."""
    bare = purl.partition("?")[0]
    nameless = bare.rpartition("@")[0] if "@" in bare.rpartition("/")[2] else bare
    if "*" in wanted:
        return any(fnmatchcase(text, wanted.replace("[", "[[]")) for text in (purl, bare, nameless))
    return wanted in (purl, bare, nameless)
