"""The projects in the classes of one Java archive, or of one folder of classes.

A class that differs from a project's only in its package is the project's. For other classes the sequences of their
texts and members decide, since another compiler writes other instructions.
"""

import posixpath
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from .component import Component
from .cover import LEAST, component_of, parts
from .evidence import evidence_of
from .features import Features
from .java.archive import container_of
from .knowledge import Knowledge
from .spans import distinct_of

FAMILIES = ("sequences", "file", "literals", "names")
COUNTED = {"sequences": 1.0, "file": 4.0}


def in_classes(base: Knowledge, classes: Iterable[tuple[str, Features]]) -> tuple[list[Component], int]:
    """The components in classes, given as (path, features), and the number of archives and folders without any."""
    containers: dict[str, list[tuple[str, Features]]] = {}
    for path, features in classes:
        containers.setdefault(container_of(path), []).append((path, features))
    found: list[Component] = []
    unexplained = 0
    for container, together in containers.items():
        path = container or posixpath.commonpath([path for path, _ in together])
        projects = list(in_java(base, path, [features for _, features in together]))
        if "!/" not in together[0][0]:
            projects = [replace(project, files=tuple(path for path, _ in together)) for project in projects]
        found += projects
        unexplained += not projects
    return found, unexplained


def in_java(base: Knowledge, path: str, classes: Sequence[Features]) -> Iterator[Component]:
    together = {family: distinct_of(features[family] for features in classes) for family in FAMILIES}
    evidences = {family: evidence_of(base, family, hashes) for family, hashes in together.items()}
    for part in parts(evidences, base, COUNTED, np.full(len(base.projects), LEAST)):
        yield component_of(part, base, path)
