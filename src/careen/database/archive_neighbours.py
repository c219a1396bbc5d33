"""Finds in a newer release the CVEs of fixes that a release's changelog identifies only by a bug, a commit or an
advisory.

For such a package, the changelog and the patches of the newest stable release's source package are read, then
upstream's news in one or two of its binary packages. If one of them names the same reference beside a CVE, the update
fixes that CVE. The newest release knows most CVEs, because changelogs are amended when a CVE is assigned. The release
before it is read for packages that the newest no longer has. A mistyped CVE is corrected from the newer changelog. The
cost is the lists of one more release, which change only with its point releases.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from careen.errors import Error
from careen.formats.debian.archive import Offer
from careen.formats.debian.changelog import entries_of
from careen.formats.debian.references import Mention, cves_by_reference, mentions
from careen.formats.debian.releases import versions
from careen.log import logger

from .archive_files import Archives, Suite
from .source_package import FixEvidence

log = logger(__name__)

NEWER = 3  # newer releases to try
NEWS = 2  # binary packages to open for upstream's news
MAX_NEWS_BYTES = 4 << 20  # size of the news in such a package
UNSTABLE = ("testing", "unstable", "experimental")  # their lists change every day

Key = Callable[[str], Any]


class Answer(Struct, frozen=True):
    known: dict[str, tuple[str, ...]]  # CVEs by their other names
    changelog: str  # changelog of the newer release's package; "" if there is none


class Neighbours:
    """The releases that are newer than a given one. Their lists are read when they are first needed."""

    def __init__(self, archives: Archives, codename: str, key: Key) -> None:
        self._archives, self._codename, self._key = archives, codename, key

    def ask(self, name: str, wanted: Collection[str]) -> Answer:
        """The CVEs of the ``wanted`` references of a source package, as far as newer releases name them."""
        mentioned: list[Mention] = []
        known: dict[str, tuple[str, ...]] = {}
        changelog = ""
        for evidence in self._evidence(name) if wanted else ():
            changelog = changelog or evidence.changelog
            mentioned += [mention for mention in mentions(evidence.changelog) if mention.cves]
            mentioned += [patch.mention for patch in evidence.patches]
            mentioned += evidence.news
            found = cves_by_reference(mentioned)
            known = {reference: found[reference] for reference in wanted if reference in found}
            if len(known) == len(wanted):
                break
        return Answer(known, changelog)

    def _evidence(self, name: str) -> Iterator[FixEvidence]:
        try:
            for suite, offer in self._offers(name):
                try:
                    yield self._archives.fix_evidence(suite.place, offer)
                except Error as error:
                    log.debug("%s %s: %s", name, offer.version, error)
        except Error as error:
            log.debug("no newer release has %s: %s", name, error)

    def _offers(self, name: str) -> Iterator[tuple[Suite, Offer]]:
        stem = name.rstrip("0123456789")
        for suites in self._newest_first():
            sources = self._of(suites, name, "sources")
            small = [offered for offered in self._of(suites, name, "packages") if offered[1].size_bytes <= MAX_NEWS_BYTES]
            small.sort(key=lambda offered: (not _is_called(offered[1], stem), offered[1].size_bytes))
            yield from sources[:1]
            yield from small[:NEWS]
            if sources or small:
                return

    def _of(self, suites: Sequence[Suite], name: str, kind: str) -> list[tuple[Suite, Offer]]:
        found = [(suite, offer) for suite in suites for offer in self._archives.offers(suite, kind, name)]
        found = [offered for offered in found if is_version(offered[1].version, self._key)]
        return sorted(found, key=lambda offered: self._key(offered[1].version), reverse=True)

    def _newest_first(self) -> Iterator[list[Suite]]:
        """The suites of newer stable releases, the newest first."""
        names = list(versions())
        at = names.index(self._codename) + 1 if self._codename in names else len(names)
        for codename in reversed(names[at : at + NEWER]):
            suites = self._archives.suites(codename)
            if suites and suites[0].release.suite not in UNSTABLE:
                yield suites


def unnamed(evidence: FixEvidence, key: Key, is_update: Callable[[str, Any], bool]) -> frozenset[str]:
    """The references in the updates of a package that appear beside no CVE."""
    updates = [entry for entry in entries_of(evidence.changelog, key) if is_update(entry.version, entry.place)]
    mentioned = [mention for entry in updates for mention in mentions(entry.text)]
    first = min((entry.day for entry in updates if entry.day), default="9")
    mentioned += [patch.mention for patch in evidence.patches if patch.day[:4] >= first[:4]]
    named = {reference for mention in mentioned if mention.cves for reference in mention.references}
    return frozenset(reference for mention in mentioned if not mention.cves for reference in mention.references) - named


def patched_as(evidence: FixEvidence, known: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The CVEs that patches fix without naming them, each with its earliest day, in the form of
    ``source_patches.patched``.
    """
    found: dict[str, str] = {}
    for patch in evidence.patches if known else ():
        if not patch.mention.cves:
            for cve in (cve for reference in patch.mention.references for cve in known.get(reference, ())):
                day = max(patch.day, f"{cve[4:8]}-01-01")
                found[cve] = min(day, found.get(cve, day))
    return found


def is_version(text: str, key: Key) -> bool:
    try:
        key(text)
    except ValueError:
        return False
    return True


def _is_called(offer: Offer, stem: str) -> bool:
    return offer.path.rpartition("/")[2].partition("_")[0].rstrip("0123456789") == stem
