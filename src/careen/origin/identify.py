"""Names the projects that files come from, by a knowledge base.

Files of one project that lie together are one component. Its versions are those that explain all its files best; a file
that nothing explains is counted, and is never taken for the application's own.

| confidence | source                                               | program                                        |
|------------|------------------------------------------------------|------------------------------------------------|
| exact      | two whole files of the project, or all there are     | the whole file                                 |
| high       | 10 stretches, and 30 % of the files' stretches       | 20 % of the version's literals or names        |
| medium     | 6 stretches in a file, or 8 of tokens and 20 % of it | 4 literals and 10 %, or 5 names and 20 %       |
| low        | 3 stretches of a file                                | (not reported)                                 |
"""

from collections.abc import Iterable

from msgspec import Struct

from .component import Component
from .features import PROGRAM_HEADS, features_of
from .fix_states import FixStates
from .in_program import in_program
from .in_source import MatchedFile, components, matched_file
from .knowledge import Knowledge


class Identified(Struct, frozen=True):
    components: tuple[Component, ...]
    unexplained: int


def identify(base: Knowledge, files: Iterable[tuple[str, bytes]], *, deep: bool = False) -> Identified:
    """``files`` are paths and contents; ``deep`` reports low confidence as well."""
    matched: list[MatchedFile] = []
    programs: list[Component] = []
    fixes = FixStates(base)
    unexplained = 0
    for path, data in files:
        features = features_of(path, data)
        known = len(matched) + len(programs)
        is_program = data.startswith(PROGRAM_HEADS)
        # A program of a package in the base is known as a whole; what is in it need not be asked.
        for file in matched_file(base, path, {"file": features["file"]} if is_program else features):
            fixes.look(file, features)
            matched.append(file)
        if is_program and len(matched) + len(programs) == known:
            programs += [fixes.of_program(component, features) for component in in_program(base, path, features)]
        unexplained += len(matched) + len(programs) == known
    grouped = map(fixes.of_source, components(base, matched))
    kept = [found for found in (*grouped, *programs) if deep or found.confidence != "low"]
    return Identified(tuple(sorted(kept, key=lambda component: (component.path, component.project))), unexplained)
