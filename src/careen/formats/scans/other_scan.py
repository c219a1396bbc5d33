"""Another scanner's report about an image: claims that a package has a vulnerability, recognised by the document's shape.

| scanner | document |
|---|---|
| Trivy | ``--format json``: ``Results[].Vulnerabilities[]`` |
| Grype | ``-o json``: ``matches[]``, ``ignoredMatches[]`` |
| Docker Scout | ``--format sarif`` (``purls`` of its rules) or ``gitlab`` (``vulnerabilities[].location.dependency``) |
| Snyk | ``container test --json``: ``vulnerabilities[]`` with ``identifiers``, also of ``applications[]`` |

Raises: ValueError for anything else.
**Source:** the scanners' own documentation of their output.
"""

from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

import msgspec
from msgspec import Struct

from careen.formats.data.plain import mapping, sequence, text

MAX_BYTES = 1 << 30
_TYPES = {
    "deb": "deb", "rpm": "rpm", "apk": "apk", "npm": "npm", "yarn": "npm", "pip": "pypi", "poetry": "pypi", "maven": "maven",
    "gradle": "maven", "gomodules": "golang", "golangdep": "golang", "rubygems": "gem", "composer": "composer",
    "nuget": "nuget",
}  # fmt: skip


class Claim(Struct, frozen=True):
    ids: tuple[str, ...]  # the first is the one it is reported by
    package: str
    version: str
    purl: str = ""
    type: str = ""  # of a purl, if the document has types but no purls
    fixed: tuple[str, ...] = ()
    suppressed: bool = False


class OtherScan(Struct, frozen=True):
    scanner: str
    claims: tuple[Claim, ...]
    packages: frozenset[str]  # names in lower case; empty if the document lists vulnerabilities alone


def read_other(data: bytes) -> OtherScan:
    if len(data) > MAX_BYTES:
        raise ValueError(f"over {MAX_BYTES >> 20} MiB")
    try:
        document = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    parts = [mapping(part) for part in (document if isinstance(document, list) else [document])]
    first = parts[0] if parts else {}
    packages: frozenset[str] = frozenset()
    if "Results" in first or "ArtifactName" in first:
        scanner, claims = "trivy", _trivy(first)
        listed = (
            mapping(package)
            for result in sequence(first.get("Results"))
            for package in sequence(mapping(result).get("Packages"))
        )
        packages = frozenset(text(package.get("Name")).lower() for package in listed)
    elif "matches" in first:
        scanner, claims = "grype", _grype(first)
    elif "runs" in first:
        scanner, claims = _sarif_name(first), _sarif(first)
    elif any("packageManager" in part for part in parts) or "applications" in first:
        scanner, claims = "snyk", (claim for part in parts for claim in _snyk(part))
    elif "scan" in first and "vulnerabilities" in first:
        scanner = text(mapping(mapping(mapping(first.get("scan")).get("scanner"))).get("name")) or "gitlab"
        claims = _gitlab(first)
    else:
        raise ValueError("it is not a report of Trivy, Grype, Docker Scout or Snyk")
    found = tuple(dict.fromkeys(claim for claim in claims if claim.package and claim.ids))
    return OtherScan(scanner, found, packages | {claim.package.lower() for claim in found} if packages else frozenset())


def _trivy(document: dict[str, Any]) -> Iterator[Claim]:
    for result in map(mapping, sequence(document.get("Results"))):
        aside = [
            mapping(mapping(modified).get("Finding"))
            for modified in sequence(result.get("ExperimentalModifiedFindings"))
            if mapping(modified).get("Type") == "vulnerability"
        ]
        reported = map(mapping, sequence(result.get("Vulnerabilities")))
        for vulnerability, suppressed in chain(zip(reported, repeat(False)), zip(aside, repeat(True))):
            yield Claim(
                _ids(vulnerability.get("VulnerabilityID"), *sequence(vulnerability.get("VendorIDs"))),
                text(vulnerability.get("PkgName")),
                text(vulnerability.get("InstalledVersion")),
                text(mapping(vulnerability.get("PkgIdentifier")).get("PURL")),
                fixed=_texts(part.strip() for part in text(vulnerability.get("FixedVersion")).split(",")),
                suppressed=suppressed,
            )


