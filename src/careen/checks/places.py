"""Places in a document, with path and line, from the values that the readers of ``formats`` give."""

from typing import Protocol

from careen.formats.data.yaml_document import Mapping
from careen.plugins import Place


class File(Protocol):
    """Anything that has a path among the files that are checked together."""

    @property
    def path(self) -> str: ...


class Holder(Protocol):
    """A resource, pod or container in which a check finds a misconfiguration; ``label`` names it."""

    @property
    def label(self) -> str: ...
    @property
    def node(self) -> Mapping: ...
    @property
    def resource(self) -> File: ...


def at(holder: Holder, message: str, *keys: str | int) -> Place:
    """The place below the holder at the deepest of ``keys`` that exists; the message begins with the holder's label."""
    line = holder.node.line_of(*keys) or None
    return Place(f"{holder.label} {message}", line, path=holder.resource.path or None)


class Located(Protocol):
    """A service, network, volume or secret of Compose, with the file and line of its keys."""

    @property
    def label(self) -> str: ...
    def where(self, *keys: str | int) -> tuple[str, int]: ...


def below(holder: Located, message: str, *keys: str | int) -> Place:
    """The place below ``holder`` at ``keys``; the message begins with the holder's label."""
    path, line = holder.where(*keys)
    return Place(f"{holder.label} {message}", line or None, path=path or None)
