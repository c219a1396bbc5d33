"""The image has no signature or no provenance."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    """Silent where the registry was not asked, or did not tell all: the coverage says so."""
    beside = document.attached
    if beside is None or not beside.asked:
        return
    signed = beside.signed
    if beside.keys and not any(one.verified_by for one in signed):
        told = f"none of {len(signed)} is by it" if signed else "there is none"
        yield Place(f"no signature by a trusted key ({', '.join(beside.keys)}): {told}")
    elif beside.complete and not signed:
        yield Place("no signature lies beside the image")
    if beside.complete and not beside.provenance:
        yield Place("no provenance lies beside the image")


CHECK = Check(
    id="IMG-028",
    title="The image has no signature or no provenance",
    severity="medium",
    why="Whoever may push to the repository, or stands on the way, can put another image in its place, and nobody would see.",
    fix="Sign it when it is built (cosign sign), let the build attest its provenance (docker buildx build --provenance), "
    "and name the key with --trust-key.",
    references=("CWE-345", "SLSA v1.0, Build L1 and L2"),
    inspect=inspect,
)
