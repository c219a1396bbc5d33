"""Retire.js: vulnerabilities of JavaScript libraries, mostly those of web pages.

Shape: ``{library: {npmname, vulnerabilities: [{atOrAbove, below, severity, cwe, identifiers: {CVE: ["CVE-…"], githubID,
summary, retid}, info}]}}``; ``below`` is the fixed version. A vulnerability of several release lines has an entry for
each. A library that npm has gets that name, any other its name here in lower case.
Raises: ValueError.  **Source:** RetireJS/retire.js, repository/ and its README.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import ids_in, read_each
from careen.model.advisory import Advisory, NamespaceInfo, PassedOver, Range, Severity, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 64 << 20
_HOME = "https://retirejs.github.io/retire.js/"
_LIVE = "https://raw.githubusercontent.com/RetireJS/retire.js/master/repository"
_FILES = ("jsrepository-v4.json", "npmrepository.json")
_EXAMPLES = frozenset({"retire-example", "dont check"})
_SEVERITIES: dict[str, Severity] = {"critical": "critical", "high": "high", "medium": "medium", "low": "low"}
_ID = re.compile(r"CVE-\d{4}-\d{4,19}|GHSA(?:-[0-9a-z]{4}){3}")
_NAME = re.compile(r"[A-Za-z0-9@._/-]{1,200}")


class _Vulnerability(Struct, gc=False, rename="camel"):
    at_or_above: str | None = None
    below: str | None = None
    severity: str = ""
    cwe: list[str] = []
    identifiers: dict[str, Any] = {}
    info: list[str] = []


class _Library(Struct, gc=False):
    vulnerabilities: list[Raw] = []
    npmname: str | None = None


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and "npm" not in need.namespaces:
        return ()
    return tuple(Feed(f"retirejs/{name}", f"{_LIVE}/{name}") for name in _FILES)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    by_package: dict[str, dict[str, list[_Vulnerability]]] = {}

    def records_of(item: tuple[str, Raw]) -> Iterator[Record]:
        key, library = item[0], from_json(item[1], _Library)
        package = library.npmname or key.lower()
        if key in _EXAMPLES or not _NAME.fullmatch(package):
            return
        vulnerabilities = by_package.setdefault(package, {})
        for raw in library.vulnerabilities:
            try:
                vulnerability = from_json(raw, _Vulnerability)
            except ValueError as error:
                yield PassedOver(f"{key}: {error}", ids_in(raw), "npm", package)
                continue
            if vulnerability.below or vulnerability.at_or_above:
                vulnerabilities.setdefault(_names(package, vulnerability)[0], []).append(vulnerability)

    yield from read_each(read_json(file, dict[str, Raw], MAX_BYTES).items(), records_of)
    for package, vulnerabilities in by_package.items():
        fixed = {entry.below for id, entries in vulnerabilities.items() if _ID.fullmatch(id) for entry in entries}
        for id, entries in vulnerabilities.items():
            # An entry without an id repeats an entry with one, if the same version fixes both.
            if _ID.fullmatch(id) or not {entry.below for entry in entries} <= fixed:
                yield from _records(package, id, entries)
    yield NamespaceInfo("npm", "retirejs", 0, 0, partial=True, detail="libraries of web pages")


def _records(package: str, id: str, entries: list[_Vulnerability]) -> Iterator[Record]:
    names = dict.fromkeys(name for entry in entries for name in _names(package, entry))
    aliases = tuple(name for name in names if name != id)
    severity = _SEVERITIES.get(entries[0].severity, "unknown")
    yield Advisory(
        id=id,
        source="retirejs",
        namespace="npm",
        package=package,
        ranges=tuple(dict.fromkeys(_range(entry) for entry in entries)),
        status="fixed" if any(entry.below for entry in entries) else "open",
        aliases=aliases,
        severity=severity,
        confidence="likely",
        url=next((text for entry in entries for text in entry.info if text.startswith("https://") and len(text) < 300), _HOME),
    )
    cwes = tuple(dict.fromkeys(cwe for entry in entries for cwe in entry.cwe if cwe.startswith("CWE-")))
    summary = next((text for entry in entries if isinstance(text := entry.identifiers.get("summary"), str)), "")
    yield VulnerabilityRecord(id, "retirejs", aliases, " ".join(summary.split())[:200], cwes=cwes)


def _names(package: str, vulnerability: _Vulnerability) -> tuple[str, ...]:
    """GitHub's id and the CVEs; an id of our own if it has neither."""
    cves = vulnerability.identifiers.get("CVE")
    names = (vulnerability.identifiers.get("githubID"), *(cves if isinstance(cves, list) else ()))
    known = tuple(dict.fromkeys(name for name in names if isinstance(name, str) and _ID.fullmatch(name)))
    if known:
        return known
    number = (
        vulnerability.identifiers.get("retid")
        or vulnerability.identifiers.get("issue")
        or vulnerability.below
        or vulnerability.at_or_above
    )
    return (f"RETIREJS-{package}-{str(number)[:40]}",)


def _range(vulnerability: _Vulnerability) -> Range:
    low = vulnerability.at_or_above
    return Range(None if low == "0" else low, vulnerability.below)


ADVISORY_SOURCE = AdvisorySource(
    name="retirejs",
    title="Retire.js",
    licence="Apache-2.0",
    homepage=_HOME,
    feeds=feeds,
    parse=parse,
    form="JSON",
    size="under 10 MB",
    checked="2026-08-22, RetireJS/retire.js",
)
