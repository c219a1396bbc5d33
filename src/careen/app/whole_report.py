"""A saved report, read back as the ``Report`` that was written, so that any other format can be made of it.

Packages are one for each purl and owner, and layers have no content. A document of an older version, which lacks parts that
other formats need, is refused: so is one with a kind of finding that this version does not have.
Raises: ValueError for a document that is not such a report, or lists only some severities.
**Source:** docs/schema/report-1.json.
"""

from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta, Struct

from careen.formats.scans.saved_report import SCHEMA
from careen.model.advisory import DatabaseInfo
from careen.model.attached import Attached, AttachedSbom, AttachedVex, Material, Provenance, Refusal, Signature
from careen.model.details import Details
from careen.model.finding import Finding, Location, Suppressed
from careen.model.image import BaseImage, Image, ImageConfig, Layer, Platform
from careen.model.integrity import Integrity, ModifiedFile
from careen.model.inventory import Inventory, Unknown
from careen.model.ledger import Ledger
from careen.model.origin import Origin, OriginRead
from careen.model.package import Distribution, Evidence, Package, Presence, Source, Vendor
from careen.model.plan import Plan
from careen.model.report import Comparison, Compliance, Coverage, Report, Verdict
from careen.safety.typed import from_json

MAX_BYTES = 256 << 20  # a report takes some eight times as much in memory

Time = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", max_length=40)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Number = Annotated[int, Meta(ge=1, le=2**53)]


class _Schema(Struct):
    schema: str
    listed: list[str] | None = None
    inventory: dict[str, object] | None = None


class _Instruction(Struct):
    file: str
    line: Number | None
    end_line: Number | None = None


class _Layer(Struct):
    index: Count
    digest: str | None
    diff_id: str | None
    diff_id_verified: bool
    created_by: str | None
    size_bytes: Count
    instruction: _Instruction | None


class _Distribution(Struct):
    id: str
    version: str | None
    codename: str | None
    pretty_name: str | None
    id_like: tuple[str, ...]
    extended: bool
    end_of_life: str | None


class _Signature(Struct):
    digest: str
    how: str
    key: str | None
    identity: str | None
    issuer: str | None
    verified_by: str | None
    predicate: str | None = None  # reports of earlier versions have neither this nor what follows
    refusal: str | None = None
    why: str | None = None


class _Provenance(Struct):
    digest: str
    type: str
    builder: str | None
    source: str | None
    revision: str | None
    materials: tuple[Material, ...]
    materials_count: Count
    signature: _Signature | None


class _Sbom(Struct):
    digest: str
    type: str
    blob: str
    size_bytes: Count | None
    signature: _Signature | None


class _Vex(Struct):
    digest: str
    type: str
    statements: Count
    signature: _Signature | None


class _Attached(Struct):
    asked: tuple[str, ...]
    complete: bool
    trusted_keys: tuple[str, ...]
    signatures: tuple[_Signature, ...]
    provenance: tuple[_Provenance, ...]
    sboms: tuple[_Sbom, ...]
    vex: tuple[_Vex, ...]
    others: Count
    troubles: tuple[str, ...]
    refusals: tuple[Refusal, ...] = ()


class _Target(Struct):
    reference: str
    opened: str | None
    tag: str | None
    kind: str
    digest: str | None
    platform: str | None
    distribution: _Distribution | None
    base_image: BaseImage | None
    base_excluded: bool
    attached: _Attached | None


class _Package(Struct):
    type: str
    namespace: str | None
    name: str
    version: str
    source: Source | None
    arch: str | None
    distro: str | None
    module: str | None
    licenses: tuple[str, ...]
    maintainer: str | None
    cpe: str | None
    cataloger: str
    confidence: float
    presence: Presence
    vendor: Vendor
    owned_by: str | None
    evidence: tuple[Evidence, ...]
    origin: Origin | None = None


class _Unknown(Struct):
    code: str
    cataloger: str
    path: str
    layer: Count
    reason: str
    whole_layer: bool


class _Inventory(Struct):
    files: Count
    unowned_executables: Count
    unidentified: tuple[str, ...]
    owned: tuple[str, ...]
    created: str | None
    no_package_database: bool
    sbom_tool: str | None
    origin: OriginRead | None = None
    ledger: Ledger | None = None


class _Integrity(Struct):
    verified: Count
    without_digest: Count
    modified_files: tuple[ModifiedFile, ...]


class _Document(Struct):
    created: Time
    target: _Target
    layers: list[_Layer]
    packages: list[_Package]
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    unknowns: list[_Unknown]
    coverage: Coverage
    inventory: _Inventory
    integrity: _Integrity
    database: DatabaseInfo | None
    verdict: Verdict
    compliance: Compliance | None
    details: Details | None = None
    compared: Comparison | None = None
    plan: Plan | None = None


def read_report(data: bytes) -> Report:
    if len(data) > MAX_BYTES:
        raise ValueError(f"over {MAX_BYTES >> 20} MiB")
    try:
        _refuse_others(from_json(data, _Schema))
        found = from_json(data, _Document)
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
        plan=found.plan,
    )


def _refuse_others(head: _Schema) -> None:
    if head.schema != SCHEMA:
        raise ValueError(f"its schema is {head.schema[:40]!r}, not {SCHEMA}")
    if head.listed is not None:
        raise ValueError(f"it lists only findings of severity {', '.join(head.listed)[:100]} (--severity)")
    if head.inventory is None:
        raise ValueError("an older version wrote it, without what other formats need: scan again")


def _image(found: _Document) -> Image:
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


def _layer(entry: _Layer) -> Layer:
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


def _attached(found: _Attached) -> Attached:
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


def _signed(entry: _Signature | None) -> Signature | None:
    return _signature(entry) if entry else None


def _signature(entry: _Signature) -> Signature:
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


def _inventory(found: _Document) -> Inventory:
    known, integrity, distribution = found.inventory, found.integrity, found.target.distribution
    return Inventory(
        _distribution(distribution) if distribution else None,
        tuple(Package(**msgspec.structs.asdict(entry)) for entry in found.packages),
        files=known.files,
        unowned_executables=known.unowned_executables,
        unidentified=known.unidentified,
        owned=known.owned,
        created=known.created or "",
        integrity=Integrity(integrity.verified, integrity.without_digest, integrity.modified_files),
        no_package_database=known.no_package_database,
        sbom_tool=known.sbom_tool,
        details=found.details,
        origin_read=known.origin,
        ledger=known.ledger,
    )


def _distribution(found: _Distribution) -> Distribution:
    return Distribution(
        found.id,
        found.version or "",
        found.codename or "",
        found.id_like,
        found.pretty_name or "",
        extended=found.extended,
    )


def _unknown(entry: _Unknown) -> Unknown:
    return Unknown(entry.cataloger, Evidence(entry.path, entry.layer), entry.reason, entry.whole_layer, code=entry.code)
