"""The projects in a program or library: those linked into it, and the one that it was built from.

Each project is explained by the features that the ones before it leave. How much of a project is present is measured
by the features that its known builds have, if there are any: most texts of a source are in no build. The version is
the one that the program states in the project's own words; else those that have most of the features found.
"""

import math
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from .component import Component, Confidence, Matched, best_versions
from .evidence import (
    Evidence,
    Weights,
    evidence_of,
    features_of_project,
    file_weights,
    has_chance,
    version_features,
    version_hits,
    version_sizes,
    without,
)
from .features import Features
from .knowledge import BUILT, Knowledge, Project
from .spans import Hashes, distinct, distinct_of
from .stated import BARE, Statement, number_of, stated, text_of


class Rule(NamedTuple):
    """When the features of one family show a project: their weight is at least ``weight``, and they are at least the
    part ``share`` of the features of its builds, or the part ``of_file`` of the file's features.

    In a large file the weight must also be ``amid`` times the number of the file's features, or ``MANY`` if that is
    less.
    """

    family: str
    weight: float
    share: float = math.inf
    of_file: float = math.inf
    amid: float = 0.0


RULES = (
    Rule("literals", 4, 0.1),
    Rule("literals", 8, of_file=0.25),
    Rule("names", 5, 0.2, 0.3),
    # Many tables include those of a standard (AES, SHA-2, DES), which code of any project has.
    Rule("tables", 8, 0.25, 0.15, amid=0.01),
    Rule("tables", 2, 1.0, amid=0.01),
    Rule("sequences", 10, 0.3, 0.15),
)
MANY = 64
# Rules for a single file of the sources, whose object a linker takes as a whole: a program that uses some functions of a large
# library contains little more. Headers contain the terms of protocols, and tables of one file may be those of a standard, so
# neither counts. In these rules, ``of_file`` is required too.
FILE_RULES = (Rule("literals", 8, 0.5, 0.0), Rule("literals", 5, 0.4, 0.3), Rule("literals", 3, 0.5, 0.5))
HEADERS = (".h", ".hh", ".hpp", ".hxx")
NEAR_MOST = 0.9  # of projects that explain about as much, the most complete one counts: the others contain copies of it
# Tables of one standard (Huffman codes, CRC-32) are in one or two files, to write and to read.
MANY_TEXTS, FEW_TEXTS, FILES_OF_TABLES, LEAST_OF_A_TABLE = 1000, 0.05, 3, 4
# The weight of texts with which the tables agree. Of a large program's texts so large a part: some are those of a protocol.
LEAST_TEXTS, AMID_TEXTS = 3.0, 0.05
ALL_TABLES, FILES_OF_ALL = 0.9, 2  # of what builds have
LEAST_ROWS = 2.0  # of a project's tables
PROGRAM_HIGH = 0.2
MOST_IN_A_PROGRAM = 8

Families = Mapping[str, Evidence]
_NONE = np.empty(0, np.uint64)


def in_program(base: Knowledge, path: str, features: Features) -> Iterator[Component]:
    """The components in a program. ``path`` is a file, or a folder whose files are one program."""
    families = {family: evidence_of(base, family, hashes) for family, hashes in _looked_at(base, features).items()}
    if not any(evidence.weights.any() for evidence in families.values()):
        return
    for _ in range(MOST_IN_A_PROGRAM):
        project, confidence = _most_of(base, families)
        if confidence is None:
            return
        yield _component(base, path, project, confidence, families, features.get("statements", _NONE))
        families = {family: without(evidence, features_of_project(evidence, project)) for family, evidence in families.items()}


def in_bytecode(base: Knowledge, modules: Iterable[tuple[str, Features]]) -> tuple[list[Component], int]:
    """The components in files of compiled Python, given as (path, features), and the number of files without any.

    The files of a package (a folder and those below it) count as one program, as a single file has few texts.
    """
    files = dict(modules)
    folders = {path: posixpath.dirname(path).removesuffix("__pycache__").rstrip("/") for path in files}
    known = set(folders.values())
    packages: dict[str, list[str]] = {}
    for path, folder in sorted(folders.items()):
        while posixpath.dirname(folder) in known and folder:
            folder = posixpath.dirname(folder)
        packages.setdefault(folder, []).append(path)
    found: list[Component] = []
    unexplained = 0
    for folder, paths in packages.items():
        together = {family: distinct_of(files[path][family] for path in paths) for family in ("literals", "names")}
        projects = [replace(project, files=tuple(paths)) for project in in_program(base, folder, together)]
        found += projects
        unexplained += 0 if projects else len(paths)
    return found, unexplained


def _looked_at(base: Knowledge, features: Features) -> Features:
    """The features that are compared. Tables cost most: they are left out if a test with some of their rows shows
    that the base has none. Machine code is left out if the base has none of builds."""
    wanted = {
        "literals": True,
        "names": True,
        "tables": "table_rows" not in features or has_chance(base, "tables", features["table_rows"], LEAST_ROWS),
        "sequences": base.has_machine_code,
    }
    return {family: features.get(family, _NONE) if is_wanted else _NONE for family, is_wanted in wanted.items()}


