"""Reads the documents attached to an image: the kind of each part, whether it is about the image, and who signed it."""

import json
import time
from typing import Protocol

from msgspec.structs import replace

from careen.errors import Error, InputError
from careen.formats.data.plain import mapping, text
from careen.formats.vex.vex_file import read_vex
from careen.images.manifest import Artifact, Descriptor, parse_artifact
from careen.model.attached import AttachedSbom, AttachedVex, Material, Provenance, Signature
from careen.safety.digest import has_digest
from careen.signing.bundles import decoded
from careen.signing.refusals import RefusedError
from careen.signing.requirement import SIGNATURE
from careen.signing.seals import LoggedBefore, Seal
from careen.signing.strict_json import strict_object
from careen.signing.trust import Trust

from . import certificate
from .answer import Answer
from .certificate import Identity
from .documents import Document, Manifests
from .intoto import Attestation, Statement, read_attestation
from .kinds import ATTESTATION, NOTATION, PREDICATE, SBOMS, SIGNATURES, SIGNED_BY_COSIGN, SIMPLE_SIGNING, THUMBPRINT, VEX
from .provenance import PREFIX, built

MAX_PARTS = 64  # parts of one manifest
MAX_BYTES, MAX_TOTAL_BYTES = 32 << 20, 128 << 20
MAX_VEX_BYTES = 4 << 20  # the same limit as for a VEX document inside an image
MAX_MATERIALS = 100
MAX_TYPE = 500


class Blobs(Protocol):
    """A source of blobs; the methods are those of ``blobs.BlobStore``."""

    def known(self, digest: str) -> bytes | None: ...
    def keep(self, digest: str, data: bytes) -> None: ...
    def document(self, descriptor: Descriptor, limit_bytes: int) -> bytes: ...


