"""The document ``careen.report/1``, key by key: what ``careen scan --format json`` writes, and what ``careen convert`` reads.

``docs/schema/report-1.json`` is generated from these types, with the comment of a field as its description: a key that has a
default here may be missing in reports of earlier versions. Whatever is added needs a default.
"""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from careen.formats.scans.saved_report import SCHEMA
from careen.model.advisory import DatabaseInfo, Severity
from careen.model.attached import Material, Refusal
from careen.model.behaviour import BehaviourSummary
from careen.model.details import Details
from careen.model.exposure import AttackPaths
from careen.model.finding import Finding, Suppressed
from careen.model.image import BaseImage
from careen.model.integrity import ModifiedFile
from careen.model.ledger import Ledger
from careen.model.origin import Origin, OriginRead
from careen.model.package import Evidence, Presence, Source, Vendor
from careen.model.plan import Plan
from careen.model.report import Comparison, Compliance, Coverage, Verdict


def _one_of(*values: str) -> Meta:
    """Documents the values that this version writes. Later versions may write others, which are accepted when reading."""
    return Meta(extra_json_schema={"enum": list(values)})


Time = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", max_length=40)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Number = Annotated[int, Meta(ge=1, le=2**53)]
Kind = Annotated[str, _one_of("image", "directory", "sbom", "files", "containers")]
How = Annotated[str, _one_of("cosign", "sigstore", "notation", "dsse")]


class Tool(Struct):
    name: Annotated[str, _one_of("careen")]
    version: str


class Instruction(Struct):
    """An instruction of the Dockerfile that the image was built from, if that is given."""

    file: str
    line: Number
    end_line: Number | None = None


class Layer(Struct):
    index: Count
    digest: str | None
    diff_id: str | None
    diff_id_verified: bool
    created_by: str | None
    size_bytes: Count
    instruction: Instruction | None


class Distribution(Struct):
    id: str
    version: str | None
    codename: str | None
    end_of_life: str | None
    pretty_name: str | None = None
    id_like: tuple[str, ...] = ()
    extended: bool = False  # paid support is switched on


class Signature(Struct):
    digest: str  # of the manifest that contains it
    how: How
    key: str | None
    identity: str | None  # the identity that its certificate names
    issuer: str | None
    verified_by: str | None  # the trusted key or identity that made it
    predicate: str | None = None  # what is signed: signature for the image itself, else the type of the attestation
    refusal: str | None = None  # the code of why it does not count; null if it counts, or nothing was checked
    why: str | None = None


class Provenance(Struct):
    digest: str
    type: str
    builder: str | None
    source: str | None
    revision: str | None
    materials: tuple[Material, ...]
    materials_count: Count
    signature: Signature | None


class Sbom(Struct):
    digest: str
    type: str
    blob: str
    size_bytes: Count | None
    signature: Signature | None


class Vex(Struct):
    digest: str
    type: str
    statements: Count
    trusted: bool
    signature: Signature | None


class Attached(Struct):
    """Artifacts beside the image in its registry: signatures, provenance, SBOMs, VEX. Only verified_by is verified."""

    asked: tuple[str, ...]  # the digests that were looked up in the registry; empty if none was
    complete: bool  # the registry listed all of its artifacts, and all were read
    trusted_keys: tuple[str, ...]  # names of the keys and identities whose signatures count
    signatures: tuple[Signature, ...]
    provenance: tuple[Provenance, ...]
    sboms: tuple[Sbom, ...]
    vex: tuple[Vex, ...]
    others: Count
    troubles: tuple[str, ...]
    refusals: tuple[Refusal, ...] = ()  # documents that do not count, whoever signed them


class Target(Struct):
    reference: str
    opened: str | None  # the opened image, with its source: registry:docker.io/library/nginx:latest; null if none was opened
    kind: Kind
    digest: str | None
    platform: str | None
    distribution: Distribution | None
    base_image: BaseImage | None
    tag: str | None = None  # the requested name, if it has no digest
    base_excluded: bool = False  # the gates excluded findings of the base image
    attached: Attached | None = None


