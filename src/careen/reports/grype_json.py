"""The vulnerabilities as Grype writes them in JSON, for programs that read Grype's reports.

One match for each finding, and one ignored match for each that a rule or VEX suppresses. Fields that Careen cannot fill are
absent (docs/coming-from.md lists them); the format has no place for secrets, misconfigurations and coverage.
**Source:** Grype's documentation of its JSON output, and the types of it (``grype/presenter/models``).
"""

from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from msgspec import Struct

from careen import __version__
from careen.formats.images.opened_name import names_of
from careen.formats.packages.purl_package import full_purl
from careen.model.finding import Suppressed, Vulnerability
from careen.model.package import Package
from careen.model.report import Report
from careen.output.escape import web_link
from careen.output.json_text import write_json
from careen.output.summary import merged, settled, vulnerabilities
from careen.plugins import Reporter, ReportOptions

# Grype's type and language of a package, by the type of its purl. A type that is not listed stays, without a language.
TYPES = {
    "maven": ("java-archive", "java"), "npm": ("npm", "javascript"), "pypi": ("python", "python"), "gem": ("gem", "ruby"),
    "golang": ("go-module", "go"), "cargo": ("rust-crate", "rust"), "composer": ("php-composer", "php"),
    "nuget": ("dotnet", "dotnet"), "hex": ("hex", "elixir"), "pub": ("dart-pub", "dart"), "swift": ("swift", "swift"),
    "cocoapods": ("pod", "swift"), "cran": ("R-package", "R"), "hackage": ("hackage", "haskell"), "generic": ("binary", ""),
}  # fmt: skip
OF_DISTRIBUTIONS = ("deb", "rpm", "apk", "alpm")
FIX_STATES = {"fixed": "fixed", "open": "not-fixed", "deferred": "not-fixed", "wont_fix": "wont-fix", "end_of_life": "wont-fix"}


class Known(Struct, frozen=True):
    """The packages, layers and distribution of the report, to which the entries refer."""

    packages: Mapping[str, Package]
    layers: Mapping[int, str]  # diff IDs, else digests
    distribution: str  # "debian:12"


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    write_json(document(report, options), stream)


def document(report: Report, options: ReportOptions) -> dict[str, Any]:
    distribution = report.inventory.distribution
    known = Known(
        dict(merged(report.inventory.packages)),
        {layer.index: layer.diff_id or layer.digest for layer in report.image.layers},
        f"{distribution.id}:{distribution.version}".rstrip(":") if distribution else "",
    )
    listed = [
        finding
        for finding in vulnerabilities(report.findings)
        if not options.severities or finding.severity in options.severities
    ]
    aside = [_ignored(entry, known) for entry in settled(report.suppressed) if isinstance(entry.finding, Vulnerability)]
    return {
        "matches": [_match(finding, known) for finding in listed],
        **({"ignoredMatches": aside} if aside else {}),
        "source": _source(report),
        "distro": _distribution(report),
        "descriptor": {"name": "careen", "version": __version__, "timestamp": report.created},
    }


def _source(report: Report) -> dict[str, Any]:
    image = report.image
    if image.kind not in ("image", "sbom"):
        return {"type": "directory", "target": image.reference}
    name, digest = names_of(image)
    target: dict[str, Any] = {
        "userInput": image.reference,
        "tags": [name] if name else [],
        "repoDigests": [digest] if digest else [],
        "layers": [{"digest": layer.diff_id or layer.digest} for layer in image.layers],
    }
    if image.digest:
        target["manifestDigest"] = image.digest
    if image.platform:
        target |= {"architecture": image.platform.architecture, "os": image.platform.os}
    return {"type": "image", "target": target}


def _distribution(report: Report) -> dict[str, Any]:
    found = report.inventory.distribution
    return {"name": found.id, "version": found.version, "idLike": list(found.id_like)} if found else {}


def _match(finding: Vulnerability, known: Known) -> dict[str, Any]:
    return {
        "vulnerability": _vulnerability(finding, known),
        "relatedVulnerabilities": [_related(alias, finding) for alias in finding.aliases],
        "matchDetails": [_details(finding, known)],
        "artifact": _artifact(finding, known),
    }


