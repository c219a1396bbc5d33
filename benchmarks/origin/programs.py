"""Programs and libraries of known projects, stripped and under other names; and programs of nobody in the base.

The base is of the sources in ``programs.txt`` in three releases of a distribution, with what their packages have as builds; it
has not the versions of the release that is looked up. The stop-list is of those programs of this machine whose packages are in
the other half. Static programs are linked here from that release's archives, and never run.
"""

import io
import random
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from careen.origin.building import BUILT_FAMILIES, Release, build, is_own_code
from careen.origin.component import Component
from careen.origin.features import OF_A_FILE, Features, features_of
from careen.origin.in_program import in_program
from careen.origin.knowledge import Knowledge, Project
from careen.origin.spans import Hashes
from careen.origin.stated import number_of

from .contained import has_code_of
from .sets import CACHE, Bar, Half, Share, apt_options, bars, files_of, half, run, table, write_section

LIST = Path(__file__).with_name("programs.txt")
LOOKED_UP = "bookworm"
LEAST_BYTES = 12_000
MOST_BYTES = 40 << 20
FUNCTIONS = 4  # of a library, in a program that uses little of it
AT_ONCE = 20
LEAST_STATIC = {"small": 0.85, "whole": 0.93}
WITHOUT_TEXTS = ("zlib", "xz-utils", "lz4", "libzstd", "bzip2")
OFTEN = {"literals": 2, "names": 2, "tables": 1}  # so many packages have the same: it is nobody's
C_LIBRARY = "glibc"
ELF, ARCHIVE = b"\x7fELF", b"!<arch>\n"
KEPT = tuple(family for family in OF_A_FILE if family not in ("file", "letters", "tokens"))


class Packed(NamedTuple):
    """A source package of one release: its version, and its binary packages as (name, version)."""

    source: str
    suite: str
    version: str
    packages: tuple[tuple[str, str], ...]

    @property
    def upstream(self) -> str:
        version = self.version.rpartition("-")[0].rpartition(":")[2]
        return version.rpartition("+really")[2].partition("+dfsg")[0].partition(".dfsg")[0].partition("+ds")[0]


class Result(NamedTuple):
    project: str
    version: str
    found: tuple[Component, ...]

    @property
    def component(self) -> Component | None:
        return next((component for component in self.found if component.project == self.project), None)

    @property
    def states_a_version(self) -> bool:
        return self.component is not None and not self.component.nearest

    @property
    def is_right(self) -> bool:
        return self.component is not None and number_of(self.version) in map(number_of, self.component.versions)


def main() -> None:
    packed = _packed()
    base = _base(packed)
    looked_up = [
        package
        for package in packed
        if package.suite == LOOKED_UP and package.source in {project.name for project in base.projects}
    ]
    libraries = [
        Result(package.source, package.upstream, _found(base, features))
        for package in looked_up
        for features in _libraries(package)
    ]
    static = {(package.source, kind): results for package in looked_up for kind, results in _static(base, package).items()}
    by_use = {kind: [result for key, found in static.items() if key[1] == kind for result in found] for kind in LEAST_STATIC}
    rows = []
    for which in HALVES:
        rows.append(_row(f"libraries of held-out versions, {which}", libraries, which, 0.97))
        rows += [_row(f"static, {kind} use, {which}", found, which, LEAST_STATIC[kind]) for kind, found in by_use.items()]
    few = [result for key, found in static.items() if key[0] in WITHOUT_TEXTS for result in found]
    rows.append(_row(f"{', '.join(WITHOUT_TEXTS)}: static, both halves", few, None, 0.8))
    rows += [_unrelated(base, packed, which) for which in HALVES]
    text = table(("set", "project", "states a version", "of these wrong", "bars"), rows)
    write_section("programs", f"## Programs and libraries\n\n{len(base.projects)} {INTRO}\n\n{text}\n{NOTES}")


