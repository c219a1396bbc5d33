"""Fixed vulnerabilities from a Debian archive itself: from the changelogs of packages of which it has a newer version.

If an installed source package is the release's newest version, there is no fix. If it is older, the changelog of the
newest version is read: the fix of a CVE is the version whose entry first names it. CVEs that the changelog does not name
come from the patches of the source package (``database.source_patches``). CVEs that it names only by a bug or commit are
identified with a newer release (``archive_neighbours``). The archive contains nothing about vulnerabilities without a fix,
severities, or packages that are not affected, so that these data are partial. The changelog comes from the source package,
else from a binary package, else from the next older version.
Raises: ArchiveError, NetworkError if nothing is available.
**Source:** Debian Policy 4.4 (changelogs); DEP-3 (patches); Debian Developer's Reference 5.8.5.2 (security uploads name
their CVEs there).
"""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from careen.errors import Error
from careen.formats.debian.archive import Offer
from careen.formats.debian.changelog import fixes
from careen.formats.debian.references import corrected
from careen.formats.debian.releases import codename_of
from careen.formats.feeds.archive_facts import ReleaseFacts, SourceFacts, by_version
from careen.log import logger
from careen.model.advisory import Listed

from .archive_files import ArchiveError, Archives, Suite
from .archive_index import index_of
from .archive_neighbours import Neighbours, is_version, patched_as, unnamed
from .facts import knowledge_of
from .memory import MemoryDatabase
from .source_package import FixEvidence

log = logger(__name__)

BUDGET_S = 600.0
BINARIES = 4  # binary packages of one source that are opened, because some have no changelog
OLDER = 3  # versions to try if the newest is not available
_UPDATED = re.compile(r"[+~]deb\d+u\d+")

Key = Callable[[str], Any]
Installed = Mapping[str, Collection[str]]  # versions by source package


def archive_knowledge(
    archives: Archives, installed: Mapping[str, Installed], key: Key, on_failure: Callable[[str], None] = lambda _: None
) -> MemoryDatabase | None:
    """The fixes that the archives state for the packages in ``installed``, which are by namespace. None if no release could be
    read. Failures are logged and passed to ``on_failure``."""
    releases: dict[str, ReleaseFacts] = {}
    listed: list[Listed] = []
    for namespace, packages in sorted(installed.items()):
        codename = codename_of(namespace)
        try:
            facts = release_facts(archives, codename, packages, key) if codename else None
        except Error as error:
            log.warning("the archive could not be read: %s%s", error, f" ({error.hint})" if error.hint else "")
            on_failure(str(error))
            continue
        if codename and facts:
            releases[codename] = facts
            listed += index_of(archives, codename, packages, key)
    return knowledge_of(releases, archives.shown, listed) if releases else None


def release_facts(archives: Archives, codename: str, wanted: Installed, key: Key) -> ReleaseFacts:
    """The fixes in a release for the source packages in ``wanted``, which has their installed versions; without
    versions, all fixes of a package. Raises ArchiveError if there is no such release or none of the packages.
    """
    archives.deadline = time.monotonic() + BUDGET_S
    suites = archives.suites(codename)
    if not suites:
        reasons = "; ".join(archives.refused(codename)[:3]) or f"{archives.shown}: no release {codename} there"
        raise ArchiveError(reasons, "set archive to the folder that contains dists, and archive_keys to trusted keyrings")
    work = _Work(archives, suites, key, Neighbours(archives, codename, key))
    # If a mirror has no source packages, the versions come from the binary ones.
    offers = work.newest_first(wanted, "sources") or work.newest_first(wanted, "packages")
    if not offers and wanted:
        raise ArchiveError(f"{archives.shown}: none of the packages is listed in {codename}", "check the mirror")
    for name, versions in sorted(offers.items()):
        newest = versions[0].offer.version
        oldest = min((version for version in wanted[name] if is_version(version, key)), key=key, default=None)
        if key(oldest) >= key(newest) if oldest else work.is_original(versions[0]):
            work.sources[name] = SourceFacts(newest)
        else:
            work.look_up(
                name, [placed for placed in versions if oldest is None or key(placed.offer.version) > key(oldest)], oldest
            )
    return ReleaseFacts(_as_of(suites), work.sources, work.detail(archives.refused(codename)))


class _Placed(Struct, frozen=True):
    place: str
    offer: Offer
    is_update: bool  # its suite is not the release's first one


