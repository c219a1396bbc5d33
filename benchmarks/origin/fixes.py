"""Is the fix in? Patched and unpatched trees of Debian's sources, their binaries, and decoys beside the vulnerable code.

A tree is the files that a package's patches change, as upstream has them, and with all of the package's patches, applied by
patch(1). The knowledge base has the fixes of every release, or of the other versions of the project only. A binary of
Debian has the fixes that its own revision's patches name, and lacks those that only a later revision of the same version names.
"""

import hashlib
import posixpath
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from careen.origin.building import ReleaseReader, build
from careen.origin.fetch.deb import upstream_of
from careen.origin.fixes import Fix
from careen.origin.identify import identify
from careen.origin.knowledge import Knowledge, Project
from careen.origin.learning import learned, patches_in
from careen.origin.order import version_key
from careen.origin.parts import Parts
from careen.origin.patches import changes_in

from .debian import SOURCES, Revision, binaries, revisions
from .sets import CACHE, Bar, Half, Share, bars, files_of, half, table, write_section

Files = dict[str, bytes]
States = Counter[str]
KINDS = ("unpatched", "patched")


class Tree(NamedTuple):
    """``before`` and ``after`` all patches; ``fixes`` are those that the patches name."""

    revision: Revision
    upstream: str
    originals: Files
    before: Files
    after: Files
    fixes: list[Fix]


def main(wanted: Half = "held-out") -> None:
    found: dict[str, States] = {}
    packages = 0
    for name in SOURCES:
        if half(name) == wanted and (trees := list(_trees(name))):
            packages += 1
            for row, states in measured(name, trees):
                found.setdefault(row, Counter()).update(states)
            print(name, {row: dict(states) for row, states in found.items()}, flush=True)
    write_section("fixes", _report(wanted, packages, found))


def measured(name: str, trees: Sequence[Tree]) -> Iterator[tuple[str, States]]:
    """(what was looked up, how many of which state)."""
    everything = [fix for tree in trees for fix in tree.fixes]
    whole = _base(name, trees, everything)
    for tree in trees:
        mine = {fix.cve for fix in tree.fixes}
        others = [fix for other in trees if other.upstream != tree.upstream for fix in other.fixes]
        elsewhere = mine & {fix.cve for fix in others}
        apart = _base(name, trees, others) if elsewhere else whole
        for kind, files in zip(KINDS, (tree.before, tree.after), strict=True):
            yield f"{kind} tree", _states(whole, files, mine)
            if elsewhere:
                yield f"{kind} tree, patches of other versions", _states(apart, files, elsewhere)
        for decoy, files in _decoys(tree):
            yield f"decoy: {decoy}", _states(whole, files, mine)
    for kind, program, cves in _programs(name, trees):
        yield f"{kind} binary", _states(whole, {"usr/lib/program": program}, cves)


def _trees(name: str) -> Iterator[Tree]:
    kept = Parts(CACHE / "fixes")
    for revision in revisions(name):
        originals, debian = files_of(revision.sources), _debian(files_of(revision.patches))
        patches = patches_in(debian)
        key = f"{hashlib.sha256(revision.patches.read_bytes()).hexdigest()}-{revision.sources.name}"
        fixes = kept.fixes(key, partial(learned, f"deb:{name}", patches, originals))
        if fixes:
            names = {changes.path for patch in patches for changes in changes_in(patch.data)}
            after = _patched({path: originals[path] for path in names if path in originals}, [patch.data for patch in patches])
            paths = {posixpath.basename(change.path) for fix in fixes for change in fix.changes}
            before = {path: data for path, data in originals.items() if posixpath.basename(path) in paths}
            yield Tree(revision, upstream_of(revision.version), before, before, {**before, **_only(after, paths)}, fixes)


def _only(files: Mapping[str, bytes], names: set[str]) -> Files:
    return {path: data for path, data in files.items() if posixpath.basename(path) in names}


def _debian(files: Files) -> Files:
    return {path if path.startswith("debian/") else f"debian/{path}": data for path, data in files.items()}


