"""Debian's binary packages that somebody rebuilt under another name: the source package that they are of, in three levels.

The knowledge base has every file of every binary package. Of level 1 one program is changed; of level 2 all programs, static
libraries and the changelog; of level 3 half of the other files as well. A changed program has other code, and keeps its texts.
By files alone is what an index of the packages' checksums finds; the features of programs find the rest.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping

from careen.origin.building import ReleaseReader, build
from careen.origin.identify import identify
from careen.origin.knowledge import Knowledge, Project
from careen.origin.order import version_key

from .debian import SOURCES, files_of_deb, packages, source_of
from .sets import Bar, Half, Share, bars, half, table, write_section

PROGRAMS = (b"\x7fELF", b"!<arch>\n")
LEVELS = ("one program is changed", "all programs and the changelog", "half of the other files, too")
LEAST = (0.99, 0.99, 0.78)  # of the packages of each level
Files = dict[str, bytes]


def main(wanted: Half = "held-out") -> None:
    base = _base()
    found: Counter[tuple[str, str]] = Counter()
    count = 0
    total = sum(len(packages(source)) for source in SOURCES)
    for source in SOURCES:
        if half(source) != wanted:
            continue
        for path in packages(source).values():
            files = dict(files_of_deb(path))
            if not any(data.startswith(b"\x7fELF") for data in files.values()):
                continue
            count += 1
            for level, changed in zip(LEVELS, levels(files, source_of(path)[1]), strict=True):
                found.update((level, what) for what in _right(base, changed, f"deb:{source}", source_of(path)[1]))
        print(source, count, dict(found), flush=True)
    shown = ("family by files alone", "family", "version in the set", "version, and no other")
    rows = [
        [
            level,
            *(Share(found[level, what], count) for what in shown),
            bars(Bar("family", Share(found[level, "family"], count), least)),
        ]
        for level, least in zip(LEVELS, LEAST, strict=True)
    ]
    write_section(
        "rebuilt",
        f"## Rebuilt Debian packages\n\n{count} binary packages ({wanted} half), `python -m benchmarks.origin rebuilt`. "
        f"The base has all {total} packages as Debian built them, those of the other half too.\n\n"
        + table(("level", *shown, "bar"), rows),
    )


def levels(files: Mapping[str, bytes], seed: str) -> Iterator[Files]:
    made = random.Random(seed)
    changed = dict(files)
    first = next(path for path, data in sorted(files.items()) if data.startswith(b"\x7fELF"))
    changed[first] = other_code(changed[first], made)
    yield dict(changed)
    for path, data in files.items():
        if data.startswith(PROGRAMS) and path != first:
            changed[path] = other_code(data, made)
        elif path.rpartition("/")[2].startswith("changelog"):
            changed[path] = data + b"rebuilt\n"
    yield dict(changed)
    for path in sorted(files):
        if changed[path] == files[path] and made.random() < 0.5:
            changed[path] = files[path] + b"\n# ours\n"
    yield changed


def other_code(program: bytes, made: random.Random) -> bytes:
    """Every tenth byte that is not text is another one, behind the headers and before what ends them."""
    changed = bytearray(program)
    for at in range(4096, len(changed) - 4096, 10):
        around = changed[at - 1 : at + 2]
        if not any(32 <= byte < 127 or byte == 0 for byte in around):
            changed[at] = made.randrange(128, 256)
    changed += b"rebuilt"
    return bytes(changed)


def _right(base: Knowledge, files: Mapping[str, bytes], project: str, version: str) -> Iterator[str]:
    """What was found out about a package: its project is that of most files; without any, of most features of programs."""
    found = identify(base, files.items()).components
    whole: Counter[str] = Counter()
    features: Counter[str] = Counter()
    for component in found:
        for part in component.evidence:
            (whole if part.kind == "files" else features)[component.project] += part.found
    whole += Counter()  # without zeros
    if whole and whole.most_common(1)[0][0] == project:
        yield "family by files alone"
    ranked = whole or features
    if not ranked or ranked.most_common(1)[0][0] != project:
        return
    yield "family"
    sets = [set(component.versions) for component in found if component.project == project]
    common = set.intersection(*sets) or max(sets, key=len)
    if version in common:
        yield "version in the set"
        if len(common) == 1:
            yield "version, and no other"


def _base() -> Knowledge:
    projects = []
    for source in SOURCES:
        files: dict[str, Files] = {}
        for path in packages(source).values():
            files.setdefault(source_of(path)[1], {}).update(files_of_deb(path))
        versions = sorted(files, key=version_key)
        reader = ReleaseReader()
        releases = [reader.read(version, files[version].items(), is_built=True) for version in versions]
        if releases:
            projects.append((Project(f"deb:{source}", tuple(versions)), releases))
    return build(projects)
