"""Finds the projects that files come from, with a knowledge base.

Files of one project that lie together are one component. Its versions are those that explain all its files best. A
file that no project explains is counted, and is never taken for the application's own.

| confidence | source                                               | program                                       |
|------------|------------------------------------------------------|-----------------------------------------------|
| exact      | two whole files of the project, or all there are     | the whole file                                |
| high       | 10 stretches, and 30 % of the files' stretches       | as medium, and 20 % of the features of builds |
| medium     | 6 stretches of a file, or 3 and 30 % of it           | one of ``in_program.RULES``                   |
| low        | 3 stretches of a file                                | (not reported)                                |

A component of source code that is less than 10 % of its project is of medium confidence at most; of a package of npm, less
than 10 % of one file. If all of it is numbers or public code (``public``), and it is less than 10 % of its project or of
its files, it is of low confidence.

JavaScript that its stretches do not explain, because it is minified or a bundle of several projects, and Java classes
are identified by sequences of the texts and names in them: 12 are medium, 20 and 30 % of the project's files high.
The classes of an archive are compared together; so are those of a folder outside of archives, and the modules of a
package of compiled Python.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from .bytecode import is_bytecode
from .component import Component
from .features import PROGRAM_HEADS, Features, features_of
from .fix_states import FixStates
from .in_java import in_classes
from .in_program import in_bytecode, in_program
from .in_script import in_script, with_copies
from .in_source import MatchedFile, components, matched_file
from .java.archive import is_archive, members
from .java.class_file import is_class
from .javascript.features import is_script
from .knowledge import Knowledge

Kind = Literal["source", "script", "program", "class", "bytecode"]
EXPLAINED = 0.6  # of a script's stretches: if one project has them, the script is not searched for others


class Identified(Struct, frozen=True):
    components: tuple[Component, ...]
    unexplained: int


class Described(Struct, frozen=True):
    """A file by its features: its content is no longer needed."""

    path: str
    kind: Kind
    features: Features


class _Found(NamedTuple):
    """The projects in one file: ``files`` are joined to components later, ``components`` are complete."""

    files: Sequence[MatchedFile] = ()
    components: Sequence[Component] = ()


def identify(base: Knowledge, files: Iterable[tuple[str, bytes]], *, deep: bool = False) -> Identified:
    """The components in files, given as (path, content); ``deep`` reports low confidence as well."""
    return identify_described(base, (part for path, data in files for part in described(path, data)), deep=deep)


def described(path: str, data: bytes) -> Iterator[Described]:
    """The features of a file, or of the members of a Java archive. An archive without members, or one that cannot be
    read, counts as one file."""
    found = False
    for name, content in members(path, data) if is_archive(path, data) else ():
        yield _described(name, content)
        found = True
    if not found:
        yield _described(path, data)


def identify_described(base: Knowledge, files: Iterable[Described], *, deep: bool = False) -> Identified:
    together: dict[Kind, list[tuple[str, Features]]] = {kind: [] for kind in _TOGETHER}
    fixes = FixStates(base)
    matched: list[MatchedFile] = []
    others: list[Component] = []
    unexplained = 0
    for file in files:
        if file.kind in together:
            together[file.kind].append((file.path, file.features))
            continue
        found = _ALONE[file.kind](base, file.path, file.features) if file.features else _Found()
        for part in found.files:
            fixes.look(part, file.features)
        matched += found.files
        others += (fixes.of_program(component, file.features) for component in found.components)
        unexplained += not any(found)
    for kind, reader in _TOGETHER.items():
        in_all, unknown = reader(base, together[kind])
        others += in_all
        unexplained += unknown
    grouped = map(fixes.of_source, components(base, matched))
    kept = [found for found in (*grouped, *others) if deep or found.confidence != "low"]
    return Identified(tuple(sorted(kept, key=lambda component: (component.path, component.project))), unexplained)


def is_looked_at_alone(file: Described) -> bool:
    return file.kind in _ALONE


def _described(path: str, data: bytes) -> Described:
    features = features_of(path, data)
    return Described(path, _kind(path, data, features), features)


def _kind(path: str, data: bytes, features: Features) -> Kind:
    """The way in which a file is looked up. A file with features of its whole content only is looked up like source
    code."""
    if "literals" not in features:
        return "source"
    if is_class(data):
        return "class"
    if data.startswith(PROGRAM_HEADS):
        return "program"
    if is_bytecode(path, data):
        return "bytecode"
    return "script" if is_script(path) else "source"


def _source(base: Knowledge, path: str, features: Features) -> _Found:
    return _Found(list(matched_file(base, path, features)))


def _script(base: Knowledge, path: str, features: Features) -> _Found:
    """Looks up a script as source code, and, unless that explains it, as a bundle. A project that is found in both
    ways counts only as part of the bundle; so does one that has a copy of a project in the bundle, and little else of it."""
    own = list(matched_file(base, path, features))
    if any(file.whole or file.weight >= EXPLAINED * file.evidence.features for file in own):
        return _Found(own)
    others = list(in_script(base, path, features))
    named = {component.project for component in others}
    left = [file for file in own if base.projects[file.project].name not in named]
    copies = with_copies(base, features, {file.project for file in left}) if others else set()
    return _Found([file for file in left if file.project not in copies], others)


def _program(base: Knowledge, path: str, features: Features) -> _Found:
    """Looks up a program as a whole file of a package, and else its parts."""
    whole = list(matched_file(base, path, {"file": features["file"]})) if base.has_programs else []
    return _Found(whole) if whole else _Found(components=list(in_program(base, path, features)))


_ALONE: Mapping[Kind, Callable[[Knowledge, str, Features], _Found]] = {
    "source": _source,
    "script": _script,
    "program": _program,
}
# From many files: their components, and the number of files that no project explains.
_TOGETHER: Mapping[Kind, Callable[[Knowledge, Sequence[tuple[str, Features]]], tuple[list[Component], int]]] = {
    "class": in_classes,
    "bytecode": in_bytecode,
}
