"""The projects in a program or library: linked into it, or built as it.

Each is explained by what the ones before it leave. How much of a project is there is measured by what builds of it are known
to have, if any are: most texts of a source are in no build. A version is the one that the program states in the project's own
words; else those that have most of what was found.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from .component import Component, Confidence, Matched, best_versions
from .evidence import Evidence, Weights, evidence_of, features_of_project, version_hits, version_sizes, without
from .features import Features
from .knowledge import Knowledge, Project
from .spans import Hashes
from .stated import BARE, number_of, stated, text_of

# Of each family, the least weight, and the least part of what builds have.
LEAST = {"literals": (4.0, 0.1), "names": (5.0, 0.2), "tables": (4.0, 0.1)}
PROGRAM_HIGH = 0.2
MOST_IN_A_PROGRAM = 8

Families = Mapping[str, Evidence]


def in_program(base: Knowledge, path: str, features: Features) -> Iterator[Component]:
    families = {family: evidence_of(base, family, features[family]) for family in LEAST}
    for _ in range(MOST_IN_A_PROGRAM):
        project, confidence = _most_of(base, families)
        if confidence is None:
            return
        yield _component(base, path, project, confidence, families, features["statements"])
        families = {family: without(evidence, features_of_project(evidence, project)) for family, evidence in families.items()}


def _most_of(base: Knowledge, families: Families) -> tuple[int, Confidence | None]:
    """The project that explains most, of those that are there at all."""
    weights, best = np.zeros(len(base.projects)), np.zeros(len(base.projects))
    for family, evidence in families.items():
        weight, share = LEAST[family]
        shares = _shares(base, evidence, weight)
        weights += np.where(shares >= share, evidence.weights, 0)
        best = np.maximum(best, np.where(shares >= share, shares / share, 0))
    if not weights.any():
        return 0, None
    project = int(np.argmax(weights))
    return project, "high" if best[project] >= 2 else "medium"


def _shares(base: Knowledge, evidence: Evidence, least: float) -> Weights:
    """Of each project that has this weight, how much of the version that is most like the file is in it."""
    shares = np.zeros(len(base.projects))
    for project in np.flatnonzero(evidence.weights >= least):
        sizes = version_sizes(base, evidence.family, int(project), built=True)
        built = bool(sizes.any())
        sizes = sizes if built else version_sizes(base, evidence.family, int(project))
        hits = version_hits(base, evidence, int(project), built=built)
        shares[project] = np.max(np.divide(hits, sizes, out=np.zeros_like(hits), where=sizes > 0), initial=0)
    return shares


def _component(
    base: Knowledge, path: str, project: int, confidence: Confidence, families: Families, statements: Hashes
) -> Component:
    known = base.projects[project]
    version = _stated(base, project, statements)
    versions, nearest = ((version,), False) if version else _likely(base, project, families)
    return Component(
        path=path,
        project=known.name,
        purls=known.purls,
        cpes=known.cpes,
        versions=versions,
        confidence=confidence,
        modified=None,
        files=(path,),
        evidence=tuple(
            Matched(family, features_of_project(evidence, project).size, evidence.features)  # type: ignore[arg-type]
            for family, evidence in families.items()
        ),
        nearest=nearest,
    )


def _likely(base: Knowledge, project: int, families: Families) -> tuple[tuple[str, ...], bool]:
    """The versions that have most of what was found; whether it may be one beside them.

    It is none beside them if they have all of it, and the versions before and after them have less.
    """
    scores = np.sum([version_hits(base, evidence, project) for evidence in families.values()], axis=0)
    found = sum(features_of_project(evidence, project).size for evidence in families.values())
    versions, best = best_versions(base.projects[project].versions, scores)
    at = np.flatnonzero(scores == best)
    is_inside = bool(at[0] > 0 and at[-1] < scores.size - 1)
    return versions, not (is_inside and best >= found)


def _stated(base: Knowledge, project: int, statements: Hashes) -> str:
    """The version that the program states in the words of the project; empty if there is none, or there are several.

    A version that the base does not have counts if two others are known to be stated in the same words.
    """
    pairs = stated(statements)
    templates = np.unique(statements.reshape(-1, 2)[:, 0])
    found = base.look_up("stated", templates)
    own = base.atoms["project"][found.atoms] == project
    taught: dict[int, int] = {}
    for query, atom in zip(found.queries[own], found.atoms[own], strict=True):
        template = int(templates[query])
        taught[template] = taught.get(template, 0) + int(base.atoms["last"][atom]) - int(base.atoms["first"][atom]) + 1
    versions = _by_number(base.projects[project])
    in_words = {pair.version for pair in pairs if pair.template != BARE and (pair.version in versions or taught.get(pair.template, 0) > 1) and pair.template in taught}
    alone = {pair.version for pair in pairs if pair.template == BARE and BARE in taught and pair.version in versions}
    for numbers in (in_words, in_words & set(versions), alone if not in_words else set()):
        if len(numbers) == 1:
            (number,) = numbers
            return versions.get(number) or text_of(number)
    return ""


def _by_number(project: Project) -> dict[int, str]:
    return {number: version for version in project.versions if (number := number_of(version)) is not None}
