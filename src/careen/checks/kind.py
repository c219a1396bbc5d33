"""What a kind of file is, and what passes between finding files, reading them and running checks over them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from careen.formats.kubernetes import LATEST_MINOR
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
    """What the settings say: which checks run, and what they may allow."""

    registries: tuple[str, ...] = ()  # that images may come from; (): any
    images: tuple[str, ...] = ()  # that Dockerfiles may build on; (): any
    pss_minor: int = LATEST_MINOR  # version of the Pod Security Standards
    paths: frozenset[str] = frozenset()  # of all files that are checked together


class Document(Struct, frozen=True):
    """What one run of checks looks at, under the path that stands for it, with what its comments set aside."""

    path: str
    value: Any
    ignores: tuple[Ignore, ...] = ()


class Kind(Struct, frozen=True):
    """``accepts(path, text)``; ``read`` gives documents, and an Unknown for each file that is none."""

    name: str
    title: str
    folders: tuple[str, ...]  # of careen.checks, that of its own documents first
    accepts: Callable[[str, str], bool]
    read: Callable[[Sequence[SourceFile], Sequence[Check], Rules], Iterator[Document | Unknown]]
