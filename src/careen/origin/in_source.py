"""The projects that files of source code come from.

Files of one project that lie below one folder are one component.
"""

import posixpath
from collections.abc import Iterator, Sequence

import numpy as np
from msgspec import Struct

from .component import Component, Confidence, Matched, best_versions
from .evidence import Evidence, Weights, best_paths, born, evidence_of, features_of_project, version_scores, whole_scores
from .features import Features
from .knowledge import Knowledge

LOW, MEDIUM, HIGH = 3.0, 6.0, 10.0  # stretches
SHARE_HIGH = 0.3
TOKENS = 4.0
SAME = 0.9  # of the features that the best project has: another has the same code
NEAR = 0.95


class MatchedFile(Struct, frozen=True):
    """One file that is a project's."""

    path: str
    project: int
    evidence: Evidence
    weight: float
    whole: bool  # its content is a file of the project as it is
    root: str  # the folder in which the project lies
    versions: Weights  # the score of each
    most: float  # the score of a version that explains all that was found


def matched_file(base: Knowledge, path: str, features: Features) -> Iterator[MatchedFile]:
    """The project of a file of source code, if its content tells."""
    whole = evidence_of(base, "file", features["file"])
    if whole.weights.any():
        project, root, _ = _owner(base, path, whole)
        scores, most = whole_scores(base, whole, project)
        yield MatchedFile(path, project, whole, max(most, MEDIUM), True, root, scores, most)
    elif "letters" in features:
        yield from _in_part(base, path, features)


def _in_part(base: Knowledge, path: str, features: Features) -> Iterator[MatchedFile]:
    letters = evidence_of(base, "letters", features["letters"])
    project, root, weight = _owner(base, path, letters)
    if weight < MEDIUM:
        tokens = evidence_of(base, "tokens", features["tokens"])
        other, other_root, other_weight = _owner(base, path, tokens)
        if other_weight >= TOKENS:
            yield _file(base, path, other, tokens, other_weight, other_root)
            return
    if weight >= LOW:
        yield _file(base, path, project, letters, weight, root)


def _file(base: Knowledge, path: str, project: int, evidence: Evidence, weight: float, root: str) -> MatchedFile:
    scores = version_scores(base, evidence, project)
    return MatchedFile(path, project, evidence, weight, False, root, scores, float(features_of_project(evidence, project).size))


def _owner(base: Knowledge, path: str, evidence: Evidence) -> tuple[int, str, float]:
    """(project, the folder that it lies in, weight): of projects that have nearly the same of this file, the one in which it
    lies at the same place, because others carry copies; else the one that was the first to have it."""
    count = evidence.weights.size
    project = int(np.argmax(evidence.weights))
    queries, projects = np.divmod(np.unique(evidence.queries * count + evidence.projects), count)
    shared = np.isin(queries, queries[projects == project])  # of what the best project has of the file
    hits = np.bincount(projects[shared], minlength=count)
    rivals = np.flatnonzero(hits >= SAME * max(int(hits[project]), 1))
    if rivals.size < 2:
        return project, _root(path, best_paths(base, evidence, project)), float(evidence.weights[project])
    parts = 1 / np.bincount(queries)[queries]
    weight = float(parts[shared & np.isin(projects, rivals)].sum())
    roots = {int(rival): _root(path, best_paths(base, evidence, int(rival))) for rival in rivals}
    chosen = min(roots, key=lambda rival: (len(roots[rival]), born(base, evidence, rival), -hits[rival], rival))
    return chosen, roots[chosen], weight


def _root(path: str, originals: Sequence[str]) -> str:
    """The folder below which the project's paths are as in the project."""
    parts = path.split("/")
    best = 0
    for original in originals:
        theirs = original.split("/")
        same = 0
        while same < min(len(parts), len(theirs)) and parts[-1 - same] == theirs[-1 - same]:
            same += 1
        best = max(best, same)
    return "/".join(parts[: len(parts) - max(best, 1)])


def components(base: Knowledge, matched: Sequence[MatchedFile]) -> Iterator[Component]:
    """Files of one project below one folder are one component."""
    by_project: dict[int, list[MatchedFile]] = {}
    for file in matched:
        by_project.setdefault(file.project, []).append(file)
    for project, files in by_project.items():
        roots = sorted({file.root for file in files})
        tops = [root for root in roots if not any(root != other and _lies_below(root, other) for other in roots)]
        for top in tops:
            mine = [file for file in files if _lies_below(file.root, top)]
            if mine:
                yield _component(base, project, mine)


def _lies_below(path: str, folder: str) -> bool:
    return folder in ("", path) or path.startswith(folder + "/")


def _component(base: Knowledge, project: int, files: Sequence[MatchedFile]) -> Component:
    known = base.projects[project]
    scores = np.sum([file.versions for file in files], axis=0)
    versions, best = best_versions(known.versions, scores, near=0)
    exact = sum(file.whole for file in files)
    literal = [file for file in files if file.evidence.family != "tokens"]
    features = sum(file.evidence.features for file in literal)
    hits = sum(features_of_project(file.evidence, project).size for file in literal)
    confidence: Confidence = "low"
    if exact >= 2 or exact == len(files):
        confidence = "exact"
    elif sum(file.weight for file in literal) >= HIGH and hits >= SHARE_HIGH * features:
        confidence = "high"
    elif any(file.weight >= MEDIUM for file in files):
        confidence = "medium"
    paths = [file.path for file in files]
    evidence = [Matched("files", exact, len(files))]
    for family in ("letters", "tokens"):
        mine = [file.evidence for file in files if file.evidence.family == family]
        if mine:
            found = sum(features_of_project(part, project).size for part in mine)
            evidence.append(Matched(family, found, sum(part.features for part in mine)))
    return Component(
        path=paths[0] if len(paths) == 1 else posixpath.commonpath(paths),
        project=known.name,
        purls=known.purls,
        cpes=known.cpes,
        versions=versions,
        confidence=confidence,
        modified=exact < len(files),
        files=tuple(paths),
        evidence=tuple(evidence),
        nearest=best < NEAR * sum(file.most for file in files),
    )
