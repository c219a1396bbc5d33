"""Copies of projects as others carry them, without their names and versions, against a base of other artefacts."""

import hashlib
import pickle
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from careen.origin import identify as identifying
from careen.origin.building import LEFT_OUT, ReleaseReader, build, is_own_code
from careen.origin.features import features_of
from careen.origin.knowledge import Knowledge, Project, open_base, write_base
from careen.origin.source import Parsed, language_of, letters_of

from . import projects, sets
from .projects import Carrier

SPREAD = 6  # releases of a project in the base, besides those that a query has and their neighbours
FAMILIES = ("file", "letters", "tokens")
PROBE = b"""/* a comment */ int first(char *text) { return call(text, 17) ? "a // text" : other[text]; } # another
"""


class Query(NamedTuple):
    """``version``: as the copy states it, or nothing. ``files``: without the file or lines that state it."""

    language: str
    project: str
    version: str
    carrier: str
    files: dict[str, bytes]


@cache
def queries() -> tuple[Query, ...]:
    found = [*_of_python(), *_of_script(), *_of_c()]
    return tuple(query for query in found if query.files)


def base() -> Knowledge:
    """Built once for each set of rules and projects; kept beside the artefacts."""
    chosen = [projects.PYTHON, projects.SCRIPT, projects.DEBIAN, projects.BASE_CARRIERS, SPREAD, sorted(LEFT_OUT)]
    queried = [projects.PYTHON_CARRIERS, projects.SCRIPT_CARRIERS]
    folder = sets.CACHE / "bases" / f"{_rules()}-{hashlib.sha256(repr((chosen, queried)).encode()).hexdigest()[:12]}"
    if not (folder / "manifest.json").exists():
        write_base(folder, build(_projects()))
    return open_base(folder)


@cache
def _rules() -> str:
    """A base is of use for as long as the features of the same code are the same."""
    features = [features_of(path, PROBE * 20) for path in ("a.c", "a.py", "a.js")]
    return hashlib.sha256(b"".join(found[family].tobytes() for found in features for family in FAMILIES)).hexdigest()[:12]


def _projects() -> Iterator[tuple[Project, list]]:
    known = defaultdict(set)
    for query in queries():
        known[query.language, query.project].add(query.version)
    for language, kind, names in (("python", "pypi", projects.PYTHON), ("script", "npm", projects.SCRIPT)):
        for name in names:
            versions = _wanted(kind, name, known[language, name])
            archives = sets.archives(kind, name, versions)
            dates = {archive.version: archive.date for archive in sets.listing(kind, name).archives}
            yield _project(
                f"{kind}:{name}",
                [Copy(version, dates[version], partial(sets.files_of, path)) for version, path in archives.items()],
            )
    releases: dict[str, dict[str, Copy]] = defaultdict(dict)
    for source, name in projects.DEBIAN.items():
        for version, path in sets.archives("debian", source).items():
            if found := re.match(r"\d+(\.\d+)*", version):
                releases[name].setdefault(found[0], Copy(found[0], sets.newest_day(path), partial(sets.files_of, path)))
    for carrier in projects.BASE_CARRIERS:
        for name, version, path, files in _carried(carrier):
            if version:
                releases[name].setdefault(version, Copy(version, sets.newest_day(path), partial(dict, files)))
    for name, copies in sorted(releases.items()):
        yield _project(name, sorted(copies.values(), key=lambda copy: _numbers(copy.version)))


class Copy(NamedTuple):
    version: str
    date: str
    files: Callable[[], dict[str, bytes]]


