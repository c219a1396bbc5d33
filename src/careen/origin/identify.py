"""Names the projects that files come from, by a knowledge base.

Files of one project that lie together are one component. Its versions are those that explain all its files best; a file
that nothing explains is counted, and is never taken for the application's own.

| confidence | source                                               | program                                        |
|------------|------------------------------------------------------|------------------------------------------------|
| exact      | two whole files of the project, or all there are     | (not reported)                                 |
| high       | 10 stretches, and 30 % of the files' stretches       | 20 % of the version's literals or names        |
| medium     | 6 stretches in a file, or 8 of tokens and 20 % of it | 4 literals and 10 %, or 5 names and 20 %       |
| low        | 3 stretches of a file                                | (not reported)                                 |
"""

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from .evidence import (
    Evidence,
    Weights,
    best_paths,
    evidence_of,
    features_of_project,
    version_hits,
    version_scores,
    version_sizes,
    without,
)
from .features import PROGRAM_HEADS, Features, features_of
from .knowledge import Knowledge

Confidence = Literal["exact", "high", "medium", "low"]
LOW, MEDIUM, HIGH = 3.0, 6.0, 10.0  # stretches
SHARE_HIGH = 0.3
TOKENS, TOKEN_SHARE = 8.0, 0.2
LITERALS, LITERAL_SHARE = 4.0, 0.1
NAMES, NAME_SHARE = 5.0, 0.2
PROGRAM_HIGH = 0.2
MOST_IN_A_PROGRAM = 8
NEAR_BEST = 0.01
NEAR = 0.95


class Matched(Struct, frozen=True):
    """How much of what was looked up is the project's: ``files`` as they are, stretches of letters or tokens, texts."""

    kind: Literal["files", "letters", "tokens", "literals", "names"]
    found: int
    of: int


class Component(Struct, frozen=True):
    """``path`` is the folder or file; ``versions`` explain it equally well. ``nearest``: none of them explains all of it."""

    path: str
    project: str
    purls: tuple[str, ...]
    cpes: tuple[str, ...]
    versions: tuple[str, ...]
    confidence: Confidence
    modified: bool | None  # None: unknown, of a program
    files: tuple[str, ...]
    evidence: tuple[Matched, ...]
    nearest: bool = False


class Identified(Struct, frozen=True):
    components: tuple[Component, ...]
    unexplained: int


class _File(Struct, frozen=True):
    """One file that is a project's."""

    path: str
    project: int
    evidence: Evidence
    weight: float
    whole: bool  # its content is a file of the project as it is
    root: str  # the folder in which the project lies
    versions: Weights


def identify(base: Knowledge, files: Iterable[tuple[str, bytes]], *, deep: bool = False) -> Identified:
    """``files`` are paths and contents; ``deep`` reports low confidence as well."""
    matched: list[_File] = []
    components: list[Component] = []
    unexplained = 0
    for path, data in files:
        features = features_of(path, data)
        known = len(matched) + len(components)
        if data.startswith(PROGRAM_HEADS):
            components += _in_program(base, path, features)
        else:
            matched += _of_source(base, path, features)
        unexplained += len(matched) + len(components) == known
    grouped = _components(base, matched)
    kept = [found for found in (*grouped, *components) if deep or found.confidence != "low"]
    return Identified(tuple(sorted(kept, key=lambda component: (component.path, component.project))), unexplained)


def _of_source(base: Knowledge, path: str, features: Features) -> Iterator[_File]:
    """The project of a file of source code, if its content tells."""
    whole = evidence_of(base, "file", features["file"])
    letters = evidence_of(base, "letters", features["letters"]) if "letters" in features else whole
    project = int(np.argmax(letters.weights))
    if whole.weights.any():
        candidates = np.where(whole.weights == whole.weights.max(), letters.weights + 1, 0)
        project = int(np.argmax(candidates))
        weight = max(float(letters.weights[project]), MEDIUM)
        yield _file(base, path, project, letters if letters.weights[project] else whole, weight, whole=True)
    elif letters.weights[project] >= LOW:
        yield _file(base, path, project, letters, float(letters.weights[project]), whole=False)
    elif "tokens" in features:
        tokens = evidence_of(base, "tokens", features["tokens"])
        project = int(np.argmax(tokens.weights))
        weight = float(tokens.weights[project])
        if weight >= TOKENS and weight >= TOKEN_SHARE * tokens.features:
            yield _file(base, path, project, tokens, weight, whole=False)


def _file(base: Knowledge, path: str, project: int, evidence: Evidence, weight: float, *, whole: bool) -> _File:
    scores = version_scores(base, evidence, project)
    return _File(path, project, evidence, weight, whole, _root(path, best_paths(base, evidence, project)), scores)


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


def _components(base: Knowledge, matched: Sequence[_File]) -> Iterator[Component]:
    """Files of one project below one folder are one component."""
    by_project: dict[int, list[_File]] = {}
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


def _component(base: Knowledge, project: int, files: Sequence[_File]) -> Component:
    known = base.projects[project]
    scores = np.sum([file.versions for file in files], axis=0)
    versions, best = _best(known.versions, scores)
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
        nearest=best < NEAR * sum(features_of_project(file.evidence, project).size for file in files),
    )


def _best(versions: Sequence[str], scores: Weights) -> tuple[tuple[str, ...], float]:
    best = float(scores.max()) if scores.size else 0.0
    if best <= 0:
        return tuple(versions), best
    near = scores >= best - max(NEAR_BEST * best, 1e-9)
    return tuple(version for version, is_near in zip(versions, near, strict=True) if is_near), best


def _in_program(base: Knowledge, path: str, features: Features) -> Iterator[Component]:
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
            versions=_best(known.versions, scores)[0],
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
