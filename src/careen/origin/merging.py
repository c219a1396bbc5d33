"""Several knowledge bases as one: ``joined`` for look-ups, at once and without a copy; ``merged`` to be written.

If bases keep different samples, the coarsest is used for all. Raises: ValueError for too many versions or features.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec.structs import replace

from .building import MAX_VERSIONS, Rows, assembled, project_atoms
from .features import FAMILIES
from .fixes import Fix, in_order
from .knowledge import ATOM_BITS, SAMPLED, Found, Knowledge, Project, sampled
from .order import version_key
from .spans import Hashes, Places, distinct

_ATOM = np.uint64((1 << ATOM_BITS) - 1)


class Joined(Knowledge, frozen=True):
    """Several bases as one. ``places``: for each base, the joined atom of each of its atoms. Versions that two bases
    have occur twice."""

    bases: tuple[Knowledge, ...] = ()
    places: tuple[Places, ...] = ()

    def look_up(self, family: str, hashes: Hashes) -> Found:
        found = [base.look_up(family, hashes) for base in self.bases]
        atoms = [places[part.atoms] for part, places in zip(found, self.places, strict=True)]
        return Found(np.concatenate([part.queries for part in found]), np.concatenate(atoms))

    def known(self, family: str, hashes: Hashes) -> Hashes:
        return distinct(np.concatenate([base.known(family, hashes) for base in self.bases]))

    def trusted_fixes_of(self, project: str) -> tuple[Fix, ...]:
        return in_order(fix for base in self.bases for fix in base.trusted_fixes_of(project))


def joined(bases: Sequence[Knowledge]) -> Knowledge:
    """The bases as one for look-ups. A project that several bases have is one, with the versions of all of them."""
    if len(bases) == 1:
        return bases[0]
    projects = _projects(bases)
    numbers = {project.name: number for number, project in enumerate(projects)}
    paths = sorted({path for base in bases for path in base.paths})
    path_numbers = {path: number for number, path in enumerate(paths)}
    before = dict.fromkeys(numbers, 0)
    sampling = max(base.sampling for base in bases)
    parts = []
    for base in bases:
        atoms = base.atoms.copy()
        if atoms.size:
            offsets = np.array([before[project.name] for project in base.projects])[base.atoms["project"]]
            atoms["project"] = np.array([numbers[project.name] for project in base.projects])[base.atoms["project"]]
            atoms["path"] = np.array([path_numbers[path] for path in base.paths])[base.atoms["path"]]
            atoms["first"] += offsets.astype(np.uint16)
            atoms["last"] += offsets.astype(np.uint16)
            for family in SAMPLED:  # about as many as the coarser sample has
                atoms[family] = atoms[family] * base.sampling // sampling
        for project in base.projects:
            before[project.name] += len(project.versions)
        parts.append(atoms)
    together = np.concatenate(parts)
    order = np.lexsort((together["last"], together["first"], together["path"], together["project"]))
    places = np.empty(together.size, np.int64)
    places[order] = np.arange(together.size)
    cuts = np.cumsum([atoms.size for atoms in parts])[:-1]
    return Joined(
        projects,
        tuple(paths),
        together[order],
        {},
        sampling,
        in_order(fix for base in bases for fix in base.fixes),
        all(base.is_trusted for base in bases),
        tuple(bases),
        tuple(np.split(places, cuts)),
    )


def merged(bases: Sequence[Knowledge]) -> Knowledge:
    """One base as if it was built from the releases of all. It is unsigned."""
    sampling = max(base.sampling for base in bases)
    names: dict[str, int] = {}
    projects = []
    parts = []
    sorted_bases = [_ByProject(base) for base in bases]
    for number, project in enumerate(_projects(bases)):
        versions = tuple(sorted(set(project.versions), key=lambda version: (version_key(version), version)))
        _check(project.name, versions)
        rows = {family: Rows([], [], []) for family in FAMILIES}
        for base in sorted_bases:
            base.add_rows(rows, project.name, versions, names, sampling)
        dates = {version: day for version, day in zip(project.versions, _days(project), strict=True) if day}
        days = tuple(dates.get(version, "") for version in versions) if dates else ()
        projects.append(Project(project.name, versions, project.purls, project.cpes, days))
        parts.append(project_atoms(number, rows))
    fixes = in_order(fix for base in bases for fix in base.fixes)
    return replace(assembled(projects, list(names), parts, sampling), fixes=fixes)


class _ByProject:
    """The features of a base in the order of its projects."""

    def __init__(self, base: Knowledge) -> None:
        self._base = base
        self._numbers = {project.name: number for number, project in enumerate(base.projects)}
        self._features: dict[str, tuple[Hashes, Places]] = {}
        for family in FAMILIES:
            postings = base.postings[family]
            atoms = (postings & _ATOM).astype(np.int64)
            order = np.argsort(atoms, kind="stable")  # atoms are in the order of their projects
            self._features[family] = (postings[order] >> np.uint64(ATOM_BITS), atoms[order])

    def add_rows(
        self, rows: Mapping[str, Rows], name: str, versions: Sequence[str], names: dict[str, int], sampling: int
    ) -> None:
        number = self._numbers.get(name)
        if number is None:
            return
        base = self._base
        there = {version: index for index, version in enumerate(versions)}
        renumbered = np.array([there[version] for version in base.projects[number].versions], np.uint16)
        low, high = np.searchsorted(base.atoms["project"], [number, number + 1])
        renamed = np.zeros(len(base.paths), np.uint32)
        for path in distinct(base.atoms["path"][low:high]):
            renamed[path] = names.setdefault(base.paths[path], len(names))
        for family, (hashes, atoms) in self._features.items():  # a run of versions is a row for each
            first, last = np.searchsorted(atoms, [low, high])
            mine, its = hashes[first:last], atoms[first:last]
            kept = np.isin(mine, sampled(family, distinct(mine), sampling))
            runs = base.atoms[its[kept]]
            counts = runs["last"].astype(np.int64) - runs["first"] + 1
            steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            rows[family].hashes.append(np.repeat(mine[kept], counts))
            rows[family].paths.append(np.repeat(renamed[runs["path"]], counts))
            rows[family].versions.append(renumbered[np.repeat(runs["first"].astype(np.int64), counts) + steps])


def _projects(bases: Sequence[Knowledge]) -> tuple[Project, ...]:
    """The projects of all bases by name; the versions of one project in the order of the bases."""
    found: dict[str, Project] = {}
    for project in (project for base in bases for project in base.projects):
        before = found.get(project.name, Project(project.name, ()))
        versions = (*before.versions, *project.versions)
        _check(project.name, versions)
        purls, cpes = dict.fromkeys((*before.purls, *project.purls)), dict.fromkeys((*before.cpes, *project.cpes))
        days = (*_days(before), *_days(project))
        found[project.name] = Project(project.name, versions, tuple(purls), tuple(cpes), days if any(days) else ())
    return tuple(found[name] for name in sorted(found))


def _days(project: Project) -> tuple[str, ...]:
    return project.dates or ("",) * len(project.versions)


def _check(name: str, versions: Sequence[str]) -> None:
    if len(versions) > MAX_VERSIONS:
        raise ValueError(f"{name}: more than {MAX_VERSIONS} versions")
