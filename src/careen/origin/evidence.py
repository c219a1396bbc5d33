"""What the features of one file show about projects: how much of the file is theirs, and which versions had it.

A feature that several projects have counts for each of them by a part; one that more than ``MAX_PROJECTS`` have
counts for none, as common vocabulary.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .common import distinctive
from .knowledge import BUILT, Knowledge
from .spans import Hashes, Places, distinct

MAX_PROJECTS = 4
MISSING = 0.3  # the weight of a feature that only the version has; one that both have weighs 1

MOST_PATHS = 4  # the number of a project's paths with which a file is compared
LIKE = 0.25  # paths that share fewer features with the file than this part of the most similar path's are not compared
HAS_IT = 0.5  # the score for a version that has exactly this file, in the weight of features

Weights = NDArray[np.float64]
_NOWHERE = np.empty(0, np.int64)


class Evidence(NamedTuple):
    """What one family of one file's features shows. ``weights``: by project. The other arrays are pairs of a feature
    and an atom that counted."""

    family: str
    features: int
    weights: Weights
    queries: Places
    atoms: Places
    projects: Places  # of each pair


def evidence_of(base: Knowledge, family: str, hashes: Hashes) -> Evidence:
    hashes = distinctive(family, base.sampled(family, hashes))
    count = max(len(base.projects), 1)
    known = base.known(family, hashes)
    if not known.size:  # as of most files
        return Evidence(family, hashes.size, np.zeros(count), _NOWHERE, _NOWHERE, _NOWHERE)
    found = base.look_up(family, known)
    projects = base.columns.project[found.atoms]
    return _weighed(family, hashes.size, count, found.queries, found.atoms, projects)


def has_chance(base: Knowledge, family: str, some: Hashes, least: float) -> bool:
    """Whether ``some`` of a file's features, in any order, show a project with a weight of at least ``least``."""
    return bool(evidence_of(base, family, some).weights.max(initial=0) >= least)


def without(evidence: Evidence, queries: Places) -> Evidence:
    """The evidence without these features."""
    return chosen(evidence, ~np.isin(evidence.queries, queries))


def chosen(evidence: Evidence, kept: NDArray[np.bool_]) -> Evidence:
    """The evidence of these pairs of a feature and an atom alone."""
    pairs = (evidence.queries[kept], evidence.atoms[kept], evidence.projects[kept])
    return _weighed(evidence.family, evidence.features, evidence.weights.size, *pairs)