class Contents:
    """Reads documents. ``place``: registry or layout. ``end``: when to stop, by ``time.monotonic``."""

    def __init__(
        self,
        manifests: Manifests,
        blobs: Blobs,
        digests: tuple[str, ...],
        trust: Trust,
        place: str,
        end: float,
        answer: Answer,
    ) -> None:
        self._manifests, self._blobs, self._trust, self._place = manifests, blobs, trust, place
        self._digests, self._end, self._answer = digests, end, answer
        self._bytes = 0

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._end or self._bytes > MAX_TOTAL_BYTES

    def read(self, document: Document) -> None:
        data = document.data if document.data is not None else self._manifest(document.digest)
        artifact = parse_artifact(data)
        if document.subject and artifact.subject != document.subject:
            raise RefusedError("another_subject", "it is listed as a referrer and names another subject")
        if len(artifact.layers) > MAX_PARTS:
            self._answer.incomplete(f"{document.digest}: it has {len(artifact.layers)} parts; the first {MAX_PARTS} were read")
        if artifact.type == NOTATION:
            refusal = "not_supported" if self._trust.names else ""
            self._answer.signatures.append(
                Signature(document.digest, "notation", _thumbprint(artifact), predicate=SIGNATURE, refusal=refusal)
            )
            return
        known = False
        for layer in artifact.layers[:MAX_PARTS]:
            try:
                known = self._part(document, artifact, layer) or known
            except (Error, ValueError) as error:
                known = True
                self._answer.unread(document.digest, error)
        self._answer.others += not known

    def _manifest(self, digest: str) -> bytes:
        known = self._blobs.known(digest)
        if known is None:
            known = self._manifests.manifest_if_there(digest)
            if known is None:
                raise RefusedError("unreadable", "it is listed, but missing")
            if not has_digest(known, digest):
                raise RefusedError("digest_mismatch")
            self._blobs.keep(digest, known)
        return known

    def _part(self, document: Document, artifact: Artifact, layer: Descriptor) -> bool:
        """Reads a part. Returns whether it is of a known kind. It is downloaded only if its content is needed."""
        kind = layer.media_type
        if kind == SIMPLE_SIGNING:
            self._signature(document.digest, layer)
            return True
        if kind.startswith(ATTESTATION):
            predicate = next((layer.annotations[name] for name in PREDICATE if name in layer.annotations), "")
            if document.bound and kind.startswith(ATTESTATION[0]) and any(word in predicate for word in ("spdx", "syft")):
                self._answer.sboms.append(AttachedSbom(document.digest, predicate, layer.digest, layer.size_bytes))
                return True  # BuildKit signs nothing
            self._attested(document, layer, read_attestation(self._blob(layer)))
            return True
        named = f"{kind} {artifact.type}".lower()
        is_vex, is_sbom = any(word in named for word in VEX), any(word in named for word in SBOMS)
        if is_sbom and not is_vex:
            self._answer.sboms.append(AttachedSbom(document.digest, kind, layer.digest, layer.size_bytes))
        if is_vex or "cyclonedx+json" in named:
            self._stated(document.digest, kind, self._blob(layer), None, not is_vex)
        return is_sbom or is_vex

    def _blob(self, layer: Descriptor) -> bytes:
        if layer.size_bytes < 0:
            raise InputError(f"{layer.digest} has no size", "push it again")
        self._bytes += layer.size_bytes
        if self.is_over:
            raise RefusedError("unreadable", "not read: the documents attached to the image are too large or too slow")
        return self._blobs.document(layer, MAX_BYTES)

    def _signature(self, digest: str, layer: Descriptor) -> None:
        """Adds a signature of cosign: the payload is a blob, the signature an annotation of it."""
        payload = self._blob(layer)
        critical = mapping(strict_object(payload).get("critical"))
        if critical.get("type") not in SIGNATURES:
            raise RefusedError("another_payload", "a payload that is not a signature of an image")
        if text(mapping(critical.get("image")).get("docker-manifest-digest")) not in self._digests:
            raise RefusedError("another_subject", "a signature of another image")
        signature = decoded(layer.annotations.get("dev.cosignproject.cosign/signature"))
        seal = Seal(payload, (signature,), logged=_logged(layer))
        self._answer.signatures.append(self._sealed(digest, "cosign", seal, SIGNATURE, _identity(layer)))

    def _attested(self, document: Document, layer: Descriptor, found: Attestation) -> None:
        statement, seal = found.statement, found.seal
        if not statement.subjects.intersection(self._digests) and (statement.subjects or seal or not document.bound):
            raise RefusedError("another_subject", "it is about another image")
        kind, signature = statement.predicate_type, None
        if seal is not None:
            seal = replace(seal, logged=seal.logged or (_logged(layer) if not seal.bundle else None))
            how = "sigstore" if found.is_bundle else "dsse"
            named = SIGNATURE if kind == SIGNED_BY_COSIGN else kind[:MAX_TYPE]
            signature = self._sealed(document.digest, how, seal, named, found.identity or _identity(layer))
        if kind == SIGNED_BY_COSIGN and signature is not None:
            self._answer.signatures.append(signature)
        elif kind.startswith(PREFIX):
            self._answer.provenance.append(_provenance(document.digest, statement, signature))
        elif any(word in kind.lower() for word in VEX):
            self._stated(document.digest, kind, statement.data, signature, False)
        elif any(word in kind.lower() for word in SBOMS):
            self._answer.sboms.append(AttachedSbom(document.digest, kind, layer.digest, layer.size_bytes, signature))
            if "cyclonedx" in kind.lower():
                self._stated(document.digest, kind, statement.data, signature, True)
        else:
            self._answer.others += 1
            if signature is not None:
                self._answer.signatures.append(signature)  # a signature of any kind, since it is about the image

    def _stated(self, digest: str, kind: str, data: bytes, signature: Signature | None, may_be_none: bool) -> None:
        if len(data) > MAX_VEX_BYTES:
            if not may_be_none:
                raise ValueError(f"a VEX document over {MAX_VEX_BYTES >> 20} MiB")
            return
        try:
            statements = len(read_vex(data, digest))
        except ValueError:
            if not may_be_none:
                raise
            return
        if statements or not may_be_none:
            self._answer.vex.append(
                AttachedVex(digest, kind, statements, data.decode("utf-8", "replace"), signature, self._place)
            )

    def _sealed(self, digest: str, how: str, seal: Seal, kind: str, claimed: Identity | None) -> Signature:
        """The signature with its signer: proven by the certificate if it was verified, else as claimed."""
        checked = self._trust.check(seal)
        named = claimed or Identity("")
        return Signature(
            digest,
            how,
            seal.key[:200],
            checked.identity or named.name,
            checked.issuer or named.issuer,
            checked.by,
            predicate=kind,
            refusal=checked.refusal,
            why=checked.why,
        )


def _provenance(digest: str, statement: Statement, signature: Signature | None) -> Provenance:
    found = built(statement.predicate)
    materials = tuple(Material(uri, digests) for uri, digests in found.materials[:MAX_MATERIALS])
    return Provenance(
        digest,
        statement.predicate_type,
        found.builder,
        found.source,
        found.revision,
        materials,
        len(found.materials),
        signature,
    )


def _identity(layer: Descriptor) -> Identity | None:
    given = layer.annotations.get("dev.sigstore.cosign/certificate")
    try:
        return certificate.identity(given.encode()) if given else None
    except ValueError:
        return None


def _logged(layer: Descriptor) -> LoggedBefore | None:
    """The certificate and the log's promise, from the annotations of cosign 2; None without a certificate."""
    given, promise = (layer.annotations.get(f"dev.sigstore.cosign/{name}") for name in ("certificate", "bundle"))
    return LoggedBefore(given.encode(), (promise or "{}").encode()) if given else None


def _thumbprint(artifact: Artifact) -> str:
    """The thumbprint of the signer's certificate, from the annotation of a notation signature; "" if there is none."""
    try:
        found = json.loads(artifact.annotations.get(THUMBPRINT, "[]"))
    except (ValueError, RecursionError):
        return ""
    return found[0][:200] if isinstance(found, list) and found and isinstance(found[0], str) else ""
