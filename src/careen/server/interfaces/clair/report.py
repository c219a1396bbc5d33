"""A report in the forms of Clair's indexer and matcher, valid for both Clair's schema and the older one of Quay.

A vulnerability is listed once for each package that has it. A reason why something was not assessed becomes a
vulnerability of severity Unknown, in a package "(this image)" that represents the image. Suppressed findings are left out.
**Source:** quay/clair, httptransport/types/v1 (index_report, vulnerability_report); quay/quay, clair-v4.openapi.json.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from careen.model.advisory import Cvss
from careen.model.finding import Vulnerability
from careen.model.package import Distribution, Package
from careen.model.report import Reason, Report
from careen.output.escape import visible, web_link
from careen.output.summary import merged, vulnerabilities
from careen.safety.digest import is_digest

from ..gaps import gaps_of, id_of

CVSS = (
    "message/vnd.clair.map.vulnerability; enricher=clair.cvss schema=https://csrc.nist.gov/schema/nvd/feed/1.1/cvss-v3.x.json"
)
IMAGE = "image"  # the id of the package that represents the image
SYSTEM = "1"  # the id of the distribution
_OF_SYSTEM = ("deb", "rpm", "apk", "alpm")
_NOT_IN_CPE = re.compile(r"[^a-z0-9._-]")
_NOT_IN_ID = re.compile(r"[^a-z0-9._-]+")

Json = dict[str, Any]


def index_report(report: Report, digest: str) -> Json:
    return {**_content(report, digest), "state": "IndexFinished", "success": True, "err": ""}


def unfinished(digest: str, state: str, reason: str = "") -> Json:
    """The index report of an image that is not read yet, or that cannot be read."""
    empty: Json = {"packages": {}, "distributions": {}, "repository": {}, "environments": {}}
    return {"manifest_hash": digest, "state": state, "success": False, "err": visible(reason), **empty}


def vulnerability_report(report: Report, digest: str) -> Json:
    content = _content(report, digest)
    ids = {purl: id for id, purl in _ids(report).items()}
    by_package: dict[str, list[str]] = {}
    found: dict[str, Json] = {}
    scores: dict[str, list[Json]] = {}
    system = content["distributions"].get(SYSTEM)
    for number, finding in enumerate(vulnerabilities(report.findings), start=1):
        package = ids.get(finding.package)
        if package is None:
            package = ids[finding.package] = f"f{number}"  # its package is not listed, because it is in a nested SBOM
            content["packages"][package] = _named(package, finding.package_name, finding.package_version)
            content["environments"][package] = [_environment(report, digest, finding.layer, "", "")]
        id = str(number)
        found[id] = _vulnerability(id, finding, system)
        by_package.setdefault(package, []).append(id)
        if cvss := [_cvss(score) for score in finding.cvss if score.version.startswith("3")]:
            scores[id] = cvss
    for reason in gaps_of(report):
        id = id_of(reason)
        found[id] = _gap(id, reason, system)
        by_package.setdefault(IMAGE, []).append(id)
    if IMAGE in by_package:
        content["packages"][IMAGE] = _named(IMAGE, "(this image)", "unknown")
        content["environments"][IMAGE] = [_environment(report, digest, None, "", "")]
    return {
        **content,
        "vulnerabilities": found,
        "package_vulnerabilities": by_package,
        "enrichments": {CVSS: [scores]} if scores else {},
    }


def _content(report: Report, digest: str) -> Json:
    system = report.inventory.distribution
    packages, environments = {}, {}
    for number, (_, package) in enumerate(merged(report.inventory.packages), start=1):
        if package.presence in ("absent", "declared"):
            continue
        id = str(number)
        packages[id] = _package(id, package)
        of_system = SYSTEM if system and package.type in _OF_SYSTEM else ""
        places = package.evidence[:8]
        environments[id] = [_environment(report, digest, place.layer, place.path, of_system) for place in places] or [
            _environment(report, digest, None, "", of_system)
        ]
    return {
        "manifest_hash": digest,
        "packages": packages,
        "distributions": {SYSTEM: _distribution(system)} if system else {},
        "repository": {},
        "environments": environments,
    }


def _ids(report: Report) -> Mapping[str, str]:
    """Maps an id for each listed package to its purl. Copies with several owners share a purl."""
    numbered = enumerate(merged(report.inventory.packages), start=1)
    return {str(number): purl for number, (purl, package) in numbered if package.presence not in ("absent", "declared")}


def _package(id: str, package: Package) -> Json:
    source = package.source
    return {
        **_named(id, package.name, package.version),
        **({"source": {**_named(f"s{id}", source.name, source.version), "kind": "SOURCE"}} if source else {}),
        **({"arch": visible(package.arch)} if package.arch else {}),
        **({"module": visible(package.module)} if package.module else {}),
    }


def _named(id: str, name: str, version: str) -> Json:
    return {"id": id, "name": visible(name), "version": visible(version), "kind": "BINARY"}


def _environment(report: Report, digest: str, layer: int | None, path: str, system: str) -> Json:
    """Where a package is. It always has a layer, because Quay fails without one."""
    layers = {entry.index: entry.digest for entry in report.image.layers if is_digest(entry.digest)}
    last = layers[max(layers)] if layers else digest
    introduced = last if layer is None else layers.get(layer, last)
    return {"package_db": visible(path), "introduced_in": introduced, "distribution_id": system, "repository_ids": []}


def _distribution(system: Distribution) -> Json:
    id, version = _NOT_IN_ID.sub("-", system.id.lower()), _NOT_IN_ID.sub("-", system.version.lower())
    name = system.pretty_name or system.id
    return {
        "id": SYSTEM,
        "did": id,
        "name": visible(name),
        "version": visible(" ".join(filter(None, (system.version, system.codename and f"({system.codename})")))),
        "version_code_name": _NOT_IN_ID.sub("-", system.codename.lower()),
        "version_id": version,
        "arch": "",
        "cpe": f"cpe:2.3:o:{_in_cpe(id)}:{_in_cpe(id)}:{_in_cpe(version)}:*:*:*:*:*:*:*",
        "pretty_name": visible(name),
    }


def _in_cpe(text: str) -> str:
    return _NOT_IN_CPE.sub("_", text) or "*"


def _vulnerability(id: str, finding: Vulnerability, system: Json | None) -> Json:
    links = [link for entry in finding.advisories if (link := web_link(entry.url))]
    issued = _issued(finding.published)
    of_system = finding.package.removeprefix("pkg:").partition("/")[0] in _OF_SYSTEM
    return {
        "id": id,
        "updater": visible(next((entry.source for entry in finding.advisories), "") or finding.severity_source or "careen"),
        "name": visible(finding.id),
        "description": visible(finding.summary or finding.reason),
        **({"issued": issued} if issued else {}),
        "links": " ".join(dict.fromkeys(links)),
        "severity": finding.severity.capitalize(),
        "normalized_severity": finding.severity.capitalize(),
        "fixed_in_version": visible(", ".join(finding.fix.versions)) if finding.fix.state == "fixed" else "",
        "package": _named("", finding.package_name, ""),
        "arch_op": "equals",
        **({"distribution": system} if system and of_system else {}),
    }


def _gap(id: str, reason: Reason, system: Json | None) -> Json:
    return {
        "id": id,
        "updater": "careen",
        "name": id,
        "description": visible(f"Not assessed: {reason.detail}"),
        "links": "",
        "severity": "Unknown",
        "normalized_severity": "Unknown",
        "fixed_in_version": "",
        "package": _named("", "(this image)", ""),
        "arch_op": "equals",
        **({"distribution": system} if system else {}),
    }


def _cvss(score: Cvss) -> Json:
    rating = next(name for least, name in _RATINGS if score.score >= least)
    return {"version": score.version, "vectorString": visible(score.vector), "baseScore": score.score, "baseSeverity": rating}


_RATINGS = ((9.0, "CRITICAL"), (7.0, "HIGH"), (4.0, "MEDIUM"), (0.1, "LOW"), (float("-inf"), "NONE"))


def _issued(published: str | None) -> str:
    try:
        moment = datetime.fromisoformat(published or "")
        return f"{(moment.astimezone(UTC) if moment.tzinfo else moment):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError):
        return ""
