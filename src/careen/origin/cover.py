"""The projects in a file that was built of many files: minified, bundled or compiled, perhaps of many projects.

If several projects could explain the same features, the project whose own files were found most completely comes first, and
these features are no evidence of the others. For each version of a project, the files are chosen that together explain
most. Features of these files that were not found count against the version; features of its other files do not, as those
files were not built in.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .component import Component, Matched, best_versions
from .evidence import MISSING, Evidence, Weights, features_of_project, without
from .knowledge import Knowledge
from .spans import Hashes, Places, distinct

LEAST = 12.0  # features of a project that must be found: code hardly has so many of a project that it does not contain
SHARE, HIGH_SHARE = 0.1, 0.3  # the part of the files' sequences that must be found
HIGH = 20.0
MOST_PROJECTS = 400
CANDIDATES = 6  # projects that are compared for each part
NEAR = 0.95
ALL, MORE = 0.9, 0.7  # a project whose files have all of this code, which is less of them, may carry another project's
LEAST_OF_A_FILE = 3
NEAR_BEST = 0.8  # versions with a smaller part of the features found are not compared further
# A build that only some versions have, as one for production, is more like a minified file than the sources that all have. If
# less than ``MOSTLY`` of the files was found, versions from ``LIKELY`` are compared by the files that all of these have, unless
# those have less than ``ENOUGH`` of what was found.
MOSTLY, LIKELY, ENOUGH = 0.7, 0.7, 0.75

Evidences = Mapping[str, Evidence]


class Part(NamedTuple):
    """What one project explains of a file. ``evidences`` are those of the whole look-up; ``hits`` counts the
    project's features in them."""

    project: int
    evidences: Evidences
    explained: "Explained"

    def hits(self, family: str) -> int:
        return int(features_of_project(self.evidences[family], self.project).size)


class Explained(NamedTuple):
    """How well each version of a project explains a file. ``found`` of ``of`` features of its files were found, in
    the version that explains most."""

    scores: Weights  # by version
    found: float
    of: float


class _Table(NamedTuple):
    """The features of one family that were found, and those that the files have. ``hits``: the number found, by file
    and version; ``sizes``: of all."""

    queries: Places
    rows: Places
    first: Places
    last: Places
    hits: NDArray[np.float64]
    sizes: NDArray[np.float64]


def parts(evidences: Evidences, base: Knowledge, counted: Mapping[str, float], least: Weights) -> Iterator[Part]:
    """Yields the projects in a file, each explaining what the ones before it leave.

    ``counted`` is the weight of a feature of each family. ``least`` is the weight that each project needs; ``LEAST``
    if there is no other evidence for it. The first family of ``evidences`` chooses the files.
    """
    least = least.copy()
    for _ in range(MOST_PROJECTS):
        part = _best(evidences, base, counted, least)
        if part is None:
            return
        yield part
        least[part.project] = np.inf
        evidences = {
            family: without(evidence, features_of_project(evidence, part.project)) for family, evidence in evidences.items()
        }


def component_of(part: Part, base: Knowledge, path: str, stated: Sequence[str] = ()) -> Component:
    """The component of a part. ``stated`` are versions that the code itself names: they are preferred if they explain
    nearly as much as the best one does."""
    known = base.projects[part.project]
    found = part.explained
    versions, best = best_versions(known.versions, found.scores)
    is_likely = found.scores >= NEAR_BEST * best
    named = tuple(
        version for version, likely in zip(known.versions, is_likely.tolist(), strict=True) if likely and version in stated
    )
    main = next(iter(part.evidences))
    is_high = part.hits(main) >= HIGH and found.found >= HIGH_SHARE * found.of
    return Component(
        path=path,
        project=known.name,
        purls=known.purls,
        cpes=known.cpes,
        versions=named or versions,
        confidence="high" if is_high else "medium",
        modified=None,
        files=(path,),
        evidence=tuple(
            Matched("files" if family == "file" else family, part.hits(family), evidence.features)  # type: ignore[arg-type]
            for family, evidence in part.evidences.items()
        ),
        nearest=not named and found.found < NEAR * part.hits(main),
        may_be_carried=found.found < MORE * found.of and part.hits(main) >= ALL * part.evidences[main].features,
    )


def _best(evidences: Evidences, base: Knowledge, counted: Mapping[str, float], least: Weights) -> Part | None:
    """Of the projects that explain the most features, the one whose files were found for the largest part; None if
    none explains enough."""
    weights = np.sum([evidences[family].weights * factor for family, factor in counted.items()], axis=0)
    weights = np.where(weights >= least, weights, 0)
    best: tuple[float, Part] | None = None
    for project in np.argsort(-weights, kind="stable")[:CANDIDATES].tolist():
        if weights[project]:
            found = explained(base, evidences, project)
            is_enough = 0 < SHARE * min(least[project] / LEAST, 1) * found.of <= found.found
            rank = found.found**2 / found.of if is_enough else 0
            if rank and (best is None or rank > best[0]):
                best = rank, Part(project, evidences, found)
    return best[1] if best else None


