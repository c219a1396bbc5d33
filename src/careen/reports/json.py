"""The whole report as JSON for programs: ``careen.report/1``, described by docs/schema/report-1.json.

Shape: every key is always present, an unknown value is null, lists have a stable order, totals count all findings even
if ``listed`` restricts the list to some severities.
"""

from collections import Counter
from typing import Any, TextIO

from msgspec.structs import asdict

from careen import __version__
from careen.formats.images.base import base_of
from careen.model.attached import Attached, Signature
from careen.model.finding import (
    BehaviourFinding,
    ExposedSecret,
    IntegrityFinding,
    LicenceFinding,
    Misconfiguration,
    Vulnerability,
)
from careen.model.image import Layer
from careen.model.integrity import Integrity
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package
from careen.model.report import Report
from careen.output.json_text import write_json
from careen.output.summary import (
    by_severity,
    in_base,
    merged,
    ordered,
    settled,
)
from careen.plugins import Reporter, ReportOptions

SCHEMA = "careen.report/1"


def write(report: Report, stream: TextIO, options: ReportOptions) -> None:
    write_json(document(report, options), stream)


def document(report: Report, options: ReportOptions) -> dict[str, Any]:
    """The document. Its values are plain ones, and structures of the model that msgspec encodes as the schema says."""
    packages = merged(report.inventory.packages)
    base = report.base or base_of(report.image)
    findings = [
        finding for finding in ordered(report.findings) if not options.severities or finding.severity in options.severities
    ]
    kinds = Counter(map(type, report.findings))
    return {
        "schema": SCHEMA,
        "tool": {"name": "careen", "version": __version__},
        "created": report.created,
        "target": _target(report),
        "layers": [
            {
                "index": layer.index,
                "digest": layer.digest or None,
                "diff_id": layer.diff_id or None,
                "diff_id_verified": layer.diff_id_verified,
                "created_by": layer.created_by or None,
                "size_bytes": layer.size_bytes,
                "instruction": _instruction(layer),
            }
            for layer in report.image.layers
        ],
        "packages": [_package(purl, package) for purl, package in packages],
        "listed": sorted(options.severities) if options.severities else None,
        "findings": findings,
        "suppressed": settled(report.suppressed),
        "unknowns": [
            {
                "code": unknown.code,
                "cataloger": unknown.cataloger,
                "path": unknown.evidence.path,
                "layer": unknown.evidence.layer,
                "reason": unknown.reason,
                "whole_layer": unknown.whole_layer,
            }
            for unknown in report.unknowns
        ],
        "coverage": report.coverage,
        "inventory": _inventory(report.inventory),
        "integrity": _integrity(report.inventory.integrity),
        "behaviour": report.behaviour,
        "details": report.inventory.details,
        "database": report.database,
        "verdict": report.verdict,
        "compared": report.compared,
        "plan": report.plan,
        "compliance": report.compliance,
        **({"exposure": report.exposure} if report.exposure else {}),
        "totals": {
            "packages": len(packages),
            "findings": len(report.findings),
            "by_severity": by_severity(report.findings),
            "by_kind": {
                "vulnerability": kinds[Vulnerability],
                "secret": kinds[ExposedSecret],
                "misconfiguration": kinds[Misconfiguration],
                "integrity": kinds[IntegrityFinding],
                "licence": kinds[LicenceFinding],
                "behaviour": kinds[BehaviourFinding],
            },
            "in_base": len(in_base(report.findings, base)) if base and base.layers else None,
            "suppressed": len(report.suppressed),
            "unknowns": len(report.unknowns),
        },
    }


def _instruction(layer: Layer) -> dict[str, Any] | None:
    where = layer.instruction
    return {"file": where.path, "line": where.line, "end_line": where.end_line} if where else None


