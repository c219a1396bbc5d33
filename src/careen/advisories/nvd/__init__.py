"""The National Vulnerability Database: scores and weaknesses by CVE, and versions of software that no other source covers.

Shape: ``{vulnerabilities: [{cve: {id, published, metrics: {cvssMetricV31: [{source, cvssData}]}, weaknesses,
configurations}}]}``, gzipped, one file a year. CPE names name products, not packages, and matching them against every
package gives false positives. So only those of ``formats/feeds/software`` are kept, and matching uses them only if no
distribution and no language ecosystem covers a package. ``careen db update`` downloads the files; later changes come from
the API, whose pages have the same shape. A mirror may have the files of the older feed (1.1, ``advisories.nvd.legacy``).
Raises: ValueError.

A rejected CVE gets a record that states so, because other sources may still name it; a mirror's pages of the history of
changes (``nvd/json/cvehistory/2.0``) give the same. The dictionary of CPE names and the match criteria are not used to assess,
since each record repeats its criteria: ``tests/support/nvd_names.py`` reads them to check the software map and the bounds.
**Source:** NVD CVE API 2.0 schema; CPE Applicability Language (NISTIR 7698).
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Raw, Struct, field

from careen.advisories.nvd import legacy
from careen.formats.data.json_file import read_json
from careen.formats.feeds import cvss
from careen.formats.feeds.applicability import Configuration, affected
from careen.formats.feeds.each import read_each
from careen.formats.feeds.software import CPE_NAMESPACE, known_cpes
from careen.model.advisory import Advisory, Cvss, NamespaceInfo, VulnerabilityRecord
from careen.plugins import AdvisorySource, Feed, Need, Record
from careen.safety.typed import from_json

MAX_BYTES = 512 << 20
_FIRST_YEAR = 2002
_FOLDER = "nvd/json/cve/2.0"
_LIVE = "https://nvd.nist.gov/feeds/json/cve/2.0"
_API = "https://services.nvd.nist.gov/rest/json/cves/2.0?lastModStartDate={start}&lastModEndDate={end}&startIndex={offset}"
_NAME = re.compile(r"nvdcve-(?:1\.1|2\.0)-\d{4}\.json\.gz")
_LEGACY = "nvd/json/cve/1.1"
_SCORERS = {"nvd@nist.gov": "nvd", "134c704f-9b21-4f2e-91b3-4a353353bcc0": "CISA-ADP", "cna": "CNA"}
_HISTORY = "nvd/json/cvehistory/2.0"
_REJECTED = "Rejected"
_EVENTS = {"CVE Rejected": True, "CVE Unrejected": False}
# A build of Windows: the vulnerability is in the component that comes with it, such as the .NET Framework.
_OF_WINDOWS = re.compile(r"10\.0\.\d{5}\.\d{1,6}")
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


class _Change(Struct, gc=False, rename="camel"):
    cve_id: str
    event_name: str = ""
    created: str = ""


class _Event(Struct, gc=False):
    change: _Change


class _File(Struct, gc=False):
    vulnerabilities: list[Raw] | None = None
    legacy: list[Raw] | None = field(name="CVE_Items", default=None)
    history: list[_Event] | None = field(name="cveChanges", default=None)


def feeds(need: Need, listing: Callable[[str], tuple[str, ...]]) -> tuple[Feed, ...]:
    names = [name for name in listing(_FOLDER) if _NAME.fullmatch(name)]
    old = [name for name in listing(_LEGACY) if _NAME.fullmatch(name)]
    if old and not names:
        return tuple(Feed(f"{_LEGACY}/{name}", "", compressed=True) for name in sorted(old))
    if not names:
        names = [f"nvdcve-2.0-{year}.json.gz" for year in range(_FIRST_YEAR, datetime.now(UTC).year + 1)]
    history = tuple(Feed(f"{_HISTORY}/{name}", "", part="history") for name in listing(_HISTORY) if ".json" in name)
    return history + tuple(
        Feed(f"{_FOLDER}/{name}", f"{_LIVE}/{name}", compressed=True, window=_API, ids=_ids(int(name[11:15])))
        for name in sorted(names)
    )


def _ids(year: int) -> tuple[str, ...]:
    """The beginnings of the CVE ids in a year's file; the first file has the earlier years too."""
    return tuple(f"CVE-{each_year}-" for each_year in (range(1999, year + 1) if year == _FIRST_YEAR else (year,)))