INTRO = """projects of C and C++, of two or three versions each, with what packages of them have as builds: texts, tables and
machine code. The version that is looked up is another, if the base has another. Programs are stripped, and their
names hidden. Small use is four functions at random, and what the linker needs of the rest. An unrelated program is of
a package of this machine that is no project of the base. It has the code of a project if the sources of both have
passages in common, and the program has some of the machine code of the project's builds (`contained.py`)."""
NOTES = """A version that is not stated is one of several, marked *nearest known*. The machine code is of gcc; what another
compiler writes is not measured. A base of sources alone, as the one that ships, has no machine code, and none is
read. Missed on the half that was tuned on: drivers of apr-util and libinih, which have a few texts that no other
version has.

Named without the code: messages of an interface that a program passes on (CPython and expat, Perl and libunistring, Tcl
and libuv), and tables of a standard (AV1, DES, G.711)."""
HALVES: tuple[Half, ...] = ("held-out", "tune")


def _unrelated(base: Knowledge, packed: list[Packed], which: Half) -> tuple[object, ...]:
    found = [(source, _found(base, features)) for source, features in _strangers(packed) if half(source) == which]
    flagged = [(source, components) for source, components in found if components]
    false = [named for named in flagged if not has_code_of(*named)]
    for source, components in false:
        print("unrelated", which, source, *(one.project for one in components), sep="\t")
    share = Share(len(false), len(found))
    name = f"unrelated programs, {which}: flagged; without the code"
    return (
        name,
        f"{Share(len(flagged), len(found))}; {share}",
        "",
        "",
        bars(Bar("flagged without the code", share, most=0.01)),
    )


def programs_base() -> Knowledge:
    return _base(_packed())


def strangers() -> Iterator[tuple[str, Features]]:
    """The programs of this machine that are of no project in the base, by source package."""
    return _strangers(_packed())


def _packed() -> list[Packed]:
    listed = _listed()
    _download(listed)
    return [package for package in listed if _source(package) or package.suite == LOOKED_UP]


def _row(name: str, results: Iterable[Result], which: Half | None, least: float) -> tuple[object, ...]:
    known, stating, wrong = _figures([result for result in results if which in (None, half(result.project))])
    return (name, known, stating, wrong, bars(Bar("project", known, least), Bar("wrong", wrong, most=0.01)))


def _figures(results: list[Result]) -> tuple[Share, Share, Share]:
    stating = [result for result in results if result.states_a_version]
    known = Share(sum(result.component is not None for result in results), len(results))
    return known, Share(len(stating), len(results)), Share(sum(not result.is_right for result in stating), len(stating))


def _found(base: Knowledge, features: Features) -> tuple[Component, ...]:
    return tuple(in_program(base, "a", features))