def _target(report: Report) -> dict[str, Any]:
    image, distribution = report.image, report.inventory.distribution
    beside = image.attached
    return {
        "reference": image.reference,
        "opened": image.opened or None,
        "tag": image.tag or None,
        "kind": image.kind,
        "digest": image.digest or None,
        "platform": str(image.platform) if image.platform else None,
        "distribution": {
            "id": distribution.id,
            "version": distribution.version or None,
            "codename": distribution.codename or None,
            "pretty_name": distribution.pretty_name or None,
            "id_like": list(distribution.id_like),
            "extended": distribution.extended,
            "end_of_life": report.end_of_life,
        }
        if distribution
        else None,
        "base_image": report.base or base_of(image),
        "base_excluded": report.base_excluded,
        "attached": _attached(beside) if beside is not None else None,
    }


def _attached(beside: Attached) -> dict[str, Any]:
    return {
        "asked": list(beside.asked),
        "complete": beside.complete,
        "trusted_keys": list(beside.keys),
        "signatures": [_signature(signature) for signature in beside.signatures],
        "provenance": [
            {
                "digest": document.digest,
                "type": document.type,
                "builder": document.builder or None,
                "source": document.source or None,
                "revision": document.revision or None,
                "materials": document.materials,
                "materials_count": document.materials_count,
                "signature": _signature(document.signature),
            }
            for document in beside.provenance
        ],
        "sboms": [
            {
                "digest": document.digest,
                "type": document.type,
                "blob": document.blob,
                "size_bytes": document.size_bytes if document.size_bytes >= 0 else None,
                "signature": _signature(document.signature),
            }
            for document in beside.sboms
        ],
        "vex": [
            {
                "digest": document.digest,
                "type": document.type,
                "statements": document.statements,
                "trusted": document.trusted,
                "signature": _signature(document.signature),
            }
            for document in beside.vex
        ],
        "others": beside.others,
        "troubles": list(beside.troubles),
        "refusals": beside.refusals,
    }


def _inventory(found: Inventory) -> dict[str, Any]:
    origin = {"origin": found.origin_read} if found.origin_read else {}
    return {
        "files": found.files,
        "unowned_executables": found.unowned_executables,
        "unidentified": list(found.unidentified),
        "owned": list(found.owned),
        "created": found.created or None,
        "no_package_database": found.no_package_database,
        "sbom_tool": found.sbom_tool,
        **({"ledger": found.ledger} if found.ledger else {}),
        **origin,
    }


def _integrity(found: Integrity) -> dict[str, Any]:
    """Counts of the programs that packages of the distribution own, and the modified ones."""
    return {
        "verified": found.verified,
        "modified": len(found.modified),
        "without_digest": found.without_digest,
        "modified_files": found.modified,
        **({"files": found.files} if found.files else {}),
        **({"not_compared": found.not_compared} if found.not_compared else {}),
    }


def _signature(signature: Signature | None) -> dict[str, Any] | None:
    if signature is None:
        return None
    fields = {name: value or None for name, value in asdict(signature).items()}
    return fields | {"digest": signature.digest, "how": signature.how}


def _package(purl: str, package: Package) -> dict[str, Any]:
    origin = {"origin": package.origin} if package.origin else {}
    return {
        "purl": purl,
        "type": package.type,
        "namespace": package.namespace,
        "name": package.name,
        "version": package.version,
        "source": package.source,
        "arch": package.arch,
        "distro": package.distro,
        "module": package.module,
        "licenses": list(package.licenses),
        "maintainer": package.maintainer,
        "cpe": package.cpe,
        "cataloger": package.cataloger,
        "confidence": package.confidence,
        "presence": package.presence,
        "vendor": package.vendor,
        "owned_by": package.owned_by,
        "evidence": [_place(place) for place in package.evidence],
        **origin,
    }


def _place(place: Evidence) -> dict[str, Any]:
    return {"path": place.path, "layer": place.layer}


REPORTER = Reporter(
    name="json",
    media_type="application/vnd.careen.report.v1+json",
    write=write,
    description="everything, for programs (schema: docs/schema/report-1.json)",
)