def _weighed(family: str, features: int, count: int, queries: Places, atoms: Places, projects: Places) -> Evidence:
    pairs = distinct(queries * count + projects)
    sharing = np.bincount(pairs // count, minlength=features)
    parts = np.where(sharing <= MAX_PROJECTS, 1 / np.maximum(sharing, 1), 0.0)
    weights = np.bincount(pairs % count, parts[pairs // count], count).astype(np.float64)
    counts = sharing[queries] <= MAX_PROJECTS
    return Evidence(family, features, weights, queries[counts], atoms[counts], projects[counts])


def features_of_project(evidence: Evidence, project: int) -> Places:
    return distinct(evidence.queries[evidence.projects == project])


def born(base: Knowledge, evidence: Evidence, project: int) -> str:
    """The day on which the project first had one of these features; "9999" if it is unknown."""
    dates = base.projects[project].dates
    if not dates:
        return "9999"
    first = int(base.columns.first[evidence.atoms[evidence.projects == project]].min())
    return dates[first] or "9999"


def version_scores(base: Knowledge, evidence: Evidence, project: int) -> Weights:
    """The score of each version of the project for a file of source: the features that both have, minus those that
    only the version has.

    Of several files of a version the best counts, as files are moved and renamed.
    """
    atoms, hits = _matched(evidence, project)
    paths, places = np.unique(base.columns.path[atoms], return_inverse=True)
    totals = np.bincount(places, hits)
    likest = [at for at in np.argsort(-totals, kind="stable")[:MOST_PATHS] if totals[at] >= LIKE * totals.max()]
    found = [
        _scores_of_path(base, evidence.family, project, int(paths[at]), atoms[places == at], hits[places == at])
        for at in likest
    ]
    scores: Weights = np.max([*found, np.zeros(len(base.projects[project].versions))], axis=0)
    return scores


def whole_scores(base: Knowledge, whole: Evidence, project: int) -> tuple[Weights, float]:
    """The scores of ``version_scores`` for a file that the base has as a whole, and the best score that a version could have:
    the base has all features of such a file.

    A version that has exactly this file ranks first, then one whose file differs only in comments, then one whose file differs
    only in ways that no feature shows.
    """
    atoms, hits = _matched(whole, project)
    columns = base.columns
    found, most = [], 0.0
    for atom in atoms[:MOST_PATHS]:  # a path may have several: runs of versions, and bases that are looked up together
        there = atoms_of(base, project, int(columns.path[atom]))
        version = columns.first[atom]
        same = there[(columns.first[there] <= version) & (version <= columns.last[there])]
        amounts = base.atoms["letters"][same].astype(np.float64)
        most = max(most, float(amounts.sum()))
        found.append(_scores_of_path(base, "letters", project, int(columns.path[atom]), same, amounts))
    scores = np.max(found, axis=0)
    has_it = _over_versions(base, atoms, hits, scores.size)
    return np.where(has_it > 0, np.maximum(scores, 0) + HAS_IT * has_it, scores), most + HAS_IT


def _scores_of_path(base: Knowledge, family: str, project: int, path: int, atoms: Places, hits: Weights) -> Weights:
    versions = len(base.projects[project].versions)
    score = _over_versions(base, atoms, hits, versions)
    there = atoms_of(base, project, path)
    size = _over_versions(base, there, base.atoms[family][there].astype(np.float64), versions)
    return np.where(score == 0, 0.0, score - MISSING * (size - score))


def version_hits(base: Knowledge, evidence: Evidence, project: int, *, built: bool = False) -> Weights:
    """For each version, the number of a program's features that are in any of the version's files, since a compiler
    joins them. With ``built``, only features that are recorded for builds count."""
    atoms, hits = _matched(evidence, project)
    chosen = _is_built(base, atoms) == built
    return _over_versions(base, atoms[chosen], hits[chosen], len(base.projects[project].versions))


def version_features(base: Knowledge, evidence: Evidence, project: int) -> Weights:
    """For each version, the number of a program's features that it has, each once however many of its files have it."""
    own = evidence.projects == project
    queries, atoms = evidence.queries[own], evidence.atoms[own]
    first, last = base.columns.first[atoms], base.columns.last[atoms]
    counts = last - first + 1
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    versions = len(base.projects[project].versions)
    pairs = distinct(np.repeat(queries, counts) * versions + np.repeat(first, counts) + steps)
    return np.bincount(pairs % versions, minlength=versions).astype(np.float64)


def version_sizes(base: Knowledge, family: str, project: int, *, built: bool = False) -> Weights:
    """For each version, the number of its features; a feature in two files counts twice. ``built`` as in
    ``version_hits``."""
    atoms = np.arange(*base.columns.starts[project : project + 2])
    atoms = atoms[_is_built(base, atoms) == built]
    return _over_versions(base, atoms, base.atoms[family][atoms].astype(np.float64), len(base.projects[project].versions))


def share_of_a_file(base: Knowledge, evidence: Evidence, project: int, same: float) -> float:
    """The part of a file of the project that was found, in the version that is most like it. Of files that have about as many
    of the features (the part ``same`` of the most), it is the one of which most was found: a project may have a copy of all
    its code as one file."""
    own = evidence.projects == project
    atoms, hits = np.unique(evidence.atoms[own], return_counts=True)
    paths, places = np.unique(base.columns.path[atoms], return_inverse=True)
    totals = np.bincount(places, hits, paths.size)
    return max(
        (
            _share(base, evidence.family, project, int(paths[at]), atoms[places == at], hits[places == at].astype(np.float64))
            for at in np.flatnonzero(totals >= same * totals.max(initial=0))
        ),
        default=0.0,
    )


def _share(base: Knowledge, family: str, project: int, path: int, atoms: Places, hits: Weights) -> float:
    there = atoms_of(base, project, path)
    versions = len(base.projects[project].versions)
    size = _over_versions(base, there, base.atoms[family][there].astype(np.float64), versions)
    found = _over_versions(base, atoms, hits, versions)
    return float(np.divide(found, size, out=np.zeros_like(size), where=size > 0).max(initial=0))


def file_weights(base: Knowledge, evidence: Evidence, project: int) -> Iterator[tuple[str, float, float]]:
    """(path, weight, share) of each source file of the project that has features of its builds in common with a
    program.

    A linker takes a whole file or none of it. ``share`` is the part of the file that was found, in the version that
    is most like the program.
    """
    own = evidence.projects == project
    queries, atoms = evidence.queries[own], evidence.atoms[own]
    built = _is_built(base, atoms)
    kept = np.isin(queries, queries[built]) & ~built
    queries, atoms = queries[kept], atoms[kept]
    parts = 1 / np.maximum(_sharing(evidence), 1)
    order = np.argsort(base.columns.path[atoms], kind="stable")
    paths, starts = np.unique(base.columns.path[atoms[order]], return_index=True)
    for path, at in zip(paths, np.split(order, starts[1:]), strict=False):  # of nothing, there is one empty part
        found, hits = np.unique(atoms[at], return_counts=True)
        share = _share(base, evidence.family, project, int(path), found, hits.astype(np.float64))
        yield base.paths[int(path)], float(parts[distinct(queries[at])].sum()), share


def _sharing(evidence: Evidence) -> Places:
    """The number of projects that have each feature."""
    count = evidence.weights.size
    return np.bincount(distinct(evidence.queries * count + evidence.projects) // count, minlength=evidence.features)


def _is_built(base: Knowledge, atoms: Places) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = base.columns.path[atoms] == 0
    return found if base.paths[:1] == (BUILT,) else np.zeros(atoms.size, np.bool_)  # paths are sorted


def _matched(evidence: Evidence, project: int) -> tuple[Places, Weights]:
    """The atoms of a project in the evidence, and the number of the file's features that each has."""
    atoms, hits = np.unique(evidence.atoms[evidence.projects == project], return_counts=True)
    return atoms, hits.astype(np.float64)


def atoms_of(base: Knowledge, project: int, path: int) -> Places:
    """All atoms of one file of a project: they are sorted by project, then path."""
    low, high = base.columns.starts[project : project + 2]
    first, last = np.searchsorted(base.columns.path[low:high], [path, path + 1])
    return np.arange(low + first, low + last)


def _over_versions(base: Knowledge, atoms: Places, amounts: Weights, versions: int) -> Weights:
    """For each version, the sum of the amounts of the atoms that span it."""
    begins = np.bincount(base.columns.first[atoms], amounts, versions + 1)
    ends = np.bincount(base.columns.last[atoms] + 1, amounts, versions + 1)
    return np.cumsum(begins - ends, dtype=np.float64)[:versions]  # of nothing, numpy counts in integers
