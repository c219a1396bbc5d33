"""Lock files and manifests of packages: recognises them by name, and finds the line of each package."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from careen.model.package import Package

NAMES = frozenset(
    (
        *("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "deno.lock"),
        *("poetry.lock", "pdm.lock", "uv.lock", "pylock.toml", "Pipfile.lock", "requirements.txt", "constraints.txt"),
        *("go.mod", "Cargo.lock", "pom.xml", "gradle.lockfile", "buildscript-gradle.lockfile", "build.sbt.lock"),
        *("Gemfile.lock", "gems.locked", "composer.lock", "packages.lock.json", "packages.config", "paket.lock"),
        *("mix.lock", "rebar.lock", "pubspec.lock", "Podfile.lock", "Package.resolved", "conan.lock", "stack.yaml.lock"),
        *("cabal.project.freeze", "cpanfile.snapshot", "renv.lock", "pixi.lock", "environment.yml", "environment.yaml"),
        *("conda-lock.yml", "conda-lock.yaml"),
    )
)
_REQUIREMENTS = re.compile(r"(?i)(?:.*[._-])?(?:requirements|constraints)(?:[._-].*)?\.(?:txt|in)")
_TOKEN = re.compile(r"[A-Za-z0-9@][\w.@/:+~^-]*")
_NEAR = 4  # lines below a name in which its version may be


def is_package_file(path: str) -> bool:
    name = posixpath.basename(path)
    return name in NAMES or is_requirements(path)


def is_requirements(path: str) -> bool:
    name = posixpath.basename(path)
    return _REQUIREMENTS.fullmatch(name) is not None or (
        posixpath.basename(posixpath.dirname(path)) == "requirements" and name.endswith((".txt", ".in"))
    )


def lines_of_packages(text: str, packages: Iterable[Package]) -> Mapping[tuple[str, str], int]:
    """The line of each package, by its name and version. It is counted from 1, and has the name, with the version in
    it or just below."""
    rows = text.split("\n")
    rows_by_word = _words(rows)
    return {(package.name, package.version): _line(package, rows, rows_by_word) for package in packages}


def _line(package: Package, rows: list[str], rows_by_word: Mapping[str, list[int]]) -> int:
    best, line = -1, 1
    for name in _names(package):
        for row in rows_by_word.get(name, ()):
            here = rows[row]
            score = 2 if package.version in here else 1 if any(package.version in r for r in rows[row : row + _NEAR]) else 0
            if score > best:
                best, line = score, row + 1
            if score == 2:
                return line
    return line


def _names(package: Package) -> list[str]:
    """The names that files may have for the package: "@types/node"; for a Maven package, also its artifact alone."""
    return list(dict.fromkeys(_plain(name) for name in (package.name, package.name.rpartition(":")[2])))


def _words(rows: list[str]) -> dict[str, list[int]]:
    """The rows that contain each word. Of "node_modules/a/node_modules/b" the word is b; of "name@1.2" the name is a
    word, too."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        for match in _TOKEN.finditer(row[:2000]):
            word = match[0].rstrip(":,")
            name = word.rpartition("node_modules/")[2].lstrip("/")
            before, at, _ = name[1:].partition("@")
            for form in {word, name, name[:1] + before if at else name, name.partition(":")[0]}:
                found[_plain(form)].append(number)
    return found


def _plain(name: str) -> str:
    """The name for comparisons: Python's names are equal whatever their case and separators (PEP 503), which does no
    harm for others."""
    return re.sub(r"[-_.]+", "-", name).lower()
