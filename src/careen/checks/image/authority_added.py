"""CA certificate was added to the trust store."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place

FOLDERS = (
    "usr/local/share/ca-certificates/",
    "etc/pki/ca-trust/source/anchors/",
    "etc/ca-certificates/trust-source/anchors/",
    "etc/pki/trust/anchors/",
)


def inspect(document: ImageDocument) -> Iterator[Place]:
    for entry in document.filesystem.entries:
        if entry.path.startswith(FOLDERS) and entry.kind != "d" and not entry.owned:
            yield Place(f"/{entry.path} is an authority of no package", path=entry.path)


CHECK = Check(
    id="IMG-022",
    title="CA certificate was added to the trust store",
    severity="medium",
    why="Whoever has its key can impersonate every server to every program of the container.",
    fix="Remove the certificate, or pass it only to the program that needs it.",
    references=("CWE-295",),
    inspect=inspect,
)
