"""The findings and packages as Trivy writes them in JSON, schema version 2, for programs that read Trivy's reports.

One entry for each finding, in a result for the distribution, for each kind of language package, and for each file with
misconfigurations or secrets. Fields that Careen cannot fill are absent (docs/coming-from.md lists them); the format has no
place for coverage. Dates and digests are written only if strict readers accept them.
**Source:** Trivy's documentation, "Reporting", and the types of its report (``pkg/types``, ``pkg/fanal/types``).
"""

from typing import Any, TextIO

from careen.distributions.registry import profile
from careen.formats.images.opened_name import names_of
from careen.model.report import Report
from careen.output.json_text import write_json
from careen.output.summary import merged, ordered, settled
from careen.plugins import Reporter, ReportOptions
from careen.safety.pattern import pattern

from .entries import entry_of, layer_names, package_entry, suppressed_entry
from .places import Known, Place, place_of, place_of_package

_DIGEST = pattern(r"sha256:[0-9a-f]{64}")


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
        found["Layers"] = list(map(layer_names, image.layers))
    return found


def _family(report: Report) -> str:
    distribution = report.inventory.distribution
    if distribution is None:
        return ""
    known = profile(distribution.id)
    return (known.trivy if known else "") or distribution.id


def _results(report: Report, options: ReportOptions) -> list[dict[str, Any]]:
    packages = merged(report.inventory.packages)
    family, distribution = _family(report), report.inventory.distribution
    named = f" ({f'{family} {distribution.version}'.strip()})" if distribution else ""
    layers = {layer.index: layer for layer in report.image.layers}
    known = Known(dict(packages), family, f"{report.image.reference}{named}")
    results: dict[Place, dict[str, list[Any]]] = {}
    for purl, package in packages:
        _add(results, place_of_package(package, known), "Packages", package_entry(purl, package, layers))
    for finding in ordered(report.findings):
        if not options.severities or finding.severity in options.severities:
            list_name, entry = entry_of(finding, layers)
            _add(results, place_of(finding, known), list_name, entry)
    for aside in settled(report.suppressed):
        _add(results, place_of(aside.finding, known), "ExperimentalModifiedFindings", suppressed_entry(aside, layers))
    order = ("os-pkgs", "lang-pkgs", "config", "secret")
    places = sorted(results, key=lambda place: (order.index(place.kind), place))
    return [
        {"Target": place.target, "Class": place.kind, **({"Type": place.type} if place.type else {}), **results[place]}
        for place in places
    ]


def _add(results: dict[Place, dict[str, list[Any]]], place: Place, name: str, entry: Any) -> None:
    results.setdefault(place, {}).setdefault(name, []).append(entry)


REPORTER = Reporter(
    name="trivy-json",
    media_type="application/json",
    write=write,
    description="packages and findings as Trivy's JSON (schema version 2), for programs that read it",
    with_coverage=False,
)
