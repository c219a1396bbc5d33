"""What lies beside an image in its registry or layout: signatures, provenance, bills of materials and VEX documents.

Three places are asked, for the image's manifest and for each index that led to it: the list of referrers (the tag
``sha256-<hex>`` where the registry keeps none), the tags of cosign (``sha256-<hex>.sig``, ``.att``, ``.sbom``), and the
attestations that BuildKit lists in the index. Everything is a claim of whoever may push there; a signature counts as
verified only where a key that the user trusts made it and what is signed names the image by its digest. Documents,
bytes, requests and time are bounded; where a bound was met the answer says that it is not complete.
Raises: nothing: what cannot be had is told in ``Attached.troubles``.
**Source:** OCI distribution-spec 1.1, "Listing Referrers" and "Referrers Tag Schema"; sigstore/cosign,
specs/SIGNATURE_SPEC.md and specs/ATTESTATION_SPEC.md; containers/image, "simple signing"; BuildKit,
docs/attestations/attestation-storage.md; notation specification, signature-specification.md.
"""

import hashlib
import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from careen.errors import Error, InputError, NetworkError
from careen.formats.data.plain import json_object, mapping, text
from careen.formats.vex.vex_file import read_vex
from careen.images.blobs import BlobStore
from careen.images.distribution import Repository
from careen.images.manifest import Artifact, Descriptor, parse_artifact, parse_entries
from careen.images.referrers import certificate
from careen.images.trusted import Keys
from careen.model.attached import Attached, AttachedSbom, AttachedVex, Material, Provenance, Signature
from careen.safety.digest import has_digest

from .certificate import Identity
from .intoto import Seal, Statement, decoded, read_attestation
from .provenance import PREFIX, built

log = logging.getLogger(__name__)

MAX_DOCUMENTS = 64  # manifests that are read
MAX_PARTS = 64  # of one of them
MAX_BYTES, MAX_TOTAL_BYTES = 32 << 20, 128 << 20
MAX_VEX_BYTES = 4 << 20  # as of one inside an image
MAX_MATERIALS, MAX_TROUBLES = 100, 10
SECONDS = 120.0
_SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
_SIGNATURES = ("cosign container image signature", "atomic container signature")
_NOTATION = "application/vnd.cncf.notary.signature"
_THUMBPRINT = "io.cncf.notary.x509chain.thumbprint#S256"
_BUNDLE = "application/vnd.dev.sigstore.bundle"
_ATTESTATION = ("application/vnd.in-toto", "application/vnd.dsse.envelope", _BUNDLE)
_SIGNED_BY_COSIGN = "https://sigstore.dev/cosign/sign/v1"
_SBOMS, _VEX = ("spdx", "cyclonedx", "syft"), ("vex", "csaf")
_PREDICATE = ("in-toto.io/predicate-type", "predicateType", "dev.sigstore.bundle.predicateType")


class Asked(Struct, frozen=True):
    """That somebody wants to know what lies beside images."""

    keys: Keys
    offline: bool = False


def asked_of(settings: Mapping[str, Any]) -> Asked:
    """Raises UsageError where a key is none."""
    return Asked(Keys(settings.get("trust_key") or ()), bool(settings.get("offline")))


def attached(repository: Repository, store: BlobStore, chain: Sequence[tuple[str, bytes]], asked: Asked) -> Attached:
    """``chain`` are the digests and bytes from what the reference names down to the image's manifest."""
    if asked.offline:
        return not_asked("--offline", asked.keys)
    return _Reading(repository, store, chain, asked.keys).all()


def attached_in(place: "Place", chain: Sequence[tuple[str, bytes]], asked: Asked) -> Attached:
    """What lies in a layout; "" is the digest of its ``index.json``. No network is asked."""
    return _Reading(place, place, chain, asked.keys, "layout").all()


def not_asked(why: str, keys: Keys) -> Attached:
    return Attached(keys=keys.names, complete=False, troubles=(why,))


