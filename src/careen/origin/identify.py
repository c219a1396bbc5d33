"""Names the projects that files come from, by a knowledge base.

Files of one project that lie together are one component. Its versions are those that explain all its files best; a file
that nothing explains is counted, and is never taken for the application's own.

| confidence | source                                               | program                                       |
|------------|------------------------------------------------------|-----------------------------------------------|
| exact      | two whole files of the project, or all there are     | (not reported)                                |
| high       | 10 stretches, and 30 % of the files' stretches       | as medium, and 20 % of what builds have       |
| medium     | 6 stretches in a file, or 8 of tokens and 20 % of it | one of ``in_program.RULES``                   |
| low        | 3 stretches of a file                                | (not reported)                                |
"""

from collections.abc import Iterable

from msgspec import Struct

from .bytecode import is_bytecode
from .component import Component
from .features import PROGRAM_HEADS, Features, features_of
from .in_program import in_bytecode, in_program
from .in_source import MatchedFile, components, matched_file
from .knowledge import Knowledge


class Identified(Struct, frozen=True):
    components: tuple[Component, ...]
    unexplained: int


def identify(base: Knowledge, files: Iterable[tuple[str, bytes]], *, deep: bool = False) -> Identified:
    """``files`` are paths and contents; ``deep`` reports low confidence as well."""
    matched: list[MatchedFile] = []
    programs: list[Component] = []
    bytecode: dict[str, Features] = {}
    unexplained = 0
    for path, data in files:
        features = features_of(path, data)
        if is_bytecode(path, data):
            bytecode[path] = features
            continue
        known = len(matched) + len(programs)
        if data.startswith(PROGRAM_HEADS):
            programs += in_program(base, path, features)
        else:
            matched += matched_file(base, path, features)
        unexplained += len(matched) + len(programs) == known
    grouped = components(base, matched)
    packages, unknown = in_bytecode(base, bytecode)
    unexplained += unknown
    kept = [found for found in (*grouped, *programs, *packages) if deep or found.confidence != "low"]
    return Identified(tuple(sorted(kept, key=lambda component: (component.path, component.project))), unexplained)
