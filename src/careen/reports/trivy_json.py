"""The findings and packages as Trivy writes them in JSON, schema version 2, for programs that read Trivy's reports.

One entry for each finding, in a result for the distribution, for each kind of language package, and for each file with
misconfigurations or secrets. Fields that Careen cannot fill are absent (docs/coming-from.md lists them); the format has no
place for coverage. Dates and digests are written only if strict readers accept them.
**Source:** Trivy's documentation, "Reporting", and the types of its report (``pkg/types``, ``pkg/fanal/types``).
"""

import posixpath
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from msgspec import Struct

from careen.formats.images.opened_name import names_of
from careen.model.advisory import Cvss
from careen.model.finding import ExposedSecret, Finding, Misconfiguration, Suppressed, Vulnerability
from careen.model.image import Layer
from careen.model.package import Package, Source
from careen.model.report import Report
from careen.output.escape import web_link
from careen.output.json_text import write_json
from careen.output.summary import merged, ordered, settled
from careen.plugins import Reporter, ReportOptions
from careen.safety.pattern import pattern

OF_DISTRIBUTIONS = ("deb", "rpm", "apk", "alpm")
FAMILIES = {"rhel": "redhat", "almalinux": "alma", "ol": "oracle", "amzn": "amazon", "mariner": "cbl-mariner"}
# The type of installed packages, and the name of their result; without a name it is the path of the file.
INSTALLED = {
    "pypi": ("python-pkg", "Python"), "npm": ("node-pkg", "Node.js"), "maven": ("jar", "Java"), "gem": ("gemspec", "Ruby"),
    "conda": ("conda-pkg", "Conda"), "golang": ("gobinary", ""), "cargo": ("rustbinary", ""), "nuget": ("dotnet-core", ""),
    "composer": ("composer-vendor", ""),
}  # fmt: skip
# The type of packages that a file of this name lists.
LISTED = {
    "package-lock.json": "npm", "yarn.lock": "yarn", "pnpm-lock.yaml": "pnpm", "bun.lock": "bun", "requirements.txt": "pip",
    "Pipfile.lock": "pipenv", "poetry.lock": "poetry", "uv.lock": "uv", "Cargo.lock": "cargo", "go.mod": "gomod",
    "Gemfile.lock": "bundler", "composer.lock": "composer", "packages.lock.json": "nuget", "pom.xml": "pom",
    "gradle.lockfile": "gradle", "mix.lock": "hex", "pubspec.lock": "pub", "conan.lock": "conan",
    "Podfile.lock": "cocoapods", "Package.resolved": "swift",
}  # fmt: skip
CONFIGURATION = {"DKR": "dockerfile", "IMG": "dockerfile", "K8S": "kubernetes"}  # by the beginning of a check's id
STATUSES = {
    "fixed": "fixed", "open": "affected", "wont_fix": "will_not_fix", "deferred": "fix_deferred", "end_of_life": "end_of_life",
}  # fmt: skip
CVSS = {"2.0": "V2", "3.0": "V3", "3.1": "V3", "4.0": "V40"}
_DIGEST = pattern(r"sha256:[0-9a-f]{64}")


class Place(Struct, frozen=True, order=True):
    """Where an entry belongs; each has one result. ``kind`` is Trivy's class."""

    kind: str
    type: str
    target: str


class Known(Struct, frozen=True):
    """What entries refer to."""

    layers: Mapping[int, Layer]
    packages: Mapping[str, Package]
    family: str
    system: str  # the target of the distribution's packages


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    write_json(document(report, options), stream)


def document(report: Report, options: ReportOptions) -> dict[str, Any]:
    image = report.image
    return {
        "SchemaVersion": 2,
        "CreatedAt": report.created,
        "ArtifactName": image.reference,
        "ArtifactType": "container_image" if image.kind in ("image", "sbom") else "filesystem",
        "Metadata": _metadata(report),
        "Results": _results(report, options),
    }


