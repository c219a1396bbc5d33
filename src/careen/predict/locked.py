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

from careen.formats.dockerfile.stages import Dockerfile, Step
from careen.formats.dockerfile.variables import resolved_words
from careen.formats.shell.package_commands import read_call
from careen.model.inventory import Inventory
from careen.model.package import Evidence, Package

from .context import Context
from .context_files import Copied, Files
from .declared import KNOWN, Predicted
from .kept_stages import copied_from
from .requirements import constraint_files, unpinned, versions_of
from .scripts import with_scripts

MAX_REQUIREMENTS = 50  # files that requirements include


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
    "dotnet": Program(
        r"restore|build|publish",
        ("packages.lock.json",),
        (),
        ("Directory.Packages.props", "Directory.Build.props"),
        required=False,
    ),
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
_ANY_NAME = ("conda", "mvn")  # their files have the name that an option states
_PROJECTS = (".csproj", ".fsproj", ".vbproj")
_NESTED = re.compile(r"(?m)^[ \t]*(?:-r|--requirement)(?:[ \t]+|=)([^\s#]+)")


class Locked(Struct, frozen=True):
    predicted: tuple[Predicted, ...]
    open: tuple[str, ...]  # reasons why files could not be read, each with its line
    followed: Dockerfile | None = None  # with the commands of the scripts that it starts


class Wanted(NamedTuple):
    folder: str
    names: tuple[str, ...]  # names of the file: the first that exists counts
    beside: tuple[str, ...] = ()
    requirements: bool = False
    required: bool = True
    constraints: tuple[str, ...] = ()  # files with the versions of requirements
    packages: tuple[str, ...] = ()  # that the command names, which the constraints may pin
    named: str = ""  # the name of the file, if the command has another one than usual


def locked(document: Dockerfile, context: Context, read: Callable[[Mapping[str, bytes]], Inventory]) -> Locked:
    """The packages that files of the context will install. ``read`` is called with files and returns an inventory of
    their packages."""
    counted = copied_from(document)
    document, unread = with_scripts(document, context, counted)
    files = Files(document, context)
    found: list[Predicted] = []
    missing: dict[str, None] = dict.fromkeys(unread)
    for stage in document.stages:
        files.begin(stage)
        for step in document.performed(stage):
            if step.keyword == "RUN" and step.stage in counted:
                found += _of_step(document, step, files, read, missing)
            else:
                files.take(step)
    return Locked(tuple(found), tuple(missing), document)


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
            if not gathered and not wanted.packages:
                if wanted.required:
                    missing[f"{where}: {wanted.named or ' or '.join(wanted.names)} is not in the build context"] = None
                continue
            tool = words[0].rpartition("/")[2]
            if wanted.requirements:
                loose = _loose(document, step, wanted, gathered, files, copies)
                found = (Predicted(package, line, line, tool, step.stage, package.version != "") for package in loose)
                yield from found
            inventory = read({name: data for name, (_, data) in gathered.items()})
            for unknown in inventory.unknowns:
                missing[f"{where}: {gathered.get(unknown.evidence.path, ('a file', b''))[0]}: {unknown.reason}"] = None
            places = dict.fromkeys((document.path, *(source for source, _ in gathered.values())))
            evidence = tuple(Evidence(path, 0) for path in places)
            for package in inventory.packages:
                made = replace(package, evidence=evidence, presence="declared")
                yield Predicted(made, line, line, tool, step.stage, package.version != "", text=wanted.names[0])


