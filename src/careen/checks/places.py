"""Places in a document: made from what the readers of ``formats`` give, with path and line."""

from typing import Protocol

from careen.formats.data.yaml_document import Mapping
from careen.plugins import Place


class File(Protocol):
    """What knows its path in the files that are checked together."""

    @property
    def path(self) -> str: ...


class Holder(Protocol):
    """What a place is in, as the readers of Kubernetes and Compose give it: ``label`` names it."""

    @property
    def label(self) -> str: ...
    @property
    def node(self) -> Mapping: ...
    @property
    def resource(self) -> File: ...


def at(holder: Holder, message: str, *keys: str | int) -> Place:
    """The place below the holder that ``keys`` lead to, as deep as it is there; its message begins with the holder."""
    line = holder.node.line_of(*keys) or None
    return Place(f"{holder.label} {message}", line, path=holder.resource.path or None)


class Located(Protocol):
    """What knows the file and line of what is below it, as the reader of Compose gives it."""

    @property
    def label(self) -> str: ...
    def where(self, *keys: str | int) -> tuple[str, int]: ...


def below(holder: Located, message: str, *keys: str | int) -> Place:
    """The place below a service, network, volume or secret of Compose; its message begins with what it is."""
    path, line = holder.where(*keys)
    return Place(f"{holder.label} {message}", line or None, path=path or None)