def _patched(files: Mapping[str, bytes], patches: Sequence[bytes]) -> Files:
    command = ("patch", "-p1", "--force", "--silent", "--no-backup-if-mismatch", "--reject-file=-")
    with tempfile.TemporaryDirectory(prefix="careen-") as folder:
        root = Path(folder)
        for path, data in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        for patch in patches:
            subprocess.run(command, cwd=root, input=patch, capture_output=True, timeout=60)
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _base(name: str, trees: Sequence[Tree], fixes: Sequence[Fix]) -> Knowledge:
    by_version = {tree.upstream: tree.originals for tree in trees}
    versions = sorted(by_version, key=version_key)
    reader = ReleaseReader()
    releases = [reader.read(version, by_version[version].items()) for version in versions]
    return build([(Project(f"deb:{name}", tuple(versions)), releases)], 1, fixes)


def _states(base: Knowledge, files: Mapping[str, bytes], cves: set[str]) -> States:
    """Of a component whose state is not named, it is unknown."""
    found: dict[str, set[str]] = {}
    for component in identify(base, ((f"app/{path}", data) for path, data in files.items())).components:
        for fix in component.fixes:
            found.setdefault(fix.cve, set()).add(fix.state)
    return Counter(_state(found.get(cve, set())) for cve in cves)


def _state(states: set[str]) -> str:
    if states == {"fixed"}:
        return "fixed"
    return "vulnerable" if "vulnerable" in states else "unknown"


def _decoys(tree: Tree) -> Iterator[tuple[str, Files]]:
    """Unpatched code with the patched one beside it; edited, so that neither form is found in it."""
    edited = {path: _joined_lines(data) for path, data in tree.before.items()}
    beside = {f"fixed/{path}": data for path, data in tree.after.items()}
    yield "a patched copy below the vulnerable code", {**tree.before, **beside}
    yield "a patched copy below edited vulnerable code", {**edited, **beside}
    yield (
        "patched code in comments",
        {path: data + b"\n/*\n" + re.sub(rb"/\*|\*/", b"", tree.after[path]) + b"\n*/\n" for path, data in tree.before.items()},
    )


def _joined_lines(data: bytes) -> bytes:
    lines = data.split(b"\n")
    return b"\n".join(b" ".join(lines[at : at + 2]) for at in range(0, len(lines), 2))


def _programs(name: str, trees: Sequence[Tree]) -> Iterator[tuple[str, bytes, set[str]]]:
    """(kind, program, CVEs): by the revision that a binary package is of."""
    by_version = {tree.revision.version: tree for tree in trees}
    for version, programs in binaries(name):
        mine = by_version.get(version)
        if mine is None:
            continue
        own = {fix.cve for fix in mine.fixes}
        later = {
            fix.cve
            for tree in trees
            if tree.upstream == mine.upstream and version_key(tree.revision.version) > version_key(version)
            for fix in tree.fixes
        }
        for program in programs:
            yield "patched", program, own
            if later - own:
                yield "unpatched", program, later - own


def _report(wanted: Half, packages: int, found: Mapping[str, States]) -> str:
    rows = [
        [row, *(Share(states[state], states.total()) for state in ("fixed", "vulnerable", "unknown")), _bars(row, states)]
        for row, states in sorted(found.items())
    ]
    return (
        f"## Is the fix in?\n\n{packages} source packages ({wanted} half), `python -m benchmarks.origin fixes`. "
        "A row counts pairs of a tree or program and a CVE.\n\n"
        + table(("set", "fixed", "vulnerable", "unknown", "bars"), rows)
        + f"\n{NOTES}"
    )


NOTES = """Unknown counts as vulnerable. Most patches change no text, so that programs seldom show whether the fix is in. Four
rules came after errors in this half had been seen, so that its figures are a little optimistic: code that a later patch brings
back, changes of other revisions, the very file, and renamed files."""


def _bars(row: str, states: States) -> str:
    fixed, vulnerable = (Share(states[state], states.total()) for state in ("fixed", "vulnerable"))
    if row.startswith("decoy"):
        return bars(Bar("wrongly fixed", fixed, most=0.0))
    if row.startswith("patched"):
        return bars(Bar("wrongly vulnerable", vulnerable, most=0.01))
    recall = [Bar("vulnerable", vulnerable, 0.88)] if "tree" in row else []
    return bars(*recall, Bar("wrongly fixed", fixed, most=0.005))
