"""Whether a program of a package that is no project of the base has code of one.

Two signs have to agree: a file of the package's sources has a third of its passages from the project's, tables of
numbers apart; and some of the program's machine code is that of the project's builds. Sources alone are not enough,
as a package may be built without the copy that it comes with.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np

from careen.origin.building import is_own_code
from careen.origin.component import Component
from careen.origin.features import NUMBERS, features_of
from careen.origin.spans import Hashes, distinct_of

from .sets import archives, files_of, one_release

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
    own = one_release("debian", source)
    other = distinct_of(passages for archive in archives("debian", project).values() for passages in _passages(archive))
    return own is not None and any(
        np.isin(passages, other, assume_unique=True).sum() >= max(LEAST_PASSAGES, OF_A_FILE * passages.size)
        for passages in _passages(own)
    )


def _passages(archive: Path) -> Iterator[Hashes]:
    """Of each file of a release."""
    for path, data in files_of(archive).items():
        features = features_of(path, data) if is_own_code(path) else {}
        if "letters" in features:
            yield np.setdiff1d(features["letters"], features.get(NUMBERS["letters"], _NONE))