def explained(base: Knowledge, families: Mapping[str, Evidence], project: int) -> Explained:
    """How well the versions of a project explain the evidence. The first family chooses the files."""
    main = next(iter(families.values()))
    paths = distinct(base.atoms["path"][main.atoms[main.projects == project]])
    versions = len(base.projects[project].versions)
    tables = [_table(base, evidence, project, paths, versions) for evidence in families.values()]
    in_all = np.array([_distinct(tables[0], version).size for version in range(versions)])
    best = _compared(tables, np.flatnonzero((in_all >= NEAR_BEST * in_all.max(initial=0)) & (in_all > 0)))
    likely = np.flatnonzero(in_all >= LIKELY * max(in_all.max(initial=0), 1))
    shared = (tables[0].sizes[:, likely] > 0).all(axis=1)
    if best.found < MOSTLY * best.of and likely.size > 1 and shared.any() and not shared.all():
        tables = [_table(base, evidence, project, paths[shared], versions) for evidence in families.values()]
        fair = _compared(tables, likely)
        if fair.found >= ENOUGH * best.found:
            return Explained(fair.scores, best.found, best.of)
    return best


def _compared(tables: Sequence[_Table], likely: Places) -> Explained:
    """Compares these versions. Others are not the one."""
    versions = tables[0].hits.shape[1]
    scores, found, of = np.zeros(versions), np.zeros(versions), np.zeros(versions)
    for version in likely.tolist():
        scores[version], found[version], of[version] = max(
            _explains(tables, version, order) for order in _orders(tables[0], version)
        )
    at = int(np.argmax(np.where(of > 0, scores, -np.inf)))
    return Explained(np.maximum(scores, 0), float(found[at]), float(of[at]))


def _orders(table: _Table, version: int) -> tuple[Places, Places]:
    """The files of a version in two orders, the best first: by the number of features that a file explains, and by the
    share of the file's features that was found.

    A project may contain a build of all its modules as one file. If only a part of that file's features was found, the
    program was made of the single modules: the second order prefers them.
    """
    hits, sizes = table.hits[:, version], table.sizes[:, version]
    gain, share = hits - MISSING * (sizes - hits), hits / np.maximum(sizes, 1)
    return np.argsort(-gain, kind="stable"), np.argsort(-share, kind="stable")


def _explains(tables: Sequence[_Table], version: int, order: Places) -> tuple[float, float, float]:
    """(score of a version, number of features of its files that were found, number of all their features), if files
    are taken in this order."""
    rows, shares = _files(tables[0], version, order)
    found = [float(_distinct(table, version, rows).size) for table in tables]
    sizes, known = (
        np.array([np.sum(part[rows, version] * shares) for part in parts])
        for parts in ([table.sizes for table in tables], [table.hits for table in tables])
    )
    # The less of the files was found, the less a missing feature weighs: a linker or bundler left out what is not used.
    missing = MISSING * (known[0] / max(sizes[0], 1)) * float(np.sum(sizes - known))
    return sum(found) - missing, found[0], float(sizes[0])


def _files(table: _Table, version: int, order: Places) -> tuple[Places, Weights]:
    """The files that explain something, and for each the part of its found features that no earlier file explains."""
    there = np.flatnonzero((table.first <= version) & (table.last >= version))
    queries, rows = table.queries[there], table.rows[there]
    ranks = np.empty(order.size, np.int64)
    ranks[order] = np.arange(order.size)
    best = np.full(int(queries.max(initial=-1)) + 1, order.size)
    np.minimum.at(best, queries, ranks[rows])
    new = np.bincount(best[best < order.size], minlength=order.size)
    chosen = np.flatnonzero(new >= LEAST_OF_A_FILE)
    return order[chosen], new[chosen] / table.hits[order[chosen], version]


def _table(base: Knowledge, evidence: Evidence, project: int, paths: Hashes, versions: int) -> _Table:
    """The table of the project's features, for these files only."""
    chosen = (evidence.projects == project) & np.isin(base.atoms["path"][evidence.atoms], paths)
    queries, atoms = evidence.queries[chosen], evidence.atoms[chosen]
    rows = np.searchsorted(paths, base.atoms["path"][atoms])
    low, high = np.searchsorted(base.atoms["project"], [project, project + 1])
    there = low + np.flatnonzero(np.isin(base.atoms["path"][low:high], paths))
    amounts = base.atoms[evidence.family][there].astype(np.float64)
    return _Table(
        queries,
        rows,
        base.atoms["first"][atoms].astype(np.int64),
        base.atoms["last"][atoms].astype(np.int64),
        _by_version(base, atoms, rows, (paths.size, versions), np.ones(atoms.size)),
        _by_version(base, there, np.searchsorted(paths, base.atoms["path"][there]), (paths.size, versions), amounts),
    )


def _distinct(table: _Table, version: int, rows: Places | None = None) -> Places:
    """The features of a version that were found: in any file, or in the files ``rows``."""
    there = (table.first <= version) & (table.last >= version)
    return distinct(table.queries[there if rows is None else there & np.isin(table.rows, rows)])


def _by_version(
    base: Knowledge, atoms: Places, rows: Places, shape: tuple[int, int], amounts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The sums of the amounts of atoms, for each row and each version that the atoms span."""
    change = np.zeros((shape[0], shape[1] + 1))
    np.add.at(change, (rows, base.atoms["first"][atoms].astype(np.int64)), amounts)
    np.add.at(change, (rows, base.atoms["last"][atoms].astype(np.int64) + 1), -amounts)
    return np.cumsum(change, axis=1)[:, :-1]