class _Work:
    """Collects the facts about one release, and the packages for which there are none."""

    def __init__(self, archives: Archives, suites: Sequence[Suite], key: Key, neighbours: Neighbours) -> None:
        self._archives, self._suites, self._key, self._neighbours = archives, suites, key, neighbours
        self.sources: dict[str, SourceFacts] = {}
        self._older: list[str] = []  # their newest changelog was not available
        self._failed: list[str] = []
        self._elsewhere: list[str] = []  # a newer release names the CVEs of their fixes

    def newest_first(self, names: Collection[str], kind: str) -> dict[str, list[_Placed]]:
        found: dict[str, list[_Placed]] = defaultdict(list)
        for suite in self._suites:
            for name in names:
                for offer in self._archives.offers(suite, kind, name):
                    if is_version(offer.version, self._key):
                        found[name].append(_Placed(suite.place, offer, suite.name.endswith(("-security", "-updates"))))
        for versions in found.values():  # of one version, the smallest file first
            versions.sort(key=lambda placed: placed.offer.size_bytes)
            versions.sort(key=lambda placed: self._key(placed.offer.version), reverse=True)
        return dict(found)

    def is_original(self, one: _Placed) -> bool:
        """Whether the release was first published with this version. Then it cannot be a fix within the release."""
        native = "-" not in one.offer.version  # a fix of a native package has an ordinary version number
        return not (native or one.is_update or _UPDATED.search(one.offer.version))

    def look_up(self, name: str, versions: Sequence[_Placed], oldest: str | None) -> None:
        newest = versions[0].offer.version
        tried = list(dict.fromkeys(placed.offer.version for placed in versions))[:OLDER]
        for version in tried:
            evidence = self._evidence_in(name, [placed for placed in versions if placed.offer.version == version])
            if evidence is not None:
                if not evidence.has_source:
                    evidence = self._with_patches(evidence, [placed for placed in versions if placed.offer.version in tried])
                self.sources[name] = SourceFacts(newest, by_version(self._fixes(name, evidence, oldest)))
                if version != newest:
                    self._older.append(name)
                return
        self._failed.append(name)

    def _fixes(self, name: str, evidence: FixEvidence, oldest: str | None) -> dict[str, str]:
        since = self._key(oldest) if oldest else None

        def is_update(version: str, place: Any) -> bool:
            return place > since if since is not None else _UPDATED.search(version) is not None

        answer = self._neighbours.ask(name, unnamed(evidence, self._key, is_update))
        found = fixes(evidence.changelog, self._key, evidence.patched)
        if answer.changelog:
            changelog = corrected(evidence.changelog, answer.changelog)
            more = fixes(changelog, self._key, {**patched_as(evidence, answer.known), **evidence.patched}, answer.known)
            if more.keys() - found.keys():
                self._elsewhere.append(name)
            found = more
        return found

    def _with_patches(self, evidence: FixEvidence, older: Sequence[_Placed]) -> FixEvidence:
        """The evidence with the patches of the next older source package added. The newest version has these patches
        too; only its binary packages, which contain none, were available.
        """
        for placed in older:
            if not placed.offer.path.endswith(".deb"):
                try:
                    source = self._archives.fix_evidence(placed.place, placed.offer)
                except ArchiveError as error:
                    log.debug("%s: %s", placed.offer.path, error)
                    continue
                return replace(evidence, patched=source.patched, patches=source.patches)
        return evidence

    def _evidence_in(self, name: str, files: Sequence[_Placed]) -> FixEvidence | None:
        for placed in self._candidates(name, files):
            try:
                return self._archives.fix_evidence(placed.place, placed.offer)
            except ArchiveError as error:
                log.debug("%s %s: %s", name, placed.offer.version, error)
        return None

    def _candidates(self, name: str, files: Sequence[_Placed]) -> Iterator[_Placed]:
        yield from files[:BINARIES]
        if not files[0].offer.path.endswith(".deb"):
            packages = self.newest_first((name,), "packages").get(name, ())
            yield from [placed for placed in packages if placed.offer.version == files[0].offer.version][:BINARIES]

    def detail(self, refused: Sequence[str]) -> str:
        parts = ["fixes named in changelogs and patches of the distribution's archive"]
        parts += sorted({f"its signature was not verified: {suite.unverified}" for suite in self._suites if suite.unverified})
        parts += [f"not used: {reason}" for reason in refused[:3]]
        if not any(suite.name.endswith("-security") for suite in self._suites):
            parts.append("it has no suite of security updates")
        today = datetime.now(UTC).isoformat()
        expired = sorted(suite.release.valid_until[:10] for suite in self._suites if "" < suite.release.valid_until < today)
        if expired:
            parts.append(f"its lists expired on {expired[0]}: the mirror is out of date")
        for names, what in (
            (self._elsewhere, "a newer release names the vulnerabilities that are fixed in"),
            (self._older, "only an older changelog was available of"),
            (self._failed, "no changelog was available of"),
        ):
            if names:
                parts.append(f"{what} {', '.join(names[:5])}{' …' if len(names) > 5 else ''}")
        return "; ".join(parts)


def _as_of(suites: Sequence[Suite]) -> str:
    """The date of the security suite: a release's own suite changes only with its point releases."""
    dates = [suite.release.date for suite in suites if suite.name.endswith("-security")]
    return max(dates or [suite.release.date for suite in suites])
