"""How an example of a folder of checks is read: text -> the document that its checks inspect."""

from typing import Any

from careen.checks.kind import Document, Rules, SourceFile
from careen.checks.kinds import KINDS

PREFIXES = dict(one for kind in KINDS for one in kind.prefixes)
# What a folder and its settings add: some checks are about nothing else.
RULES = Rules(registries=("docker.io", "registry.example"), images=("debian", "registry.example/base/*"))
IGNORED = ("secret",)
NAMES = {"terraform": "example.tf"}  # of files that are recognised by name alone


def document_of(folder: str, text: str) -> Any:
    """Raises ValueError if the text is not of that kind."""
    of_folder = [kind for kind in KINDS if folder in kind.folders]
    kind = next((kind for kind in of_folder if kind.name == folder), of_folder[0])
    found = list(kind.read([SourceFile(NAMES.get(folder, "example"), text, IGNORED)], (), RULES))
    document = next((one for one in found if isinstance(one, Document)), None)
    if document is None:
        raise ValueError(found)
    return document.value
