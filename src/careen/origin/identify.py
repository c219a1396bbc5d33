"""Names the projects that files come from, by a knowledge base.

Files of one project that lie together are one component. Its versions are those that explain all its files best; a file
that nothing explains is counted, and is never taken for the application's own.

| confidence | source                                               | program                                        |
|------------|------------------------------------------------------|------------------------------------------------|
| exact      | two whole files of the project, or all there are     | (not reported)                                 |
| high       | 10 stretches, and 30 % of the files' stretches       | 20 % of the version's literals or names        |
| medium     | 6 stretches in a file, or 8 of tokens and 20 % of it | 4 literals and 10 %, or 5 names and 20 %       |
| low        | 3 stretches of a file                                | (not reported)                                 |

JavaScript that its stretches do not explain, because it is minified or a bundle of several projects, and Java classes are
known by sequences of what they keep: 12 are medium, 20 and 30 % of the project's files high. The classes of an archive, and
those of a folder that are not in one, are looked at together.
"""

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from .component import Component
from .features import PROGRAM_HEADS, Features, features_of
from .in_java import in_java
from .in_program import in_program
from .in_script import in_script
from .in_source import MatchedFile, components, matched_file
from .java.archive import container_of, is_archive, members
from .java.class_file import is_class
from .javascript.features import is_script
from .knowledge import Knowledge

Kind = Literal["source", "script", "program", "class"]
EXPLAINED = 0.6  # of a script's stretches: then it has no others


class Identified(Struct, frozen=True):
    components: tuple[Component, ...]
    unexplained: int


class Described(Struct, frozen=True):
    """A file by its features: its content is not needed any more."""

    path: str
    kind: Kind
    features: Features


def identify(base: Knowledge, files: Iterable[tuple[str, bytes]], *, deep: bool = False) -> Identified:
    """``files`` are paths and contents; ``deep`` reports low confidence as well."""
    return identify_described(base, (part for path, data in files for part in described(path, data)), deep=deep)


def described(path: str, data: bytes) -> Iterator[Described]:
    """The file, or of a Java archive its members; one that has none, or cannot be read, is a file like others."""
    found = False
    for name, content in members(path, data) if is_archive(path, data) else ():
        yield _described(name, content)
        found = True
    if not found:
        yield _described(path, data)


def _described(path: str, data: bytes) -> Described:
    features = features_of(path, data)
    kind: Kind = "source"
    if "sequences" in features and is_class(data):
        kind = "class"
    elif "literals" in features and data.startswith(PROGRAM_HEADS):
        kind = "program"
    elif "sequences" in features and is_script(path):
        kind = "script"
    return Described(path, kind, features)


def identify_described(base: Knowledge, files: Iterable[Described], *, deep: bool = False) -> Identified:
    matched: list[MatchedFile] = []
    programs: list[Component] = []
    classes: dict[str, list[Described]] = {}
    unexplained = 0
    for file in files:
        if file.kind == "class":
            classes.setdefault(container_of(file.path), []).append(file)
            continue
        known = len(matched) + len(programs)
        if file.kind == "program":
            programs += in_program(base, file.path, file.features)
        else:
            own = list(matched_file(base, file.path, file.features))
            others = list(in_script(base, file.path, file.features)) if file.kind == "script" and not _explains(own) else []
            named = {component.project for component in others}
            matched += [mine for mine in own if base.projects[mine.project].name not in named]
            programs += others
        unexplained += len(matched) + len(programs) == known
    for path, together in classes.items():
        found = list(in_java(base, path or _common_folder(together), [file.features for file in together]))
        programs += found
        unexplained += not found
    grouped = components(base, matched)
    kept = [found for found in (*grouped, *programs) if deep or found.confidence != "low"]
    return Identified(tuple(sorted(kept, key=lambda component: (component.path, component.project))), unexplained)


def _explains(matched: Sequence[MatchedFile]) -> bool:
    """Whether a script is a project's as a whole."""
    return any(file.whole or file.weight >= EXPLAINED * file.evidence.features for file in matched)


def _common_folder(files: Sequence[Described]) -> str:
    return posixpath.commonpath([file.path for file in files])