def _metadata(report: Report) -> dict[str, Any]:
    image, distribution = report.image, report.inventory.distribution
    found: dict[str, Any] = {}
    if distribution:
        found["OS"] = {"Family": _family(report), "Name": distribution.version}
        if report.end_of_life and report.end_of_life < report.created[:10]:
            found["OS"]["EOSL"] = True
    diff_ids = [layer.diff_id for layer in image.layers]
    if diff_ids and all(map(_DIGEST.fullmatch, diff_ids)):
        found["DiffIDs"] = diff_ids
    name, digest = names_of(image)
    if name:
        found["RepoTags"] = [name]
    if digest:
        found["RepoDigests"] = [digest]
    if image.platform:
        variant = {"variant": image.platform.variant} if image.platform.variant else {}
        platform = {"architecture": image.platform.architecture, "os": image.platform.os, **variant}
        root = {"rootfs": {"type": "layers", "diff_ids": found["DiffIDs"]}} if "DiffIDs" in found else {}
        found["ImageConfig"] = platform | root
    if image.layers:
        found["Layers"] = list(map(_layer_names, image.layers))
    return found


def _family(report: Report) -> str:
    distribution = report.inventory.distribution
    return FAMILIES.get(distribution.id, distribution.id) if distribution else ""


def _results(report: Report, options: ReportOptions) -> list[dict[str, Any]]:
    packages = merged(report.inventory.packages)
    family, distribution = _family(report), report.inventory.distribution
    named = f" ({f'{family} {distribution.version}'.strip()})" if distribution else ""
    known = Known(
        {layer.index: layer for layer in report.image.layers}, dict(packages), family, f"{report.image.reference}{named}"
    )
    results: dict[Place, dict[str, list[Any]]] = {}
    for purl, package in packages:
        _add(results, _place_of_package(package, known), "Packages", _package(purl, package, known))
    for finding in ordered(report.findings):
        if not options.severities or finding.severity in options.severities:
            list_name, entry = _entry(finding, known)
            _add(results, _place(finding, known), list_name, entry)
    for aside in settled(report.suppressed):
        _add(results, _place(aside.finding, known), "ExperimentalModifiedFindings", _suppressed(aside, known))
    order = ("os-pkgs", "lang-pkgs", "config", "secret")
    places = sorted(results, key=lambda place: (order.index(place.kind), place))
    return [
        {"Target": place.target, "Class": place.kind, **({"Type": place.type} if place.type else {}), **results[place]}
        for place in places
    ]


def _add(results: dict[Place, dict[str, list[Any]]], place: Place, name: str, entry: Any) -> None:
    results.setdefault(place, {}).setdefault(name, []).append(entry)


def _place(finding: Finding, known: Known) -> Place:
    if isinstance(finding, Vulnerability):
        package = known.packages.get(finding.package)
        if package and (not package.evidence or package.evidence[0].path in finding.paths):
            return _place_of_package(package, known)
        type = finding.package.removeprefix("pkg:").partition("/")[0]
        return _place_of_type(type, finding.paths[0] if finding.paths else "", known)
    if isinstance(finding, ExposedSecret):
        return Place("secret", "", finding.location.path)
    return Place("config", CONFIGURATION.get(finding.id.partition("-")[0], ""), finding.location.path)


def _place_of_package(package: Package, known: Known) -> Place:
    return _place_of_type(package.type, package.evidence[0].path if package.evidence else "", known)


def _place_of_type(type: str, path: str, known: Known) -> Place:
    if type in OF_DISTRIBUTIONS:
        return Place("os-pkgs", known.family or type, known.system)
    if listed := LISTED.get(posixpath.basename(path)):
        return Place("lang-pkgs", listed, path)
    kind, target = INSTALLED.get(type, (type, ""))
    return Place("lang-pkgs", kind, target or path or kind)


