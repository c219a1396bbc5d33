"""Finds the documents attached to an image: by cosign's tags, BuildKit's attestations, and the list of referrers.

**Source:** OCI distribution-spec 1.1, "Listing Referrers" and "Referrers Tag Schema".
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Protocol

from msgspec import Struct

from careen.errors import Error, NetworkError
from careen.images.manifest import Descriptor, parse_entries

from .answer import Answer
from .kinds import BUNDLE, BUNDLE_03, NOTATION, SBOMS, VEX


class Manifests(Protocol):
    """A source of manifests: a repository, or a layout. Its methods are those of ``distribution.Repository``."""

    def manifest_if_there(self, name: str) -> bytes | None: ...
    def referrers(self, digest: str, kind: str = "") -> tuple[list[bytes], bool] | None: ...


class Document(Struct, frozen=True):
    """A manifest to read. ``data`` None: it is fetched by its digest. ``subject``: the digest that it has to contain;
    "" for tags of cosign and entries of an index, whose location binds them to the image.
    """

    digest: str
    data: bytes | None = None
    subject: str = ""
    bound: bool = False  # bound to the image by an index with its digest


class Documents:
    """The documents of an image. ``chain`` are the digests and bytes from the reference's manifest down to the image's."""

    def __init__(self, manifests: Manifests, chain: Sequence[tuple[str, bytes]], answer: Answer) -> None:
        self._manifests, self._chain, self._answer = manifests, chain, answer
        self.digests = tuple(digest for digest, _ in reversed(chain) if digest)
        self._answers = True  # whether the server answers

    def all(self) -> Iterator[Document]:
        """Yields all documents. Cosign's tags and BuildKit's attestations come first: they are few, and need the right
        to push.
        """
        for digest in self.digests:
            for ending in ("sig", "att", "sbom"):
                data = self._tagged(f"{_tag(digest)}.{ending}")
                if data is not None:
                    yield Document(_digest(data), data)
        for _, data in self._chain[:-1]:
            for entry in parse_entries(data):
                about = entry.annotations.get("vnd.docker.reference.digest")
                if entry.annotations.get("vnd.docker.reference.type") == "attestation-manifest" and about in self.digests:
                    yield Document(entry.digest, bound=True)
        for digest in self.digests:
            for entry in sorted(self._referring(digest), key=_importance):
                if entry.is_index:
                    self._answer.others += 1
                else:
                    yield Document(entry.digest, subject=digest)

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
            if not whole:
                found += self._signed(digest)
        except Error as error:
            self._refused(f"the referrers of {digest}", error)
            return []
        if not whole:
            self._answer.incomplete(f"the list of referrers of {digest} is too long: only {len(found)} entries were read")
        return found

    def _signed(self, digest: str) -> Iterator[Descriptor]:
        """Signatures that a long list may hide, if the registry can filter it. Everyone who may push can make the list
        long.
        """
        pages, _ = self._manifests.referrers(digest, BUNDLE_03) or ([], True)
        yield from (entry for page in pages for entry in parse_entries(page) if entry.artifact_type == BUNDLE_03)

    def _refused(self, what: str, error: Error) -> None:
        self._answers = self._answers and not isinstance(error, NetworkError)  # an unreachable server gets no more requests
        self._answer.incomplete(f"{what}: {error}")


def _importance(entry: Descriptor) -> int:
    """The rank of an entry. Signatures are first, so that many other entries do not hide them."""
    kind = f"{entry.artifact_type} {entry.media_type}"
    words = ((NOTATION, BUNDLE, "cosign"), ("in-toto", "dsse"), VEX, SBOMS)
    return next((rank for rank, some in enumerate(words) if any(word in kind for word in some)), len(words))


def _tag(digest: str) -> str:
    """The tag of a digest's list of referrers.
    Source: OCI distribution-spec 1.1, "Referrers Tag Schema": both parts are cut to the length of a tag.
    """
    algorithm, _, value = digest.partition(":")
    return f"{algorithm[:32]}-{value[:64]}"


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
