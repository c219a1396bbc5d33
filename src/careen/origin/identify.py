"""Names the projects that files come from, by a knowledge base.

Files of one project that lie together are one component. Its versions are those that explain all its files best; a file
that nothing explains is counted, and is never taken for the application's own.

| confidence | source                                               | program                                        |
|------------|------------------------------------------------------|------------------------------------------------|
| exact      | two whole files of the project, or all there are     | the whole file                                 |
| high       | 10 stretches, and 30 % of the files' stretches       | 20 % of the version's literals or names        |
| medium     | 6 stretches of a file, or 3 and 30 % of it           | 4 literals and 10 %, or 5 names and 20 %       |
| low        | 3 stretches of a file                                | (not reported)                                 |
"""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from .component import Component
from .features import PROGRAM_HEADS, Features, features_of
from .fix_states import FixStates
from .in_program import in_program
from .in_source import MatchedFile, components, matched_file
from .knowledge import Knowledge

Kind = Literal["source", "program"]


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
    return identify_described(base, (described(path, data) for path, data in files), deep=deep)


def described(path: str, data: bytes) -> Described:
    return Described(path, "program" if data.startswith(PROGRAM_HEADS) else "source", features_of(path, data))


def identify_described(base: Knowledge, files: Iterable[Described], *, deep: bool = False) -> Identified:
    matched: list[MatchedFile] = []
    programs: list[Component] = []
    fixes = FixStates(base)
    unexplained = 0
    for file in files:
        known = len(matched) + len(programs)
        is_program = file.kind == "program"
        # A program of a package in the base is known as a whole; what is in it need not be asked.
        for found in matched_file(base, file.path, {"file": file.features["file"]} if is_program else file.features):
            fixes.look(found, file.features)
            matched.append(found)
        if is_program and len(matched) + len(programs) == known:
            contained = in_program(base, file.path, file.features)
            programs += [fixes.of_program(component, file.features) for component in contained]
        unexplained += len(matched) + len(programs) == known
    grouped = map(fixes.of_source, components(base, matched))
    kept = [found for found in (*grouped, *programs) if deep or found.confidence != "low"]
    return Identified(tuple(sorted(kept, key=lambda component: (component.path, component.project))), unexplained)
