"""The projects in minified or bundled JavaScript.

Of the features that a minifier keeps, sequences decide which projects are present: hardly any other code has texts in the
same order.
Literals and names help to distinguish versions.
"""

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from .component import Component
from .cover import LEAST, component_of, parts
from .evidence import evidence_of, has_chance
from .features import Features
from .javascript.features import module_mark
from .knowledge import Knowledge
from .spans import hashes_in_order

COUNTED = {"sequences": 1.0}
LEAST_AT_A_GLANCE = 5.0  # scripts in which a project is found mostly have more of them; other code hardly has so many
LEAST_OF_NAMED = LEAST / 2  # if the bundler has kept the project's name


def in_script(base: Knowledge, path: str, features: Features) -> Iterator[Component]:
    if "sequences" not in features:
        return
    if not is_worth_a_look(base, features):
        return
    evidences = {family: evidence_of(base, family, features[family]) for family in ("sequences", "literals", "names")}
    modules = _are_there([module_mark(project.name.partition(":")[2]) for project in base.projects], features)
    for part in parts(evidences, base, COUNTED, np.where(modules, LEAST_OF_NAMED, LEAST)):
        versions = base.projects[part.project].versions
        stated = _are_there([version.encode() for version in versions], features)
        yield component_of(part, base, path, [version for version, is_there in zip(versions, stated, strict=True) if is_there])


def with_copies(base: Knowledge, features: Features, projects: Collection[int]) -> set[int]:
    """Those of the projects that share so many sequences with the script that ``in_script`` has weighed them, and found that
    others explain them."""
    if not projects:
        return set()
    weights = evidence_of(base, "sequences", features["sequences"]).weights
    return {project for project in projects if weights[project] >= LEAST}


def is_worth_a_look(base: Knowledge, features: Features) -> bool:
    return "glance" not in features or has_chance(base, "sequences", features["glance"], LEAST_AT_A_GLANCE)


def _are_there(texts: list[bytes], features: Features) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.isin(hashes_in_order(texts), features["literals"])
    return found
