"""Finds out, while files are identified, which fixes of their projects they contain."""

from posixpath import basename
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from . import fixes
from .component import Component
from .evidence import Evidence
from .features import Features
from .fixes import Fix, Looked
from .in_source import MatchedFile
from .knowledge import Knowledge
from .spans import Hashes

LIKE_BEST = 0.5  # an original shares at least this part of the features that the most similar path shares with the file
VERY_FILE = 0.2  # and this part of the file's features: else the file is another one, such as a test with similar code


class FixStates:
    """The states of fixes in components. Of a file, only those features are kept that occur in the fixes of its
    project."""

    def __init__(self, base: Knowledge) -> None:
        self._base = base
        self._looked: dict[tuple[str, str], Looked] = {}  # by project and path
        self._known: dict[str, _Known] = {}

    def look(self, file: MatchedFile, features: Features) -> None:
        project = self._base.projects[file.project].name
        known = self._of(project)
        if not known.fixes:
            return
        originals = _originals(self._base, file.evidence, file.project)
        if known.changed.intersection(map(basename, originals)) and "lines" in features:
            self._looked[project, file.path] = Looked(file.path, originals, _common(features["lines"], known.lines))

    def of_source(self, component: Component) -> Component:
        known = self._of(component.project).fixes
        files = [self._looked.get((component.project, path)) for path in component.files] if known else []
        looked = [file for file in files if file is not None]
        trusted = fixes.in_source(self._base.trusted_fixes_of(component.project), looked)
        return replace(component, fixes=fixes.marked(fixes.in_source(known, looked), trusted))

    def of_program(self, component: Component, features: Features) -> Component:
        known, _, _, texts = self._of(component.project)
        found = _common(features["literals"], texts) if "literals" in features else frozenset()
        trusted = fixes.in_program(self._base.trusted_fixes_of(component.project), found)
        return replace(component, fixes=fixes.marked(fixes.in_program(known, found), trusted))

    def _of(self, project: str) -> "_Known":
        if project not in self._known:
            found = self._base.fixes_of(project)
            changed = frozenset(basename(change.path) for fix in found for change in fix.changes)
            self._known[project] = _Known(found, changed, *fixes.features_of_fixes(found))
        return self._known[project]


class _Known(NamedTuple):
    """The fixes of one project. ``changed``: names of the files that they change; ``lines`` and ``texts``: the
    features that they have."""

    fixes: tuple[Fix, ...]
    changed: frozenset[str]
    lines: Hashes
    texts: Hashes


def _originals(base: Knowledge, evidence: Evidence, project: int) -> tuple[str, ...]:
    """The paths of the files in the project of which a file is a copy."""
    paths = base.atoms["path"][evidence.atoms[evidence.projects == project]].astype(np.int64)
    found, counts = np.unique(paths, return_counts=True)
    most = int(counts.max(initial=0))
    return tuple(base.paths[int(path)] for path in found[counts >= max(LIKE_BEST * most, VERY_FILE * evidence.features)])


def _common(found: Hashes, known: Hashes) -> frozenset[int]:
    return frozenset(np.intersect1d(found, known, assume_unique=True).tolist())