def _wanted(words: Sequence[str], folder: str) -> Iterator[Wanted]:
    package = read_call(words)
    if package is not None and package.tool == "pip":
        named = [spec.text for spec in package.specs if spec.kind == "requirements"]
        if package.action in ("sync", "install"):
            named += package.options.words[1:] if package.action == "sync" else ()
            limits = tuple(name for name in package.options.values("-c", "--constraint") if "$" not in name)
            for name in named:
                if "$" not in name and "://" not in name:
                    yield Wanted(folder, (name,), requirements=True, constraints=limits)
            loose = tuple(spec.name for spec in package.specs if spec.kind == "name" and not spec.version)
            if limits and loose:
                yield Wanted(folder, limits, requirements=True, constraints=limits, packages=loose)
        return
    program = words[0].rpartition("/")[2]
    if re.fullmatch(r"python[\d.]*", program) and list(words[1:2]) == ["-m"] and len(words) > 2:
        program, words = words[2], words[2:]
    program = _OTHER_NAMES.get(program, program)
    known = _PROGRAMS.get(program)
    if known is None or {"--version", "-v", "--help", "-h"} & set(words):
        return
    place, rest, file = _place(words[1:], folder, known.folder)
    if not re.fullmatch(known.actions, rest[0] if rest else ""):
        return
    named = [spec.text for spec in package.specs] if package is not None else rest[1:]
    if program in _NAMING and any("@" in name or program != "go" for name in named):
        return
    if program == "cargo" and rest[0] == "install" and not any(word.partition("=")[0] == "--path" for word in words):
        return
    projects = [name for name in rest[1:] if posixpath.splitext(name)[1] in _PROJECTS] if program == "dotnet" else []
    for project in projects:
        path, name = posixpath.split(posixpath.normpath(posixpath.join(folder, project)))
        yield Wanted(path, (*known.names, name), known.beside)
    if not projects:
        yield Wanted(place, known.names, known.beside, required=known.required, named=file if program in _ANY_NAME else "")


def _place(words: Sequence[str], folder: str, options: Sequence[str]) -> tuple[str, list[str], str]:
    """The folder in which a program works, its arguments without options, and the file that an option names."""
    rest: list[str] = []
    file = ""
    following = iter(words)
    for word in following:
        name, equals, value = word.partition("=")
        if name in options:
            value = value if equals else next(following, "")
            if posixpath.splitext(value)[1] in (".toml", ".xml", ".yml", ".yaml") or posixpath.basename(value) == "Gemfile":
                value, file = posixpath.split(value)
            folder = posixpath.normpath(posixpath.join(folder, value)) if "$" not in value else folder
        elif not word.startswith("-"):
            rest.append(word)
    return folder, rest, file


def _gathered(wanted: Wanted, files: Files, copies: Sequence[Copied]) -> dict[str, tuple[str, bytes]]:
    """(path in the context, content) of the files to read, by the file name that a reader expects."""
    if wanted.packages:
        return {}
    if wanted.requirements:
        return _requirements(posixpath.join(wanted.folder, wanted.names[0]), files, copies)
    if wanted.named:
        found = files.find(posixpath.join(wanted.folder, wanted.named), copies)
        return {wanted.names[0]: found} if found is not None else {}
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


def _loose(
    document: Dockerfile,
    step: Step,
    wanted: Wanted,
    gathered: Mapping[str, tuple[str, bytes]],
    files: Files,
    copies: Sequence[Copied],
) -> Iterator[Package]:
    """The packages without an exact version in the requirements, with the version of the constraints, if they have one."""
    texts = [data.decode("utf-8", "replace") for _, data in gathered.values()]
    named = [*wanted.constraints, *constraint_files(texts), *(step.known.get("PIP_CONSTRAINT") or "").split()]
    paths = [posixpath.normpath(posixpath.join(wanted.folder, name)) for name in named[:MAX_REQUIREMENTS]]
    limits = [found for path in paths if (found := files.find(path, copies)) is not None]
    versions = versions_of(data.decode("utf-8", "replace") for _, data in limits)
    places = tuple(Evidence(path, 0) for path in (document.path, *(path for path, _ in (*gathered.values(), *limits))))
    for name, version in unpinned(["\n".join(wanted.packages)] if wanted.packages else texts, versions):
        if version or not wanted.packages:  # what the command names is listed without a version already
            package = Package("pypi", None, name, version, cataloger="dockerfile", confidence=KNOWN, evidence=places)
            yield replace(package, presence="declared")
