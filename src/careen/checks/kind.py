"""What a kind of file is, and what passes between finding files, reading them and running checks over them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from careen.formats.kubernetes.manifest_files import LATEST_MINOR
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Check

from .run import Ignore


class SourceFile(Struct, frozen=True):
    path: str
    text: str
    ignored: tuple[str, ...] | None = None  # lines of the .dockerignore that holds for it
    named: bool = False  # by the user himself, not found in a folder


def unread(what: str, file: SourceFile, why: str) -> Unknown:
    """Nothing of a file could be read. Where the user named it, the check could not complete."""
    return Unknown(what, Evidence(file.path, 0), why, whole_layer=file.named)


class Rules(Struct, frozen=True):
    """What the settings allow."""

    registries: tuple[str, ...] = ()  # that images may come from; (): any
    images: tuple[str, ...] = ()  # that Dockerfiles may build on; (): any
    pss_minor: int = LATEST_MINOR  # version of the Pod Security Standards
    paths: frozenset[str] = frozenset()  # of all files that are checked together


class Document(Struct, frozen=True):
    """What one run of checks looks at, under the path that stands for it, with what its comments set aside."""

    path: str
    value: Any
    ignores: tuple[Ignore, ...] = ()


class View(Struct, frozen=True):
    """What a check in Rego sees, and the way back from keys in it to a place."""

    input: Any
    path: str
    line: int | None
    where: Callable[..., tuple[str, int | None]]  # file and line of the deepest of the keys that is there


Read = Callable[[Sequence[SourceFile], Sequence[Check], Rules], Iterator[Document | Unknown]]


class Kind(Struct, frozen=True):
    """A kind of document, how its files are recognised and read, and which checks inspect it.

    ``accepts(path, text)``; ``read`` gives documents, and an Unknown for each file that is not one. ``view`` is there if the
    user's own checks may be about it.
    """

    name: str
    title: str
    accepts: Callable[[str, str], bool]
    read: Read
    prefixes: tuple[tuple[str, str], ...] = ()  # folder of careen.checks, how the ids of its checks begin; its own first
    view: Callable[[Any], Iterator[View]] | None = None
    installs: bool = False  # packages, which can be predicted from its documents

    @property
    def folders(self) -> tuple[str, ...]:
        return tuple(folder for folder, _ in self.prefixes)
