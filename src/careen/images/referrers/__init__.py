"""The documents attached to an image in its registry or layout: signatures, provenance, SBOMs and VEX documents.

Three places are read, for the image's manifest and for each index that leads to it: the list of referrers (the tag
``sha256-<hex>`` if the registry has none), the tags of cosign (``sha256-<hex>.sig``, ``.att``, ``.sbom``), and the
attestations that BuildKit lists in the index. Everything is a claim of those who may push there. A signature counts as
verified only if a key or an identity that the user trusts made it and the signed text contains the image's digest.
Documents, bytes, requests and time are limited; over a limit, the answer is marked as incomplete.
Raises nothing: documents that are not available are listed in ``Attached.troubles``.
**Source:** OCI distribution-spec 1.1, "Listing Referrers" and "Referrers Tag Schema"; sigstore/cosign,
specs/SIGNATURE_SPEC.md and specs/ATTESTATION_SPEC.md; containers/image, "simple signing"; BuildKit,
docs/attestations/attestation-storage.md; notation specification, signature-specification.md.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from careen.errors import Error
from careen.images.blobs import BlobStore
from careen.images.distribution import Repository
from careen.model.attached import Attached
from careen.signing.trust import Trust, trust_of

from .answer import Answer
from .contents import Blobs, Contents
from .documents import Documents, Manifests

MAX_DOCUMENTS = 64  # manifests that are read
SECONDS = 120.0


class Asked(Struct, frozen=True):
    """A request for the documents attached to images."""

    trust: Trust
    offline: bool = False


def asked_of(settings: Mapping[str, Any]) -> Asked:
    """The request that the settings contain. Raises UsageError if a key is not a public key, or the policy is invalid."""
    return Asked(settings.get("trust") or trusted_by(settings), bool(settings.get("offline")))


def trusted_by(settings: Mapping[str, Any]) -> Trust:
    """The trusted signers: those in the policy first, then the keys of ``--trust-key``."""
    keys, policy = settings.get("trust_key") or (), settings.get("require_signature")
    if policy is None:
        return trust_of(keys)
    from careen.signing.requirement import read_requirement

    required = read_requirement(policy)
    others = trust_of(keys).keys
    return Trust((*required.keys, *others), required.identities, required.root)


def attached(repository: Repository, store: BlobStore, chain: Sequence[tuple[str, bytes]], asked: Asked) -> Attached:
    """The documents attached to the image in its registry; nothing is requested with ``--offline``. ``chain``: digest
    and bytes of each manifest, from the one that the reference means down to the image's.
    """
    if asked.offline:
        return not_asked("--offline", asked.trust)
    return _read(repository, store, chain, asked.trust, "registry")


def attached_in(place: "Place", chain: Sequence[tuple[str, bytes]], asked: Asked) -> Attached:
    """The documents in a layout; in ``chain``, "" is the digest of its ``index.json``. Nothing is requested over the
    network.
    """
    return _read(place, place, chain, asked.trust, "layout")


def not_asked(why: str, trust: Trust) -> Attached:
    return Attached(keys=trust.names, complete=False, troubles=(why,))


class Place(Manifests, Blobs, Protocol):
    """A source of manifests and of blobs. A layout is both."""


def _read(manifests: Manifests, blobs: Blobs, chain: Sequence[tuple[str, bytes]], trust: Trust, place: str) -> Attached:
    answer = Answer()
    documents = Documents(manifests, chain, answer)
    contents = Contents(manifests, blobs, documents.digests, trust, place, time.monotonic() + SECONDS, answer)
    seen: set[str] = set()
    for document in documents.all():
        if document.digest in seen:
            continue
        if len(seen) == MAX_DOCUMENTS or contents.is_over:
            answer.incomplete(f"too many documents are attached to the image: only {len(seen)} were read")
            break
        seen.add(document.digest)
        try:
            contents.read(document)
        except (Error, ValueError) as error:
            answer.unread(document.digest, error)
    if trust.trouble:
        answer.incomplete(trust.trouble)
    return answer.attached(documents.digests, trust.names)
