"""Debugger or console listens on every address."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.formats.services.debuggers import OPTIONS, open_debuggers
from careen.plugins import Check, Place


def inspect(document: ImageDocument) -> Iterator[Place]:
    # Variables with options of Node.js and Java have a check of their own (IMG-018).
    variables = [(name, value) for name, value in document.environment.items() if name not in OPTIONS]
    for what in open_debuggers((*document.config.entrypoint, *document.config.cmd), variables):
        yield Place(f"the start command opens {what}")


CHECK = Check(
    id="IMG-032",
    title="Debugger or console listens on every address",
    severity="high",
    why="Whoever reaches the port runs code in the process, without a password.",
    fix="Remove the option from the command of the image, or let it listen on 127.0.0.1 and forward the port.",
    references=("CWE-489", "CWE-306"),
    inspect=inspect,
)
