"""How well a tool's reports of images fit the truth about what is planted in them, as figures and tables."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from .planting import Plant, Truth
from .sets import Bar, Share, bars, table

Group = Literal["with that version", "with other versions", "without the project"]
GROUPS: tuple[Group, ...] = ("with that version", "with other versions", "without the project")
IN_THE_BASE = GROUPS[:2]
KINDS = {
    "program": "built programs",
    "copy": "folders of C sources",
    "modules": "folders of Python modules",
    "script": "minified scripts",
    "bundle": "bundles",
}
There = Mapping[Truth, Mapping[str, frozenset[str]]]


class Reported(NamedTuple):
    """A vulnerability that a tool reports of a package, at one of the package's paths."""

    path: str
    name: str
    ids: frozenset[str]
    is_likely: bool
    by_code: bool  # no advisory names the version: the code has what a patch for the vulnerability changes


class Scan(NamedTuple):
    """What a tool reports of one image. ``named``: (path, name, version) of its packages."""

    named: tuple[tuple[str, str, str], ...]
    reported: tuple[Reported, ...]


class Result(NamedTuple):
    """A planted component. ``there``: its vulnerabilities; ``found``, ``likely``: those of them that are reported; ``wrong``,
    ``wrong_likely``: those that are reported of it, and that it has not."""

    plant: Plant
    truth: Truth
    group: Group
    versions: tuple[str, ...]  # as the tool names it; empty if it does not
    there: frozenset[str]
    found: frozenset[str]
    likely: frozenset[str]
    wrong: frozenset[str]
    wrong_likely: frozenset[str]
    by_code: frozenset[str]  # no advisory of the truth is about them, so that they are neither right nor wrong


class Measured(NamedTuple):
    results: tuple[Result, ...]
    others: tuple[tuple[Plant, str, frozenset[Group]], ...]  # projects that are named, and not there
    strange: tuple[
        tuple[bool, bool], ...
    ]  # for each vulnerability of these: whether all code there is known; whether it is likely

    @classmethod
    def of(cls, scans: Sequence[tuple[Scan, Sequence[Plant]]], there: There, groups: Mapping[Truth, Group]) -> "Measured":
        results: list[Result] = []
        others: list[tuple[Plant, str, frozenset[Group]]] = []
        strange: dict[tuple[str, str, str], tuple[bool, bool]] = {}
        for scan, plants in scans:
            for plant in plants:
                named = [(name, version) for path, name, version in scan.named if _is_in(path, plant)]
                reported = [found for found in scan.reported if _is_in(found.path, plant)]
                results += (_result(plant, truth, groups[truth], named, reported, there[truth]) for truth in plant.truths)
                known = frozenset().union(*map(_names, plant.truths))
                held = frozenset(groups[truth] for truth in plant.truths)
                others += ((plant, name, held) for name in _others(plant, named, known))
                for found in reported:
                    if _normal(found.name) not in known:
                        strange[plant.path, found.name, one_id(found.ids)] = GROUPS[2] not in held, found.is_likely
        return cls(tuple(results), tuple(others), tuple(strange.values()))

    @property
    def remarks(self) -> list[str]:
        """What is missed or wrong, to be read."""
        lines = [f"{plant.path} ({plant.kind}): {name} is not there ({', '.join(held)})" for plant, name, held in self.others]
        for found in self.results:
            about = f"{found.plant.kind} {found.truth.project} {found.truth.version} ({found.group}): named {found.versions}"
            missed = sorted(found.there - found.found)
            if found.group in IN_THE_BASE and (missed or found.wrong or not found.versions):
                counts = f"{len(found.there)} there, {len(found.found)} found, {len(found.likely)} likely"
                lines.append(f"{about}; {counts}; missed {' '.join(missed)}; wrong {' '.join(sorted(found.wrong))}")
        return lines


INTRO = """\
{images} images with {plants} planted programs, folders and scripts, in which {components} components are: `python -m
benchmarks.origin images`. The knowledge base has {projects} projects, from sources alone. By a hash of its name a
project is in it with the planted version, with up to four others, or absent; the base that ships is used as well. The
truth is what the same database has for an SBOM of the true names and versions. Recall and precision count pairs of a
component and a vulnerability; *likely* are the findings that gates count. Minified scripts have no banner, and no file
has its own name. The peers read one image with everything."""
NOTES = """\
Rules were changed after errors in this set had been seen, so that the figures are optimistic. The mirror of advisories
has none about the planted versions of the folders of C sources.

Missed: a version that neither the code nor the program shows is between two known ones, and the CVEs of the nearest one
and of those next to it are *possible*. A program that is older than all releases in the base has CVEs that none of
these has (nginx).

Programs are built by gcc 12 at `-O2` or as their authors choose, dnsmasq with link-time optimisation, and stripped;
libevent, zlib, APR and PCRE2 are linked statically, and PHP has PCRE2. PHP, PostgreSQL and Ruby are built without optional
extensions. Not built: jq, whose tarball needs autoconf."""