def _listed() -> list[Packed]:
    rows = [line.split() for line in LIST.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [Packed(source, suite, version, tuple(map(_package, packages))) for source, suite, version, *packages in rows]


def _package(text: str) -> tuple[str, str]:
    name, _, version = text.partition("=")
    return name, version


def _download(listed: list[Packed]) -> None:
    """Many in one call of apt, which takes longer to read its lists than to download; what fails is tried alone later."""
    folder = CACHE / "debian"
    folder.mkdir(parents=True, exist_ok=True)
    packages = [
        f"{name}={version}" for one in listed for name, version in one.packages if not _package_file(name, version).exists()
    ]
    sources = [f"{one.source}={one.version}" for one in listed if one.suite != LOOKED_UP and not _tarballs(one)]
    for kind, names in ((("download",), packages), (("source", "--download-only", "--tar-only"), sources)):
        for start in range(0, len(names), AT_ONCE):
            run("apt-get", *apt_options(), *kind, "-qq", *names[start : start + AT_ONCE], cwd=folder)


def _package_file(name: str, version: str) -> Path:
    return CACHE / "debian" / f"{name}_{version.replace(':', '%3a')}_amd64.deb"


def _base(packed: list[Packed]) -> Knowledge:
    looked_up = {package.source: package.upstream for package in packed if package.suite == LOOKED_UP}
    projects: dict[str, dict[str, Release]] = {}
    for package in packed:
        if package.suite != LOOKED_UP:
            versions = projects.setdefault(package.source, {})
            builds = tuple(_programs(package))
            before = versions.get(package.upstream)
            files = before.files if before else _kept_source(package)
            versions[package.upstream] = Release(package.upstream, files, builds=(*(before.builds if before else ()), *builds))
    for source, versions in projects.items():
        if len(versions) > 1:
            versions.pop(looked_up.get(source, ""), None)
    strangers = dict(_by_source(_strangers(packed)))
    common = _common(features for source, features in strangers.items() if half(source) == "tune")
    if C_LIBRARY in strangers:  # which programs have whatever they are
        for family, hashes in common.items():
            common[family] = np.union1d(hashes, strangers[C_LIBRARY][family])
    return build(
        [
            (Project(source, tuple(sorted(versions, key=lambda version: number_of(version) or 0))), list(versions.values()))
            for source, versions in projects.items()
        ],
        common=common,
    )


def _common(packages: Iterable[Features]) -> dict[str, Hashes]:
    counted: dict[str, list[Hashes]] = {family: [np.empty(0, np.uint64)] for family in BUILT_FAMILIES}
    for features in packages:
        for family, found in counted.items():
            found.append(features[family])
    common = {}
    for family, found in counted.items():
        hashes, counts = np.unique(np.concatenate(found), return_counts=True)
        common[family] = hashes[counts >= OFTEN[family]]
    return common


def _by_source(programs: Iterable[tuple[str, Features]]) -> Iterator[tuple[str, Features]]:
    together: dict[str, list[Features]] = {}
    for source, features in programs:
        together.setdefault(source, []).append(features)
    for source, found in together.items():
        yield source, {family: np.unique(np.concatenate([program[family] for program in found])) for family in BUILT_FAMILIES}


def _source(one: Packed) -> list[Path]:
    """The tarballs of its source, downloaded once; empty if the mirror has them no more."""
    if one.suite != LOOKED_UP and not _tarballs(one):
        named = f"{one.source}={one.version}"
        run("apt-get", *apt_options(), "source", "-qq", "--download-only", "--tar-only", named, cwd=CACHE / "debian")
    return _tarballs(one)


def _tarballs(one: Packed) -> list[Path]:
    start = f"{one.source}_{one.version.rpartition(':')[2].rpartition('-')[0]}.orig"
    return [path for path in sorted((CACHE / "debian").glob(f"{start}*")) if path.suffix != ".asc"]


def _kept_source(one: Packed) -> dict[str, Features]:
    def read() -> Iterator[tuple[str, Features]]:
        for path in _source(one):
            for name, data in files_of(path).items():
                if is_own_code(name):
                    yield name, features_of(name, data)

    return {name: features for name, features in _kept(f"source-{one.source}-{one.version}", read()) if is_own_code(name)}


def _programs(one: Packed) -> Iterator[Features]:
    for name, version in one.packages:
        if not name.endswith("-dev"):
            contents = ((path, features_of("a", data)) for path, data in _members(name, version, ELF))
            yield from (features for _, features in _kept(f"{name}-{version}", contents))


def _libraries(one: Packed) -> Iterator[Features]:
    for name, version in one.packages:
        if not name.endswith("-dev"):
            contents = (
                (path, features_of("a", data))
                for path, data in _members(name, version, ELF)
                if len(data) >= LEAST_BYTES and (".so" in path or name == one.source)
            )
            yield from (features for _, features in _kept(f"library-{name}-{version}", contents))


def _members(name: str, version: str, start: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of a package that begin so."""
    path = _package_file(name, version)
    if not path.exists():
        run("apt-get", *apt_options(), "download", "-qq", f"{name}={version}", cwd=path.parent)
    if path.exists():
        content = subprocess.run(("dpkg-deb", "--fsys-tarfile", path), capture_output=True, check=True, timeout=300).stdout
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() and member.size <= MOST_BYTES else None
                if file is not None and (data := file.read()).startswith(start):
                    yield member.name, data


def _strangers(packed: list[Packed]) -> Iterator[tuple[str, Features]]:
    """The programs of this machine's own packages that are not of a project of the base, by source package."""
    known = {package.source for package in packed}
    for line in run("dpkg-query", "-W", "-f", "${binary:Package} ${source:Package}\n").splitlines():
        name, source = line.split()
        if source not in known:
            paths = [Path(path) for path in run("dpkg", "-L", name).splitlines()]
            found = ((str(path), features_of("a", path.read_bytes())) for path in paths if _is_program(path))
            for _, features in _kept(f"here-{name}", found):
                yield source, features


def _is_program(path: Path) -> bool:
    if path.is_symlink() or not path.is_file() or not 4096 <= path.stat().st_size <= MOST_BYTES:
        return False
    with path.open("rb") as file:
        return file.read(4) == ELF


def _static(base: Knowledge, one: Packed) -> dict[str, list[Result]]:
    """By kind of use, what is found in programs that have code of a library."""
    found: dict[str, list[Result]] = {"small": [], "whole": []}
    for kind, features in _kept(f"static-{one.source}-{one.version}", _linking(one)):
        found[kind].append(Result(one.source, one.upstream, _found(base, features)))
    return found


def _linking(one: Packed) -> Iterator[tuple[str, Features]]:
    """Programs that use some functions of its largest archive, and one that has all of it."""
    archives = [data for name, version in one.packages if name.endswith("-dev") for _, data in _members(name, version, ARCHIVE)]
    if not archives:
        return
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "lib.a")
        library.write_bytes(max(archives, key=len))
        functions = _functions(library)
        for number in range(9 if one.source in WITHOUT_TEXTS else 3):
            chosen = random.Random(f"{one.source}{number}").sample(functions, min(FUNCTIONS, len(functions)))
            program = _linked(library, chosen, whole=number == 0)
            if program:
                yield "small" if number else "whole", features_of("a", program)


def _functions(library: Path) -> list[str]:
    rows = [line.split() for line in run("nm", "-S", "--defined-only", str(library)).splitlines()]
    return sorted({row[3] for row in rows if len(row) == 4 and row[2] == "T" and int(row[1], 16) >= 64})


def _linked(library: Path, functions: list[str], *, whole: bool) -> bytes:
    source, program = library.with_name("main.c"), library.with_name("program")
    declared = "".join(f"extern char {name}[];\n" for name in functions)
    source.write_text(
        f"{declared}void *volatile used[] = {{ {', '.join(functions)} }};\nint main(void) {{ return !used[0]; }}\n"
    )
    libraries = ["-Wl,--whole-archive", library, "-Wl,--no-whole-archive"] if whole else [library]
    flags = ["-O2", "-w", "-no-pie", "-s", "-Wl,--unresolved-symbols=ignore-all", *([] if whole else ["-Wl,--gc-sections"])]
    done = subprocess.run(("gcc", *flags, "-o", program, source, *libraries, "-lm"), capture_output=True, timeout=120)
    return program.read_bytes() if done.returncode == 0 and functions else b""


def _kept(name: str, found: Iterable[tuple[str, Features]]) -> list[tuple[str, Features]]:
    """Read once, and then from the cache."""
    path = CACHE / "features" / f"{name.replace('/', '_')}.msgpack"
    if not path.exists():
        content = [
            (key, {family: features[family].tobytes() for family in KEPT if family in features})
            for key, features in found
            if KEPT[0] in features
        ]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.msgpack.encode(content))
    content = msgspec.msgpack.decode(path.read_bytes(), type=list[tuple[str, dict[str, bytes]]])
    return [
        (key, {family: np.frombuffer(hashes, np.uint64) for family, hashes in features.items()}) for key, features in content
    ]
