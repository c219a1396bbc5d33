"""A library is preloaded into every program (ld.so.preload)."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    for path, number, line in document.lines("etc/ld.so.preload"):
        if line.strip() and not line.startswith("#"):
            yield Place(f"etc/ld.so.preload names {line.strip()[:100]}", path=path, line=number)


CHECK = Check(
    id="IMG-031",
    title="A library is preloaded into every program (ld.so.preload)",
    severity="high",
    why=("etc/ld.so.preload puts code into every process, those of root too: it is how most rootkits for containers hide."),
    fix="Remove the file, or find out who put it there.",
    references=("CWE-426",),
    inspect=inspect,
)
