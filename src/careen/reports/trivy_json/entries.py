"""What Trivy's report has of one package, one finding, and one finding that is suppressed."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from careen.model.advisory import Cvss
from careen.model.finding import ExposedSecret, Finding, Suppressed, Vulnerability
from careen.model.image import Layer
from careen.model.package import Package
from careen.output.escape import web_link

from .places import OF_DISTRIBUTIONS

STATUSES = {
    "fixed": "fixed", "open": "affected", "wont_fix": "will_not_fix", "deferred": "fix_deferred", "end_of_life": "end_of_life",
}  # fmt: skip
CVSS = {"2.0": "V2", "3.0": "V3", "3.1": "V3", "4.0": "V40"}

Layers = Mapping[int, Layer]  # by their indices


def package_entry(purl: str, package: Package, layers: Layers) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "ID": f"{package.name}@{package.version}",
        "Name": package.name,
        "Identifier": {"PURL": purl},
        **_version(package.type, package.version, ""),
    }
    if package.arch:
        entry["Arch"] = package.arch
    if package.source:
        entry |= {"SrcName": package.source.name, **_version(package.type, package.source.version, "Src")}
    if licenses := [licence for licence in package.licenses if licence]:
        entry["Licenses"] = licenses
    if package.maintainer:
        entry["Maintainer"] = package.maintainer
    if package.evidence:
        place = package.evidence[0]
        entry |= _layer(place.layer, layers)
        if place.path and package.type not in OF_DISTRIBUTIONS:
            entry["FilePath"] = place.path
    return entry


def entry_of(finding: Finding, layers: Layers) -> tuple[str, dict[str, Any]]:
    """The name of the list that a finding belongs to, and its entry there."""
    if isinstance(finding, Vulnerability):
        return "Vulnerabilities", _vulnerability(finding, layers)
    if isinstance(finding, ExposedSecret):
        return "Secrets", _secret(finding, layers)
    return "Misconfigurations", _misconfiguration(finding, layers)


def suppressed_entry(aside: Suppressed, layers: Layers) -> dict[str, Any]:
    name, entry = entry_of(aside.finding, layers)
    types = {"Vulnerabilities": "vulnerability", "Secrets": "secret", "Misconfigurations": "misconfiguration"}
    return {
        "Type": types[name],
        "Status": "not_affected" if aside.by.kind == "vex" else "ignored",
        "Statement": aside.by.reason,
        "Source": aside.by.source,
        "Finding": entry,
    }


def layer_names(layer: Layer) -> dict[str, str]:
    return {name: text for name, text in (("Digest", layer.digest), ("DiffID", layer.diff_id)) if text}


def _version(type: str, text: str, prefix: str) -> dict[str, Any]:
    """The fields of a version: for packages of dpkg and rpm, epoch, version and release are separate fields."""
    if type not in ("deb", "rpm"):
        return {f"{prefix}Version": text}
    epoch, colon, rest = text.partition(":")
    if not (colon and epoch.isascii() and epoch.isdigit() and len(epoch) < 10):
        epoch, rest = "", text
    version, dash, release = rest.rpartition("-")
    parts: dict[str, Any] = {f"{prefix}Version": version if dash else rest}
    if dash:
        parts[f"{prefix}Release"] = release
    return parts | ({f"{prefix}Epoch": int(epoch)} if epoch.strip("0") else {})


def _vulnerability(finding: Vulnerability, layers: Layers) -> dict[str, Any]:
    links = _links(advisory.url for advisory in finding.advisories)
    type = finding.package.removeprefix("pkg:").partition("/")[0]
    optional: dict[str, Any] = {
        "VendorIDs": list(finding.aliases),
        "PkgPath": finding.paths[0] if finding.paths and type not in OF_DISTRIBUTIONS else "",
        "FixedVersion": ", ".join(finding.fix.versions),
        "SeveritySource": finding.severity_source,
        "PrimaryURL": links[0] if links else "",
        "DataSource": {"ID": finding.advisories[0].source} if finding.advisories else None,
        "Title": finding.summary,
        "CweIDs": [weakness.id for weakness in finding.weaknesses],
        "CVSS": _cvss(finding.cvss),
        "References": links,
        "PublishedDate": _time(finding.published),
    }
    return {
        "VulnerabilityID": finding.id,
        "PkgID": f"{finding.package_name}@{finding.package_version}",
        "PkgName": finding.package_name,
        "PkgIdentifier": {"PURL": finding.package},
        "InstalledVersion": finding.package_version,
        "Status": STATUSES.get(finding.fix.state, "unknown"),
        "Severity": _severity(finding),
        **_layer(finding.layer, layers),
        **{name: value for name, value in optional.items() if value},
    }


def _cvss(scores: Iterable[Cvss]) -> dict[str, dict[str, Any]]:
    by_source: dict[str, dict[str, Any]] = {}
    for cvss in sorted(scores, key=lambda cvss: cvss.version, reverse=True):
        version = CVSS.get(cvss.version)
        scored = by_source.setdefault(cvss.source, {})
        if version and f"{version}Vector" not in scored:
            scored |= {f"{version}Vector": cvss.vector, f"{version}Score": cvss.score}
    return {source: scored for source, scored in sorted(by_source.items()) if scored}


def _misconfiguration(finding: Finding, layers: Layers) -> dict[str, Any]:
    """A misconfiguration, or a finding of a kind that Trivy does not have."""
    title, references = getattr(finding, "title", "") or finding.id, getattr(finding, "references", ())
    links = _links(references)
    return {
        "ID": finding.id,
        "Title": title,
        "Description": getattr(finding, "why", ""),
        "Message": getattr(finding, "message", "") or title,
        "Resolution": str(getattr(finding, "fix", "")),
        "Severity": _severity(finding),
        **({"PrimaryURL": links[0]} if links else {}),
        "References": list(references),
        "Status": "FAIL",
        **_layer(getattr(finding, "layer", None), layers),
        "CauseMetadata": _lines(finding),
    }


def _secret(finding: ExposedSecret, layers: Layers) -> dict[str, Any]:
    return {
        "RuleID": finding.id,
        "Severity": _severity(finding),
        "Title": finding.title,
        **_lines(finding),
        "Match": finding.match,
        **_layer(finding.layer, layers),
    }


def _severity(finding: Finding) -> str:
    """The severity in Trivy's words. Trivy has no negligible: it becomes LOW."""
    return "LOW" if finding.severity == "negligible" else finding.severity.upper()


def _lines(finding: Finding) -> dict[str, int]:
    location = getattr(finding, "location", None)
    line = location.line if location else None
    return {"StartLine": line, "EndLine": location.end_line or line} if location and line else {}


def _layer(index: int | None, layers: Layers) -> dict[str, Any]:
    layer = layers.get(index) if index is not None else None
    names = layer_names(layer) if layer else {}
    return {"Layer": names} if names else {}


def _links(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(link for text in texts if (link := web_link(text))))


def _time(text: str | None) -> str:
    """The time as in RFC 3339; "" if the text is not a time."""
    try:
        found = datetime.fromisoformat(text or "")
        utc = found.astimezone(UTC) if found.tzinfo else found
    except (ValueError, OverflowError):  # no time, or one before the first year
        return ""
    return utc.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
