"""Retire.js: vulnerabilities of JavaScript libraries, mostly those of web pages.

Shape: ``{library: {npmname, vulnerabilities: [{atOrAbove, below, severity, cwe, identifiers: {CVE: ["CVE-…"], githubID,
summary, retid}, info}]}}``; ``below`` is the fixed version, or every version (``99.999.99999``), or every version of a
release line (``2.999.999``). A vulnerability of several release lines has an entry for each, and an entry may name several
vulnerabilities. Entries about a line's end of life, or about a dependency, are no vulnerabilities of the library.
A library that npm has gets that name, any other its name here in lower case.
Raises: ValueError.  **Source:** RetireJS/retire.js, repository/ and its README.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Raw, Struct

from careen.formats.data.json_file import read_json
from careen.formats.feeds.each import ids_in, read_each
from careen.formats.version_text.never import is_never
from careen.model.advisory import Advisory, NamespaceInfo, PassedOver, Range, Severity, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 64 << 20
_HOME = "https://retirejs.github.io/retire.js/"
_LIVE = "https://raw.githubusercontent.com/RetireJS/retire.js/master/repository"
_FILES = ("jsrepository-v4.json", "npmrepository.json")
_EXAMPLES = frozenset({"retire-example", "dont check"})
_SEVERITIES: dict[str, Severity] = {"critical": "critical", "high": "high", "medium": "medium", "low": "low"}
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}", re.ASCII)
_ID = re.compile(rf"{_CVE.pattern}|GHSA(?:-[0-9a-z]{{4}}){{3}}", re.ASCII)
_UNMAINTAINED = "CWE-1104"
_END_OF_LINE = re.compile(r"(?!99)[0-9]{1,2}(?:\.9{3,}){1,2}")
_DEPENDENCY = re.compile(r"\bdepend(?:s|ed|ency) (?:on|of) [\w@]", re.ASCII | re.IGNORECASE)
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
            if (vulnerability.below or vulnerability.at_or_above) and not _is_of_another_kind(vulnerability):
                for name in _names(package, vulnerability):
                    vulnerabilities.setdefault(name, []).append(vulnerability)

    yield from read_each(read_json(file, dict[str, Raw], MAX_BYTES).items(), records_of)
    for package, by_name in by_package.items():
        vulnerabilities = _joined(by_name)
        fixed = {_range(entry).fixed for id, entries in vulnerabilities.items() if _ID.fullmatch(id) for entry in entries}
        fixed.discard(None)
        for id, entries in vulnerabilities.items():
            # An entry without an id repeats an entry with one, if the same version fixes both.
            if _ID.fullmatch(id) or not {_range(entry).fixed for entry in entries} <= fixed:
                yield from _records(package, id, entries)
    yield NamespaceInfo("npm", "retirejs", 0, 0, partial=True, detail="libraries of web pages")


def _is_of_another_kind(vulnerability: _Vulnerability) -> bool:
    """Whether an entry is about the end of a release line, or about a library that this one depends on."""
    if _cves(vulnerability) or _ghsa(vulnerability):
        return False
    if vulnerability.cwe == [_UNMAINTAINED] or _END_OF_LINE.fullmatch(vulnerability.below or ""):
        return True
    return _DEPENDENCY.search(_summary(vulnerability)) is not None


def _names(package: str, vulnerability: _Vulnerability) -> tuple[str, ...]:
    """The ids of a vulnerability: its CVEs, each of which is a vulnerability; else GitHub's id; else an id of our own."""
    if cves := _cves(vulnerability):
        return cves
    if ghsa := _ghsa(vulnerability):
        return (ghsa,)
    number = (
        vulnerability.identifiers.get("retid")
        or vulnerability.identifiers.get("issue")
        or vulnerability.below
        or vulnerability.at_or_above
    )
    return (f"RETIREJS-{package}-{str(number)[:40]}",)


def _joined(by_name: dict[str, list[_Vulnerability]]) -> dict[str, list[_Vulnerability]]:
    """The entries by name, in which entries that only have GitHub's id are joined with those of its CVE."""
    cves = {ghsa: name for name, entries in by_name.items() for entry in entries if (ghsa := _own_ghsa(entry)) and ghsa != name}
    found: dict[str, list[_Vulnerability]] = {}
    for name, entries in by_name.items():
        found.setdefault(cves.get(name, name), []).extend(entries)
    return found


def _records(package: str, name: str, entries: list[_Vulnerability]) -> Iterator[Record]:
    names = dict.fromkeys(ghsa for entry in entries if (ghsa := _own_ghsa(entry)))
    id, *aliases = names | {name: None}
    ranges = tuple(dict.fromkeys(map(_range, entries)))
    yield Advisory(
        id=id,
        source="retirejs",
        namespace="npm",
        package=package,
        ranges=ranges,
        status="fixed" if any(range.fixed for range in ranges) else "open",
        aliases=tuple(aliases),
        severity=_SEVERITIES.get(entries[0].severity, "unknown"),
        confidence="likely",
        url=next((text for entry in entries for text in entry.info if text.startswith("https://") and len(text) < 300), _HOME),
    )
    cwes = tuple(dict.fromkeys(cwe for entry in entries for cwe in entry.cwe if cwe.startswith("CWE-")))
    summary = next(filter(None, map(_summary, entries)), "")
    yield VulnerabilityRecord(id, "retirejs", tuple(aliases), " ".join(summary.split())[:200], cwes=cwes)


def _range(vulnerability: _Vulnerability) -> Range:
    low = (vulnerability.at_or_above or "").replace("-*", "-0")  # 1.4.0-*: from its first pre-release
    start, end = None if low in ("", "0") else low, vulnerability.below
    if not end or is_never(end):
        return Range(start)
    return Range(start, None, end) if _END_OF_LINE.fullmatch(end) else Range(start, end)


def _cves(vulnerability: _Vulnerability) -> tuple[str, ...]:
    named = vulnerability.identifiers.get("CVE")
    texts = named if isinstance(named, list) else ()
    return tuple(dict.fromkeys(text for text in texts if isinstance(text, str) and _CVE.fullmatch(text)))


def _ghsa(vulnerability: _Vulnerability) -> str:
    text = vulnerability.identifiers.get("githubID")
    return text if isinstance(text, str) and _ID.fullmatch(text) else ""


def _own_ghsa(vulnerability: _Vulnerability) -> str:
    """GitHub's id; "" if the entry has several CVEs, since the id belongs to one of them."""
    return _ghsa(vulnerability) if len(_cves(vulnerability)) < 2 else ""


def _summary(vulnerability: _Vulnerability) -> str:
    text = vulnerability.identifiers.get("summary")
    return text if isinstance(text, str) else ""


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
