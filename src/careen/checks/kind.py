"""A kind of document that checks inspect, and the types that pass between the steps: find files, read them, run checks."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from careen.errors import FileLimitError
from careen.formats.kubernetes.manifest_files import LATEST_MINOR
from careen.formats.services.compose import Unresolved
from careen.model.inventory import Unknown
from careen.model.package import Evidence
from careen.plugins import Check

from .run import Ignore

_TEMPLATE = re.compile(r"(?<!\$)\{\{|\{%|<%")  # of Go, Jinja, Mako or ERB; ${{ }} is an expression of a pipeline


class SourceFile(Struct, frozen=True):
    path: str
    text: str
    ignored: tuple[str, ...] | None = None  # lines of the .dockerignore that applies to it
    named: bool = False  # by the user, not found in a folder
    pods: bool = False  # its documents are pods, which may leave out their version and kind
    apart: bool = False  # what is in other files is no part of what this file describes


def unread(what: str, file: SourceFile, why: str | ValueError) -> Unknown:
    """The Unknown for a file that could not be read. If the user named the file, or it is over a limit, the check is
    incomplete."""
    limit = isinstance(why, FileLimitError)
    if isinstance(why, ValueError) and not limit and _TEMPLATE.search(file.text):
        why = "a template: render it first"
    return Unknown(what, Evidence(file.path, 0), str(why), whole_layer=file.named or limit)


def not_assessed(what: str, file: SourceFile, references: Iterable[Unresolved]) -> Iterator[Unknown]:
    """The Unknowns for values that a file refers to and does not have."""
    for reference in references:
        line = f"line {reference.line}: " if reference.line else ""
        yield Unknown(what, Evidence(file.path, 0), f"{line}{reference.what} is not assessed")


class Rules(Struct, frozen=True):
    """The images and versions that the settings allow, and the files of this run."""

    registries: tuple[str, ...] = ()  # that images may come from; (): any
    images: tuple[str, ...] = ()  # that Dockerfiles may build on; (): any
    pss_minor: int = LATEST_MINOR  # version of the Pod Security Standards
    texts: Mapping[str, str] = {}  # of all files that are checked together, by path


class Document(Struct, frozen=True):
    """A document to check: the value that checks inspect, the path that names it, and the findings that its comments
    suppress.

    ``again``: the document describes the same file as the one before, for other values: what both have is reported once.
    ``kind``: the kind of the checks that inspect it, if it is another than that of its file. ``open``: the lines, by
    path and line, whose values are not known, each with the reference that the value depends on.
    """

    path: str
    value: Any
    ignores: tuple[Ignore, ...] = ()
    kind: str = ""
    open: Mapping[tuple[str, int], str] = {}
    again: bool = False


class View(Struct, frozen=True):
    """The input of a check in Rego, and the function that leads from its keys to a place."""

    input: Any
    path: str
    line: int | None
    where: Callable[..., tuple[str, int | None]]  # keys -> file and line of the deepest key that exists


Read = Callable[[Sequence[SourceFile], Sequence[Check], Rules], Iterator[Document | Unknown]]


class Kind(Struct, frozen=True):
    """A kind of document: how its files are recognised and read, and which checks inspect it.

    ``accepts(path, text)``: whether a file is of this kind; ``read`` yields documents, and an Unknown for each file
    that cannot be read. ``view`` gives the input of Rego checks; without it, user checks cannot inspect the kind.
    """

    name: str
    title: str
    accepts: Callable[[str, str], bool]
    read: Read
    prefixes: tuple[tuple[str, str], ...] = ()  # folder of careen.checks, prefix of its ids; its own first
    view: Callable[[Any], Iterator[View]] | None = None
    inspects: Callable[[str], bool] = bool  # whether the check with this id says something about it
    installs: bool = False  # its documents install packages, which can be predicted

    @property
    def folders(self) -> tuple[str, ...]:
        return tuple(folder for folder, _ in self.prefixes)
