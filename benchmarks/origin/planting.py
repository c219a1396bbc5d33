"""Code that others copied, built or bundled, as files of an image, with the truth about it.

``images.toml`` lists what is planted. Programs are built from the upstream tarballs of Debian's source packages, at ``-O2``,
some with link-time optimisation, and stripped. What cannot be downloaded or built is named and left out.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from careen.origin.fetch.deb import upstream_of

from .sets import CACHE, apt_options, archives, files_of, run

LIST = Path(__file__).with_name("images.toml")
WORK = CACHE / "images"
SOURCE_ENDINGS = (".c", ".h", ".cc", ".cpp", ".hpp", ".inc")
BUILD_SECONDS = 1200
LEAST_IN_A_BUNDLE = 500  # bytes


class Truth(NamedTuple):
    """Code of a project. ``names``: package URLs or CPE names without the version, by which advisories know it."""

    project: str  # as the base names it: deb:zlib, npm:lodash
    version: str
    names: tuple[str, ...]


class Plant(NamedTuple):
    """Files of an image below ``path``, and what they contain."""

    kind: str
    path: str
    files: dict[str, bytes]
    truths: tuple[Truth, ...]


@cache
def listed() -> Mapping[str, Any]:
    return tomllib.loads(LIST.read_text("utf-8"))


def plants() -> list[Plant]:
    found: list[Plant] = []
    for entry in listed()["program"]:
        found += _program(entry)
    for name, folder in listed()["copies"].items():
        found += _copy(name, folder)
    for name, version in listed()["modules"].items():
        found += _modules(name, version)
    for name, (version, path) in listed()["scripts"].items():
        found += _script(name, version, path)
    for number, entry in enumerate(listed()["bundle"]):
        found += _bundle(number, entry["of"])
    return found


def _program(entry: Mapping[str, Any]) -> Iterator[Plant]:
    name = entry["of"]
    if not (tree := _built(name, entry["build"], entry.get("linked", []))):
        return
    program = WORK / f"stripped-{name}"
    if not (tree / entry["file"]).exists() or subprocess.run(["strip", "-o", program, tree / entry["file"]]).returncode:
        print(f"left out: {name}: the build has no {entry['file']}")
        return
    truths = [_of_debian(name, _version(name))]
    truths += [_of_debian(library, _version(library)) for library in entry.get("linked", [])]
    truths += [_of_debian(library, version) for library, version in entry.get("bundled", {}).items()]
    path = f"opt/service/bin/{_alias(name)}"
    yield Plant("program", path, {path: program.read_bytes()}, tuple(truths))


def _copy(name: str, folder: str) -> Iterator[Plant]:
    if archive := _tarball(name):
        path = f"usr/src/app/native/{_alias(name)}"
        start = f"{folder}/" if folder else ""
        files = {
            f"{path}/{file.removeprefix(start)}": data
            for file, data in files_of(archive).items()
            if file.startswith(start) and file.endswith(SOURCE_ENDINGS) and ("/" not in file or folder)
        }
        yield Plant("copy", path, files, (_of_debian(name, _version(name)),))


def _modules(name: str, version: str) -> Iterator[Plant]:
    for archive in archives("pypi", name, [version]).values():
        files = {path: data for path, data in files_of(archive).items() if path.endswith(".py")}
        folder = next(
            (start for start in ("", "src/", "lib/", "lib3/", "python3/") if f"{start}{name}/__init__.py" in files), None
        )
        path = f"srv/api/internal/{_alias(name)}"
        if folder is None:  # a single module
            files = {f"{path}/impl.py": files[f"{name}.py"] if f"{name}.py" in files else files[f"lib/{name}.py"]}
        else:
            start = f"{folder}{name}/"
            files = {f"{path}/{file.removeprefix(start)}": data for file, data in files.items() if file.startswith(start)}
        also = (Truth(project, "", ()) for project in listed()["also"].get(name, []))
        yield Plant("modules", path, files, (_of_registry("pypi", name, version), *also))


def _script(name: str, version: str, path: str) -> Iterator[Plant]:
    for archive in archives("npm", name, [version]).values():
        if (data := files_of(archive).get(path)) is None:
            print(f"left out: {name} {version} has no {path}")
            continue
        place = f"srv/web/static/{_alias(name)}.js"
        yield Plant("script", place, {place: _without_banner(data)}, (_of_registry("npm", name, version),))


def _alias(name: str) -> str:
    """A name that does not show what it is."""
    return f"x{hashlib.sha256(name.encode()).hexdigest()[:7]}"


def _without_banner(data: bytes) -> bytes:
    return re.sub(rb"\A\s*(?:/\*.*?\*/\s*|//[^\n]*\n\s*)+", b"", data, flags=re.DOTALL)


def _bundle(number: int, packages: Mapping[str, str]) -> Iterator[Plant]:
    root = WORK / f"bundle-{number}"
    out = root / "bundle.js"
    if not out.exists():
        root.mkdir(parents=True, exist_ok=True)
        about = {"private": True, "dependencies": dict(packages), "devDependencies": {"esbuild": "*"}}
        (root / "package.json").write_text(json.dumps(about), "utf-8")
        names = [f"import * as m{at} from {json.dumps(name)};" for at, name in enumerate(packages)]
        used = ", ".join(f"m{at}" for at in range(len(packages)))
        (root / "main.js").write_text("\n".join([*names, f"globalThis.app = [{used}];"]), "utf-8")
        run("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", cwd=root)
        flags = (
            "--bundle",
            "--minify",
            "--platform=node",
            "--legal-comments=none",
            "--metafile=meta.json",
            "--outfile=bundle.js",
        )
        run("node_modules/.bin/esbuild", "main.js", *flags, cwd=root)
    if out.exists():
        path = f"srv/web/static/bundle{number}.js"
        truths = tuple(_of_registry("npm", *package) for package in _in_bundle(root))
        yield Plant("bundle", path, {path: out.read_bytes()}, truths)


def _in_bundle(root: Path) -> Iterator[tuple[str, str]]:
    """Name and version of each package of which the bundle has more than a few lines."""
    sizes: Counter[str] = Counter()
    about = json.loads((root / "meta.json").read_text("utf-8"))
    for path, part in about["outputs"]["bundle.js"]["inputs"].items():
        if package := re.search(r"node_modules/((?:@[^/]+/)?[^/]+)/", path):
            sizes[package[1]] += part["bytesInOutput"]
    for name in sorted(name for name, size in sizes.items() if size >= LEAST_IN_A_BUNDLE):
        package_json = json.loads((root / "node_modules" / name / "package.json").read_text("utf-8"))
        yield name, package_json["version"]


def _of_debian(name: str, version: str) -> Truth:
    return Truth(f"deb:{name}", version, tuple(f"cpe:2.3:a:{cpe}" for cpe in listed()["cpe"].get(name, [])))


def _of_registry(kind: str, name: str, version: str) -> Truth:
    return Truth(f"{kind}:{name}", version, (f"pkg:{kind}/{name}",))


def _version(name: str) -> str:
    return upstream_of(listed()["versions"][name])


def _tarball(name: str) -> Path | None:
    """The upstream tarball of the version that is listed; None if no mirror has it any more."""
    folder = CACHE / "debian"
    version = listed()["versions"][name]
    pattern = f"{name}_{version.rpartition('-')[0].rpartition(':')[2]}.orig.tar.*[!c]"
    if not any(folder.glob(pattern)):
        folder.mkdir(parents=True, exist_ok=True)
        run("apt-get", *apt_options(), "source", "-qq", "--download-only", "--tar-only", f"{name}={version}", cwd=folder)
    return next(iter(sorted(folder.glob(pattern))), None)


def _built(name: str, script: str, libraries: list[str]) -> Path | None:
    """The folder of a build that succeeded; None, after a message, of one that did not."""
    archive = _tarball(name)
    if archive is None:
        return None
    tree, prefix = WORK / f"tree-{name}", (WORK / f"prefix-{name}").absolute()
    if not (tree / ".done").exists():
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir(parents=True)
        if not all(_install(library, prefix) for library in libraries):
            return None
        subprocess.run(["tar", "-xf", archive.absolute(), "--strip-components=1", "-C", tree], check=True)
        if not _run(name, script, tree, prefix):
            return None
        (tree / ".done").touch()
    return tree


def _install(library: str, prefix: Path) -> bool:
    archive, tree = _tarball(library), WORK / f"library-{library}"
    if archive is None:
        return False
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    subprocess.run(["tar", "-xf", archive.absolute(), "--strip-components=1", "-C", tree], check=True)
    return _run(library, listed()["library"][library], tree, prefix)


def _run(name: str, script: str, tree: Path, prefix: Path) -> bool:
    environment = {**os.environ, "PREFIX": str(prefix), "SOURCE_DATE_EPOCH": "1700000000"}
    command = ["nice", "-n", "10", "sh", "-ec", script]
    try:
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, timeout=BUILD_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"left out: {name}: its build takes longer than {BUILD_SECONDS} s")
        return False
    (tree / ".log").write_bytes(done.stdout + done.stderr)
    if done.returncode:
        print(f"left out: {name}: {done.stderr.decode('utf-8', 'replace').strip()[-300:]}")
    return not done.returncode
