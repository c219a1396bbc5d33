"""Attestations of an image: signed statements about it, attached to it in its registry; and their verification.

Raises: DatabaseError, InputError, NetworkError, UsageError.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from careen.app.opening import open_image
from careen.config import Settings
from careen.errors import InputError, NetworkError, UsageError
from careen.images.paths import is_path
from careen.model.attached import Attached, Signature
from careen.plugins import Progress, silent
from careen.policy.signatures import Required, missing

if TYPE_CHECKING:
    from careen.images.distribution import Repository
    from careen.images.manifest import Descriptor
    from careen.model.image import Image
    from careen.model.report import Report
    from careen.signing.requirement import Requirement
    from careen.signing.signers import Signer

Sbom = Literal["cyclonedx", "spdx"]
Store = Literal["referrer", "tag", "both"]
MAX_PREDICATE_BYTES = 16 << 20  # an envelope and a bundle double it, and readers have limits
MAX_VEX_BYTES = 4 << 20  # the limit of readers
CSAF = "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json"
PREFIX = "registry:"


class Order(Struct, frozen=True):
    """What to attest. ``store``: as a referrer (OCI 1.1), under cosign's tag, or both."""

    sboms: tuple[Sbom, ...] = ()
    vuln: bool = False
    vex: tuple[Path, ...] = ()
    store: Store = "referrer"


class Made(Struct, frozen=True):
    """A pushed attestation. ``digest``: of its manifest. ``place``: ``referrers`` if the referrers of the image list it,
    else its tag.
    """

    predicate: str
    digest: str
    place: str


class Attested(Struct, frozen=True):
    image: str
    digest: str
    by: tuple[str, ...]
    made: tuple[Made, ...]


