"""Reads a saved report back as the ``Report`` that was written, so that any other format can be made from it.

The report has one package for each purl and owner, and layers without content. A document of an older version, which lacks
parts that other formats need, is refused, as is one with a kind of finding that this version does not know.
Raises: ValueError for a document that is not such a report, or lists only some severities.
**Source:** docs/schema/report-1.json.
"""

from typing import BinaryIO

import msgspec
from msgspec import Struct

from careen.app import report_document as written
from careen.formats.scans.saved_report import SCHEMA
from careen.model.attached import Attached, AttachedSbom, AttachedVex, Provenance, Signature
from careen.model.exposure import AttackPaths
from careen.model.finding import Location
from careen.model.image import Image, ImageConfig, Layer, Platform
from careen.model.integrity import FileCounts, Integrity
from careen.model.inventory import Inventory, Unknown
from careen.model.package import Distribution, Evidence, Package
from careen.model.report import Report
from careen.safety.typed import from_json

MAX_BYTES = 256 << 20  # a report takes about eight times as much memory


class _Schema(Struct):
    schema: str
    listed: list[str] | None = None
    inventory: dict[str, object] | None = None


def read_report(data: bytes) -> Report:
    if len(data) > MAX_BYTES:
        raise ValueError(f"over {MAX_BYTES >> 20} MiB")
    try:
        _refuse_others(from_json(data, _Schema))
        found = from_json(data, written.Document)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"not a report of Careen in JSON: {error}") from None
    return Report(
        created=found.created,
        image=_image(found),
        inventory=_inventory(found),
        findings=found.findings,
        suppressed=found.suppressed,
        unknowns=tuple(_unknown(entry) for entry in found.unknowns),
        coverage=found.coverage,
        verdict=found.verdict,
        database=found.database,
        end_of_life=found.target.distribution.end_of_life if found.target.distribution else None,
        compliance=found.compliance,
        base=found.target.base_image,
        base_excluded=found.target.base_excluded,
        compared=found.compared,
        behaviour=found.behaviour,
        plan=found.plan,
        exposure=_exposure(found.exposure) if found.exposure else None,
    )


def _refuse_others(head: _Schema) -> None:
    if head.schema != SCHEMA:
        raise ValueError(f"its schema is {head.schema[:40]!r}, not {SCHEMA}")
    if head.listed is not None:
        raise ValueError(f"it lists only findings of severity {', '.join(head.listed)[:100]} (--severity)")
    if head.inventory is None:
        raise ValueError("an older version wrote it, without what other formats need: scan again")


def _exposure(found: AttackPaths) -> AttackPaths:
    ends = [end for path in found.paths for step in path.steps for end in (step.source, step.target)]
    if not all(path.steps for path in found.paths) or not all(0 <= end < len(found.nodes) for end in ends):
        raise ValueError("not a report of Careen in JSON: an attack path has no step, or a step without its nodes")
    return found


def _image(found: written.Document) -> Image:
    target = found.target
    return Image(
        target.reference,
        target.kind,
        target.digest or "",
        _platform(target.platform) if target.platform else None,
        ImageConfig(),
        tuple(map(_layer, found.layers)),
        target.opened or "",
        target.tag or "",
        _attached(target.attached) if target.attached else None,
    )


def _platform(text: str) -> Platform:
    os, _, rest = text.partition("/")
    architecture, _, variant = rest.partition("/")
    return Platform(os, architecture, variant or None)


def _layer(entry: written.Layer) -> Layer:
    where = entry.instruction
    return Layer(
        entry.index,
        entry.digest or "",
        entry.diff_id or "",
        entry.size_bytes,
        entry.created_by or "",
        _without_content,
        diff_id_verified=entry.diff_id_verified,
        instruction=Location(where.file, where.line, where.end_line) if where else None,
    )


def _without_content() -> BinaryIO:
    raise ValueError("a saved report has no content of layers")


def _attached(found: written.Attached) -> Attached:
    return Attached(
        found.asked,
        tuple(_signature(entry) for entry in found.signatures),
        tuple(
            Provenance(
                entry.digest,
                entry.type,
                entry.builder or "",
                entry.source or "",
                entry.revision or "",
                entry.materials,
                entry.materials_count,
                _signed(entry.signature),
            )
            for entry in found.provenance
        ),
        tuple(
            AttachedSbom(
                entry.digest,
                entry.type,
                entry.blob,
                entry.size_bytes if entry.size_bytes is not None else -1,
                _signed(entry.signature),
            )
            for entry in found.sboms
        ),
        tuple(AttachedVex(entry.digest, entry.type, entry.statements, "", _signed(entry.signature)) for entry in found.vex),
        found.others,
        found.trusted_keys,
        found.complete,
        found.troubles,
        found.refusals,
    )


def _signed(entry: written.Signature | None) -> Signature | None:
    return _signature(entry) if entry else None


def _signature(entry: written.Signature) -> Signature:
    return Signature(
        entry.digest,
        entry.how,
        entry.key or "",
        entry.identity or "",
        entry.issuer or "",
        entry.verified_by or "",
        entry.predicate or "",
        entry.refusal or "",
        entry.why or "",
    )


def _inventory(found: written.Document) -> Inventory:
    known, distribution = found.inventory or written.Inventory(), found.target.distribution
    return Inventory(
        _distribution(distribution) if distribution else None,
        tuple(map(_package, found.packages)),
        files=known.files,
        unowned_executables=known.unowned_executables,
        unidentified=known.unidentified,
        owned=known.owned,
        created=known.created or "",
        integrity=_integrity(found.integrity) if found.integrity else Integrity(),
        no_package_database=known.no_package_database,
        sbom_tool=known.sbom_tool,
        details=found.details,
        origin_read=known.origin or None,
        ledger=known.ledger or None,
    )


def _package(entry: written.Package) -> Package:
    fields = msgspec.structs.asdict(entry)
    del fields["purl"]  # it is computed from the other fields
    return Package(**fields | {"origin": entry.origin or None})


def _integrity(found: written.Integrity) -> Integrity:
    files = FileCounts(**msgspec.structs.asdict(found.files)) if found.files else None
    return Integrity(found.verified, found.without_digest, found.modified_files, files, found.not_compared)


def _distribution(found: written.Distribution) -> Distribution:
    return Distribution(
        found.id,
        found.version or "",
        found.codename or "",
        found.id_like,
        found.pretty_name or "",
        extended=found.extended,
    )


def _unknown(entry: written.Unknown) -> Unknown:
    return Unknown(entry.cataloger, Evidence(entry.path, entry.layer), entry.reason, entry.whole_layer, code=entry.code)