def _grype(document: dict[str, Any]) -> Iterator[Claim]:
    for key in ("matches", "ignoredMatches"):
        for match in map(mapping, sequence(document.get(key))):
            vulnerability, artifact = mapping(match.get("vulnerability")), mapping(match.get("artifact"))
            related = (mapping(other).get("id") for other in sequence(match.get("relatedVulnerabilities")))
            yield Claim(
                _ids(vulnerability.get("id"), *related),
                text(artifact.get("name")),
                text(artifact.get("version")),
                text(artifact.get("purl")),
                fixed=_texts(sequence(mapping(vulnerability.get("fix")).get("versions"))),
                suppressed=key == "ignoredMatches",
            )


def _sarif_name(document: dict[str, Any]) -> str:
    run = mapping(next(iter(sequence(document.get("runs"))), None))
    return text(mapping(mapping(run.get("tool")).get("driver")).get("name")) or "sarif"


def _sarif(document: dict[str, Any]) -> Iterator[Claim]:
    for run in map(mapping, sequence(document.get("runs"))):
        rules = map(mapping, sequence(mapping(mapping(run.get("tool")).get("driver")).get("rules")))
        rule_by_id = {text(rule.get("id")): mapping(rule.get("properties")) for rule in rules}
        for id in dict.fromkeys(text(mapping(result).get("ruleId")) for result in sequence(run.get("results"))):
            properties = rule_by_id.get(id, {})
            fixed = text(properties.get("fixed_version"))
            for purl in map(text, sequence(properties.get("purls"))):
                name, version = _named(purl)
                yield Claim(_ids(id), name, version, purl, fixed=_texts([fixed if fixed != "not fixed" else ""]))


def _gitlab(document: dict[str, Any]) -> Iterator[Claim]:
    for vulnerability in map(mapping, sequence(document.get("vulnerabilities"))):
        dependency = mapping(mapping(vulnerability.get("location")).get("dependency"))
        ids = [
            mapping(other).get("value")
            for other in sequence(vulnerability.get("identifiers"))
            if mapping(other).get("type") != "cwe"
        ]
        yield Claim(_ids(*ids), text(mapping(dependency.get("package")).get("name")), text(dependency.get("version")))


def _snyk(document: dict[str, Any]) -> Iterator[Claim]:
    for part in [document, *map(mapping, sequence(document.get("applications")))]:
        kind = text(part.get("packageManager"))
        for vulnerability in map(mapping, sequence(part.get("vulnerabilities"))):
            named = mapping(vulnerability.get("identifiers"))
            ids = [*sequence(named.get("CVE")), *sequence(named.get("GHSA")), vulnerability.get("id")]
            name = text(vulnerability.get("name")) or text(vulnerability.get("packageName"))
            type = _TYPES.get(text(vulnerability.get("packageManager")).partition(":")[0] or kind, _TYPES.get(kind, ""))
            if type in ("deb", "rpm", "apk"):  # "openssl/libssl3": source and binary
                name = name.rpartition("/")[2]
            fixed = [vulnerability.get("nearestFixedInVersion"), *sequence(vulnerability.get("fixedIn"))]
            yield Claim(_ids(*ids), name, text(vulnerability.get("version")), type=type, fixed=_texts(fixed))


def _named(purl: str) -> tuple[str, str]:
    from careen.formats.packages.purl import parse

    try:
        found = parse(purl)
    except ValueError:
        return "", ""
    return found.name, found.version or ""


def _ids(*ids: Any) -> tuple[str, ...]:
    return _texts(ids)


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str) and value))
