"""Minified and bundled JavaScript: the library and its version, where every version number in the file was overwritten.

The base has 5 releases of each library in javascript.txt without their minified files; the minified ones are made here from
the middle release with three minifiers, or are its author's. A bundle has five libraries. Unrelated files are those of the
tools themselves.
"""

import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from careen.origin.building import Release, ReleaseReader, build
from careen.origin.identify import identify
from careen.origin.knowledge import Knowledge, Project

from .sets import CACHE, Bar, Share, Tally, archives, bars, files_of, half, table, write_section

LIST = Path(__file__).with_name("javascript.txt")
NPM = CACHE / "npm"
TOOLS, BUILT, UNPACKED = NPM / "tools", NPM / "built", NPM / "unpacked"
PACKAGES = (
    "acorn",
    "esbuild",
    "rollup",
    "terser",
    "uglify-js",
    "webpack",
    "@rollup/plugin-commonjs",
    "@rollup/plugin-node-resolve",
)
MINIFIERS, BUNDLERS = ("esbuild", "terser", "uglify"), ("esbuild", "webpack", "rollup")
FAMILIES = ("file", "letters", "literals", "names", "sequences")
BUNDLES, IN_A_BUNDLE = 10, 5
NEEDS_OTHERS = {"angular", "backbone", "jszip", "markdown-it", "react-dom", "select2", "sockjs-client", "zepto"}
MOST_UNRELATED = 1500
LEAST_BYTES = 1000  # of a minified file: a smaller one only passes on what other packages have


class Library(NamedTuple):
    name: str
    known: tuple[str, ...]  # in the base
    version: str  # that is looked for

    @property
    def project(self) -> str:
        return f"npm:{self.name}"


def _asked(data: bytes, libraries: Iterable[Library]) -> tuple[bytes, dict[str, str]]:
    """The file without its versions, and the versions by project."""
    wanted = {library.project: library.version for library in libraries}
    for version in wanted.values():
        data = data.replace(version.encode(), b"0.0.0")
    return data, wanted


def main() -> None:
    known = libraries()
    base = build(list(_releases(known)))
    held_out = [library for library in known if half(library.project) == "held-out"]
    _install()
    _minify(held_out)
    rows = []
    for tool in MINIFIERS:
        tally = Tally()
        for library in held_out:
            path = _built(library, tool)
            if path.exists() and path.stat().st_size >= LEAST_BYTES:
                tally.add(base, "app.js", *_asked(path.read_bytes(), [library]))
        rows.append(tally.row(f"minified by {tool}"))
    tally = Tally()
    for library in held_out:
        for data in _authors(library):
            tally.add(base, "app.js", *_asked(data, [library]))
    rows.append(tally.row("minified by its author"))
    bundles = _bundle(held_out)
    for tool in BUNDLERS:
        tally = Tally()
        for path, members in bundles:
            if (file := path.with_name(f"{path.name}.{tool}.js")).exists():
                tally.add(base, "app.js", *_asked(file.read_bytes(), members))
        rows.append(tally.row(f"bundle of five by {tool}"))
    flagged, by_sequences = _flagged(base, {library.name for library in known})
    rows = [(*row, _bars(row)) for row in rows]
    head = (
        "set", "libraries", "project found", "version in the set", "version alone in it", "projects that are not there", "bars",
    )  # fmt: skip
    text = f"{len(base.projects)} libraries in the base; {len(held_out)} of them are looked for here.\n\n{table(head, rows)}"
    unrelated = (
        f"Unrelated files flagged: {flagged} ({bars(Bar('noise', flagged, most=0.01))}); by sequences {by_sequences}.\n{NOTES}"
    )
    write_section("javascript", f"## Minified and bundled JavaScript\n\n{text}\n{unrelated}")


def _bars(row: tuple[object, ...]) -> str:
    _, _, found, in_set, _, extra = row
    if str(row[0]).startswith("bundle"):
        return bars(Bar("project", found, 0.92), Bar("extra", extra, most=0.08))
    return bars(Bar("project", found, 0.97), Bar("version", in_set, 0.88))


NOTES = """Most of them are lists of the words of a standard (CSS, HTML).

Missed: React DOM, whose releases 19.0 to 19.2 are alike in its one file without the renderer; d3-array 3.0.2, which is
like 3.1.2; jQuery where only a part is left in two bundles of esbuild; pako in a bundle, of 1.0.7 and 2.0.0. Bundles
have some members twice."""


