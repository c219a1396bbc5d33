"""Alpine's secdb: by branch and repository, which version of an origin package fixes which vulnerabilities.

Shape: see ``formats.feeds.secdb``; one file for each repository of a branch, with the fixes of older branches too.
Raises: ValueError.  **Source:** aports, secfixes in APKBUILD files; secdb.alpinelinux.org.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.feeds.secdb import fixes
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 100 << 20
_LIVE = "https://secdb.alpinelinux.org"
_REPOSITORIES = ("main", "community")
_BRANCH = re.compile(r"edge|v\d+\.\d+")


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
    yield from fixes(file, MAX_BYTES, "alpine", namespace, "https://security.alpinelinux.org/vuln/{id}", by_line=True)


def _age(branch: str) -> tuple[int, ...]:
    return (1 << 30,) if branch == "edge" else tuple(map(int, branch[1:].split(".")))


ADVISORY_SOURCE = AdvisorySource(
    name="alpine",
    title="Alpine security database",
    licence="none stated",
    homepage="https://secdb.alpinelinux.org",
    feeds=feeds,
    parse=parse,
    form="JSON, secdb",
    size="under 10 MB",
    checked="2026-08-21, vunnel",
)