class Manifests(Protocol):
    """Where manifests are: a repository, or a layout. Its methods are those of ``distribution.Repository``."""

    def manifest_if_there(self, name: str) -> bytes | None: ...
    def referrers(self, digest: str) -> tuple[list[bytes], bool] | None: ...


class Blobs(Protocol):
    """Where blobs are; the methods are those of ``blobs.BlobStore``."""

    def known(self, digest: str) -> bytes | None: ...
    def keep(self, digest: str, data: bytes) -> None: ...
    def document(self, descriptor: Descriptor, limit_bytes: int) -> bytes: ...


class Place(Manifests, Blobs, Protocol):
    """A layout has both."""


class _Document(Struct, frozen=True):
    """A manifest to read. ``data`` None: it is fetched by its digest. ``subject``: what it has to be about, "" for tags
    of cosign and for an index, which are about it by where they are."""

    digest: str
    data: bytes | None = None
    subject: str = ""
    bound: bool = False  # by an index that names its digest


class _Reading:
    def __init__(
        self, manifests: Manifests, blobs: Blobs, chain: Sequence[tuple[str, bytes]], keys: Keys, place: str = "registry"
    ) -> None:
        self._manifests, self._blobs, self._keys, self._place = manifests, blobs, keys, place
        self._chain, self._digests = chain, tuple(digest for digest, _ in reversed(chain) if digest)
        self._signatures: list[Signature] = []
        self._provenance: list[Provenance] = []
        self._sboms: list[AttachedSbom] = []
        self._vex: list[AttachedVex] = []
        self._troubles: list[str] = []
        self._others, self._bytes, self._complete, self._answers = 0, 0, True, True
        self._end = time.monotonic() + SECONDS

    def all(self) -> Attached:
        seen: set[str] = set()
        for document in self._documents():
            if document.digest in seen:
                continue
            if len(seen) == MAX_DOCUMENTS or time.monotonic() > self._end or self._bytes > MAX_TOTAL_BYTES:
                self._incomplete(f"more lies beside the image than is read: {len(seen)} documents were")
                break
            seen.add(document.digest)
            try:
                self._read(document)
            except (Error, ValueError) as error:
                self._unread(document.digest, error)
        if self._keys.trouble:
            self._incomplete(self._keys.trouble)
        more = len(self._troubles) - MAX_TROUBLES
        return Attached(
            asked=self._digests,
            signatures=tuple(self._signatures),
            provenance=tuple(self._provenance),
            sboms=tuple(self._sboms),
            vex=tuple(self._vex),
            others=self._others,
            keys=self._keys.names,
            complete=self._complete,
            troubles=(*self._troubles[:MAX_TROUBLES], *([f"and {more} more"] if more > 0 else [])),
        )

    # --- where things lie -------------------------------------------------------------------------------------------

    def _documents(self) -> Iterator[_Document]:
        """Cosign's tags and BuildKit's attestations first: they are few, whoever may push."""
        for digest in self._digests:
            for ending in ("sig", "att", "sbom"):
                data = self._tagged(f"{_tag(digest)}.{ending}")
                if data is not None:
                    yield _Document(_digest(data), data)
        for _, data in self._chain[:-1]:
            for entry in parse_entries(data):
                about = entry.annotations.get("vnd.docker.reference.digest")
                if entry.annotations.get("vnd.docker.reference.type") == "attestation-manifest" and about in self._digests:
                    yield _Document(entry.digest, bound=True)
        for digest in self._digests:
            for entry in sorted(self._referring(digest), key=_importance):
                if entry.is_index:
                    self._others += 1
                else:
                    yield _Document(entry.digest, subject=digest)

    def _tagged(self, tag: str) -> bytes | None:
        try:
            return self._manifests.manifest_if_there(tag) if self._answers else None
        except Error as error:
            self._refused(tag, error)
            return None

    def _referring(self, digest: str) -> list[Descriptor]:
        if not self._answers:
            return []
        try:
            answer = self._manifests.referrers(digest)
            if answer is None:
                data = self._manifests.manifest_if_there(_tag(digest))
                answer = ([data] if data else [], True)
            pages, whole = answer
            found = [entry for page in pages for entry in parse_entries(page)]
        except Error as error:
            self._refused(f"the referrers of {digest}", error)
            return []
        if not whole:
            self._incomplete(f"the list of referrers of {digest} is longer than is read: {len(found)} entries were")
        return found

    # --- one of them ------------------------------------------------------------------------------------------------

    def _read(self, document: _Document) -> None:
        data = document.data if document.data is not None else self._manifest(document.digest)
        artifact = parse_artifact(data)
        if document.subject and artifact.subject != document.subject:
            raise ValueError("it is listed as a referrer and names another subject")
        if len(artifact.layers) > MAX_PARTS:
            self._incomplete(f"{document.digest}: it has {len(artifact.layers)} parts; the first {MAX_PARTS} were read")
        if artifact.type == _NOTATION:
            self._signatures.append(Signature(document.digest, "notation", _thumbprint(artifact)))
            return
        known = False
        for layer in artifact.layers[:MAX_PARTS]:
            try:
                known = self._part(document, artifact, layer) or known
            except (Error, ValueError) as error:
                known = True
                self._unread(document.digest, error)
        self._others += not known

    def _manifest(self, digest: str) -> bytes:
        known = self._blobs.known(digest)
        if known is None:
            known = self._manifests.manifest_if_there(digest)
            if known is None:
                raise ValueError("it is listed and not there")
            if not has_digest(known, digest):
                raise ValueError("the bytes there are others than that")
            self._blobs.keep(digest, known)
        return known

    def _part(self, document: _Document, artifact: Artifact, layer: Descriptor) -> bool:
        """Whether a blob is of a kind that is known; it is fetched only where more is to be learnt from it."""
        kind = layer.media_type
        if kind == _SIMPLE_SIGNING:
            self._signature(document.digest, layer)
            return True
        if kind.startswith(_ATTESTATION):
            said = next((layer.annotations[name] for name in _PREDICATE if name in layer.annotations), "")
            if document.bound and kind.startswith(_ATTESTATION[0]) and any(word in said for word in ("spdx", "syft")):
                self._sboms.append(AttachedSbom(document.digest, said, layer.digest, layer.size_bytes))
                return True  # BuildKit signs nothing
            statement, seal = read_attestation(self._blob(layer))
            self._attested(document, layer, statement, seal)
            return True
        named = f"{kind} {artifact.type}".lower()
        is_vex, is_sbom = any(word in named for word in _VEX), any(word in named for word in _SBOMS)
        if is_sbom and not is_vex:
            self._sboms.append(AttachedSbom(document.digest, kind, layer.digest, layer.size_bytes))
        if is_vex or "cyclonedx+json" in named:
            self._stated(document.digest, kind, self._blob(layer), None, not is_vex)
        return is_sbom or is_vex

    def _blob(self, layer: Descriptor) -> bytes:
        if layer.size_bytes < 0:
            raise InputError(f"{layer.digest} does not say its size", "push it again")
        self._bytes += layer.size_bytes
        if self._bytes > MAX_TOTAL_BYTES or time.monotonic() > self._end:
            raise ValueError("passed over: too much lies beside the image, or it takes too long to come")
        return self._blobs.document(layer, MAX_BYTES)

    def _signature(self, digest: str, layer: Descriptor) -> None:
        """Cosign's: the payload is a blob, the signature an annotation of it."""
        payload = self._blob(layer)
        critical = mapping(json_object(payload).get("critical"))
        if critical.get("type") not in _SIGNATURES:
            raise ValueError("a payload that is no signature of an image")
        if text(mapping(critical.get("image")).get("docker-manifest-digest")) not in self._digests:
            raise ValueError("a signature of another image")
        signature = decoded(layer.annotations.get("dev.cosignproject.cosign/signature"))
        seal = Seal(payload, (signature,), identity=_identity(layer))
        self._signatures.append(self._sealed(digest, "cosign", seal))

    def _attested(self, document: _Document, layer: Descriptor, statement: Statement, seal: Seal | None) -> None:
        if not statement.subjects.intersection(self._digests) and (statement.subjects or seal or not document.bound):
            raise ValueError("it speaks of another image")
        signature = None
        if seal is not None:
            seal = msgspec.structs.replace(seal, identity=seal.identity or _identity(layer))
            signature = self._sealed(document.digest, "sigstore" if seal.is_bundle else "dsse", seal)
        kind = statement.predicate_type
        if kind == _SIGNED_BY_COSIGN and signature is not None:
            self._signatures.append(signature)
        elif kind.startswith(PREFIX):
            self._provenance.append(_provenance(document.digest, statement, signature))
        elif any(word in kind.lower() for word in _VEX):
            self._stated(document.digest, kind, statement.data, signature, False)
        elif any(word in kind.lower() for word in _SBOMS):
            self._sboms.append(AttachedSbom(document.digest, kind, layer.digest, layer.size_bytes, signature))
            if "cyclonedx" in kind.lower():
                self._stated(document.digest, kind, statement.data, signature, True)
        else:
            self._others += 1
            if signature is not None:
                self._signatures.append(signature)  # whatever it attests, it names the image

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
            self._vex.append(AttachedVex(digest, kind, statements, data.decode("utf-8", "replace"), signature, self._place))

    def _sealed(self, digest: str, how: str, seal: Seal) -> Signature:
        identity = seal.identity or Identity("")
        made = self._keys.maker(seal.message, seal.signatures)
        return Signature(digest, how, seal.key[:200], identity.name, identity.issuer, made)

    # --- what is told -----------------------------------------------------------------------------------------------

    def _incomplete(self, why: str) -> None:
        """Told first, so that no crowd of odd documents hides it."""
        self._complete = False
        log.debug("beside the image: %s", why)
        self._troubles.insert(0, why)

    def _unread(self, digest: str, error: Error | ValueError) -> None:
        """What does not come may come another time; what is no such document counts for nothing."""
        if isinstance(error, NetworkError):
            self._incomplete(f"{digest}: {error}")
        else:
            log.debug("beside the image: %s: %s", digest, error)
            self._troubles.append(f"{digest}: {error}")

    def _refused(self, what: str, error: Error) -> None:
        self._answers = self._answers and not isinstance(error, NetworkError)  # one that is not there is not asked again
        self._incomplete(f"{what}: {error}")