def _project(name: str, copies: list[Copy]) -> tuple[Project, list]:
    """Of each release, what was read before is not read again."""
    reader = ReleaseReader(FAMILIES)
    parts = sets.CACHE / "parts" / _rules()
    parts.mkdir(parents=True, exist_ok=True)
    found = []
    for version, date, files in copies:
        part = parts / f"{name.replace('/', '_')}-{version}.part"
        if not part.exists():
            aside = part.with_suffix(".aside")
            aside.write_bytes(pickle.dumps(reader.read(version, files().items())))
            aside.rename(part)
        found.append(replace(pickle.loads(part.read_bytes()), date=date))
    return Project(name, tuple(release.version for release in found)), found


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def _wanted(kind: str, name: str, versions: set[str]) -> list[str]:
    """Some releases of the whole history; those that a query has, and the ones before and after each."""
    offered = [archive.version for archive in sets.listing(kind, name).archives]
    chosen = {offered[index * (len(offered) - 1) // (SPREAD - 1)] for index in range(SPREAD)} if offered else set()
    for version in versions & set(offered):
        at = offered.index(version)
        chosen.update(offered[max(at - 1, 0) : at + 2])
    return [version for version in offered if version in chosen]


def _of_c() -> Iterator[Query]:
    for carrier in projects.C_CARRIERS:
        for name, version, path, files in _carried(carrier):
            header = projects.stated_version(name, files)[1]
            code = {f"lib/{file}": data for file, data in files.items() if file.endswith((".c", ".h", ".cc", ".cpp"))}
            stated = code.pop(f"lib/{header}", b"")
            if len(stated) > sum(map(len, code.values())):  # nearly all of the library is in this header
                code[f"lib/{header}"] = re.sub(rb"(?m)^.*VERSION.*\n", b"", stated)
            yield Query("c", name, version, path.name, code)


def _carried(carrier: Carrier) -> Iterator[tuple[str, str, Path, dict[str, bytes]]]:
    """(project, version, artefact, files) of each copy."""
    for path in sets.archives(carrier.kind, carrier.name, most=carrier.versions).values():
        files = sets.files_of(path)
        for name, pattern in carrier.folders.items():
            folders = sorted({match[1] for file in files if (match := re.match(f"({pattern})/", file))})
            for folder in folders:
                copy = sets.below(files, folder)
                yield name, projects.stated_version(name, copy)[0], path, copy


def _of_python() -> Iterator[Query]:
    for carrier, versions in projects.PYTHON_CARRIERS.items():
        for release, path in sets.archives("pypi", carrier, versions).items():
            files = sets.files_of(path)
            copies: dict[tuple[str, str], dict[str, bytes]] = defaultdict(dict)
            for file, data in files.items():
                folder, _, inside = _split(file)
                if folder:
                    name, _, rest = inside.partition("/")
                    copies[folder, name.removesuffix(".py")][rest or "module.py"] = data
            for (folder, module), copy in copies.items():
                name = projects.MODULES.get(module, canonicalize_name(module))
                stated = _stated(files, folder, name, copy)
                if name in projects.PYTHON:
                    code = {
                        f"lib/{file}": _unversioned(data)
                        for file, data in copy.items()
                        if file.endswith(".py") and not _is_version(file)
                    }
                    yield Query("python", name, stated, f"{carrier} {release}", code)


def _split(path: str) -> tuple[str, str, str]:
    """(folder of vendored packages, its name, path below it); the innermost one."""
    parts = path.split("/")
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] in projects.VENDOR_FOLDERS:
            return "/".join(parts[: at + 1]), parts[at], "/".join(parts[at + 1 :])
    return "", "", ""


def _stated(files: dict[str, bytes], folder: str, name: str, copy: dict[str, bytes]) -> str:
    """By the copy itself, by the list of what is vendored, or by metadata beside it."""
    for path in ("__init__.py", "module.py", "__about__.py", "_version.py"):
        if match := re.search(rb"(?m)^__version__\s*=\s*['\"]([\d.]+)['\"]", copy.get(path, b"")):
            return _canonical(match[1].decode())
    for list_name in ("vendor.txt", "vendored.txt"):
        for line in files.get(f"{folder}/{list_name}", b"").decode("utf-8", "replace").splitlines():
            if (match := re.match(r"\s*([\w.-]+)(?:\[\w+\])?==([\w.]+)", line)) and canonicalize_name(match[1]) == name:
                return _canonical(match[2])
    for path in files:
        match = re.match(rf"{re.escape(folder)}/([^/]+)-([\d.]+)\.dist-info/", path)
        if match and canonicalize_name(match[1]) == name:
            return _canonical(match[2])
    return ""


def _canonical(version: str) -> str:
    try:
        return str(Version(version))
    except InvalidVersion:
        return version


def _is_version(path: str) -> bool:
    return posixpath.basename(path) in ("_version.py", "version.py", "__about__.py", "__version__.py", "package_data.py")


def _unversioned(data: bytes) -> bytes:
    return re.sub(rb"(?m)^.*version\w*\s*=\s*['\"(\[].*\n", b"", data)


def _of_script() -> Iterator[Query]:
    for carrier, most in projects.SCRIPT_CARRIERS.items():
        for release, path in sets.archives("npm", carrier, most=most).items():
            files = sets.files_of(path)
            for file, data in files.items():
                if (
                    posixpath.basename(file) == "package.json"
                    and posixpath.basename(posixpath.dirname(posixpath.dirname(file))) == "node_modules"
                ):
                    found = (re.search(rb'"' + key + rb'":\s*"([^"]+)"', data) for key in (b"name", b"version"))
                    name, version = ((match[1].decode() if match else "") for match in found)
                    if name in projects.SCRIPT and name == posixpath.basename(posixpath.dirname(file)):
                        copy = sets.below(files, posixpath.dirname(file))
                        code = {
                            f"lib/{path}": content
                            for path, content in copy.items()
                            if path.endswith((".js", ".mjs", ".cjs")) and "node_modules/" not in path
                        }
                        yield Query("script", name, version, f"{carrier} {release}", code)


class Answer(NamedTuple):
    query: Query
    is_found: bool
    versions: tuple[str, ...]
    extras: tuple[str, ...]
    is_known: bool  # the base has its version

    @property
    def is_unique(self) -> bool:
        return self.versions == (self.query.version,)

    @property
    def is_as_exact_as_code_is(self) -> bool:
        """It is the version, or it and others that have the same code in these files."""
        if self.is_unique or self.query.version not in self.versions or self.query.language == "c":
            return self.is_unique
        names = frozenset(posixpath.basename(path) for path in self.query.files)
        kind = "pypi" if self.query.language == "python" else "npm"
        return len({code_of(kind, self.query.project, version, names) for version in self.versions}) == 1


@cache
def code_of(kind: str, name: str, version: str, names: frozenset[str]) -> frozenset[str]:
    """The letters of the project's files with these names, without lines that state the version."""
    path = sets.archives(kind, name, (version,))[version]
    found = set()
    for file, data in sets.files_of(path).items():
        language = language_of(file)
        if (
            language
            and is_own_code(file)
            and (posixpath.basename(file) in names or names == {"module.py"})
            and not _is_version(file)
        ):
            found.add(hashlib.sha256(letters_of(Parsed(_unversioned(data), language)).tobytes()).hexdigest())
    return frozenset(found)


def answers(known: Knowledge, asked: Iterable[Query]) -> Iterator[Answer]:
    versions = {project.name.rpartition(":")[2]: project.versions for project in known.projects}
    for query in asked:
        found = identifying.identify(known, query.files.items()).components
        mine = [component for component in found if component.project.rpartition(":")[2] == query.project]
        best = max(mine, key=lambda component: len(component.files), default=None)
        first = max(found, key=lambda component: len(component.files), default=None)
        yield Answer(
            query,
            best is not None and first is not None and len(first.files) == len(best.files),
            best.versions if best else (),
            tuple(sorted({component.project for component in found} - {component.project for component in mine})),
            query.version in versions.get(query.project, ()),
        )


def row(language: str, found: list[Answer]) -> tuple[object, ...]:
    known = [answer for answer in found if answer.is_known and answer.is_found]
    project = sets.Share(sum(answer.is_found for answer in found), len(found))
    exact = sets.Share(sum(answer.is_as_exact_as_code_is for answer in known), len(known))
    unique = sets.Share(sum(answer.is_unique for answer in known), len(known))
    named = sets.Share(sum(answer.query.version in answer.versions for answer in known), len(known))
    extra = sets.Share(sum(len(answer.extras) for answer in found), len(found))
    least = LEAST[language]
    bars = sets.bars(
        sets.Bar("project", project, least.project),
        sets.Bar("unique and exact", unique, least.version),
        sets.Bar("exact, or no code differs", exact, least.version),
        sets.Bar("extra", extra, most=MOST_EXTRA),
    )
    return (LANGUAGES[language], project, exact, unique, named, extra, bars)


class _Least(NamedTuple):
    """Bars of a language."""

    project: float
    version: float


LANGUAGES = {"python": "Python", "c": "C and C++", "script": "JavaScript"}
LEAST = {"python": _Least(0.99, 0.96), "c": _Least(0.98, 0.9), "script": _Least(0.98, 0.9)}
MOST_EXTRA = 0.05
HEAD = (
    "copies of", "project", "version exact, or no code differs", "version unique and exact", "version among those named",
    "extra projects", "bars",
)  # fmt: skip


def main() -> None:
    known = base()
    mine = [query for query in queries() if sets.half(query.project) == "held-out"]
    found = list(answers(known, mine))
    rows = [row(language, [answer for answer in found if answer.query.language == language]) for language in LANGUAGES]
    releases = sum(len(project.versions) for project in known.projects)
    head = f"## Vendored sources\n\n{TEXT}\n\nThe base: {len(known.projects)} projects, {releases} releases."
    sets.write_section("vendored", f"{head}\n\n{sets.table(HEAD, rows)}")


TEXT = """Copies as pip, setuptools, pipenv, cmake, redis, npm and others carry them, without the file or the lines that state a
version, below another folder. Versions are of copies whose version the base has. Many releases differ in no line of
code, or only in lines that state the version, so that nothing but such a line tells them apart: the second column
counts an answer of several versions as exact if all of them have the same code in the files of the copy (Python and
JavaScript), the third does not.

Missed: a version alone and exact, of Python and JavaScript, where releases have the same code. Extra projects are all
others that are named; in C that is code that both have (zstd has the benchmarks of xxhash). A file with the name of another
project shows none that carries it: this rule came after an error in this half."""


if __name__ == "__main__":
    main()