class Verification(Struct, frozen=True):
    """The result of a verification. ``lacking``: what is required and not signed by trusted signers. Empty: verified."""

    image: str
    digest: str
    attached: Attached
    required: Required
    lacking: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Whether all attachments could be read, so that what is lacking is really missing."""
        return bool(self.attached.asked) and self.attached.complete


def attest(reference: str, order: Order, signer: "Signer", settings: Settings, progress: Progress = silent) -> Attested:
    """Makes, signs and pushes the attestations. Raises NetworkError if the registry does not return them as pushed."""
    from careen.app.registries import PREFIX as ADDRESS
    from careen.app.registries import repository_of
    from careen.signing.envelopes import statement

    if not (order.sboms or order.vuln or order.vex):
        raise UsageError("nothing to attest", "--sbom cyclonedx, --vuln, --vex FILE")
    name = _registry_name(reference)
    repository = repository_of(f"{ADDRESS}{name.removeprefix(PREFIX)}", settings, "latest")
    statements = tuple(_vex(file) for file in order.vex)
    image, predicates = _predicates(name, order, settings, progress)
    subject = _subject(repository, image.digest)
    made: list[Made] = []
    for kind, predicate in (*predicates, *statements):
        signed = statement([(repository.reference.name, image.digest)], kind, predicate)
        made += _stored(repository, subject, kind, signed, signer, order.store)
    attested = Attested(image.reference, image.digest, signer.trust.names, tuple(made))
    _read_back(_at(name, image.digest), attested, signer, replace(settings, mirrors=()))
    return attested


def verify(reference: str, requirement: "Requirement", settings: Settings, progress: Progress = silent) -> Verification:
    """Reads the artifacts attached to the image in its registry or layout, and checks whether all requirements are
    signed.
    """
    from careen.signing.trust import Trust

    trust = Trust(requirement.keys, requirement.identities, requirement.root)
    name = reference if is_path(reference) or _has_prefix(reference) else f"{PREFIX}{reference}"
    image = open_image(name, settings, progress, trust=trust)
    if image.attached is None:
        raise InputError(f"{reference} is in no registry or OCI layout that could have signatures", f"name it as {PREFIX}NAME")
    required = Required(requirement.source, requirement.kinds, requirement.names)
    return Verification(reference, image.digest, image.attached, required, missing(image.attached, required))


def _registry_name(reference: str) -> str:
    if reference.startswith(PREFIX):
        return reference
    if is_path(reference) or _has_prefix(reference):
        raise UsageError(f"{reference} is not in a registry, where attestations are attached", f"name it as {PREFIX}NAME")
    return f"{PREFIX}{reference}"


def _has_prefix(reference: str) -> bool:
    from careen.app.opening import ALIASES, image_sources

    return reference.partition(":")[0] in (*ALIASES, *image_sources()) and ":" in reference


def _at(name: str, digest: str) -> str:
    """The reference of the image by digest, in the same repository."""
    from careen.images.names import parse_reference

    found = parse_reference(name.removeprefix(PREFIX))
    return f"{PREFIX}{found.registry}/{found.repository}@{digest}"


def _predicates(name: str, order: Order, settings: Settings, progress: Progress) -> "tuple[Image, tuple[tuple[str, Any], ...]]":
    """The image, and each predicate with its type."""
    from careen.signing.requirement import PREDICATES

    if not (order.sboms or order.vuln):
        return open_image(name, settings, progress), ()
    from careen.app.inventories import inventory_report
    from careen.app.session import Session

    with Session(settings, details=bool(order.sboms)) as session:
        report = session.scan(name, progress, plan=False) if order.vuln else inventory_report(name, session, progress)
    if order.vuln and report.coverage.verdict == "not_assessed":
        raise InputError(f"nothing in {name} was assessed: an attestation would state more than is known", "careen db update")
    formats = [(kind, kind) for kind in dict.fromkeys(order.sboms)] + ([("vuln", "cosign-vuln")] if order.vuln else [])
    return report.image, tuple((PREDICATES[kind], _written(report, format)) for kind, format in formats)


def _written(report: "Report", format: str) -> Any:
    from careen.plugins import Reporter, ReportOptions, plugin

    stream = StringIO()
    reporter: Reporter = plugin("careen.reports", format.replace("-", "_"), "REPORTER")
    reporter.write(report, stream, ReportOptions())
    text = stream.getvalue()
    if len(text) > MAX_PREDICATE_BYTES:
        raise InputError(f"{format} has more than {MAX_PREDICATE_BYTES >> 20} MiB, which is too large to attach", "")
    return json.loads(text)


def _vex(file: Path) -> tuple[str, Any]:
    """A VEX document and the type of its predicate."""
    from careen.formats.vex.vex_file import read_vex
    from careen.signing.refusals import RefusedError
    from careen.signing.requirement import PREDICATES
    from careen.signing.strict_json import strict_object

    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_VEX_BYTES + 1)
        if len(data) > MAX_VEX_BYTES:
            raise ValueError(f"over {MAX_VEX_BYTES >> 20} MiB")
        read_vex(data, str(file))
        document = strict_object(data)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}", "check --vex") from None
    except (RefusedError, ValueError) as error:
        raise UsageError(f"{file} is not a VEX document: {error}", "OpenVEX, CycloneDX or CSAF, as JSON") from None
    kind = PREDICATES["openvex"] if "@context" in document else CSAF if "document" in document else PREDICATES["cyclonedx"]
    return kind, document


def _subject(repository: "Repository", digest: str) -> "Descriptor":
    from careen.formats.data.plain import json_object, text
    from careen.images.manifest import MANIFEST_TYPES, Descriptor

    data, _ = repository.manifest(digest, digest)
    return Descriptor(digest, len(data), text(json_object(data).get("mediaType")) or MANIFEST_TYPES[0])


def _stored(
    repository: "Repository", subject: "Descriptor", kind: str, statement: bytes, signer: "Signer", store: Store
) -> Iterator[Made]:
    from careen.images.attaching import attach, attach_as_cosign
    from careen.signing.envelopes import BUNDLE, ENVELOPE

    created = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if store != "tag":
        annotations = {
            "dev.sigstore.bundle.content": "dsse-envelope",
            "dev.sigstore.bundle.predicateType": kind,
            "org.opencontainers.image.created": created,
        }
        yield Made(kind, *attach(repository, subject, signer.bundle(statement), BUNDLE, annotations))
    if store != "referrer":
        envelope = signer.envelope(statement)
        if envelope is None:
            raise UsageError("a keyless signature needs its bundle, which cosign's tag (.att) cannot hold", "--store referrer")
        annotations = {"dev.cosignproject.cosign/signature": "", "predicateType": kind}
        yield Made(kind, *attach_as_cosign(repository, subject, envelope, ENVELOPE, annotations))


def _read_back(name: str, attested: Attested, signer: "Signer", settings: Settings) -> None:
    image = open_image(name, settings, silent, trust=signer.trust)
    found = {(signature.digest, signature.predicate) for signature in _verified(image.attached)}
    kinds = {kind for _, kind in found}
    for made in attested.made:
        is_there = made.predicate in kinds if made.place.endswith(".att") else (made.digest, made.predicate) in found
        if not is_there:
            raise NetworkError(
                f"{made.predicate} was pushed as {made.digest}, but what the registry returns does not verify",
                "try again: others may have written there at the same time",
            )


def _verified(attached: Attached | None) -> list[Signature]:
    return [signature for signature in (attached.signed if attached else ()) if signature.verified_by]
