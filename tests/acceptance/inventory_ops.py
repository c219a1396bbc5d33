"""Packages of single files and of trees: every cataloger over them, as over the files of one layer."""

import os
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from careen.catalogers import __name__ as CATALOGERS
from careen.plugins import Cataloger, load
from tests.support.reading import MemoryFile, read_files

MAX_BYTES = 512 << 20


def inventory(request: dict[str, Any]) -> list[dict[str, str]]:
    kind = (request.get("hint") or {}).get("dir") or ""
    files = {name: file for path in request["paths"] for name, file in _files(path, request["root"], kind)}
    return [
        {"name": package.name, "version": package.version, "purl": package.purl, "type": package.type}
        for cataloger in load(CATALOGERS, "CATALOGER", Cataloger)
        for package in read_files(cataloger, files).packages
    ]


def _files(path: str, root: str, kind: str) -> list[tuple[str, MemoryFile]]:
    """A tree is shown with its own name as its first folder; a single file keeps its place below ``root``.

    A single file was taken out of an image: it may have been executable.
    """
    if not os.path.isdir(path):
        name, file = _file(Path(path), Path(root))
        place = _usual(_named(name), kind)
        return [(place, MemoryFile(place, file.content(), 0o755))]
    found = [Path(folder, name) for folder, _, names in os.walk(path) for name in sorted(names)]
    return [_file(file, Path(path).parent) for file in found if file.is_file() and not file.is_symlink()]


def _named(name: str) -> str:
    """The place that the name of a single file stands for: ``a-1.0.METADATA``, ``Packages.db``."""
    for file, folder in (("METADATA", "dist-info"), ("PKG-INFO", "egg-info")):
        if name.endswith(f".{file}"):
            return f"{name.removesuffix(f'.{file}').removesuffix(f'.{folder}')}.{folder}/{file}"
    folder, _, file = name.rpartition("/")
    return f"{folder}/var/lib/rpm/{file}" if file in ("Packages", "Packages.db", "rpmdb.sqlite") else name


USUAL_NAMES = {  # what files of a kind are called: test data of one kind has to have several names
    "c/conan": "conan.lock",
    "cataloger/rust": "Cargo.lock",
    "golang/mod": "go.mod",
    "golang/sum": "go.sum",
    "gradle/lockfile": "gradle.lockfile",
    "hex/mix": "mix.lock",
    "julia/manifest": "Manifest.toml",
    "nodejs/bun": "bun.lock",
    "nodejs/npm": "package-lock.json",
    "nodejs/pnpm": "pnpm-lock.yaml",
    "nodejs/yarn": "yarn.lock",
    "conda/environment": "environment.yml",
    "dart/pub": "pubspec.lock",
    "frameworks/wordpress": "wp-includes/version.php",
    "nodejs/packagejson": "package.json",
    "rust/cargo": "Cargo.lock",
    "nuget/config": "packages.config",
    "nuget/lock": "packages.lock.json",
    "nuget/packagesprops": "Directory.Packages.props",
    "php/composer": "composer.lock",
    "python/pip": "requirements.txt",
    "python/pipenv": "Pipfile.lock",
    "python/poetry": "poetry.lock",
    "python/pylock": "pylock.toml",
    "python/uv": "uv.lock",
    "ruby/bundler": "Gemfile.lock",
    "sbt/lockfile": "build.sbt.lock",
    "swift/cocoapods": "Podfile.lock",
    "swift/swift": "Package.resolved",
}

USUAL_PLACES = {  # the same by what their names look like
    "*/composite-action.yaml": ".github/actions/x/action.yaml",
    "*/githubactions/*.yaml": ".github/workflows/x.yaml",
    "*/conanfile*.txt": "conanfile.txt",
    "*/container-manifest-2": "var/lib/rpmmanifest/container-manifest-2",
    "*.pubspec.yaml": "pubspec.yaml",
    "*/rebar*.lock": "rebar.lock",
    "*/snap/*/dpkg.yaml": "usr/share/snappy/dpkg.yaml",
    "*/snap/*/manifest.yaml": "snap/manifest.yaml",
    "*package-lock*.json": "package-lock.json",
    "*/package-*.json": "package.json",
    "*/installed.json": "vendor/composer/installed.json",
    "*setup.py": "setup.py",
    "*/conda/meta/*.json": "opt/conda/conda-meta/package.json",
    "*.reg": "usr/share/php/.registry/.channel.pecl.php.net/package.reg",
}


def _usual(path: str, kind: str) -> str:
    name = next((name for end, name in USUAL_NAMES.items() if kind.endswith("/" + end)), None)
    name = name or next((place for pattern, place in USUAL_PLACES.items() if fnmatch(path, pattern)), None)
    return f"{path.rpartition('/')[0]}/{name}" if name else path


def _file(file: Path, root: Path) -> tuple[str, MemoryFile]:
    name = file.relative_to(root).as_posix()
    state = file.stat()
    assert state.st_size <= MAX_BYTES
    return name, MemoryFile(name, file.read_bytes(), state.st_mode & 0o7777)


OPS = {"inventory": inventory}
