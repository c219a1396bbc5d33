"""Attaches a signed attestation to an image in its registry: as a referrer (OCI 1.1), or under the tag of cosign 2.

For a registry that keeps no list of referrers, the client writes one under the tag ``sha256-<hex>``. Nothing there is
replaced: entries are added, and read back, because two clients may write at the same time.
Raises: InputError, NetworkError.
**Source:** OCI distribution-spec 1.1, "Pushing Manifests with Subject" and "Referrers Tag Schema"; OCI image-spec 1.1,
manifest.md, "Guidelines for Artifact Usage"; cosign, specs/BUNDLE_SPEC.md and specs/SIGNATURE_SPEC.md.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from careen.errors import InputError
from careen.formats.data.plain import json_object, sequence

from .distribution import Repository
from .manifest import EMPTY_TYPE, INDEX_TYPES, MANIFEST_TYPES, Descriptor, is_index

OCI_INDEX, OCI_MANIFEST = INDEX_TYPES[0], MANIFEST_TYPES[0]
OCI_CONFIG, EMPTY = "application/vnd.oci.image.config.v1+json", b"{}"
MAX_LAYERS = 64  # attestations under cosign's tag, as many as are read
_TRIES = 3


def attach(
    repository: Repository, subject: Descriptor, data: bytes, media_type: str, annotations: Mapping[str, str]
) -> tuple[str, str]:
    """Attaches the data as a referrer. Returns the digest of the new manifest, and what lists it: ``referrers``, or the
    tag of the list.
    """
    manifest = _encoded(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "artifactType": media_type,
            "config": _described(EMPTY, EMPTY_TYPE),
            "layers": [_described(data, media_type)],
            "subject": {"mediaType": subject.media_type, "digest": subject.digest, "size": subject.size_bytes},
            "annotations": dict(annotations),
        }
    )
    for blob in (EMPTY, data):
        repository.push_blob(_digest(blob), blob)
    digest = _digest(manifest)
    if repository.push_manifest(digest, manifest, OCI_MANIFEST) == subject.digest:
        return digest, "referrers"
    entry = _described(manifest, OCI_MANIFEST) | {"artifactType": media_type, "annotations": dict(annotations)}
    tag = subject.digest.replace(":", "-")
    _list(repository, tag, entry)
    return digest, tag


def attach_as_cosign(
    repository: Repository, subject: Descriptor, data: bytes, media_type: str, annotations: Mapping[str, str]
) -> tuple[str, str]:
    """Attaches the data under the tag ``sha256-<hex>.att``, beside earlier attestations. Returns the digest of the
    manifest, and the tag.
    """
    tag = f"{subject.digest.replace(':', '-')}.att"
    layer = _described(data, media_type) | {"annotations": dict(annotations)}
    repository.push_blob(layer["digest"], data)
    for _ in range(_TRIES):
        layers = [known for known in _layers(repository, tag) if known.get("digest") != layer["digest"]]
        if len(layers) >= MAX_LAYERS:
            raise InputError(f"{tag} has {len(layers)} attestations, and no room for another", "cosign clean removes them")
        layers.append(layer)
        files = {"type": "layers", "diff_ids": [known["digest"] for known in layers]}
        config = _encoded({"architecture": "", "os": "", "config": {}, "rootfs": files})
        document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": _described(config, OCI_CONFIG), "layers": layers}
        repository.push_blob(_digest(config), config)
        manifest = _encoded(document)
        repository.push_manifest(tag, manifest, OCI_MANIFEST)
        if layer["digest"] in {known.get("digest") for known in _layers(repository, tag)}:
            return _digest(manifest), tag
    raise _raced(tag)


def _list(repository: Repository, tag: str, entry: dict[str, Any]) -> None:
    for _ in range(_TRIES):
        entries = [known for known in _entries(repository, tag) if known.get("digest") != entry["digest"]]
        index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [*entries, entry]}
        repository.push_manifest(tag, _encoded(index), OCI_INDEX)
        if entry["digest"] in {known.get("digest") for known in _entries(repository, tag)}:
            return
    raise _raced(tag)


def _raced(tag: str) -> InputError:
    return InputError(f"others write {tag} at the same time", "try again")


def _entries(repository: Repository, tag: str) -> list[dict[str, Any]]:
    data = repository.manifest_if_there(tag)
    if data is None:
        return []
    if not is_index(data):
        raise InputError(f"the tag {tag} is not a list of referrers", "something else was pushed there: remove the tag")
    return [entry for entry in sequence(_object(data, tag).get("manifests")) if isinstance(entry, dict)]


def _layers(repository: Repository, tag: str) -> list[dict[str, Any]]:
    data = repository.manifest_if_there(tag)
    layers = sequence(_object(data, tag).get("layers")) if data is not None else []
    if not all(isinstance(layer, dict) and isinstance(layer.get("digest"), str) for layer in layers):
        raise InputError(f"the tag {tag} is malformed", "something else was pushed there: remove the tag")
    return layers


def _object(data: bytes, tag: str) -> dict[str, Any]:
    try:
        return json_object(data)
    except ValueError as error:
        raise InputError(f"the tag {tag} is malformed: {error}", "remove the tag") from None


def _described(data: bytes, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": _digest(data), "size": len(data)}


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _encoded(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
