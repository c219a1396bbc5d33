"""A report as a CycloneDX document, of version 1.4 to 1.7: the structure of its JSON.

The format has no place for secrets and misconfigurations: ``json`` and ``sarif`` contain them.
The serial number is derived from the image's digest, so that two scans of one image have the same; the version
stays 1, and the time stamp shows which is newer. Fields that an older version does not have are left out.
**Source:** CycloneDX 1.4 to 1.7 (ECMA-424), JSON schemas; purl-spec.
"""

import re
from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from careen import __version__
from careen.formats.sboms import sbom_properties
from careen.licences.expressions import REFERENCE, is_valid
from careen.model.advisory import Cvss
from careen.model.finding import Suppressed, Vulnerability
from careen.model.report import Report
from careen.output.escape import web_link
from careen.output.summary import settled, vulnerabilities

from .content import Component, Content, content_of, distribution_name, top_level

VERSIONS = ("1.4", "1.5", "1.6", "1.7")
DEFAULT = "1.6"
SEVERITIES = {"negligible": "info"}  # the only severity that CycloneDX does not have
VERSION_LENGTH = 1024  # the schema's limit
METHODS = {"2.0": "CVSSv2", "3.0": "CVSSv3", "3.1": "CVSSv31", "4.0": "CVSSv4"}


def document(report: Report, severities: frozenset[str] | None = None, version: str = DEFAULT) -> dict[str, Any]:
    image, content = report.image, content_of(report)
    listed = [finding for finding in vulnerabilities(report.findings) if not severities or finding.severity in severities]
    refs = {component.purl: component.ref for component in reversed(content.components)}
    entries = [_vulnerability(finding, _open(finding), refs, version) for finding in listed]
    entries += [
        _vulnerability(entry.finding, _settled(entry), refs, version)
        for entry in settled(report.suppressed)
        if isinstance(entry.finding, Vulnerability)
    ]
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version,
        "serialNumber": uuid5(NAMESPACE_URL, f"careen:{image.digest or image.reference}").urn,
        "version": 1,
        "metadata": {
            "timestamp": report.created,
            **({"lifecycles": [{"phase": "post-build"}]} if version != "1.4" and image.kind == "image" else {}),
            "tools": _tools(version),
            "component": _image(report, content.supplier),
            "properties": [
                {"name": "careen:coverage", "value": report.coverage.verdict},
                *({"name": f"careen:coverage:{why.code}", "value": why.detail} for why in report.coverage.reasons),
                *_properties(sbom_properties.of_inventory(report.inventory, report.unknowns)),
            ],
        },
        "components": [*_distribution(report), *(_component(component, version) for component in content.components)],
        "dependencies": _dependencies(report, content),
        "vulnerabilities": entries,
    }


def _tools(version: str) -> Any:
    if version == "1.4":
        return [{"vendor": "Careen", "name": "careen", "version": __version__}]
    return {"components": [{"type": "application", "name": "careen", "version": __version__}]}


def _image(report: Report, supplier: str) -> dict[str, Any]:
    image = report.image
    kind = "container" if image.kind in ("image", "sbom") else "file"
    component: dict[str, Any] = {"type": kind, "bom-ref": "image", "name": image.reference}
    if supplier:
        component["supplier"] = {"name": supplier}
    if image.digest:
        component["version"] = image.digest
    digest = image.digest.removeprefix("sha256:")
    if re.fullmatch(r"[0-9a-f]{64}", digest):
        component["hashes"] = [{"alg": "SHA-256", "content": digest}]
    if layers := sbom_properties.of_layers(image):
        component["properties"] = _properties(layers)
    return component


def _distribution(report: Report) -> list[dict[str, Any]]:
    distribution = report.inventory.distribution
    if not distribution:
        return []
    supplier = {"name": distribution_name(report)}
    component = {"type": "operating-system", "bom-ref": "distribution", "supplier": supplier, "name": distribution.id}
    return [component | ({"version": distribution.version[:VERSION_LENGTH]} if distribution.version else {})]


