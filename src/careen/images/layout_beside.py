"""The documents attached to an image in its OCI layout, found as in a registry: by tag, by subject, in the index.

Tools copy signatures and attestations into a layout as entries of ``index.json``: under cosign's tags or its ``kind``
(``cosign save``), as referrers with a ``subject`` (oras, regctl), or in the image's own index (BuildKit). No network is
used. The author of the layout may have put anything there.
Raises: InputError if a document is not in the layout, or does not match its digest.
**Source:** OCI image-spec 1.1, image-layout.md and manifest.md ("subject"); cosign, pkg/oci/layout.
"""

from functools import cached_property
from typing import Any

import msgspec

from careen.errors import InputError
from careen.safety.digest import has_digest
from careen.safety.pattern import pattern

from .archive import AGAIN, Archive
from .manifest import MANIFEST_BYTES, Descriptor, is_digest, parse_artifact, parse_entries

MAX_READ = 512  # manifests of the index that are searched for a subject
KIND = "kind"  # cosign's annotation
COSIGN = "dev.cosignproject.cosign/"
KIND_BY_ENDING = {"sig": f"{COSIGN}sigs", "att": f"{COSIGN}atts", "sbom": f"{COSIGN}sboms"}
NAME = "org.opencontainers.image.ref.name"
_TAG = pattern(r"(?:.*:)?sha(?:256|512)-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?")


class InLayout:
    """``index.json`` and the blobs of a layout, with the interface of a registry (``referrers.Place``)."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def images(self, entries: tuple[Descriptor, ...]) -> tuple[Descriptor, ...]:
        """The entries that are images, without signatures, attestations and lists of referrers."""
        left = tuple(entry for entry in entries if not _lies_beside(entry))
        if len(left) > 1:
            left = tuple(entry for entry in left if entry.platform or not self._subjects.get(entry.digest))
        return left or entries

    def manifest_if_there(self, name: str) -> bytes | None:
        if is_digest(name):
            return self._blob(name, MANIFEST_BYTES) if self._archive.has(_path(name)) else None
        named = [entry for entry in self._entries if entry.annotations.get(NAME, "").rpartition(":")[2] == name]
        kind = KIND_BY_ENDING.get(name.rpartition(".")[2], "")
        saved = [entry for entry in self._entries if kind and entry.annotations.get(KIND) == kind]
        found = (*named, *saved)
        return self._blob(found[0].digest, MANIFEST_BYTES) if found else None

    def referrers(self, digest: str, kind: str = "") -> tuple[list[bytes], bool]:
        """The manifests with this digest as subject, the list under the tag of its referrers, and whether all were
        searched.
        """
        found = [_plain(entry) for entry in self._looked_into if self._subjects.get(entry.digest) == digest]
        tagged = self.manifest_if_there(digest.replace(":", "-")[:71])
        pages = [msgspec.json.encode({"manifests": found}), *([tagged] if tagged else [])]
        return pages, len(self._looked_into) == len(self._entries)

    def known(self, digest: str) -> bytes | None:
        return self.manifest_if_there(digest)

    def keep(self, digest: str, data: bytes) -> None:
        """Does nothing, because the layout contains the document already."""

    def document(self, descriptor: Descriptor, limit_bytes: int) -> bytes:
        return self._blob(descriptor.digest, limit_bytes)

    @cached_property
    def _entries(self) -> tuple[Descriptor, ...]:
        return parse_entries(self._archive.read("index.json"))

    @cached_property
    def _looked_into(self) -> tuple[Descriptor, ...]:
        return self._entries[:MAX_READ]

    @cached_property
    def _subjects(self) -> dict[str, str]:
        """The subjects of the entries, by their digests."""
        found = {}
        for entry in self._looked_into:
            try:
                found[entry.digest] = parse_artifact(self._blob(entry.digest, MANIFEST_BYTES)).subject
            except InputError:
                continue  # reported when the image itself is read
        return found

    def _blob(self, digest: str, limit_bytes: int) -> bytes:
        with self._archive.opener(_path(digest))() as stream:
            data = stream.read(limit_bytes + 1)
        if len(data) > limit_bytes:
            raise InputError(f"{digest} is larger than {limit_bytes >> 20} MiB", "it is not read")
        if not has_digest(data, digest):
            raise InputError(f"{self._archive.name}: the bytes of {digest} do not have that digest", AGAIN)
        return data


def _lies_beside(entry: Descriptor) -> bool:
    named = entry.annotations.get(NAME, "")
    return entry.annotations.get(KIND) in KIND_BY_ENDING.values() or _TAG.fullmatch(named) is not None


def _path(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


def _plain(entry: Descriptor) -> dict[str, Any]:
    return {
        "mediaType": entry.media_type,
        "digest": entry.digest,
        "size": entry.size_bytes,
        "artifactType": entry.artifact_type,
        "annotations": entry.annotations,
    }
