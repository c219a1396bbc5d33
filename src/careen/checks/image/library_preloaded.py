"""Library is preloaded into every program (ld.so.preload)."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for path, number, line in document.lines("etc/ld.so.preload"):
        if line.strip() and not line.startswith("#"):
            yield Place(f"etc/ld.so.preload names {line.strip()[:100]}", path=path, line=number)


CHECK = Check(
    id="IMG-031",
    title="Library is preloaded into every program (ld.so.preload)",
    severity="high",
    why="/etc/ld.so.preload injects code into every process, including those of root: most container rootkits hide this way.",
    fix="Remove /etc/ld.so.preload, and find out who created it.",
    references=("CWE-426",),
    inspect=inspect,
)
