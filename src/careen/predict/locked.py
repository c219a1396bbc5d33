"""The packages that lock files and requirements of a build context will install, at the line of the RUN that reads them.

Files of the context are followed through ``COPY``: into folders, by patterns, from stage to stage, and by bind mounts. A RUN
that installs from a file (``pip install -r``, ``npm ci``, ``bundle install``, ``go build`` …) reads it from its folder, which
WORKDIR, ``cd`` and the program's options set. A file that a step creates is not in the context, which is reported.
**Source:** Dockerfile reference (COPY, WORKDIR, RUN --mount); the manuals of the programs below.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.dockerfile.stages import Dockerfile, Stage, Step
from careen.formats.dockerfile.variables import resolved_words
from careen.formats.shell.package_commands import read_call
from careen.model.inventory import Inventory
from careen.model.package import Evidence

from .context import Context, clean
from .declared import Predicted, copied_from

MAX_COPIES = 2000
MAX_REQUIREMENTS = 50  # files that requirements include
MAX_STAGES = 20  # stages through which the copies of a file are followed
MAX_LOOKUPS = 20_000  # in all copies of all stages


class Program(NamedTuple):
    """A program that installs what files of its working folder list."""

    actions: str  # regular expression for its first word
    names: tuple[str, ...]  # names of the file that it reads: the first that exists counts
    folder: tuple[str, ...] = ()  # options whose value is another working folder, or a file in that folder
    beside: tuple[str, ...] = ()  # files that are read with it, if they exist
    required: bool = True  # a missing file is reported; False: the program also has uses without such a file


_PROGRAMS = {
    "npm": Program(r"ci|clean-install|i|install", ("npm-shrinkwrap.json", "package-lock.json"), ("--prefix", "-C")),
    "yarn": Program(r"|install", ("yarn.lock",), ("--cwd",)),
    "pnpm": Program(r"i|install|fetch", ("pnpm-lock.yaml",), ("--dir", "-C")),
    "bun": Program(r"i|ci|install", ("bun.lock",), ("--cwd",)),
    "bundle": Program(r"|install", ("Gemfile.lock", "gems.locked"), ("--gemfile",)),
    "composer": Program(r"i|install", ("composer.lock",), ("-d", "--working-dir")),
    "go": Program(r"mod|build|install|get|test|run", ("go.mod",), ("-C",), ("go.sum",), required=False),
    "cargo": Program(r"b|build|install|fetch|test|run", ("Cargo.lock",), ("--manifest-path", "--path"), required=False),
    "poetry": Program(r"install|sync", ("poetry.lock",), ("-C", "--directory", "-P", "--project")),
    "uv": Program(r"sync", ("uv.lock",), ("--directory", "--project")),
    "pipenv": Program(r"install|sync", ("Pipfile.lock",)),
    "pdm": Program(r"install|sync", ("pdm.lock",), ("-p", "--project")),
    "conda": Program(r"env|create|install|update", ("environment.yml", "environment.yaml"), ("-f", "--file")),
    "dotnet": Program(r"restore|build|publish", ("packages.lock.json",), required=False),
    "mix": Program(r"deps\.get", ("mix.lock",)),
    "pod": Program(r"install", ("Podfile.lock",), ("--project-directory",)),
    "dart": Program(r"pub", ("pubspec.lock",), ("-C", "--directory")),
    "flutter": Program(r"pub|build", ("pubspec.lock",), ("-C", "--directory"), required=False),
    "swift": Program(r"build|package", ("Package.resolved",), ("--package-path",), required=False),
    "gradle": Program(r".*", ("gradle.lockfile",), ("-p", "--project-dir"), required=False),
    "mvn": Program(r".*", ("pom.xml",), ("-f", "--file"), required=False),
}
_OTHER_NAMES = {"mamba": "conda", "micromamba": "conda", "bundler": "bundle", "gradlew": "gradle", "mvnw": "mvn"}
_NAMING = (
    "npm",
    "yarn",
    "pnpm",
    "bun",
    "composer",
    "pipenv",
    "go",
    "conda",
)  # with the name of a package, these programs install that package, not the locked ones
_NESTED = re.compile(r"(?m)^[ \t]*(?:-r|--requirement)(?:[ \t]+|=)([^\s#]+)")


class Locked(Struct, frozen=True):
    predicted: tuple[Predicted, ...]
    open: tuple[str, ...]  # reasons why files could not be read, each with its line


class Copied(NamedTuple):
    """One source of a COPY or bind mount."""

    source: str
    target: str  # absolute
    into: bool  # the target is a folder
    stage: int | None  # the source stage; None: the context


class Wanted(NamedTuple):
    folder: str
    names: tuple[str, ...]  # names of the file: the first that exists counts
    beside: tuple[str, ...] = ()
    requirements: bool = False
    required: bool = True


class Files:
    """The paths at which each stage has files of the context, updated step by step."""

    def __init__(self, document: Dockerfile, context: Context) -> None:
        self.document, self.context = document, context
        self.copies: dict[int, list[Copied]] = {}
        self.folders: dict[int, str] = {}
        self.names = {stage.name.lower(): stage.index for stage in document.stages if stage.name}
        self._lookups = 0

    def begin(self, stage: Stage) -> None:
        parent = stage.parent
        self.copies[stage.index] = list(self.copies.get(parent, ())) if parent is not None else []
        self.folders[stage.index] = self.folders.get(parent, "/") if parent is not None else "/"

    def take(self, step: Step) -> None:
        if step.keyword == "WORKDIR":
            path = step.resolve(step.instruction.text.strip(), self.document.escape)
            self.folders[step.stage] = posixpath.normpath(posixpath.join(self.folders[step.stage], path))
        elif step.keyword in ("COPY", "ADD") and len(self.copies[step.stage]) < MAX_COPIES:
            words = [step.resolve(word, self.document.escape) for word in step.instruction.words]
            if len(words) > 1:
                into = words[-1].endswith("/") or words[-1] in (".", "..") or len(words) > 2
                target = posixpath.normpath(posixpath.join(self.folders[step.stage], words[-1]))
                stage, known = self._source(step.instruction.flag("from"))
                if known:
                    self.copies[step.stage] += [Copied(word, target, into, stage) for word in words[:-1]]

    def mounts(self, step: Step) -> list[Copied]:
        found = []
        for mount in step.mounts():
            target = mount.get("target") or mount.get("dst") or mount.get("destination")
            stage, known = self._source(mount.get("from"))
            if mount["type"] == "bind" and target and known:
                place = posixpath.normpath(posixpath.join(self.folders[step.stage], target))
                found.append(Copied(mount.get("source") or mount.get("src") or ".", place, False, stage))
        return found

    def find(self, path: str, copies: Sequence[Copied], depth: int = 0) -> tuple[str, bytes] | None:
        """The file at an absolute path of a stage: (its path in the context, its content); None if it is not from the
        context."""
        if depth > MAX_STAGES:
            return None
        for copied in reversed(copies):
            self._lookups += 1
            if self._lookups > MAX_LOOKUPS:
                raise ValueError("over the limit of copies that are followed")
            for source in self._sources(copied, path):
                found: tuple[str, bytes] | None = None
                if copied.stage is not None:
                    found = self.find("/" + source, self.copies.get(copied.stage, ()), depth + 1)
                else:
                    data = self.context.read(source)
                    found = (source, data) if data is not None else None
                if found is not None:
                    return found
        return None

    def _source(self, name: str | None) -> tuple[int | None, bool]:
        if not name:
            return None, True
        index = self.names.get(name.lower(), int(name) if name.isdecimal() and len(name) < 6 else -1)
        return index, index in self.copies

    def _sources(self, copied: Copied, path: str) -> Iterator[str]:
        """The paths in the source that the copy may have put at ``path``."""
        below = path[len(copied.target) :].lstrip("/") if path.startswith(copied.target.rstrip("/") + "/") else None
        for source in self.context.matching(copied.source) if copied.stage is None else [clean(copied.source)]:
            if path == copied.target and not copied.into:
                yield source
            if below is None:
                continue
            if below == posixpath.basename(source):
                yield source
            yield posixpath.join(source, below)


def locked(document: Dockerfile, context: Context, read: Callable[[Mapping[str, bytes]], Inventory]) -> Locked:
    """The packages that files of the context will install. ``read`` is called with files and returns an inventory of
    their packages."""
    files = Files(document, context)
    counted = copied_from(document)
    found: list[Predicted] = []
    missing: dict[str, None] = {}
    for stage in document.stages:
        files.begin(stage)
        for step in document.performed(stage):
            if step.keyword == "RUN" and step.stage in counted:
                found += _of_step(document, step, files, read, missing)
            else:
                files.take(step)
    return Locked(tuple(found), tuple(missing))


def _of_step(
    document: Dockerfile, step: Step, files: Files, read: Callable[[Mapping[str, bytes]], Inventory], missing: dict[str, None]
) -> Iterator[Predicted]:
    copies = [*files.copies[step.stage], *files.mounts(step)]
    folder = files.folders[step.stage]
    seen: set[Wanted] = set()
    for call in document.calls_of(step):
        words = resolved_words(call.command.words, step.known)
        if words[0] == "cd":
            if len(words) > 1 and "$" not in words[1]:
                folder = posixpath.normpath(posixpath.join(folder, words[1]))
            continue
        for wanted in _wanted(words, folder):
            if wanted in seen:
                continue
            seen.add(wanted)
            line = call.command.line
            where = f"{document.path}:{line}"
            try:
                gathered = _gathered(wanted, files, copies)
            except ValueError as error:
                missing[f"{where}: {error}"] = None
                continue
            if not gathered:
                if wanted.required:
                    missing[f"{where}: {' or '.join(wanted.names)} is not in the build context"] = None
                continue
            inventory = read({name: data for name, (_, data) in gathered.items()})
            for unknown in inventory.unknowns:
                missing[f"{where}: {gathered.get(unknown.evidence.path, ('a file', b''))[0]}: {unknown.reason}"] = None
            evidence = tuple(Evidence(path, 0) for path in (document.path, *(source for source, _ in gathered.values())))
            tool = words[0].rpartition("/")[2]
            for package in inventory.packages:
                made = replace(package, evidence=evidence, presence="declared")
                yield Predicted(made, line, line, tool, step.stage, package.version != "", text=wanted.names[0])


def _wanted(words: Sequence[str], folder: str) -> Iterator[Wanted]:
    package = read_call(words)
    if package is not None and package.tool == "pip":
        named = [spec.text for spec in package.specs if spec.kind == "requirements"]
        if package.action in ("sync", "install"):
            named += package.options.words[1:] if package.action == "sync" else ()
            yield from (Wanted(folder, (name,), requirements=True) for name in named if "$" not in name and "://" not in name)
        return
    program = words[0].rpartition("/")[2]
    if re.fullmatch(r"python[\d.]*", program) and list(words[1:2]) == ["-m"] and len(words) > 2:
        program, words = words[2], words[2:]
    program = _OTHER_NAMES.get(program, program)
    known = _PROGRAMS.get(program)
    if known is None or {"--version", "-v", "--help", "-h"} & set(words):
        return
    place, rest = _place(words[1:], folder, known.folder)
    if not re.fullmatch(known.actions, rest[0] if rest else ""):
        return
    named = [spec.text for spec in package.specs] if package is not None else rest[1:]
    if program in _NAMING and any("@" in name or program != "go" for name in named):
        return
    if program == "cargo" and rest[0] == "install" and not any(word.partition("=")[0] == "--path" for word in words):
        return
    yield Wanted(place, known.names, known.beside, required=known.required)


def _place(words: Sequence[str], folder: str, options: Sequence[str]) -> tuple[str, list[str]]:
    """The folder in which a program works, and its arguments without options."""
    rest: list[str] = []
    following = iter(words)
    for word in following:
        name, equals, value = word.partition("=")
        if name in options:
            value = value if equals else next(following, "")
            if posixpath.splitext(value)[1] in (".toml", ".xml", ".yml", ".yaml") or posixpath.basename(value) == "Gemfile":
                value = posixpath.dirname(value)
            folder = posixpath.normpath(posixpath.join(folder, value)) if "$" not in value else folder
        elif not word.startswith("-"):
            rest.append(word)
    return folder, rest


def _gathered(wanted: Wanted, files: Files, copies: Sequence[Copied]) -> dict[str, tuple[str, bytes]]:
    """(path in the context, content) of the files to read, by the file name that a reader expects."""
    if wanted.requirements:
        return _requirements(posixpath.join(wanted.folder, wanted.names[0]), files, copies)
    for name in wanted.names:
        found = files.find(posixpath.join(wanted.folder, name), copies)
        if found is not None:
            others = ((other, files.find(posixpath.join(wanted.folder, other), copies)) for other in wanted.beside)
            return {name: found} | {other: data for other, data in others if data is not None}
    return {}


def _requirements(path: str, files: Files, copies: Sequence[Copied]) -> dict[str, tuple[str, bytes]]:
    """The requirements file and the files that it includes."""
    gathered: dict[str, tuple[str, bytes]] = {}
    waiting: list[str] = [posixpath.normpath(path)]
    for place in waiting:
        found = files.find(place, copies)
        if found is None or len(gathered) >= MAX_REQUIREMENTS:
            continue
        gathered[f"requirements/{len(gathered)}.txt"] = found
        nested: Iterable[str] = _NESTED.findall(found[1].decode("utf-8", "replace"))
        paths = (posixpath.normpath(posixpath.join(posixpath.dirname(place), name)) for name in nested if "://" not in name)
        waiting += [name for name in dict.fromkeys(paths) if name not in waiting][: MAX_REQUIREMENTS - len(waiting)]
    return gathered