def _component(found: Component, version: str) -> dict[str, Any]:
    package = found.package
    namespace, name = package.namespace, package.name
    if package.type == "maven":
        namespace, _, name = package.name.rpartition(":")
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": found.ref,
        **({"supplier": {"name": found.supplier}} if found.supplier else {}),
        **({"group": namespace} if namespace else {}),
        "name": name,
        "version": package.version[:VERSION_LENGTH],
        "purl": found.purl,
        "properties": _properties(sbom_properties.of_package(package)),
    }
    if found.digests:
        component["hashes"] = [{"alg": name, "content": value} for name, value in found.digests.items()]
    if licences := _licences(found.licence.concluded):
        component["licenses"] = licences
    component["properties"] += _properties(("licence", licence) for licence in package.licenses if licence)
    if version == "1.4":  # it has no occurrences
        component["properties"] += _properties(("path", place.path) for place in package.evidence if place.path)
    if package.cpe:
        component["cpe"] = package.cpe
    if found.holders:
        component["copyright"] = "\n".join(found.holders)
    return component | _evidence(found, version)


def _evidence(found: Component, version: str) -> dict[str, Any]:
    evidence: dict[str, Any] = {}
    if licences := _licences(found.licence.found):
        evidence["licenses"] = licences
    places = [{"location": place.path} for place in found.package.evidence if place.path]
    if places and version != "1.4":
        evidence["occurrences"] = places
    return {"evidence": evidence} if evidence else {}


def _licences(expression: str) -> list[dict[str, Any]]:
    """The licences of an expression: a name if it is a single licence that is not on the SPDX list, an id if it is one on the
    list, else the expression. [] if the expression is empty or invalid.
    """
    if not expression or not is_valid(expression):
        return []
    if " " not in expression:
        is_name = expression.startswith(REFERENCE)
        return [{"license": {"name": expression} if is_name else {"id": expression}}]
    return [{"expression": expression}]


def _dependencies(report: Report, content: Content) -> list[dict[str, Any]]:
    """The dependencies of all components. The image needs the components that no other one needs; without an entry, a
    package's dependencies are unknown."""
    distribution = ("distribution",) if report.inventory.distribution else ()
    return [
        {"ref": "image", "dependsOn": [*distribution, *top_level(content.components)]},
        *({"ref": component.ref, "dependsOn": list(component.needs)} for component in content.components if component.needs),
    ]


def _properties(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": f"{sbom_properties.PREFIX}{key}", "value": value} for key, value in pairs]


def _vulnerability(finding: Vulnerability, analysis: dict[str, Any], refs: dict[str, str], version: str) -> dict[str, Any]:
    ref, number = refs.get(finding.package, finding.package), finding.package_version[:VERSION_LENGTH]
    affected = {"versions": [{"version": number, "status": "affected"}]} if number else {}
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
            *(_rating(cvss, version) for cvss in finding.cvss),
        ],
        "analysis": analysis,
        "affects": [{"ref": ref, **affected}],
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


def _rating(cvss: Cvss, version: str) -> dict[str, Any]:
    method = METHODS.get(cvss.version, "other")
    return {
        "source": {"name": cvss.source},
        "score": cvss.score,
        "method": method if version != "1.4" or method != "CVSSv4" else "other",
        "vector": cvss.vector,
    }


def _open(finding: Vulnerability) -> dict[str, Any]:
    update = {"response": ["update"]} if finding.fix.state == "fixed" else {}
    refused = {"response": ["will_not_fix"]} if finding.fix.state == "wont_fix" else {}
    return {"state": "in_triage", **update, **refused, "detail": finding.reason}


def _settled(one: Suppressed) -> dict[str, Any]:
    """The analysis of a suppressed vulnerability. VEX and the distribution's changelog state that the package is not
    affected; other rules only hide the vulnerability."""
    state = "not_affected" if one.by.kind in ("vex", "distribution") else "in_triage"
    return {"state": state, "detail": f"suppressed by {one.by.kind} ({one.by.source}): {one.by.reason}"}


def _namer(id: str) -> str:
    return {"CVE": "NVD", "GHSA": "GitHub"}.get(id.partition("-")[0], id.partition("-")[0] or "unknown")
