"""Ubuntu by release: Canonical's OVAL, which tells more of the state of an issue than its records in OSV.

Shape: a ``definition`` for each CVE, whose criteria have a sentence for each source package: "curl package in jammy was
vulnerable but has been fixed (note: '7.81.0-1ubuntu1.6').", "… is affected and needs fixing.", "… a decision has been
made to defer addressing it …", "… to ignore this issue (note: 'end of standard support')." A place is a release
("jammy") or a pocket of paid support for it ("esm-infra/xenial", "fips-updates/jammy"), whose fixes are kept apart
(``ubuntu-pro:16.04``): a fixed version of ESM mends nothing for those who do not pay.
Raises: ValueError.  **Source:** ubuntu-cve-tracker, scripts/oval_lib.py; security-metadata.canonical.com/oval.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from careen.formats import cvss
from careen.formats.xmlstream import Element, elements
from careen.model.advisory import Advisory, Cvss, Range, Severity, Status, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 2 << 30
_HOME = "https://ubuntu.com/security"
_LIVE = "https://security-metadata.canonical.com/oval"
_VERSIONS = {
    "trusty": "14.04", "xenial": "16.04", "bionic": "18.04", "focal": "20.04", "jammy": "22.04", "noble": "24.04",
    "oracular": "24.10", "plucky": "25.04", "questing": "25.10", "resolute": "26.04",
}  # fmt: skip
_SEVERITIES: dict[str, Severity] = {
    "critical": "critical", "high": "high", "medium": "medium", "low": "low", "negligible": "negligible",
}  # fmt: skip
_SENTENCE = re.compile(r"(?:\(CVE-[\d-]+\) )?(?P<package>\S+) package in (?P<place>\S+) (?P<state>.*)", re.DOTALL)
_NOTE = re.compile(r"\(note: '([^']*)'\)")
_STATES: tuple[tuple[str, Status], ...] = (
    ("was vulnerable but has been fixed", "fixed"),
    ("is related to the CVE in some way and has been fixed", "fixed"),
    ("is affected and needs fixing", "open"),
    ("is affected. An update containing the fix", "open"),
    ("is affected, but a decision has been made to defer", "deferred"),
    ("while related to the CVE in some way, a decision has been made to ignore", "wont_fix"),
)
_ESM = re.compile(r"[+~]esm\d")
_SUPPORT_ENDED = ("end of", "end-of-life", "out of standard support", "eol")


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    return tuple(
        Feed(f"ubuntu/{name}", f"{_LIVE}/{name}", compressed=True, part=codename)
        for codename, version in _VERSIONS.items()
        if need.namespaces is None or not need.namespaces.isdisjoint((f"ubuntu:{version}", f"ubuntu-pro:{version}"))
        for name in (f"com.ubuntu.{codename}.cve.oval.xml.bz2",)
    )


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    found = False
    for definition in elements(file, frozenset(("definition",)), MAX_BYTES):
        found = True
        if definition.attributes.get("class") == "vulnerability":
            yield from _records(definition)
    if not found:
        raise ValueError("it holds no OVAL definitions")


def _records(definition: Element) -> Iterator[Record]:
    reference = definition.first("metadata", "reference")
    id = reference.attributes.get("ref_id", "") if reference else ""
    if not id.startswith("CVE-") or len(id) > 40:
        return
    severity = _SEVERITIES.get(definition.value("metadata", "advisory", "severity").lower(), "unknown")
    said: dict[tuple[str, str], Advisory] = {}
    for criterion in definition.below("criterion"):
        for advisory in _advisories(id, severity, criterion.attributes.get("comment", "")):
            said.setdefault((advisory.namespace, advisory.package), advisory)
    yield from said.values()
    if said:
        cve = definition.first("metadata", "advisory", "cve")
        vectors = _vectors(cve.attributes.get("cvss_vector", "")) if cve else ()
        published = definition.value("metadata", "advisory", "public_date")[:10]
        yield VulnerabilityRecord(id, "ubuntu", cvss=vectors, published=published)  # a priority holds for Ubuntu alone


def _advisories(id: str, severity: Severity, sentence: str) -> Iterator[Advisory]:
    """What one sentence says; a fix of ESM also says that the release itself is affected and has none."""
    found = _SENTENCE.match(sentence)
    if not found:
        return
    pocket, _, codename = found["place"].rpartition("/")
    if codename == "esm":  # trusty/esm, as it was once written
        pocket, codename = codename, pocket
    status = next((status for start, status in _STATES if found["state"].startswith(start)), None)
    if codename not in _VERSIONS or status is None:
        return
    note = _NOTE.search(found["state"])
    version = note[1] if note and status == "fixed" else ""
    if status == "wont_fix" and note and any(word in note[1].lower() for word in _SUPPORT_ENDED):
        status = "end_of_life"
    release = _VERSIONS[codename]
    paid = "ubuntu-pro" if not pocket or pocket.startswith("esm") else f"ubuntu-pro-{pocket}"
    namespace = f"{paid}:{release}" if pocket or _ESM.search(version) else f"ubuntu:{release}"

    def advisory(namespace: str, ranges: tuple[Range, ...], status: Status) -> Advisory:
        url = f"{_HOME}/{id}"
        return Advisory(id, "ubuntu", namespace, found["package"], ranges, status=status, severity=severity, url=url)

    if status == "fixed" and not version:
        return
    yield advisory(namespace, (Range(fixed=version),) if version else (), status)
    if not pocket and version and _ESM.search(version):
        yield advisory(f"ubuntu:{release}", (), "open")


def _vectors(vector: str) -> tuple[Cvss, ...]:
    try:
        version, score = cvss.score(vector)
    except ValueError:
        return ()
    return (Cvss("ubuntu", version, vector, score),)


ADVISORY_SOURCE = AdvisorySource(
    name="ubuntu",
    title="Ubuntu CVE tracker, as OVAL",
    licence="none stated",
    homepage=_HOME,
    feeds=feeds,
    parse=parse,
)
