"""The National Vulnerability Database: scores and weaknesses by CVE, and the versions of software that nobody else judges.

Shape: ``{vulnerabilities: [{cve: {id, published, metrics: {cvssMetricV31: [{source, cvssData}]}, weaknesses,
configurations}}]}``, gzipped, a file a year. CPE names name products, not packages, and matching them against everything
accuses the innocent: kept are those of ``formats/software`` alone, which are asked for where no distribution and no
language speaks of a package. Fetched by a full update alone.  Raises: ValueError.
**Source:** NVD CVE API 2.0 schema; CPE Applicability Language (NISTIR 7698).
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from careen.formats import cvss
from careen.formats.applicability import Configuration, affected
from careen.formats.jsonfile import read_json
from careen.formats.software import CPE_NAMESPACE, known_cpes
from careen.model.advisory import Advisory, Cvss, NamespaceInfo, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record

MAX_BYTES = 512 << 20
_FIRST_YEAR = 2002
_FOLDER = "nvd/json/cve/2.0"
_LIVE = "https://nvd.nist.gov/feeds/json/cve/2.0"
_NAME = re.compile(r"nvdcve-2\.0-\d{4}\.json\.gz")
_SCORERS = {"nvd@nist.gov": "nvd", "134c704f-9b21-4f2e-91b3-4a353353bcc0": "CISA-ADP", "cna": "CNA"}
_REJECTED = "Rejected"
_CONFIGURATIONS = msgspec.json.Decoder(tuple[Configuration, ...])


class _Data(Struct, gc=False, rename="camel"):
    vector_string: str = ""


class _Metric(Struct, gc=False, rename="camel"):
    cvss_data: _Data
    source: str = ""


class _Metrics(Struct, gc=False, frozen=True, rename="camel"):
    cvss_metric_v2: tuple[_Metric, ...] = ()
    cvss_metric_v30: tuple[_Metric, ...] = ()
    cvss_metric_v31: tuple[_Metric, ...] = ()
    cvss_metric_v40: tuple[_Metric, ...] = ()


class _Text(Struct, gc=False):
    value: str = ""


class _Weakness(Struct, gc=False):
    description: tuple[_Text, ...] = ()


class _Tags(Struct, gc=False):
    tags: tuple[str, ...] = ()


class _Cve(Struct, gc=False, rename="camel"):
    id: str
    published: str = ""
    vuln_status: str = ""
    metrics: _Metrics = _Metrics()
    weaknesses: tuple[_Weakness, ...] = ()
    cve_tags: tuple[_Tags, ...] = ()
    configurations: msgspec.Raw = msgspec.Raw(b"[]")  # most of the file, read for one CVE at a time


class _Item(Struct, gc=False):
    cve: _Cve


class _File(Struct, gc=False):
    vulnerabilities: list[_Item]


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    names = [name for name in listing(_FOLDER) if _NAME.fullmatch(name)]
    if not names:
        names = [f"nvdcve-2.0-{year}.json.gz" for year in range(_FIRST_YEAR, datetime.now(UTC).year + 1)]
    return tuple(Feed(f"{_FOLDER}/{name}", f"{_LIVE}/{name}", compressed=True) for name in sorted(names))


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    known = known_cpes()
    for item in read_json(file, _File, MAX_BYTES).vulnerabilities:
        cve = item.cve
        rejected = cve.vuln_status == _REJECTED
        scores = () if rejected else _scores(cve.metrics)
        weaknesses = dict.fromkeys(text.value for one in cve.weaknesses for text in one.description)
        cwes = tuple(name for name in weaknesses if name.startswith("CWE-"))
        if scores or cwes:
            yield VulnerabilityRecord(cve.id, "nvd", cvss=scores, published=cve.published[:10], cwes=cwes)
        if not rejected:
            yield from _advisories(cve, known)
    yield NamespaceInfo(CPE_NAMESPACE, "nvd", 0, 0, partial=True, unfixed=True)


def _advisories(cve: _Cve, known: frozenset[str]) -> Iterator[Advisory]:
    disputed = any("disputed" in one.tags for one in cve.cve_tags)
    try:
        configurations = _CONFIGURATIONS.decode(cve.configurations)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"{cve.id[:40]}: {error}") from None
    for name, said in affected(configurations, known).items():
        ranges = tuple(said.ranges or said.elsewhere)
        yield Advisory(
            cve.id,
            "nvd",
            CPE_NAMESPACE,
            name,
            ranges=ranges,
            status="fixed" if any(range.fixed for range in ranges) else "open",
            confidence="possible" if disputed or said.doubtful else "likely",
            url=f"https://nvd.nist.gov/vuln/detail/{cve.id}",
            systems=() if said.ranges else tuple(sorted(said.systems)),
        )


def _scores(metrics: _Metrics) -> tuple[Cvss, ...]:
    found: dict[Cvss, None] = {}
    for metric in (*metrics.cvss_metric_v2, *metrics.cvss_metric_v30, *metrics.cvss_metric_v31, *metrics.cvss_metric_v40):
        vector = metric.cvss_data.vector_string
        try:
            version, score = cvss.score(vector)
        except ValueError:
            continue
        found[Cvss(_SCORERS.get(metric.source, metric.source), version, vector, score)] = None
    return tuple(found)


ADVISORY_SOURCE = AdvisorySource(
    name="nvd",
    title="NIST National Vulnerability Database: scores, and versions of software that no other source judges",
    licence="public domain",
    homepage="https://nvd.nist.gov",
    feeds=feeds,
    parse=parse,
    on_demand=False,
)
