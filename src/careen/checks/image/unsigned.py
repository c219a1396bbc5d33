"""Image has no signature or no provenance."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    """Yields an image without signature. Nothing if the registry got no request or did not answer completely: the
    coverage states that."""
    beside = document.attached
    if beside is None or not beside.asked:
        return
    signed = beside.signed
    if beside.keys and not any(signature.verified_by for signature in signed):
        detail = f"none of {len(signed)} is by it" if signed else "there is none"
        codes = ", ".join(dict.fromkeys(signature.refusal for signature in signed if signature.refusal))
        yield Place(f"no signature that is trusted ({', '.join(beside.keys)}): {detail}{f' ({codes})' if codes else ''}")
    elif beside.complete and not signed:
        yield Place("no signature lies beside the image")
    if beside.complete and not beside.provenance:
        yield Place("no provenance lies beside the image")


CHECK = Check(
    id="IMG-028",
    title="Image has no signature or no provenance",
    severity="medium",
    why="Anyone who can push to the repository, or intercepts the traffic, can replace the image unnoticed.",
    fix=(
        "Sign the image (cosign sign), attest its provenance (docker buildx build --provenance), and pass the key "
        "with --trust-key, or a policy with --require-signature."
    ),
    references=("CWE-345", "SLSA v1.0, Build L1 and L2"),
    inspect=inspect,
)