def _package(purl: str, package: Package, known: Known) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "ID": f"{package.name}@{package.version}",
        "Name": package.name,
        "Identifier": {"PURL": purl},
        **_version(package.type, package.version, ""),
    }
    if package.arch:
        entry["Arch"] = package.arch
    if isinstance(package.source, Source):
        entry |= {"SrcName": package.source.name, **_version(package.type, package.source.version, "Src")}
    if licenses := [licence for licence in package.licenses if licence]:
        entry["Licenses"] = licenses
    if package.maintainer:
        entry["Maintainer"] = package.maintainer
    if package.evidence:
        place = package.evidence[0]
        entry |= _layer(place.layer, known)
        if place.path and package.type not in OF_DISTRIBUTIONS:
            entry["FilePath"] = place.path
    return entry


def _version(type: str, text: str, prefix: str) -> dict[str, Any]:
    """Epoch, version and release are apart in packages of dpkg and rpm."""
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


def _entry(finding: Finding, known: Known) -> tuple[str, dict[str, Any]]:
    """(name of the list, entry)"""
    if isinstance(finding, Vulnerability):
        return "Vulnerabilities", _vulnerability(finding, known)
    if isinstance(finding, ExposedSecret):
        return "Secrets", _secret(finding, known)
    return "Misconfigurations", _misconfiguration(finding, known)


def _vulnerability(finding: Vulnerability, known: Known) -> dict[str, Any]:
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
        **_layer(finding.layer, known),
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


def _misconfiguration(finding: Misconfiguration, known: Known) -> dict[str, Any]:
    links = _links(finding.references)
    return {
        "ID": finding.id,
        "Title": finding.title,
        "Description": finding.why,
        "Message": finding.message or finding.title,
        "Resolution": finding.fix,
        "Severity": _severity(finding),
        **({"PrimaryURL": links[0]} if links else {}),
        "References": list(finding.references),
        "Status": "FAIL",
        **_layer(finding.layer, known),
        "CauseMetadata": _lines(finding),
    }


def _secret(finding: ExposedSecret, known: Known) -> dict[str, Any]:
    return {
        "RuleID": finding.id,
        "Severity": _severity(finding),
        "Title": finding.title,
        **_lines(finding),
        "Match": finding.match,
        **_layer(finding.layer, known),
    }


def _suppressed(aside: Suppressed, known: Known) -> dict[str, Any]:
    name, entry = _entry(aside.finding, known)
    types = {"Vulnerabilities": "vulnerability", "Secrets": "secret", "Misconfigurations": "misconfiguration"}
    return {
        "Type": types[name],
        "Status": "not_affected" if aside.by.kind == "vex" else "ignored",
        "Statement": aside.by.reason,
        "Source": aside.by.source,
        "Finding": entry,
    }


def _severity(finding: Finding) -> str:
    """Trivy has no negligible."""
    return "LOW" if finding.severity == "negligible" else finding.severity.upper()


def _lines(finding: Misconfiguration | ExposedSecret) -> dict[str, int]:
    line = finding.location.line
    return {"StartLine": line, "EndLine": finding.location.end_line or line} if line else {}


def _layer(index: int | None, known: Known) -> dict[str, Any]:
    layer = known.layers.get(index) if index is not None else None
    names = _layer_names(layer) if layer else {}
    return {"Layer": names} if names else {}


def _layer_names(layer: Layer) -> dict[str, str]:
    return {name: text for name, text in (("Digest", layer.digest), ("DiffID", layer.diff_id)) if text}


def _links(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(link for text in texts if (link := web_link(text))))


def _time(text: str | None) -> str:
    """RFC 3339; "" if it is not a time."""
    try:
        found = datetime.fromisoformat(text or "")
        utc = found.astimezone(UTC) if found.tzinfo else found
    except (ValueError, OverflowError):  # no time, or one before the first year
        return ""
    return utc.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


REPORTER = Reporter(
    name="trivy-json",
    media_type="application/json",
    write=write,
    description="packages and findings as Trivy's JSON (schema version 2), for programs that read it",
    with_coverage=False,
)