def report(images: int, projects: int, measured: Mapping[str, Measured]) -> str:
    ours = measured["Careen"]
    rows = [(group, *_figures([found for found in ours.results if found.group == group])) for group in GROUPS]
    known = [found for found in ours.results if found.group in IN_THE_BASE]
    of_known = [one for one in ours.strange if one[0]]
    rows.append(("in the base, together", *_figures(known, of_known)))
    head = ("the base is", "components", "project named", "CVE recall", "CVE precision", "recall, likely", "precision, likely")
    kinds = [
        (KINDS[kind], *_figures([found for found in known if found.plant.kind == kind]))
        for kind in dict.fromkeys(found.plant.kind for found in known)
    ]
    peers = [(tool, *_figures(found.results, found.strange)) for tool, found in measured.items()]
    absent = {found.plant.path for found in ours.results if found.group == GROUPS[2]}
    named = {plant.path for plant, _, held in ours.others if GROUPS[2] in held}
    plants = {found.plant.path for found in ours.results}
    intro = INTRO.format(images=images, plants=len(plants), components=len(ours.results), projects=projects)
    everywhere = {found.plant.path for found in ours.results}
    absent_wrong = Share(len(named), len(absent))
    _, _, recall, precision, _, _ = rows[-1][1:]
    reached = bars(
        Bar("CVE recall in the base", recall, 0.92),
        Bar("precision", precision, 0.88),
        Bar("wrong project where absent", absent_wrong, most=0.02),
    )
    return (
        f"## End to end\n\n{intro}\n\n{table(head, rows)}\n"
        f"Bars: {reached}.\n\n"
        f"Wrong project named, where a component is absent from the base: {absent_wrong}; in all places: "
        f"{Share(len({plant.path for plant, _, _ in ours.others}), len(everywhere))}.\n\n"
        f"By the code alone, without an advisory: {sum(len(found.by_code) for found in known)} vulnerabilities.\n\n"
        f"{table(('in the base', *head[1:]), kinds)}\n{table(('all components', *head[1:]), peers)}\n{NOTES}"
    )


def _figures(results: Sequence[Result], strange: Sequence[tuple[bool, bool]] = ()) -> tuple[object, ...]:
    """``strange``: findings of projects that are not there, which are wrong."""
    there = sum(len(found.there) for found in results)
    found, likely = sum(len(one.found) for one in results), sum(len(one.likely) for one in results)
    wrong = sum(len(one.wrong) for one in results) + len(strange)
    wrong_likely = sum(len(one.wrong_likely) for one in results) + sum(is_likely for _, is_likely in strange)
    return (
        len(results),
        Share(sum(bool(one.versions) for one in results), len(results)),
        Share(found, there),
        Share(found, found + wrong),
        Share(likely, there),
        Share(likely, likely + wrong_likely),
    )


def _result(
    plant: Plant,
    truth: Truth,
    group: Group,
    named: Sequence[tuple[str, str]],
    reported: Sequence[Reported],
    there: Mapping[str, frozenset[str]],
) -> Result:
    mine = _names(truth)
    hits: dict[bool, set[str]] = defaultdict(set)
    misses: dict[bool, set[str]] = defaultdict(set)
    by_code: set[str] = set()
    for found in reported:
        if _normal(found.name) in mine:
            right = next((id for id, ids in there.items() if ids & found.ids), None)
            if right is None and found.by_code:
                by_code.add(one_id(found.ids))
                continue
            for is_likely in {False, found.is_likely}:
                (misses if right is None else hits)[is_likely].add(right or one_id(found.ids))
    versions = tuple(dict.fromkeys(version or "?" for name, version in named if _normal(name) in mine))
    sets = (frozenset(kept[is_likely]) for kept in (hits, misses) for is_likely in (False, True))
    return Result(plant, truth, group, versions, frozenset(there), *sets, frozenset(by_code))


def _is_in(path: str, plant: Plant) -> bool:
    return path.startswith(f"{plant.path}/") or path.partition("!")[0] == plant.path


def _others(plant: Plant, named: Sequence[tuple[str, str]], known: frozenset[str]) -> list[str]:
    """Projects that are named and not there. A program without a name has that of its file, which is no project's."""
    own = _normal(posixpath.basename(plant.path))
    return sorted({name for name, _ in named if _normal(name) not in known and _normal(name) != own})


def _names(truth: Truth) -> frozenset[str]:
    known = [truth.project.partition(":")[2], *(re.split(r"[:/]", name)[-1] for name in truth.names)]
    return frozenset(map(_normal, known))


def _normal(name: str) -> str:
    plain = re.sub(r"[-_. ]+", "", name.rpartition("/")[2].rpartition(":")[2].lower())
    return plain.removeprefix("lib") or plain


def one_id(ids: frozenset[str]) -> str:
    """The CVE of a vulnerability with several ids, else the first id."""
    return min(ids, key=lambda name: (not name.startswith("CVE-"), name))
