"""Fixes of vulnerabilities that no advisory names, in changelog entries of versions newer than the installed ones.

An entry that names a CVE is left out: advisories have it. A finding is a guess about a text, so it never gates, there are at
most ``MAX_ROWS``, and each has the line of the changelog that it rests on.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from re import Match

from msgspec import Struct

from careen.behaviour.rules import Rule, found
from careen.formats.debian.changelog import ENTRY
from careen.model.finding import BehaviourFinding
from careen.model.package import Distribution, Package
from careen.safety.pattern import pattern

from .classifier import PROJECTS_FILE, Scored, model, scored
from .items import NAMED, items_of
from .releases import changes_of, circumstances_of, order_of, releases_of

PROJECTS = ("npm", "pypi", "gem")  # types of packages with a changelog of their project
_GONE = frozenset(("absent", "shadowed"))
MAX_ROWS = 5
MAX_ENTRIES = 50  # newer ones of a package: those next to the installed version
MAX_CHANGELOG = 4 << 20
_REBUILD = pattern(r"\+b\d{1,3}$")
_QUIET = Rule(
    "UDF-001",
    "Newer version whose changelog describes a fix of a vulnerability without a CVE",
    "low",
    "What was fixed is in the installed version, and everybody can read what it was.",
    "Update the package.",
    (),
    "possible",
)
RULES = (_QUIET,)


class QuietFix(Struct, frozen=True):
    version: str
    line: str  # of the changelog
    score: Scored


def undisclosed_fixes(
    packages: Iterable[Package], distribution: Distribution | None, *, changelogs: Mapping[str, str] | None = None
) -> Iterator[BehaviourFinding]:
    """The ``MAX_ROWS`` likeliest findings, the likeliest first, at most one for each changelog.

    ``changelogs``: the newest changelog of each source package of Debian by its name, and of each project by type and name
    (``npm/axios``). A package without a changelog is skipped, and so is one whose installed version the changelog does not
    have: then it is unknown which entries are newer.
    """
    candidates = []
    seen: set[str] = set()
    for package in packages if changelogs else ():
        key = changelog_key(package)
        if key is None or key in seen or package.presence in _GONE:
            continue
        seen.add(key)
        changelog = (changelogs or {}).get(key, "")
        if package.type == "deb":
            fixes = list(quiet_fixes(changelog, package.source.version if package.source else package.version))
        else:
            fixes = list(quiet_releases(changelog, package.version))
        if fixes:
            best = max(fixes, key=lambda fix: fix.score.probability)
            candidates.append((best, package))
    candidates.sort(key=lambda pair: -pair[0].score.probability)
    for fix, package in candidates[:MAX_ROWS]:
        yield _finding(fix, package)


def changelog_key(package: Package) -> str | None:
    """The key of the package's changelog in ``changelogs``; None if changelogs of its kind are not read."""
    if package.type == "deb":
        return package.source.name if package.source else package.name
    if package.type not in PROJECTS or package.owned_by or package.vendor == "distribution":
        return None
    return f"{package.type}/{package.name.lower().replace('_', '-') if package.type == 'pypi' else package.name}"


def quiet_fixes(changelog: str, installed: str) -> Iterator[QuietFix]:
    """Yields the items of the changelog's newer entries that describe a fix. Entries that name a CVE are left out.

    An entry is newer if it is above that of the installed version.
    """
    threshold = model().threshold
    for version, text in _newer(changelog[:MAX_CHANGELOG], installed):
        if NAMED.search(text):
            continue
        for item in items_of(text):
            score = scored(item)
            if score.probability >= threshold:
                yield QuietFix(version, item, score)


def quiet_releases(changelog: str, installed: str) -> Iterator[QuietFix]:
    """Like ``quiet_fixes``, for the changelog of a project: a release is newer if its version is higher, since releases of
    older lines are between those of newer ones. A pre-release counts for users of pre-releases, and after a release that has
    its changes."""
    releases = list(releases_of(changelog[:MAX_CHANGELOG]))
    order = order_of(installed)
    if all(order_of(release.version) != order for release in releases):
        return
    known = model(PROJECTS_FILE)
    newest = max(order_of(release.version) for release in releases if order.is_early or not order_of(release.version).is_early)
    pairs = zip(releases, circumstances_of(releases), strict=True)
    newer = [(release, beside) for release, beside in pairs if order < order_of(release.version) <= newest]
    newer.sort(key=lambda pair: order_of(pair[0].version))
    for release, beside in newer[:MAX_ENTRIES]:
        if NAMED.search(release.text):
            continue
        for item in changes_of(release.text):
            score = scored(item, known, beside)
            if score.probability >= known.threshold:
                yield QuietFix(release.version, item, score)


def _newer(changelog: str, installed: str) -> list[tuple[str, str]]:
    """Version and text of the last ``MAX_ENTRIES`` entries above that of the installed version, whose mark of a rebuild
    (``+b1``) does not count; [] if no entry has that version."""
    wanted = _REBUILD.sub("", installed)
    starts = deque[Match[str]](maxlen=MAX_ENTRIES + 1)
    for start in ENTRY.finditer(changelog):
        starts.append(start)
        if start[1] == wanted:
            return [(entry[1], changelog[entry.end() : following.start()]) for entry, following in pairwise(starts)]
    return []


def _finding(fix: QuietFix, package: Package) -> BehaviourFinding:
    place = package.evidence[0] if package.evidence else None
    words = ", ".join(fix.score.words)
    kind = fix.score.weakness or "fix"
    return found(
        _QUIET,
        place.path if place else "",
        f"{package.name} {fix.version} describes a fix ({kind}): {fix.line[:200]}",
        layer=place.layer if place else None,
        package=package.purl,
        evidence=(fix.line, f"probability {fix.score.probability:.2f}, by the words: {words}"),
        lasting=f"{package.name}\0{fix.line}",
    )
