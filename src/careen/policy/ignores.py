"""Ignore rules: what a rule speaks of, and whether it applies to a finding.

Every condition of a rule must hold, and one that has none of a finding's kind never does: a rule with a package says
nothing of a secret. ``*`` in an id or a package's name stands for anything; in a path it stays within a folder and
``**`` does not. A rule applies through the day named by ``until``.
"""

from collections.abc import Sequence
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache

from msgspec import Struct

from careen.model.finding import Finding, SuppressedBy, Vulnerability


class Ignore(Struct, frozen=True):
    id: str  # "*": any
    source: str  # "FILE:LINE"
    package: str | None = None
    purl: str | None = None
    until: date | None = None
    reason: str = ""
    version: str | None = None  # of the package, exactly
    paths: tuple[str, ...] = ()  # any of them
    layer: int | None = None
    types: frozenset[str] = frozenset()  # of package URLs
    fix: frozenset[str] = frozenset()  # states of the fix
    kinds: frozenset[str] = frozenset()  # vulnerability, secret, misconfiguration
    owner: str | None = None

    def applies(self, finding: Finding) -> bool:
        if self.kinds and kind_of(finding) not in self.kinds:
            return False
        if not _is_named(self.id, finding) or (self.layer is not None and self.layer != finding.layer):
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
    """Does a pattern of a path match: ``*`` and ``?`` within a folder, ``**`` over any number of them?

    A pattern without ``/`` names a file wherever it lies; one that names a folder covers what is in it.
    """
    return any(_matched(pattern, path))


def matches(pattern: str, path: str) -> bool:
    """As ``covers``, but a folder does not cover what is in it."""
    return _matched(pattern, path)[-1]


def _is_named(wanted: str, finding: Finding) -> bool:
    if wanted == "*":
        return True
    ids = (finding.id, *finding.aliases) if isinstance(finding, Vulnerability) else (finding.id,)
    wanted = wanted.upper()
    return any(fnmatchcase(id.upper(), wanted) for id in ids)


def _lies_in(patterns: Sequence[str], finding: Finding) -> bool:
    """All places of a finding must be covered: one that is left is enough for the flaw to be there."""
    paths = finding.paths if isinstance(finding, Vulnerability) else (finding.location.path,)
    return bool(paths) and all(any(_path_covered(pattern, path) for pattern in patterns) for path in paths)


@lru_cache(maxsize=16384)
def _path_covered(pattern: str, path: str) -> bool:
    return covers(pattern, path)


def _matched(pattern: str, path: str) -> list[bool]:
    """Which beginnings of the path the pattern matches: folders that it lies in, and last the whole path."""
    wanted, parts = pattern.strip("/").split("/"), path.strip("/").split("/")
    if len(wanted) == 1 and wanted[0] != "**":
        wanted.insert(0, "**")
    row = [True] + [False] * len(parts)
    for part in wanted:
        if part == "**":
            seen = False
            row = [seen := seen or here for here in row]
        else:
            row = [False] + [row[i] and fnmatchcase(parts[i], part) for i in range(len(parts))]
    return row


def is_purl(wanted: str, purl: str) -> bool:
    """The same text, or that of the purl without qualifiers, or without version; ``*`` stands for anything."""
    bare = purl.partition("?")[0]
    nameless = bare.rpartition("@")[0] if "@" in bare.rpartition("/")[2] else bare
    if "*" in wanted:
        return any(fnmatchcase(text, wanted.replace("[", "[[]")) for text in (purl, bare, nameless))
    return wanted in (purl, bare, nameless)
