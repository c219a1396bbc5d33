"""What the features of one file say of projects: how much of the file is theirs, and in which versions it was so.

A feature that several projects have counts for each of them by a part; one that more than ``MAX_PROJECTS`` have counts for
none: it is common vocabulary.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .knowledge import BUILT, Knowledge
from .spans import Hashes, Places

MAX_PROJECTS = 4
MISSING = 0.3  # of a feature that a version has and the file has not, beside one that both have

Weights = NDArray[np.float64]


class Evidence(NamedTuple):
    """Of one family in one file. ``weights``: by project. Pairs of a feature and an atom that counted."""

    family: str
    features: int
    weights: Weights
    queries: Places
    atoms: Places
    projects: Places  # of each pair


def evidence_of(base: Knowledge, family: str, hashes: Hashes) -> Evidence:
    hashes = base.sampled(family, hashes)
    found = base.look_up(family, hashes)
    projects = base.atoms["project"][found.atoms].astype(np.int64)
    return _weighed(family, hashes.size, max(len(base.projects), 1), found.queries, found.atoms, projects)


def without(evidence: Evidence, queries: Places) -> Evidence:
    """The evidence that these features have no part in."""
    left = ~np.isin(evidence.queries, queries)
    pairs = (evidence.queries[left], evidence.atoms[left], evidence.projects[left])
    return _weighed(evidence.family, evidence.features, evidence.weights.size, *pairs)


def _weighed(family: str, features: int, count: int, queries: Places, atoms: Places, projects: Places) -> Evidence:
    pairs = np.unique(queries * count + projects)
    sharing = np.bincount(pairs // count, minlength=features)
    parts = np.where(sharing <= MAX_PROJECTS, 1 / np.maximum(sharing, 1), 0.0)
    weights = np.bincount(pairs % count, parts[pairs // count], count).astype(np.float64)
    counts = sharing[queries] <= MAX_PROJECTS
    return Evidence(family, features, weights, queries[counts], atoms[counts], projects[counts])


def features_of_project(evidence: Evidence, project: int) -> Places:
    return np.unique(evidence.queries[evidence.projects == project])


def best_paths(base: Knowledge, evidence: Evidence, project: int) -> list[str]:
    """The project's files that this one is most like, the best first."""
    chosen = evidence.projects == project
    paths = base.atoms["path"][evidence.atoms[chosen]].astype(np.int64)
    found, counts = np.unique(paths, return_counts=True)
    return [base.paths[int(found[index])] for index in np.argsort(-counts, kind="stable")[:8]]


def version_scores(base: Knowledge, evidence: Evidence, project: int) -> Weights:
    """How well each version of the project explains a file of source: features that both have, minus those that only the
    version has. Of several files of a version the best counts, for files are moved and renamed."""
    versions = len(base.projects[project].versions)
    best = np.full(versions, -np.inf)
    matched, hits = _matched(evidence, project)
    paths = base.atoms["path"][matched]
    for path in np.unique(paths):
        mine = paths == path
        score = _over_versions(base, matched[mine], hits[mine], versions)
        there = atoms_of(base, project, int(path))
        size = _over_versions(base, there, base.atoms[evidence.family][there].astype(np.float64), versions)
        best = np.maximum(best, np.where(score == 0, -np.inf, score - MISSING * (size - score)))
    return np.where(np.isneginf(best), 0, best)


def version_hits(base: Knowledge, evidence: Evidence, project: int, *, built: bool = False) -> Weights:
    """How many features of each version a program has, of all files of the version together: a compiler joins them. With
    ``built`` those alone that builds are known to have."""
    atoms, hits = _matched(evidence, project)
    chosen = _is_built(base, atoms) == built
    return _over_versions(base, atoms[chosen], hits[chosen], len(base.projects[project].versions))


def version_sizes(base: Knowledge, family: str, project: int, *, built: bool = False) -> Weights:
    """How many features each version has, counted as ``version_hits`` does: one in two files counts twice."""
    atoms = np.arange(*np.searchsorted(base.atoms["project"], [project, project + 1]))
    atoms = atoms[_is_built(base, atoms) == built]
    return _over_versions(base, atoms, base.atoms[family][atoms].astype(np.float64), len(base.projects[project].versions))


def _is_built(base: Knowledge, atoms: Places) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = base.atoms["path"][atoms] == 0
    return found if base.paths[:1] == (BUILT,) else np.zeros(atoms.size, np.bool_)  # paths are sorted


def _matched(evidence: Evidence, project: int) -> tuple[Places, Weights]:
    """The atoms of a project, and how many features of the file each has."""
    chosen = evidence.projects == project
    pairs = np.unique(np.stack((evidence.queries[chosen], evidence.atoms[chosen])), axis=1)
    atoms, hits = np.unique(pairs[1], return_counts=True)
    return atoms, hits.astype(np.float64)


def atoms_of(base: Knowledge, project: int, path: int) -> Places:
    """All atoms of one file of a project: they are sorted by project, then path."""
    low, high = np.searchsorted(base.atoms["project"], [project, project + 1])
    paths = base.atoms["path"][low:high]
    first, last = np.searchsorted(paths, [path, path + 1])
    return np.arange(low + first, low + last)


def _over_versions(base: Knowledge, atoms: Places, amounts: Weights, versions: int) -> Weights:
    """The sum of amounts for each version that their atoms span."""
    change = np.zeros(versions + 1)
    np.add.at(change, base.atoms["first"][atoms].astype(np.int64), amounts)
    np.add.at(change, base.atoms["last"][atoms].astype(np.int64) + 1, -amounts)
    return np.cumsum(change)[:versions]
