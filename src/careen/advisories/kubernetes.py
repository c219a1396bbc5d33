"""Kubernetes: the project's own list of vulnerabilities, by component.

Shape: the official feed is ``{items: [{id: "CVE-…", summary, content_text, date_published, url}]}``. Its versions are
prose: below the headings "Affected Versions" and "Fixed Versions", lines such as "kubelet v1.24.0 - v1.24.2" or
"kube-apiserver <= v1.24.14" (confidence *likely*, because people write them). A mirror may have ``k8s/cves.json``, the same
vulnerabilities as records of OSV's schema with ecosystem "kubernetes": these are read first, and take precedence.
Raises: ValueError.  **Source:** kubernetes.io, Official CVE Feed (JSON Feed 1.1); OSV schema 1.7.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Raw, Struct
from msgspec.structs import replace

from careen.formats.data.json_file import read_json
from careen.formats.feeds import osv
from careen.formats.feeds.each import read_each
from careen.formats.feeds.kubernetes_modules import KUBERNETES, MODULE_BY_PROGRAM
from careen.model.advisory import Advisory, Malicious, Range, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 64 << 20
NAMESPACE = "Kubernetes"
_HOME = "https://kubernetes.io/docs/reference/issues-security/official-cve-feed/"
_LIVE = "https://kubernetes.io/docs/reference/issues-security/official-cve-feed/index.json"
_MODULES = {**MODULE_BY_PROGRAM, "kubernetes": KUBERNETES}
MAX_LINES = 2_000
_HEADING = re.compile(r"[#*\s]{0,20}(affected|fixed) versions?\b|#|\*\*", re.IGNORECASE)
_LINE = re.compile(
    rf"[-*\s]{{0,20}}(?P<component>{'|'.join(_MODULES)})[:\s]{{1,9}}(?:versions?\s)?(?P<operator><=|<|>=|=|≤)?\s{{0,9}}"
    r"v?(?P<low>\d{1,3}\.\d{1,3}\.\d{1,4})(?:\s{0,9}(?:-|–|to|through)\s{0,9}v?(?P<high>\d{1,3}\.\d{1,3}\.\d{1,4}))?",
    re.IGNORECASE,
)


class _Item(Struct, gc=False):
    id: str = ""
    summary: str = ""
    content_text: str = ""
    date_published: str = ""
    url: str = ""


class _Feed(Struct, gc=False):
    items: list[Raw]


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    if need.namespaces is not None and NAMESPACE not in need.namespaces:
        return ()
    official = Feed("k8s/index.json", _LIVE, part="official")
    return (Feed("k8s/cves.json", "", part="records"), official) if "cves.json" in listing("k8s") else (official,)


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    if feed.part == "records":
        now = datetime.now(UTC).isoformat()
        yield from read_each(read_json(file, list[Raw], MAX_BYTES), lambda raw: _of_record(raw, now))
        return
    yield from read_each(read_json(file, _Feed, MAX_BYTES).items, _of_item)


def _of_record(raw: Raw, now: str) -> Iterator[Record]:
    for record in osv.read(bytes(raw), "kubernetes", now):
        if not isinstance(record, Malicious):
            yield replace(record, source="kubernetes", **({"namespace": NAMESPACE} if isinstance(record, Advisory) else {}))


def _of_item(raw: Raw) -> Iterator[Record]:
    item = from_json(raw, _Item)
    if not item.id.startswith("CVE-") or len(item.id) > 40:
        return
    affected, fixed = _versions_in(item.content_text)
    for package, ranges in affected.items():
        yield Advisory(
            id=item.id,
            source="kubernetes",
            namespace=NAMESPACE,
            package=package,
            ranges=tuple(dict.fromkeys(ranges)),
            status="fixed" if fixed.get(package) or any(range.fixed for range in ranges) else "open",
            fixed_versions=tuple(dict.fromkeys(fixed.get(package, ()))),
            confidence="likely",
            url=item.url if item.url.startswith("https://") else _HOME,
        )
    yield VulnerabilityRecord(item.id, "kubernetes", summary=item.summary[:200], published=item.date_published[:10])


def _versions_in(prose: str) -> tuple[dict[str, list[Range]], dict[str, list[str]]]:
    """The affected ranges and the fixed versions, by component."""
    affected: dict[str, list[Range]] = {}
    fixed: dict[str, list[str]] = {}
    section = ""
    for line in prose.splitlines()[:MAX_LINES]:
        line = line[:500]
        if heading := _HEADING.match(line):
            section = (heading[1] or "").lower()
        elif section and (match := _LINE.match(line)):
            component = _MODULES[match["component"].lower()]
            if section == "affected":
                affected.setdefault(component, []).append(_range(match))
            else:
                fixed.setdefault(component, []).append(match["low"])
    return affected, fixed


def _range(match: re.Match[str]) -> Range:
    low, high, operator = match["low"], match["high"], match["operator"]
    if high:
        return Range(low, None, high)
    if operator in ("<=", "≤"):
        return Range(None, None, low)
    if operator == "<":
        return Range(None, low)
    return Range(low) if operator == ">=" else Range(low, None, low)


ADVISORY_SOURCE = AdvisorySource(
    name="kubernetes",
    title="Kubernetes official CVE feed",
    licence="Apache-2.0 and CC-BY-4.0",
    homepage=_HOME,
    feeds=feeds,
    parse=parse,
    form="JSON Feed",
    size="under 10 MB",
)