class Package(Struct):
    purl: Annotated[str, Meta(extra_json_schema={"pattern": "^pkg:"})]
    type: str
    name: str
    version: str
    source: Source | None
    arch: str | None
    distro: str | None
    module: str | None
    licenses: tuple[str, ...]
    cataloger: str
    confidence: float
    presence: Presence
    vendor: Vendor
    owned_by: str | None
    evidence: tuple[Evidence, ...]
    namespace: str | None = None  # the namespace of the package URL if the name does not contain it
    maintainer: str | None = None
    cpe: str | None = None  # CPE 2.3 of this version
    origin: Origin | UnsetType = UNSET  # what the package is known by, if its content alone shows it; left out for all others


class Unknown(Struct):
    code: str
    cataloger: str
    path: str
    layer: Count
    reason: str
    whole_layer: bool  # the rest of that layer was not read; or nothing was read of a file that the command line names


class Inventory(Struct):
    """What the inventory has besides packages: the other formats need it."""

    files: Count = 0
    unowned_executables: Count = 0
    unidentified: tuple[str, ...] = ()  # programs and libraries that no package owns and no cataloger identifies
    owned: tuple[str, ...] = ()  # files of the distribution's packages among those, and among the files that could not be read
    created: str | None = None  # the latest build date in the image
    no_package_database: bool = False
    sbom_tool: str | None = None  # if another tool's SBOM lists the packages: its name, empty if the SBOM does not state it
    origin: OriginRead | UnsetType = UNSET  # the search for the origin of unexplained code; left out if there was none
    ledger: Ledger | UnsetType = UNSET  # counts of files, by whether a package explains them; left out for an SBOM


class FileCounts(Struct):
    """Counts of the files of all kinds that packages list and the image contains. unread: files that could not be compared."""

    verified: Count
    modified: Count
    without_digest: Count
    unread: Count


class Integrity(Struct):
    """Counts of the programs that packages of the distribution own, and the modified ones."""

    verified: Count
    modified: Count
    without_digest: Count
    modified_files: tuple[ModifiedFile, ...] = ()
    files: FileCounts | UnsetType = UNSET  # with --verify
    not_compared: Count = 0  # programs, if no scanner needed the comparison


class BySeverity(Struct):
    critical: Count
    high: Count
    medium: Count
    low: Count
    negligible: Count
    unknown: Count


class ByKind(Struct):
    vulnerability: Count
    secret: Count
    misconfiguration: Count
    integrity: Count = 0
    licence: Count = 0
    behaviour: Count = 0


class Totals(Struct):
    packages: Count
    findings: Count
    by_severity: BySeverity
    by_kind: ByKind
    in_base: Count | None  # findings of the layers of the base image; null if the end of the base image is unknown
    suppressed: Count
    unknowns: Count


class Document(Struct):
    """Output of `careen scan --format json`. Keys may be added; existing keys keep their name and meaning. An unknown value is
    null; its key is present."""

    schema: Annotated[str, _one_of(SCHEMA)]
    tool: Tool
    created: Time  # RFC 3339, UTC
    target: Target
    layers: list[Layer]
    packages: list[Package]
    listed: list[Severity] | None  # with --severity: the severities that findings lists; totals count all
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    unknowns: list[Unknown]
    coverage: Coverage
    database: DatabaseInfo | None
    verdict: Verdict
    totals: Totals
    inventory: Inventory | UnsetType = UNSET
    integrity: Integrity | UnsetType = UNSET
    behaviour: BehaviourSummary | None = None  # null if there are no files to examine
    details: Details | None = None  # of the packages; null if they were not requested
    compared: Comparison | None = None  # with the report of --baseline; null without
    plan: Plan | None = None  # what removes the vulnerabilities, as careen fix has it; null without vulnerabilities
    exposure: AttackPaths | UnsetType = UNSET  # through the files of --exposure; left out without
    compliance: Compliance | None = None  # a benchmark or standard, control by control (--compliance); null without
