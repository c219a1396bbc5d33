"""The packages and their vulnerabilities as a CycloneDX 1.6 SBOM in JSON.

The format has no place for secrets and misconfigurations: ``json`` and ``sarif`` contain them.
The serial number is derived from the image's digest, so that two scans of one image have the same; the version
stays 1, and the time stamp shows which is newer.
**Source:** CycloneDX 1.6 (ECMA-424), JSON schema bom-1.6; purl-spec.
"""

from collections.abc import Iterable
from typing import Any, TextIO
from uuid import NAMESPACE_URL, uuid5

from careen import __version__
from careen.formats.sboms import sbom_properties
from careen.model.advisory import Cvss
from careen.model.finding import Suppressed, Vulnerability
from careen.model.package import Package
from careen.model.report import Report
from careen.output.escape import web_link
from careen.output.json_text import write_json
from careen.output.summary import merged, settled, vulnerabilities
from careen.plugins import Reporter, ReportOptions

SEVERITIES = {"negligible": "info"}  # the only severity that CycloneDX does not have
VERSION_LENGTH = 1024  # the schema's limit
METHODS = {"2.0": "CVSSv2", "3.0": "CVSSv3", "3.1": "CVSSv31", "4.0": "CVSSv4"}


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    write_json(document(report, options), stream)


def document(report: Report, options: ReportOptions) -> dict[str, Any]:
    image = report.image
    packages = merged(report.inventory.packages)
    ref_by_purl: dict[str, str] = {}
    components = [_component(purl, package, ref_by_purl) for purl, package in packages]
    listed = [
        finding
        for finding in vulnerabilities(report.findings)
        if not options.severities or finding.severity in options.severities
    ]
    entries = [_vulnerability(finding, _open(finding), ref_by_purl) for finding in listed]
    entries += [
        _vulnerability(entry.finding, _settled(entry), ref_by_purl)
        for entry in settled(report.suppressed)
        if isinstance(entry.finding, Vulnerability)
    ]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid5(NAMESPACE_URL, f"careen:{image.digest or image.reference}").urn,
        "version": 1,
        "metadata": {
            "timestamp": report.created,
            "tools": {"components": [{"type": "application", "name": "careen", "version": __version__}]},
            "component": _image(report),
            "properties": [
                {"name": "careen:coverage", "value": report.coverage.verdict},
                *({"name": f"careen:coverage:{why.code}", "value": why.detail} for why in report.coverage.reasons),
                *_properties(sbom_properties.of_inventory(report.inventory, report.unknowns)),
            ],
        },
        "components": [*_distribution(report), *components],
        "vulnerabilities": entries,
    }


def _image(report: Report) -> dict[str, Any]:
    image = report.image
    kind = "container" if image.kind == "image" else "file"
    component: dict[str, Any] = {"type": kind, "bom-ref": "image", "name": image.reference}
    if image.digest:
        component["version"] = image.digest
    if layers := sbom_properties.of_layers(image):
        component["properties"] = _properties(layers)
    return component


def _distribution(report: Report) -> list[dict[str, Any]]:
    distribution = report.inventory.distribution
    if not distribution:
        return []
    component = {"type": "operating-system", "bom-ref": "distribution", "name": distribution.id}
    return [component | ({"version": distribution.version[:VERSION_LENGTH]} if distribution.version else {})]


def _component(purl: str, package: Package, ref_by_purl: dict[str, str]) -> dict[str, Any]:
    """A purl stands twice when two packages own files of it: the reference has the owner behind it then."""
    ref = f"{purl}#{package.owned_by}" if package.owned_by else purl
    ref_by_purl.setdefault(purl, ref)
    namespace, name = package.namespace, package.name
    if package.type == "maven":
        namespace, _, name = package.name.rpartition(":")
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": ref,
        **({"group": namespace} if namespace else {}),
        "name": name,
        "version": package.version[:VERSION_LENGTH],
        "purl": purl,
        "properties": _properties(sbom_properties.of_package(package)),
    }
    if package.cpe:
        component["cpe"] = package.cpe
    if package.maintainer:
        component["supplier"] = {"name": package.maintainer}
    if package.licenses:
        component["licenses"] = [{"license": {"name": licence}} for licence in package.licenses if licence]
    places = [{"location": place.path} for place in package.evidence if place.path]
    return component | ({"evidence": {"occurrences": places}} if places else {})


def _properties(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": f"{sbom_properties.PREFIX}{key}", "value": value} for key, value in pairs]


def _vulnerability(finding: Vulnerability, analysis: dict[str, Any], ref_by_purl: dict[str, str]) -> dict[str, Any]:
    ref = ref_by_purl.get(finding.package, finding.package)
    links = [(advisory, web_link(advisory.url)) for advisory in finding.advisories]
    sources = [{"name": advisory.source, **({"url": url} if url else {})} for advisory, url in links]
    properties = [("risk", f"{finding.risk:g}"), ("confidence", finding.confidence)]
    if finding.kev is not None:
        properties.insert(1, ("kev", str(finding.kev).lower()))
    if finding.epss:
        properties.append(("epss", f"{finding.epss.score:g}"))
    entry: dict[str, Any] = {
        "bom-ref": finding.fingerprint,
        "id": finding.id,
        **({"source": sources[0]} if sources else {}),
        "references": [{"id": alias, "source": {"name": _namer(alias)}} for alias in finding.aliases],
        "ratings": [
            {
                **({"source": {"name": finding.severity_source}} if finding.severity_source else {}),
                "severity": SEVERITIES.get(finding.severity, finding.severity),
            },
            *map(_rating, finding.cvss),
        ],
        "analysis": analysis,
        "affects": [{"ref": ref, "versions": [{"version": finding.package_version[:VERSION_LENGTH], "status": "affected"}]}],
        "properties": _properties(properties),
    }
    numbers = [int(number) for weakness in finding.weaknesses if (number := weakness.id.removeprefix("CWE-")).isdecimal()]
    if numbers:
        entry["cwes"] = sorted(numbers)
    if finding.summary:
        entry["description"] = finding.summary
    if finding.fix.versions:
        entry["recommendation"] = f"Upgrade {finding.package_name} to {' or '.join(finding.fix.versions)}"
    if advisories := [{"title": advisory.id, "url": url} for advisory, url in links if url]:
        entry["advisories"] = advisories
    return entry


def _rating(cvss: Cvss) -> dict[str, Any]:
    return {
        "source": {"name": cvss.source},
        "score": cvss.score,
        "method": METHODS.get(cvss.version, "other"),
        "vector": cvss.vector,
    }


def _open(finding: Vulnerability) -> dict[str, Any]:
    update = {"response": ["update"]} if finding.fix.state == "fixed" else {}
    refused = {"response": ["will_not_fix"]} if finding.fix.state == "wont_fix" else {}
    return {"state": "in_triage", **update, **refused, "detail": finding.reason}


def _settled(one: Suppressed) -> dict[str, Any]:
    """VEX and the distribution's changelog state that the vulnerability does not matter here; other rules only hide it."""
    state = "not_affected" if one.by.kind in ("vex", "distribution") else "in_triage"
    return {"state": state, "detail": f"suppressed by {one.by.kind} ({one.by.source}): {one.by.reason}"}


def _namer(id: str) -> str:
    return {"CVE": "NVD", "GHSA": "GitHub"}.get(id.partition("-")[0], id.partition("-")[0] or "unknown")


REPORTER = Reporter(
    name="cyclonedx",
    media_type="application/vnd.cyclonedx+json; version=1.6",
    write=write,
    description="packages and vulnerabilities as an SBOM (CycloneDX 1.6)",
    with_places=False,
)