def _ignored(entry: Suppressed, known: Known) -> dict[str, Any]:
    assert isinstance(entry.finding, Vulnerability)
    rule = {"vulnerability": entry.finding.id, "reason": f"{entry.by.kind} ({entry.by.source}): {entry.by.reason}"}
    return {**_match(entry.finding, known), "appliedIgnoreRules": [rule]}


def _vulnerability(finding: Vulnerability, known: Known) -> dict[str, Any]:
    links = _links(advisory.url for advisory in finding.advisories)
    entry: dict[str, Any] = {
        "id": finding.id,
        "dataSource": links[0] if links else "",
        "namespace": _namespace(finding, known),
        "severity": finding.severity.capitalize(),
        "urls": links,
        "cvss": [
            {
                "source": cvss.source,
                "type": "Primary" if cvss.source == "nvd" else "Secondary",
                "version": cvss.version,
                "vector": cvss.vector,
                "metrics": {"baseScore": cvss.score},
                "vendorMetadata": {},
            }
            for cvss in finding.cvss
        ],
        "fix": {"versions": list(finding.fix.versions), "state": FIX_STATES.get(finding.fix.state, "unknown")},
        "advisories": [
            {"id": advisory.id, **({"link": link} if (link := web_link(advisory.url)) else {})}
            for advisory in finding.advisories
        ],
        "risk": finding.risk,
    }
    if finding.summary:
        entry["description"] = finding.summary
    if finding.epss:
        entry["epss"] = [{"cve": finding.id, "epss": finding.epss.score, "percentile": finding.epss.percentile}]
    if finding.kev:
        entry["knownExploited"] = [{"cve": finding.id}]
    if finding.weaknesses:
        entry["cwes"] = [{"cve": finding.id, "cwe": weakness.id} for weakness in finding.weaknesses]
    return entry


def _namespace(finding: Vulnerability, known: Known) -> str:
    source = finding.advisories[0].source if finding.advisories else "unknown"
    type = _type(finding.package)
    if type in OF_DISTRIBUTIONS:
        return f"{source}:distro:{known.distribution or type}"
    return f"{source}:language:{TYPES.get(type, ('', ''))[1] or type}"


def _related(alias: str, finding: Vulnerability) -> dict[str, Any]:
    links = _links(advisory.url for advisory in finding.advisories if advisory.id == alias)
    return {"id": alias, **({"dataSource": links[0]} if links else {}), "urls": links, "cvss": []}


def _details(finding: Vulnerability, known: Known) -> dict[str, Any]:
    package = known.packages.get(finding.package)
    source = package.source if package else None
    indirect = source is not None and source.name != finding.package_name
    return {
        "type": "exact-indirect-match" if indirect else "exact-direct-match",
        "matcher": "careen",
        "searchedBy": {"package": {"name": source.name, "version": source.version} if source else _named(finding)},
        "found": {"vulnerabilityID": finding.id, "versionConstraint": finding.reason},
    }


def _named(finding: Vulnerability) -> dict[str, str]:
    return {"name": finding.package_name, "version": finding.package_version}


def _artifact(finding: Vulnerability, known: Known) -> dict[str, Any]:
    package = known.packages.get(finding.package)
    type = _type(finding.package)
    named, language = TYPES.get(type, (type, ""))
    source = package.source if package else None
    upstream = source and (source.name, source.version) != (finding.package_name, finding.package_version)
    return {
        **_named(finding),
        "type": named,
        "locations": _locations(finding, package, known),
        "language": language,
        "licenses": [licence for licence in package.licenses if licence] if package else [],
        "cpes": [package.cpe] if package and package.cpe else [],
        "purl": full_purl(package) if package else finding.package,
        "upstreams": [{"name": source.name, "version": source.version}] if source and upstream else [],
    }


def _locations(finding: Vulnerability, package: Package | None, known: Known) -> list[dict[str, str]]:
    layers = {place.path: known.layers.get(place.layer) for place in package.evidence} if package else {}
    return [
        {"path": f"/{path.lstrip('/')}", **({"layerID": layer} if (layer := layers.get(path)) else {})}
        for path in finding.paths
    ]


def _type(purl: str) -> str:
    return purl.removeprefix("pkg:").partition("/")[0]


def _links(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(link for text in texts if (link := web_link(text))))


REPORTER = Reporter(
    name="grype-json",
    media_type="application/json",
    write=write,
    description="vulnerabilities as Grype's JSON, for programs that read it",
    with_places=False,
    with_coverage=False,
)
