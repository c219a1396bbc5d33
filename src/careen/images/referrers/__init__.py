"""The documents beside an image in its registry or layout: signatures, provenance, SBOMs and VEX documents.

Three places are asked, for the image's manifest and for each index that led to it: the list of referrers (the tag
``sha256-<hex>`` if the registry keeps none), the tags of cosign (``sha256-<hex>.sig``, ``.att``, ``.sbom``), and the
attestations that BuildKit lists in the index. Everything is a claim of whoever may push there; a signature counts as
verified only if a key that the user trusts made it and the signed text names the image by its digest. Documents,
bytes, requests and time are bounded; over a bound, the answer is marked as incomplete.
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
from careen.images.trusted import Keys
from careen.model.attached import Attached

from .answer import Answer
from .contents import Blobs, Contents
from .documents import Documents, Manifests

MAX_DOCUMENTS = 64  # manifests that are read
SECONDS = 120.0


class Asked(Struct, frozen=True):
    """The user wants the documents beside images."""

    keys: Keys
    offline: bool = False


def asked_of(settings: Mapping[str, Any]) -> Asked:
    """Raises UsageError if a key is not a public key."""
    return Asked(Keys(settings.get("trust_key") or ()), bool(settings.get("offline")))


def attached(repository: Repository, store: BlobStore, chain: Sequence[tuple[str, bytes]], asked: Asked) -> Attached:
    """``chain`` are the digests and bytes from what the reference names down to the image's manifest."""
    if asked.offline:
        return not_asked("--offline", asked.keys)
    return _read(repository, store, chain, asked.keys, "registry")


def attached_in(place: "Place", chain: Sequence[tuple[str, bytes]], asked: Asked) -> Attached:
    """The documents in a layout; "" is the digest of its ``index.json``. No network is asked."""
    return _read(place, place, chain, asked.keys, "layout")


def not_asked(why: str, keys: Keys) -> Attached:
    return Attached(keys=keys.names, complete=False, troubles=(why,))


class Place(Manifests, Blobs, Protocol):
    """A layout is both."""


def _read(manifests: Manifests, blobs: Blobs, chain: Sequence[tuple[str, bytes]], keys: Keys, place: str) -> Attached:
    answer = Answer()
    documents = Documents(manifests, chain, answer)
    contents = Contents(manifests, blobs, documents.digests, keys, place, time.monotonic() + SECONDS, answer)
    seen: set[str] = set()
    for document in documents.all():
        if document.digest in seen:
            continue
        if len(seen) == MAX_DOCUMENTS or contents.is_over:
            answer.incomplete(f"more lies beside the image than is read: {len(seen)} documents were")
            break
        seen.add(document.digest)
        try:
            contents.read(document)
        except (Error, ValueError) as error:
            answer.unread(document.digest, error)
    if keys.trouble:
        answer.incomplete(keys.trouble)
    return answer.attached(documents.digests, keys.names)
