"""Debian packages whose security support is limited, or ended before that of the release.

Shape: one file a release, lines of columns with white space between: source package (a ``.*`` at its end stands for
every name with this beginning), ``limited``, ``supported`` (an exception) or ``non-supported``, and after the last of these
the last supported version and the date on which support ended; then text for people. ``#`` begins a comment.
Raises: ValueError; a line of another kind is skipped.  **Source:** debian-security-support, security-support.debN.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats.data.json_file import read_bounded
from careen.formats.feeds.each import read_each
from careen.model.advisory import LimitedSupport
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 4 << 20
_HOME = "https://salsa.debian.org/debian/debian-security-support"
_RELEASES = ("11", "12", "13", "14")
_KINDS = frozenset({"limited", "supported", "non-supported"})
_NEVER = "9999-12-31"
_NAME = re.compile(r"[a-z0-9][a-z0-9.+-]*\*?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    return tuple(
        Feed(f"debian/security-support/{name}", f"{_HOME}/-/raw/master/{name}", part=release)
        for release in _RELEASES
        if need.namespaces is None or f"debian:{release}" in need.namespaces
        for name in (f"security-support.deb{release}",)
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    lines = map(str.strip, read_bounded(file, MAX_BYTES).decode("utf-8", "replace").splitlines())
    statements = (line for line in lines if line and not line.startswith("#"))
    yield from read_each(statements, lambda line: (_limited(f"debian:{feed.part}", line),))


def _limited(namespace: str, text: str) -> LimitedSupport:
    package, kind, rest = (*text.split(maxsplit=2), "", "")[:3]
    if not _NAME.fullmatch(package) or len(package) > 200 or kind not in _KINDS:
        raise ValueError(f"not a line about a package's support: {text[:80]!r}")
    if kind == "supported":
        return LimitedSupport(namespace, package, _NEVER)
    if kind == "limited":
        return LimitedSupport(namespace, package, detail=_shortened(rest))
    version, ended, detail = (*rest.split(maxsplit=2), "", "", "")[:3]
    if not _DATE.fullmatch(ended):
        raise ValueError(f"the end of support is not a date: {text[:80]!r}")
    return LimitedSupport(namespace, package, ended, version[:200], _shortened(detail))


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else text[:299] + "…"


ADVISORY_SOURCE = AdvisorySource(
    name="debian_support",
    title="Debian packages with limited security support",
    licence="GPL-2.0-or-later",
    homepage=_HOME,
    feeds=feeds,
    parse=parse,
    form="text",
    size="kilobytes",
    checked="2026-08-21, vunnel",
)
