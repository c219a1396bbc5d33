"""Relocated, shaded and recompiled Java: the library and its version, by its classes alone.

The base has the largest jar of each Debian package in java.txt, in all its versions that the suites have. The jars of one
version are moved to another package; five are shaded together; five classes are taken alone; and sources of the same version
are compiled again with the JDK of this machine, whose compiler is newer than the one that built the packages.
"""

import glob
import random
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from careen.origin.building import ReleaseReader, build
from careen.origin.knowledge import Knowledge, Project

from .relocate import Classes, classes_in, jar_of, relocated
from .sets import CACHE, Bar, Tally, apt_options, bars, files_of, half, run, table, write_section

LIST = Path(__file__).with_name("java.txt")
JAVA = CACHE / "java"
SIZES = range(20_000, 1_800_000)  # of jars
LEAST = (0.98, 0.98, 0.98, 0.85)  # of the libraries of each set
SHADED, IN_A_JAR, CLASSES = 10, 5, 5
LEAST_OF_A_CLASS = 1500  # bytes; smaller ones have next to no code


class Library(NamedTuple):
    """``source`` is the name of its source package if that is compiled here, ``version`` the one that is looked for."""

    name: str
    jars: dict[str, bytes]
    version: str
    source: str = ""


def main() -> None:
    known = list(_libraries())
    base = build((Project(library.name, tuple(library.jars)), _releases(library)) for library in known)
    held_out = [library for library in known if half(library.name) == "held-out"]
    made = random.Random(5)
    moved = {one.name: relocated(classes_in(one.jars[one.version]), f"shaded/p{number}") for number, one in enumerate(held_out)}
    rows = [_each(base, "relocated", held_out, moved), _few(base, held_out, moved, made), _shaded(base, held_out, moved, made)]
    compiled = {one.name: classes for one in known if one.source and (classes := _compiled(one))}
    again = [one for one in known if one.name in compiled]
    rows.append(_each(base, "compiled again, both halves", again, compiled))
    rows = [
        (*row, bars(Bar("library", row[2], least), Bar("version", row[3], 0.95)))
        for row, least in zip(rows, LEAST, strict=True)
    ]
    head = ("set", "libraries", "library found", "version in the set", "version alone in it", "not there, but named", "bars")
    text = f"{len(base.projects)} libraries in the base; {len(held_out)} of them are looked for here."
    write_section("java", f"## Relocated and recompiled Java\n\n{text}\n\n{table(head, rows)}")


def _releases(library: Library) -> Iterator[object]:
    reader = ReleaseReader()
    for version, jar in library.jars.items():
        yield reader.read(version, [("lib.jar", jar)])


def _each(base: Knowledge, name: str, libraries: Sequence[Library], classes: dict[str, Classes]) -> tuple[object, ...]:
    tally = Tally()
    for library in libraries:
        tally.add(base, "app.jar", jar_of(classes[library.name]), {library.name: library.version})
    return tally.row(name)


def _few(base: Knowledge, libraries: Sequence[Library], moved: dict[str, Classes], made: random.Random) -> tuple[object, ...]:
    tally = Tally()
    for library in libraries:
        large = sorted(item for item in moved[library.name].items() if len(item[1]) >= LEAST_OF_A_CLASS)
        few = jar_of(dict(made.sample(large, min(CLASSES, len(large)))))
        tally.add(base, "app.jar", few, {library.name: library.version})
    return tally.row("five of its classes")


def _shaded(
    base: Knowledge, libraries: Sequence[Library], moved: dict[str, Classes], made: random.Random
) -> tuple[object, ...]:
    tally = Tally()
    for _ in range(SHADED):
        chosen = made.sample(list(libraries), IN_A_JAR)
        together = jar_of({path: data for one in chosen for path, data in moved[one.name].items()})
        tally.add(base, "app.jar", together, {one.name: one.version for one in chosen})
    return tally.row("five in one jar")


def _libraries() -> Iterator[Library]:
    """In java.txt: the binary package, and perhaps its source package and the version of it that is compiled."""
    for line in LIST.read_text("utf-8").splitlines():
        name, _, compiled = line.partition(" ")
        source, _, wanted = compiled.partition("=")
        jars = {}
        for version, path in sorted(_packages(name).items(), key=lambda item: _numbers(item[0])):
            if jar := _largest_jar(path):
                jars[version] = jar
        if jars:
            versions = list(jars)
            yield Library(
                name, jars, wanted if wanted in jars else versions[len(versions) // 2], source if wanted in jars else ""
            )


def _packages(name: str) -> dict[str, Path]:
    """By upstream version; downloaded with apt-get once."""
    JAVA.mkdir(parents=True, exist_ok=True)
    paths = glob.glob(f"{glob.escape(str(JAVA / name))}_*.deb")
    if not paths:
        listed = re.findall(r"\| *(\S+) \|.*Packages", run("apt-cache", *apt_options(), "madison", name))
        of_upstream = {version.rpartition("-")[0]: version for version in reversed(listed)}
        run("apt-get", *apt_options(), "download", "-qq", *(f"{name}={version}" for version in of_upstream.values()), cwd=JAVA)
        paths = glob.glob(f"{glob.escape(str(JAVA / name))}_*.deb")
    return {Path(path).name.split("_")[1].rpartition("%3a")[2].rpartition("-")[0]: Path(path) for path in sorted(paths)}


def _largest_jar(package: Path) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        run("dpkg-deb", "-x", str(package), folder)
        jars = [path for path in Path(folder).rglob("*.jar") if not path.is_symlink()]
        largest = max(jars, key=lambda path: path.stat().st_size, default=None)
        return largest.read_bytes() if largest and largest.stat().st_size in SIZES else b""


def _compiled(library: Library) -> Classes:
    """The classes of its sources, compiled here; none if there is no JDK, or they need what is not installed."""
    if shutil.which("javac") is None:
        return {}
    folder = JAVA / "sources"
    folder.mkdir(exist_ok=True)
    start = f"{library.source}_{library.version}.orig.tar."
    if not list(folder.glob(f"{start}*")):
        offered = re.findall(r"\| *(\S+) \|.*Sources", run("apt-cache", *apt_options(), "madison", library.source))
        for version in [one for one in offered if one.rpartition("-")[0] == library.version][:1]:
            run(
                "apt-get",
                *apt_options(),
                "source",
                "-qq",
                "--download-only",
                "--tar-only",
                f"{library.source}={version}",
                cwd=folder,
            )
    with tempfile.TemporaryDirectory() as place:
        for archive in list(folder.glob(f"{start}*"))[:1]:
            sources = {path: data for path, data in files_of(archive).items() if _is_source(path)}
            for path, data in sources.items():
                written = Path(place, "src", path)
                written.parent.mkdir(parents=True, exist_ok=True)
                written.write_bytes(data)
            names = [str(Path(place, "src", path)) for path in sources]
            Path(place, "names").write_text("\n".join(names), "utf-8")
            options = ["-nowarn", "-proc:none", "-encoding", "utf-8", "-cp", "/usr/share/java/*"]
            run("javac", *options, "-d", f"{place}/out", f"@{place}/names")
        return {path.relative_to(f"{place}/out").as_posix(): path.read_bytes() for path in Path(place, "out").rglob("*.class")}


def _is_source(path: str) -> bool:
    folders = set(path.split("/")[:-1])
    return (
        path.endswith(".java")
        and not folders & {"test", "tests", "it", "example", "examples", "jmh"}
        and "module-info" not in path
    )


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


if __name__ == "__main__":
    main()
