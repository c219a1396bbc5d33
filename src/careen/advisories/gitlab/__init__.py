"""GitLab's advisories for language packages, in the community edition, which is a month behind GitLab's own.

Shape: YAML, one file an advisory and package, ``<type>/<package>/<identifier>.yml`` in a compressed tar: ``identifier``,
``identifiers`` (aliases), ``package_slug`` ("maven/org.apache/foo"), ``title``, ``pubdate``, ``affected_range`` in the
package manager's language, ``fixed_versions``, ``cvss_v2`` to ``cvss_v4``, ``cwe_ids``. ``affected_versions``,
``not_impacted`` and ``solution`` repeat this for people. Others publish the same vulnerabilities, so matching uses this source
only if no other one has the vulnerability of a package; for Conan's packages it is the only source.
A few damaged records are skipped; raises ValueError if there are many, or if no record can be read.
**Source:** gitlab-org/advisories-community, README; its licence is MIT, that of GitLab's own database is not.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from careen.formats.archives.tar_archive import documents
from careen.formats.data.plain import mapping, sequence, text
from careen.formats.data.yaml_file import yaml_document
from careen.formats.feeds import cvss
from careen.formats.feeds.each import ids_in
from careen.model.advisory import Advisory, Cvss, NamespaceInfo, PassedOver, Range, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

from .ranges import Language, ranges_of, written

MAX_BYTES = 2 << 30
MAX_RECORD_BYTES = 1 << 20
MAX_LENGTH = 200
MAX_NAMES = 50
_PROJECT = "https://gitlab.com/gitlab-org/advisories-community"
_ARCHIVE = "advisories-community-main"


class _Ecosystem(Struct, frozen=True):
    namespace: str
    language: Language


_ECOSYSTEMS = {
    "conan": _Ecosystem("ConanCenter", "plain"),
    "gem": _Ecosystem("RubyGems", "gem"),
    "go": _Ecosystem("Go", "plain"),
    "maven": _Ecosystem("Maven", "interval"),
    "npm": _Ecosystem("npm", "npm"),
    "nuget": _Ecosystem("NuGet", "interval"),
    "packagist": _Ecosystem("Packagist", "composer"),
    "pypi": _Ecosystem("PyPI", "python"),
}
# The id of one vulnerability; a bare date or number names others too.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*-[A-Za-z0-9._-]+")
_GHSA = re.compile(r"https://github\.com/advisories/(GHSA(?:-[0-9a-z]{4}){3})")
# Every record has these: they mean "uses a component with known vulnerabilities".
_OF_ALL = frozenset({"CWE-937", "CWE-1035"})


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None:
        return ()
    return tuple(
        Feed(
            f"gitlab/{_ARCHIVE}-{type}.tar.gz",
            f"{_PROJECT}/-/archive/main/{_ARCHIVE}.tar.gz?path={type}",
            compressed=True,
            part=ecosystem.namespace,
            full=True,
        )
        for type, ecosystem in _ECOSYSTEMS.items()
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    found = damaged = 0
    namespaces = set()
    for data in documents(file, ".yml", MAX_RECORD_BYTES, MAX_BYTES):
        try:
            records = _records(mapping(yaml_document(data)))
        except ValueError as error:
            damaged += 1
            if damaged > 10 + found // 20:
                raise ValueError(f"{damaged} damaged records, the last: {error}") from None
            yield PassedOver(str(error), ids_in(data))
            continue
        if records:
            found += 1
            namespaces.add(records[0].namespace)
            yield from records
    if not found:
        raise ValueError("it has no advisory that can be read")
    for namespace in sorted(namespaces):
        detail = "vulnerabilities that others published, a month later"
        yield NamespaceInfo(namespace, "gitlab", 0, 0, partial=True, unfixed=True, detail=detail)


def _records(document: dict[str, Any]) -> tuple[Advisory, VulnerabilityRecord] | None:
    """The advisory and the record of a document; None for a file that is not an advisory, or is about a package that
    no cataloger finds."""
    slug, identifier = text(document.get("package_slug")), text(document.get("identifier"))
    type, _, name = slug.partition("/")
    ecosystem = _ECOSYSTEMS.get(type)
    if ecosystem is None:
        return None
    if not name or len(name) > MAX_LENGTH or not identifier or len(identifier) > MAX_LENGTH:
        raise ValueError(f"{slug[:80]!r} without a package or an identifier")
    id, aliases = _names(document, identifier)
    ranges = ranges_of(text(document.get("affected_range")), ecosystem.language)
    fixed = tuple(dict.fromkeys(written(version) for version in _texts(document, "fixed_versions")))
    advisory = Advisory(
        id=id,
        source="gitlab",
        namespace=ecosystem.namespace,
        package=":".join(name.split("/", 1)) if type == "maven" else name,
        ranges=() if Range() in ranges else ranges,
        status="fixed" if fixed or any(range.fixed or range.last_affected for range in ranges) else "open",
        aliases=aliases,
        fixed_versions=() if set(fixed) == {range.fixed for range in ranges} else fixed,
        url=f"{_PROJECT}/-/blob/main/{quote(f'{slug}/{identifier}', safe='/@')}.yml",
    )
    record = VulnerabilityRecord(
        id,
        "gitlab",
        aliases,
        text(document.get("title"))[:MAX_LENGTH],
        cvss=_scores(document),
        published=text(document.get("pubdate"))[:10],
        cwes=tuple(dict.fromkeys(cwe for cwe in _texts(document, "cwe_ids") if cwe not in _OF_ALL)),
    )
    return advisory, record


def _names(document: dict[str, Any], identifier: str) -> tuple[str, tuple[str, ...]]:
    """The record's own id, which no other vulnerability has, and its aliases."""
    named = [name for name in (identifier, *_texts(document, "identifiers")) if _NAME.fullmatch(name)]
    if not any(name.startswith(("CVE-", "GHSA-")) for name in named):
        there = {match[1] for url in _texts(document, "urls") if (match := _GHSA.fullmatch(url))}
        named += there if len(there) == 1 else ()
    id = f"GLAD-{identifier}"
    if not _NAME.fullmatch(identifier) and (uuid := text(document.get("uuid"))[:MAX_LENGTH]):
        named.append(id)  # the name that it has in sources that copied the record
        id = f"GLAD-{uuid}"
    return id, tuple(dict.fromkeys(named))


def _texts(document: dict[str, Any], key: str) -> list[str]:
    return [value for value in map(text, sequence(document.get(key))[:MAX_NAMES]) if 0 < len(value) <= MAX_LENGTH]


def _scores(document: dict[str, Any]) -> tuple[Cvss, ...]:
    found = []
    for vector in filter(None, (text(document.get(f"cvss_v{version}")) for version in (2, 3, 4))):
        try:
            version, score = cvss.score(vector)
        except ValueError:
            continue
        found.append(Cvss("gitlab", version, vector, score))
    return tuple(found)


ADVISORY_SOURCE = AdvisorySource(
    name="gitlab",
    title="GitLab Advisory Database, community edition",
    licence="MIT",
    homepage=_PROJECT,
    feeds=feeds,
    parse=parse,
    on_demand=False,
    form="YAML in a tar",
    size="under 100 MB",
    renewed="monthly",
    checked="2026-08-07, vuls-data-update",
)
