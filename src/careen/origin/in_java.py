"""The projects in the classes of one Java archive, or of one folder of classes.

A class that is equal but for its package is a project's; otherwise the sequences of its texts and members decide, for
another compiler writes other code.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from .component import Component
from .cover import LEAST, component_of, parts
from .evidence import evidence_of
from .features import Features
from .knowledge import Knowledge

FAMILIES = ("sequences", "file", "literals", "names")
COUNTED = {"sequences": 1.0, "file": 4.0}


def in_java(base: Knowledge, path: str, classes: Sequence[Features]) -> Iterator[Component]:
    together = {family: np.unique(np.concatenate([features[family] for features in classes])) for family in FAMILIES}
    evidences = {family: evidence_of(base, family, hashes) for family, hashes in together.items()}
    for part in parts(evidences, base, COUNTED, np.full(len(base.projects), LEAST)):
        yield component_of(part, base, path)
