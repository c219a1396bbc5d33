"""Whether a program of a package that is no project of the base has code of one.

Two signs have to agree: a file of the package's sources has a third of its passages from the project's, tables of
numbers apart; and some of the program's machine code is that of the project's builds. Sources alone are not enough,
as a package may be built without the copy that it comes with.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np

from careen.origin.building import is_own_code
from careen.origin.component import Component
from careen.origin.features import NUMBERS, features_of
from careen.origin.spans import Hashes, distinct_of

from .sets import files_of, one_release

OF_A_FILE, LEAST_PASSAGES = 0.3, 6
OF_A_PROGRAM, LEAST_STRETCHES = 0.003, 10
_NONE = np.empty(0, np.uint64)


def has_code_of(source: str, components: Iterable[Component]) -> bool:
    """Whether a program of this source package has code of the projects that were named of it."""
    return any(_has_machine_code(found) and _has_passages(source, found.project) for found in components)


def _has_machine_code(component: Component) -> bool:
    code = next((part for part in component.evidence if part.kind == "sequences"), None)
    return code is not None and code.found >= max(LEAST_STRETCHES, OF_A_PROGRAM * code.of)


@cache
def _has_passages(source: str, project: str) -> bool:
    other = distinct_of(_passages(project))
    return any(
        np.isin(passages, other, assume_unique=True).sum() >= max(LEAST_PASSAGES, OF_A_FILE * passages.size)
        for passages in _passages(source)
    )


@cache
def _passages(source: str) -> tuple[Hashes, ...]:
    """Of each file: in a release that a mirror has, if there is one."""
    archive = one_release("debian", source)
    files = files_of(archive) if archive else {}
    found = (features_of(path, data) for path, data in files.items() if is_own_code(path))
    return tuple(
        np.setdiff1d(features["letters"], features.get(NUMBERS["letters"], _NONE))
        for features in found
        if "letters" in features
    )