def parse(feed: Feed, file: Path) -> Iterator[Record]:
    known = known_cpes()
    content = read_json(file, _File, MAX_BYTES)
    if content.history is not None:
        yield from _rejections(content.history)
        return
    if content.vulnerabilities is None and content.legacy is None:
        raise ValueError("a file of NVD without vulnerabilities")
    yield from read_each(content.legacy or (), lambda raw: _of_legacy(from_json(raw, legacy.Item), known))
    yield from read_each(content.vulnerabilities or (), lambda raw: _records(from_json(raw, _Item).cve, known))
    yield NamespaceInfo(CPE_NAMESPACE, "nvd", 0, 0, partial=True, unfixed=True)


def _records(cve: _Cve, known: frozenset[str]) -> Iterator[Record]:
    if cve.vuln_status == _REJECTED:
        yield _rejection(cve.id)
        return
    scores = _scores(cve.metrics)
    weaknesses = dict.fromkeys(text.value for weakness in cve.weaknesses for text in weakness.description)
    cwes = tuple(name for name in weaknesses if name.startswith("CWE-"))
    if scores or cwes:
        yield VulnerabilityRecord(cve.id, "nvd", cvss=scores, published=cve.published[:10], cwes=cwes)
    yield from _advisories(cve, known)


def _rejections(history: list[_Event]) -> Iterator[VulnerabilityRecord]:
    """The CVEs whose last event is a rejection."""
    last: dict[str, bool] = {}
    for change in sorted((event.change for event in history), key=lambda change: change.created):
        if change.event_name in _EVENTS:
            last[change.cve_id] = _EVENTS[change.event_name]
    yield from (_rejection(id) for id, is_rejected in last.items() if is_rejected)


def _rejection(id: str) -> VulnerabilityRecord:
    return VulnerabilityRecord(id, "nvd", summary="Rejected: NVD withdrew its number")


def _of_legacy(item: legacy.Item, known: frozenset[str]) -> Iterator[Record]:
    if item.description.startswith("** REJECT **"):
        return
    scores = _scores(_Metrics(*((_Metric(_Data(vector), "nvd@nist.gov"),) for vector in item.vectors)))
    cwes = tuple(name for name in dict.fromkeys(item.weaknesses) if name.startswith("CWE-"))
    if scores or cwes:
        yield VulnerabilityRecord(item.cve.meta.id, "nvd", cvss=scores, published=item.published[:10], cwes=cwes)
    disputed = item.description.startswith("** DISPUTED **")
    yield from _stated(item.cve.meta.id, legacy.configurations(item), known, disputed)


def _advisories(cve: _Cve, known: frozenset[str]) -> Iterator[Advisory]:
    disputed = any("disputed" in tags.tags for tags in cve.cve_tags)
    try:
        configurations = _CONFIGURATIONS.decode(cve.configurations)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"{cve.id[:40]}: {error}") from None
    yield from _stated(cve.id, configurations, known, disputed)


def _stated(id: str, configurations: tuple[Configuration, ...], known: frozenset[str], disputed: bool) -> Iterator[Advisory]:
    for name, product in affected(configurations, known).items():
        stated = tuple(product.ranges or product.elsewhere)
        ranges = tuple(range for range in stated if not _OF_WINDOWS.fullmatch(range.fixed or range.last_affected or ""))
        if stated and not ranges:
            continue
        yield Advisory(
            id,
            "nvd",
            CPE_NAMESPACE,
            name,
            ranges=ranges,
            status="fixed" if any(range.fixed or range.last_affected for range in ranges) else "open",
            confidence="possible" if disputed or product.doubtful else "likely",
            url=f"https://nvd.nist.gov/vuln/detail/{id}",
            systems=() if product.ranges else tuple(sorted(product.systems)),
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
    title="NIST National Vulnerability Database: scores, and versions of software that no other source covers",
    licence="public domain",
    homepage="https://nvd.nist.gov",
    feeds=feeds,
    parse=parse,
    on_demand=False,
    assesses=False,
    form="JSON, CVE API 2.0",
    size="under 1 GB",
    renewed="every two hours",
    checked="2026-08-07, vuls-data-update",
)