def _most_of(base: Knowledge, families: Families) -> tuple[int, Confidence | None]:
    """The project that explains most, of those that a rule shows, and its confidence, which is None if no rule shows
    one."""
    shares = {family: _shares(base, evidence) for family, evidence in families.items()}
    weights = np.zeros(len(base.projects))
    for rule in RULES:
        evidence = families[rule.family]
        is_enough = (shares[rule.family] >= rule.share) | (evidence.weights >= rule.of_file * max(evidence.features, 1))
        least = max(rule.weight, min(rule.amid * evidence.features, MANY))
        is_there = (evidence.weights >= least) & is_enough
        if rule.family == "tables":
            for candidate in np.flatnonzero(is_there):
                is_there[candidate] = not _has_tables_alone(base, families, shares, int(candidate))
        weights = np.maximum(weights, np.where(is_there, evidence.weights, 0))
    for rule in FILE_RULES:
        evidence = families[rule.family]
        least = max(rule.weight, rule.of_file * evidence.features)
        for candidate in np.flatnonzero((evidence.weights >= least) & (weights == 0)):
            if _has_a_file(base, evidence, int(candidate), rule):
                weights[candidate] = evidence.weights[candidate]
    if not weights.any():
        return 0, None
    near = np.flatnonzero(weights >= NEAR_MOST * weights.max())
    project = max(map(int, near), key=lambda project: max(found[project] for found in shares.values()))
    return project, "high" if max(found[project] for found in shares.values()) >= PROGRAM_HIGH else "medium"


def _has_tables_alone(base: Knowledge, families: Families, shares: Mapping[str, Weights], project: int) -> bool:
    """Whether a program has tables from few files of a project of many texts, and next to none of these.

    All tables of its builds are a sign if they are in two files: a program of few functions has no texts.
    """
    texts = max(float(version_sizes(base, "literals", project, built=built).max(initial=0)) for built in (True, False))
    literals = families["literals"]
    has_texts = max(shares[family][project] for family in ("literals", "names")) >= FEW_TEXTS
    if texts < MANY_TEXTS or has_texts or literals.weights[project] >= max(LEAST_TEXTS, AMID_TEXTS * literals.features):
        return False
    tables = families["tables"]
    own = tables.projects == project
    files = distinct(base.columns.path[tables.atoms[own]] * tables.features + tables.queries[own]) // tables.features
    paths, amounts = np.unique(files, return_counts=True)
    count = sum(base.paths[int(path)] != BUILT for path in paths[amounts >= LEAST_OF_A_TABLE])
    has_all = shares["tables"][project] >= ALL_TABLES and version_sizes(base, "tables", project, built=True).any()
    return count < (FILES_OF_ALL if has_all else FILES_OF_TABLES)


def _has_a_file(base: Knowledge, evidence: Evidence, project: int, rule: Rule) -> bool:
    return any(
        weight >= rule.weight and share >= rule.share and not path.endswith(HEADERS)
        for path, weight, share in file_weights(base, evidence, project)
    )


def _shares(base: Knowledge, evidence: Evidence) -> Weights:
    """For each project with enough weight, the part of its most similar version that the file contains."""
    shares = np.zeros(len(base.projects))
    least = min(rule.weight for rule in RULES if rule.family == evidence.family)
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
    return Component(
        path=path,
        project=known.name,
        purls=known.purls,
        cpes=known.cpes,
        versions=(version,) if version else _likely(base, project, families),
        confidence=confidence,
        modified=None,
        files=(path,),
        evidence=tuple(
            Matched(family, features_of_project(evidence, project).size, evidence.features)  # type: ignore[arg-type]
            for family, evidence in families.items()
            if evidence.features or family != "sequences"  # most bases have no machine code
        ),
        nearest=not version,
    )


def _likely(base: Knowledge, project: int, families: Families) -> tuple[str, ...]:
    """The versions that have most of the features found. Machine code is as much its compiler's as its version's, and counts
    only if nothing else was found."""
    found = {family: version_features(base, evidence, project) for family, evidence in families.items()}
    of_sources = np.sum([scores for family, scores in found.items() if family != "sequences"], axis=0)
    return best_versions(base.projects[project].versions, of_sources if of_sources.any() else found["sequences"])[0]


def _stated(base: Knowledge, project: int, statements: Hashes) -> str:
    """The version that the program states in the words of the project; "" if it states none, or several.

    A version that the knowledge base lacks counts if two other versions of the project are stated with the same
    template.
    """
    pairs = stated(statements)
    templates = distinct(statements.reshape(-1, 2)[:, 0])
    found = base.look_up("stated", templates)
    own = base.atoms["project"][found.atoms] == project
    taught: dict[int, int] = {}
    for query, atom in zip(found.queries[own], found.atoms[own], strict=True):
        template = int(templates[query])
        taught[template] = taught.get(template, 0) + int(base.atoms["last"][atom]) - int(base.atoms["first"][atom]) + 1
    versions = _by_number(base.projects[project])
    words = {pair.version for pair in pairs if pair.template != BARE and _counts(pair, taught, versions)}
    alone = {pair.version for pair in pairs if pair.template == BARE and BARE in taught}
    if len(alone) == 1 and not min(versions, default=0) <= min(alone) <= max(versions, default=0):
        alone = set()
    for numbers in (words, words & set(versions), alone if not words else set(), alone & set(versions) if not words else set()):
        if len(numbers) == 1:
            (number,) = numbers
            return versions.get(number) or text_of(number)
    return ""


def _counts(statement: Statement, taught: Mapping[int, int], versions: Mapping[int, str]) -> bool:
    return statement.template in taught and (statement.version in versions or taught[statement.template] > 1)


def _by_number(project: Project) -> dict[int, str]:
    return {number: version for version in project.versions if (number := number_of(version)) is not None}
