"""The projects in a program or library: linked into it, or built as it.

Each is explained by what the ones before it leave.
"""

from collections.abc import Iterator

import numpy as np

from .component import Component, Confidence, Matched, best_versions
from .evidence import Evidence, Weights, evidence_of, features_of_project, version_hits, version_sizes, without
from .features import Features
from .knowledge import Knowledge

LITERALS, LITERAL_SHARE = 4.0, 0.1
NAMES, NAME_SHARE = 5.0, 0.2
PROGRAM_HIGH = 0.2
MOST_IN_A_PROGRAM = 8


def in_program(base: Knowledge, path: str, features: Features) -> Iterator[Component]:
    """The projects in a program or library, each explained by what the ones before it leave."""
    families = {family: evidence_of(base, family, features[family]) for family in ("literals", "names")}
    for _ in range(MOST_IN_A_PROGRAM):
        shares = {family: _shares(base, evidence) for family, evidence in families.items()}
        project, confidence = _most_of(families, shares)
        if confidence is None:
            return
        known = base.projects[project]
        scores = np.sum([version_hits(base, evidence, project) for evidence in families.values()], axis=0)
        yield Component(
            path=path,
            project=known.name,
            purls=known.purls,
            cpes=known.cpes,
            versions=best_versions(known.versions, scores)[0],
            confidence=confidence,
            modified=None,
            files=(path,),
            evidence=tuple(
                Matched(family, features_of_project(evidence, project).size, evidence.features)  # type: ignore[arg-type]
                for family, evidence in families.items()
            ),
        )
        families = {family: without(evidence, features_of_project(evidence, project)) for family, evidence in families.items()}


def _shares(base: Knowledge, evidence: Evidence) -> Weights:
    """Of each project, how much of the version that is most like the file is in it."""
    shares = np.zeros(len(base.projects))
    for project in np.flatnonzero(evidence.weights >= min(LITERALS, NAMES)):
        hits = version_hits(base, evidence, int(project))
        at = int(np.argmax(hits))
        shares[project] = hits[at] / version_sizes(base, evidence.family, int(project))[at]
    return shares


def _most_of(families: "dict[str, Evidence]", shares: dict[str, Weights]) -> tuple[int, Confidence | None]:
    least = {"literals": (LITERALS, LITERAL_SHARE), "names": (NAMES, NAME_SHARE)}
    best, project = 0.0, 0
    confidence: Confidence | None = None
    for family, evidence in families.items():
        weight, share = least[family]
        ranked = np.where((evidence.weights >= weight) & (shares[family] >= share), evidence.weights, 0)
        at = int(np.argmax(ranked)) if ranked.size else 0
        if ranked.size and ranked[at] > best:
            best, project = float(ranked[at]), at
            confidence = "high" if shares[family][at] >= PROGRAM_HIGH else "medium"
    return project, confidence