def libraries() -> list[Library]:
    found = []
    for line in LIST.read_text("utf-8").splitlines():
        name, *versions = line.split()
        found.append(Library(name, tuple(versions[1:-1]), versions[len(versions) // 2]))
    return found


def _releases(known: Iterable[Library]) -> Iterator[tuple[Project, list[Release]]]:
    for library in known:
        reader = ReleaseReader(FAMILIES)
        releases = [reader.read(version, _written(_archive(library.name, version))) for version in library.known]
        yield Project(library.project, library.known, (f"pkg:npm/{library.name}",)), releases


def _written(archive: Path) -> list[tuple[str, bytes]]:
    """The files of a release without those that its author minified."""
    return [(path, data) for path, data in files_of(archive).items() if ".min." not in path]


def _archive(name: str, version: str) -> Path:
    path = NPM / f"{name.replace('/', '-')}-{version}.tgz"
    return path if path.exists() else archives("npm", name, [version])[version]


def _install() -> None:
    if not (TOOLS / "node_modules" / PACKAGES[-1]).exists():
        TOOLS.mkdir(parents=True, exist_ok=True)
        (TOOLS / "package.json").write_text('{"private": true}', "utf-8")
        subprocess.run(
            ["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", *PACKAGES], cwd=TOOLS, check=True
        )


def _built(library: Library, tool: str) -> Path:
    return BUILT / f"{library.name.replace('@', '').replace('/', '-')}-{library.version}.{tool}.js"


def _minify(known: Iterable[Library]) -> None:
    BUILT.mkdir(parents=True, exist_ok=True)
    jobs = [
        {"folder": str(_unpacked(library).absolute()), "out": str(_built(library, "")).removesuffix("..js")}
        for library in known
        if not _built(library, "bundle").exists()
    ]
    _run(jobs)


def _bundle(known: list[Library]) -> list[tuple[Path, list[Library]]]:
    """The path of each bundle without its ending, and what is in it."""
    chosen = random.Random(8)
    alone = [library for library in known if library.name not in NEEDS_OTHERS and _built(library, "esbuild").exists()]
    bundles, jobs = [], []
    for number in range(BUNDLES):
        members = chosen.sample(alone, IN_A_BUNDLE)
        root, externals = BUILT / f"root{number}", set()
        for library in members:
            folder = root / "node_modules" / library.name
            if not folder.exists():
                shutil.copytree(_unpacked(library), folder)
            about = json.loads((folder / "package.json").read_text("utf-8"))
            externals |= {*about.get("dependencies", {}), *about.get("peerDependencies", {})}
        names = [library.name for library in members]
        out = BUILT / f"bundle{number}"
        bundles.append((out, members))
        if not out.with_name(f"{out.name}.esbuild.js").exists():
            jobs.append({"root": str(root), "members": names, "externals": sorted(externals - set(names)), "out": str(out)})
    _run(jobs)
    return bundles


def _unpacked(library: Library) -> Path:
    folder = UNPACKED / f"{library.name.replace('/', '-')}-{library.version}"
    if not folder.exists():
        for name, data in files_of(_archive(library.name, library.version)).items():
            path = folder / name
            if path.resolve().is_relative_to(folder.resolve()):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
    return folder


def _run(jobs: list[dict[str, object]]) -> None:
    if jobs:
        (BUILT / "jobs.json").write_text(json.dumps(jobs), "utf-8")
        subprocess.run(["node", str(Path(__file__).with_name("minify.cjs")), str(TOOLS), str(BUILT / "jobs.json")], check=True)


def _authors(library: Library) -> Iterator[bytes]:
    """The largest file named after the library that the author minified; none of a release that has no other code, of which
    the base knows nothing."""
    archive = _archive(library.name, library.version)
    minified = [
        data
        for path, data in files_of(archive).items()
        if re.search(r"\.min\.[cm]?js$", path) and _is_named_after(path, library.name) and len(data) > 3000
    ]
    if minified and any(path.endswith((".js", ".cjs", ".mjs")) for path, _ in _written(archive)):
        yield max(minified, key=len)


def _is_named_after(path: str, name: str) -> bool:
    stem, whole = _letters(path.rpartition("/")[2].partition(".min.")[0]), _letters(name)
    return stem in whole or _letters(name.rpartition("/")[2]).removesuffix("js") in stem


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _flagged(base: Knowledge, known: set[str]) -> tuple[Share, Share]:
    """Of files of other projects, how many have a component, and how many by what minifying keeps."""
    root = TOOLS / "node_modules"
    paths = [
        path
        for path in sorted(root.rglob("*.js"))
        if not known & set(path.relative_to(root).parts) and 500 < path.stat().st_size < 1 << 20
    ]
    chosen = random.Random(4).sample(paths, min(len(paths), MOST_UNRELATED))
    found = [identify(base, [("app.js", path.read_bytes())]).components for path in chosen]
    by_sequences = sum(any(component.evidence[0].kind == "sequences" for component in components) for components in found)
    return Share(sum(map(bool, found)), len(chosen)), Share(by_sequences, len(chosen))


if __name__ == "__main__":
    main()
