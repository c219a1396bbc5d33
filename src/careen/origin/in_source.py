"""The projects that files of source code come from.

Files of one project that lie below one folder are one component.
"""

import posixpath
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from .component import Component, Confidence, Matched, best_versions
from .evidence import (
    Evidence,
    Weights,
    born,
    chosen,
    evidence_of,
    features_of_project,
    share_of_a_file,
    version_scores,
    whole_scores,
    without,
)
from .features import NUMBERS, Features
from .knowledge import Knowledge
from .public import is_authors, is_library, is_public
from .source import Language, language_of
from .spans import Places, distinct

LOW, MEDIUM, HIGH = 3.0, 6.0, 10.0  # stretches of letters, or of tokens
# Of a large file so many of its stretches, or ``MANY``: some are alike by chance, as bundlers and minifiers write alike.
AMID, MANY = {"letters": 0.01, "tokens": 0.03}, 64.0
SHARE = 0.3  # of those of a file, or of all files
SAME = 0.9  # a project with this part of the best project's features has the same code
NEAR = 0.95
# Of a file, and of the project's file: the project's file, edited. HALF of one of a public algorithm: a table of the standard
# is less of it, and a project that wrote its own has less of the other.
NEARLY_ALL, MUCH, HALF = 0.8, 0.35, 0.5
MOSTLY = 0.5  # of a file: with more, it is the project's, and is not compared with others
ALL, MORE = 0.9, 0.7  # a project whose file has all of this one, which is less of it, may carry another project's code
TABLES = 0.1  # of files: with less, numbers and public code are amid other code
MOST_IN_A_FILE = 4
LEAST_AROUND, TIMES_AROUND = 3, 2  # files of a project around those of another, and how many times as many
PART = 0.1  # of a project's code, or of one file of a package of npm: with less, few of its vulnerabilities are there
_NONE = np.empty(0, np.uint64)
_NOWHERE = np.empty(0, np.int64)


class MatchedFile(Struct, frozen=True):
    """A file that comes from one project."""

    path: str
    project: int
    evidence: Evidence
    weight: float
    whole: bool  # its content is a file of the project as it is
    root: str  # the folder in which the project lies
    is_common: bool  # only numbers and public code, which anyone's code may have
    versions: Weights  # the score of each
    most: float  # the score of a version that explains all that was found


def matched_file(base: Knowledge, path: str, features: Features) -> Iterator[MatchedFile]:
    """The project of a file of source code, if its content shows it."""
    whole = evidence_of(base, "file", features["file"])
    if whole.weights.any():
        owner = _owner(base, path, whole)
        scores, most = whole_scores(base, whole, owner.project)
        is_common = is_library(base.paths[owner.file], base.projects[owner.project].name)
        yield MatchedFile(path, owner.project, whole, max(most, MEDIUM), True, owner.root, is_common, scores, most)
    elif "letters" in features:
        yield from _in_part(base, path, features)


def _in_part(base: Knowledge, path: str, features: Features) -> Iterator[MatchedFile]:
    """The projects of a file: each is explained by the features that the ones before it leave, as a file may contain
    code of several."""
    found = list(_owners(base, path, features, "letters"))
    if not any(_is_likely(file) and not file.is_common for file in found):
        by_tokens = list(filter(_is_likely, _owners(base, path, features, "tokens")))
        if not any(map(_is_likely, found)) or not all(file.is_common for file in by_tokens):
            found = by_tokens or found
    yield from found


def _in_language(base: Knowledge, path: str, evidence: Evidence) -> Evidence:
    """The evidence of files in the language of this one: code in another shows a standard that both follow."""
    paths, places = np.unique(base.columns.path[evidence.atoms], return_inverse=True)
    language = language_of(path)
    counts = np.array([language_of(base.paths[int(of)]) is language for of in paths], np.bool_)
    return evidence if counts.all() else chosen(evidence, counts[places])


