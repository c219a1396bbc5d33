"""The documents that an editor has open: their text, saved or not, and the path under which they are checked."""

import posixpath
from typing import Literal
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from careen.checks.kinds import kind_of

from .package_files import is_package_file
from .texts import as_checked

MAX_CHARACTERS = 1 << 20  # of a document; larger ones are left to ``careen check``
_TOGETHER = ("kubernetes", "compose")  # kinds whose files refer to each other
_NAMES = {"dockerfile": "Dockerfile", "yaml": "document.yaml", "dockercompose": "compose.yaml"}
_SUFFIXES = {"dockerfile": ".Dockerfile", "yaml": ".yaml", "dockercompose": ".yaml"}

Sort = Literal["checked", "packages", ""]


class Document(Struct, frozen=True):
    uri: str
    text: str  # as the editor has it
    version: int | None = None
    language: str = ""

    @property
    def path(self) -> str:
        """A path that shows the kind of the document to checks: that of its file, or one made from the language that
        the editor states."""
        parts = urlsplit(self.uri)
        path = unquote(parts.path) or unquote(parts.netloc)
        if parts.scheme == "untitled":
            folder, name = "untitled", posixpath.basename(path)
        else:
            folder, name = posixpath.split(path)
        if self.language in _NAMES and kind_of(name, self.text) is None:
            name = f"{name}{_SUFFIXES[self.language]}" if name else _NAMES[self.language]
        return posixpath.join(folder, name)

    @property
    def checked(self) -> str:
        return as_checked(self.text)

    @property
    def too_large(self) -> bool:
        return len(self.text) > MAX_CHARACTERS

    @property
    def sort(self) -> Sort:
        """The kind of content that Careen searches for in the document; "" if it is of no supported kind."""
        path = self.path
        if is_package_file(path):
            return "packages"
        return "checked" if kind_of(path, self.text) is not None else ""


def group_of(document: Document, opened: list[Document]) -> list[Document]:
    """The open documents that are checked together with this one, itself first."""
    kind = kind_of(document.path, document.text)
    if kind is None or kind.name not in _TOGETHER:
        return [document]
    folder = posixpath.dirname(document.path)
    return [
        document,
        *(
            other
            for other in opened
            if other.uri != document.uri
            and not other.too_large
            and posixpath.dirname(other.path) == folder
            and kind_of(other.path, other.text) is kind
        ),
    ]
