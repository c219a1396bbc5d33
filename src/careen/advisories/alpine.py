"""Alpine's secdb: by branch and repository, which version of an origin package mends which issues.

Shape: ``{packages: [{pkg: {name, secfixes: {version: [ids]}}}]}``. One string may hold several ids of one fix
("CVE-2019-1563 XSA-1"); an id may be listed under several versions, of which the highest counts. Version ``0`` says
that the package never was vulnerable. Issues without a fix are not listed.
Raises: ValueError.  **Source:** aports, secfixes in APKBUILD files; secdb.alpinelinux.org.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from careen.formats.jsonfile import read_json
from careen.model.advisory import Advisory, Range
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 100 << 20
_LIVE = "https://secdb.alpinelinux.org"
_REPOSITORIES = ("main", "community")
_BRANCH = re.compile(r"edge|v\d+\.\d+")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]*\d[A-Za-z0-9_.:-]*")
_VERSION = re.compile(r"""["']?([0-9][^\s"'()]*)""")


class _Package(Struct, gc=False):
    name: str
    secfixes: dict[str, list[str | None] | None] | None = None


class _Entry(Struct, gc=False):
    pkg: _Package


class _File(Struct, gc=False):
    packages: list[_Entry]


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is None:
        names = listing("alpine-secdb") or listing(f"{_LIVE}/")
        branches = sorted({name.strip("/") for name in names if _BRANCH.fullmatch(name.strip("/"))}, key=_age)
    else:
        releases = (name.removeprefix("alpine:") for name in need.namespaces if name.startswith("alpine:"))
        branches = [release if release == "edge" else f"v{release}" for release in sorted(releases)]
    return tuple(
        Feed(f"alpine-secdb/{branch}/{repository}.json", f"{_LIVE}/{branch}/{repository}.json", part=branch)
        for branch in branches
        for repository in _REPOSITORIES
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    namespace = f"alpine:{feed.part.removeprefix('v')}"
    for entry in read_json(file, _File, MAX_BYTES).packages:
        yield from _advisories(namespace, entry.pkg)


def _advisories(namespace: str, package: _Package) -> Iterator[Advisory]:
    fixes: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for version, texts in (package.secfixes or {}).items():
        match = _VERSION.match(version.strip())
        if not match:
            continue
        for text in texts or ():
            for ids in _issues(text or ""):
                fixes[ids].append(match[1])
    for ids, versions in fixes.items():
        fixed = [version for version in versions if version != "0"]
        if fixed:
            yield Advisory(
                id=ids[0],
                source="alpine",
                namespace=namespace,
                package=package.name,
                ranges=tuple(Range(None, version) for version in dict.fromkeys(fixed)),
                aliases=ids[1:],
                url=f"https://security.alpinelinux.org/vuln/{ids[0]}",
            )


def _issues(text: str) -> list[tuple[str, ...]]:
    """One tuple of ids an issue: several CVEs in one string are several issues, other ids name the one beside them."""
    ids = list(dict.fromkeys(match[0].rstrip(".:") for match in _ID.finditer(text)))
    cves = [id for id in ids if id.startswith("CVE-")]
    if len(cves) > 1:
        return [(cve,) for cve in cves]
    return [tuple(cves + [id for id in ids if id not in cves])] if ids else []


def _age(branch: str) -> tuple[int, ...]:
    return (1 << 30,) if branch == "edge" else tuple(map(int, branch[1:].split(".")))


ADVISORY_SOURCE = AdvisorySource(
    name="alpine",
    title="Alpine security database",
    licence="none stated",
    homepage="https://secdb.alpinelinux.org",
    feeds=feeds,
    parse=parse,
)