def _parted(base: Knowledge, evidence: Evidence) -> tuple[Evidence, Evidence]:
    """(the evidence without public code, that of files of public algorithms). Public code is what is in a file with the name
    of such code, and in none of its author."""
    files, of_file = _files(base, evidence)
    places = [(base.paths[file % len(base.paths)], base.projects[file // len(base.paths)].name) for file in files.tolist()]
    public, authors, libraries = (
        np.array([ask(*place) for place in places], np.bool_)[of_file]
        for ask in (is_public, is_authors, partial(_is_copied, base))
    )
    private = without(evidence, np.setdiff1d(evidence.queries[public], evidence.queries[authors])) if public.any() else evidence
    return private, chosen(evidence, public & ~libraries)


def _is_copied(base: Knowledge, path: str, project: str) -> bool:
    """Whether a file of a project has the name of a library, or of another project that the base has: ``xxhash.h`` of zstd."""
    others = [base.projects[other].name for other in base.named.get(posixpath.basename(path).partition(".")[0].lower(), ())]
    return is_library(path, project) or bool(others and project not in others)


def _files(base: Knowledge, evidence: Evidence) -> tuple[Places, Places]:
    """The files of the pairs of a feature and an atom, as ``project * number of paths + path``; for each pair, which."""
    files, of_file = np.unique(evidence.projects * len(base.paths) + base.columns.path[evidence.atoms], return_inverse=True)
    return files, of_file


def _is_likely(file: MatchedFile) -> bool:
    return file.whole or _is_enough(file.weight, file.evidence)


def _is_enough(weight: float, evidence: Evidence) -> bool:
    """Whether so many features are the project's: enough for any file, or for a small one."""
    least = max(MEDIUM, min(AMID[evidence.family] * evidence.features, MANY))
    return weight >= least or weight >= SHARE * evidence.features


def _owners(base: Knowledge, path: str, features: Features, family: str) -> Iterator[MatchedFile]:
    evidence = _in_language(base, path, evidence_of(base, family, features.get(family, _NONE)))
    if evidence.queries.size < LOW:
        return
    own: Evidence | None = None
    for _ in range(MOST_IN_A_FILE):
        owner = _owner(base, path, evidence)
        if owner.weight < LOW:
            return
        own = own or _own(base, path, features, family)
        mine = features_of_project(evidence, owner.project)
        is_common = _is_common(base, path, evidence, own, owner.project)
        scores = version_scores(base, evidence, owner.project)
        size = float(mine.size)
        yield MatchedFile(path, owner.project, evidence, owner.weight, False, owner.root, is_common, scores, size)
        if mine.size >= MOSTLY * evidence.features:
            return
        evidence = without(evidence, np.union1d(mine, owner.queries))


def _own(base: Knowledge, path: str, features: Features, family: str) -> Evidence:
    """The evidence without what anyone's code may have: tables of numbers, and public code."""
    code = np.setdiff1d(features[family], features.get(NUMBERS[family], _NONE), assume_unique=True)
    return _parted(base, _in_language(base, path, evidence_of(base, family, code)))[0]


def _is_common(base: Knowledge, path: str, evidence: Evidence, own: Evidence, project: int) -> bool:
    """Whether what this file and the project have is no sign of the project: too little is its own, and the file is not one of
    the project's. Of a public algorithm, which others may have written in the same way, that one has to have nearly all of it.
    """
    private, algorithm = _parted(base, evidence)
    if not is_public(path, base.projects[project].name):
        is_own = _is_enough(features_of_project(own, project).size, evidence)
        if is_own or _is_a_file(base, private, project, MUCH):
            return False
    return not _is_a_file(base, algorithm, project, HALF)


def _is_a_file(base: Knowledge, evidence: Evidence, project: int, of_its: float) -> bool:
    """Whether this file is one of the project's: nearly all of it, and this part of the project's file, are the same."""
    mine = features_of_project(evidence, project).size
    return mine >= NEARLY_ALL * evidence.features and share_of_a_file(base, evidence, project, SAME) >= of_its


class _Owner(NamedTuple):
    """The project of whose file this file has features. ``root``: the folder in which the project lies."""

    project: int
    root: str
    weight: float
    file: int = 0  # of the project, as a place in the paths of the base
    queries: Places = _NOWHERE  # the features of the file that has most, which may be a copy of this project's


def _owner(base: Knowledge, path: str, evidence: Evidence) -> _Owner:
    """The project whose file has most of this file's features.

    Code comes from one file: features that are scattered over a large project are idioms. If several projects have
    nearly the same part of it, the code belongs to the one that has it at the same path, because others carry copies;
    else to the one after which the folder is named, whose name the file has, or that had it first.
    """
    if not evidence.queries.size:
        return _Owner(0, "", 0.0)
    pairs = distinct(evidence.queries * len(base.projects) + evidence.projects)
    shares = 1 / np.maximum(np.bincount(pairs // len(base.projects)), 1)
    files, of_file = _files(base, evidence)
    file, queries = np.divmod(distinct(of_file * evidence.features + evidence.queries), evidence.features)
    best = int(np.argmax(np.bincount(file, shares[queries])))
    mine = queries[file == best]
    common = np.isin(queries, mine)
    is_authors = np.isin(files // len(base.paths), _authors(base, int(files[best])))
    least = np.where(is_authors, MOSTLY, SAME) * mine.size
    rivals = np.flatnonzero(np.bincount(file[common], minlength=files.size) >= least)
    projects = files[rivals] // len(base.paths)
    weight = float(shares[mine].sum()) * distinct(projects).size
    candidates = []
    for rival, project in zip(rivals, map(int, projects), strict=True):
        original = base.paths[int(files[rival] % len(base.paths))]
        root, is_namesake = _root(path, original), _is_named_like(original, base.projects[project].name)
        candidates.append(
            (
                len(root),
                not is_authors[rival],
                not is_namesake,
                born(base, evidence, project),
                project,
                root,
                int(files[rival] % len(base.paths)),
            )
        )
    *_, project, root, file_of_project = min(candidates)
    return _Owner(project, root, min(weight, float(mine.size)), file_of_project, mine)


def _authors(base: Knowledge, file: int) -> Sequence[int]:
    """The projects after which the folder of a project's file is named: the project has a copy of their code there, as
    libsodium in ``crypto_pwhash/argon2``."""
    project, path = divmod(file, len(base.paths))
    folders = base.paths[path].lower().split("/")[:-1]
    named = next((base.named[folder] for folder in reversed(folders) if folder in base.named), ())
    return () if project in named else named


def _is_named_like(path: str, project: str) -> bool:
    """Whether a file has the name of its project, as ``jquery.min.js`` and ``six.py``: others carry it under this name too."""
    return (
        posixpath.basename(path).partition(".")[0].lower() == posixpath.basename(project.rpartition(":")[2]).partition(".")[0]
    )


def _root(path: str, original: str) -> str:
    """The folder that corresponds to the root of the project: below it, the path is as in the project."""
    parts, theirs = path.split("/"), original.split("/")
    same = 0
    while same < min(len(parts), len(theirs)) and parts[-1 - same] == theirs[-1 - same]:
        same += 1
    return "/".join(parts[: len(parts) - max(same, 1)])


def components(base: Knowledge, matched: Sequence[MatchedFile]) -> Iterator[Component]:
    """Files of one project below one folder are one component.

    A small part of a project amid many more files of another came with these: it is of low confidence.
    """
    found = list(_by_folder(base, matched))
    for component in found:
        yield replace(component, confidence="low") if any(_is_amid(component, other) for other in found) else component


def _is_amid(component: Component, other: Component) -> bool:
    is_small = component.is_part and not other.is_part and component.evidence[0].found == 0
    return (
        is_small
        and component.project != other.project
        and len(other.files) >= max(LEAST_AROUND, TIMES_AROUND * len(component.files))
        and _lies_below(component.path, other.path)
    )


def _by_folder(base: Knowledge, matched: Sequence[MatchedFile]) -> Iterator[Component]:
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


def _is_small_part(base: Knowledge, project: int, files: Sequence[MatchedFile], version: int) -> bool:
    found = sum(file.most for file in files if file.evidence.family != "tokens")
    return found < PART * _size(base, project, version, {language_of(file.path) for file in files})


def _size(base: Knowledge, project: int, version: int, languages: Collection[Language | None]) -> float:
    """The stretches of letters of a version in these languages: a copy of Python modules lacks the extension in C."""
    atoms = np.arange(*base.columns.starts[project : project + 2])
    atoms = atoms[(base.columns.first[atoms] <= version) & (version <= base.columns.last[atoms])]
    paths, places = np.unique(base.columns.path[atoms], return_inverse=True)
    counts = np.array([language_of(base.paths[int(path)]) in languages for path in paths], np.bool_)
    return float(base.atoms["letters"][atoms][counts[places]].sum())


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
    elif sum(file.weight for file in literal) >= HIGH and hits >= SHARE * features:
        confidence = "high"
    elif any(map(_is_likely, files)):
        confidence = "medium"
    is_small = _is_small_part(base, project, files, int(np.argmax(scores)))
    of_files = [0.0 if file.whole else share_of_a_file(base, file.evidence, project, SAME) for file in files]
    # One script may be all of a package of npm.
    is_script = any(purl.startswith("pkg:npm/") for purl in known.purls)
    is_part = is_small and not (is_script and (exact or max(of_files) >= PART))
    if is_part and confidence in ("exact", "high"):
        confidence = "medium"
    is_amid = exact == 0 and hits < TABLES * features
    if all(file.is_common for file in files) and (is_small or is_amid):
        confidence = "low"
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
        is_part=is_part,
        may_be_carried=not exact and max(of_files) < MORE and hits >= ALL * features > 0,
    )