def _provenance(digest: str, statement: Statement, signature: Signature | None) -> Provenance:
    found = built(statement.predicate)
    materials = tuple(Material(uri, one) for uri, one in found.materials[:MAX_MATERIALS])
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


def _importance(entry: Descriptor) -> int:
    """Signatures first, so that a crowd of others does not hide them."""
    kind = f"{entry.artifact_type} {entry.media_type}"
    words = ((_NOTATION, _BUNDLE, "cosign"), ("in-toto", "dsse"), _VEX, _SBOMS)
    return next((rank for rank, some in enumerate(words) if any(word in kind for word in some)), len(words))


def _identity(layer: Descriptor) -> Identity | None:
    given = layer.annotations.get("dev.sigstore.cosign/certificate")
    try:
        return certificate.identity(given.encode()) if given else None
    except ValueError:
        return None


def _thumbprint(artifact: Artifact) -> str:
    """Of the certificate that signed, in the annotation of a notation signature."""
    try:
        found = json.loads(artifact.annotations.get(_THUMBPRINT, "[]"))
    except (ValueError, RecursionError):
        return ""
    return found[0][:200] if isinstance(found, list) and found and isinstance(found[0], str) else ""


def _tag(digest: str) -> str:
    """Source: OCI distribution-spec 1.1, "Referrers Tag Schema": both parts cut, so that it is a tag."""
    algorithm, _, value = digest.partition(":")
    return f"{algorithm[:32]}-{value[:64]}"


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
