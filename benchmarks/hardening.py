"""Compares what Careen reads of ELF files with hardening-check (devscripts) and checksec, property by property.

    python benchmarks/hardening.py [--hardening-check PROGRAM] [--checksec PROGRAM] [--most 1200] [FOLDER …]

Prints the agreement for each property and every file on which they differ. Three differences are expected, and left out of
the agreement: hardening-check has a list of functions with a check that is older than the C library (it is compared by its own
list), it takes position-independent files for programs if and only if they list their own headers, and checksec counts
functions with a check that a library defines as if it called them. Ends with 1 below 99.5 %.
"""

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from careen.catalogers import hardening
from careen.catalogers.hardening import read
from careen.formats.binaries.elf import read_elf
from careen.model.hardening import Build

LEAST = 0.995
PROGRAM, LIBRARY = "yes", "no, regular shared library (ignored)"  # position-independent ones, for hardening-check
LISTED_HEADERS = 6  # PT_PHDR
PART_BYTES = 1 << 20
HEAD_BYTES = 64 << 10
TOGETHER = 50  # files for one start of the program that is compared with


def main() -> int:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--hardening-check", default="hardening-check")
    made.add_argument("--checksec", default="checksec")
    made.add_argument("--most", type=int, default=1200)
    made.add_argument("folders", nargs="*", default=["/usr/bin", "/usr/sbin", "/usr/lib"])
    asked = made.parse_args()
    builds = dict(_builds(asked.folders, asked.most))
    with _names_of(asked.hardening_check):
        by_their_names = {path: build_of(Path(path)) for path in builds}
    same, differ = Counter[str](), Counter[str]()
    for source, facts in (
        ("hardening-check", _hardening_check(asked.hardening_check, [*builds])),
        ("checksec", _checksec(asked.checksec, [*builds])),
    ):
        for path, theirs in facts:
            ours = OURS[source]((by_their_names if source == "hardening-check" else builds)[path])
            for name, value in theirs.items():
                if name == "fortify" and source == "checksec" and value == "Yes" and ours[name] == "No" and _defines(path):
                    print(f"checksec fortify: {path} defines the functions itself")
                elif {value, ours[name]} == {PROGRAM, LIBRARY} and (value == PROGRAM) == _lists_headers(path):
                    print(f"hardening-check pie: {path} is taken for a {'program' if value == PROGRAM else 'library'}")
                elif value == ours[name]:
                    same[f"{source} {name}"] += 1
                else:
                    differ[f"{source} {name}"] += 1
                    print(f"{source} {name}: {path}: theirs {value}, ours {ours[name]}")
    print(f"{len(builds)} files")
    for name in sorted(same | differ):
        print(f"{name:32}{same[name]:7}{differ[name]:6}  {same[name] / (same[name] + differ[name]):.4f}")
    return int(any(same[name] / (same[name] + differ[name]) < LEAST for name in same | differ))


@contextmanager
def _names_of(program: str) -> Iterator[None]:
    """With the names of functions that hardening-check lists in place of ours."""
    place = shutil.which(program)
    names = re.findall(r"(?m)^\s+'(\w+)'\s+=> 1,", Path(place).read_text("utf-8")) if place else []
    kept = hardening.FORTIFIABLE, hardening.FORTIFIED
    if names:
        hardening.FORTIFIABLE = frozenset(name.encode() for name in names)
        hardening.FORTIFIED = frozenset(f"__{name}_chk".encode() for name in names)
    try:
        yield
    finally:
        hardening.FORTIFIABLE, hardening.FORTIFIED = kept


def _defines(path: str) -> bool:
    """Whether a library has functions with a check of its own, such as the C library and what replaces it."""
    return re.search(rb"\0__\w{2,40}_chk\0", Path(path).read_bytes()) is not None


def _lists_headers(path: str) -> bool:
    return LISTED_HEADERS in read_elf(Path(path).read_bytes()).by_type


def _builds(folders: list[str], most: int) -> Iterator[tuple[str, Build]]:
    count = 0
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if count >= most:
                return
            if path.is_symlink() or not path.is_file():
                continue
            build = build_of(path)
            if build:
                count += 1
                yield str(path), build


def build_of(path: Path) -> Build | None:
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
        scanner = read(SimpleNamespace(path=str(path), size_bytes=size, mode=0o755, data=head))
        if scanner is None:
            return None
        stream.seek(0)
        while chunk := stream.read(PART_BYTES):
            scanner.feed(chunk)
    return next(iter(scanner.facts()), None)


def _hardening_check(program: str, paths: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    with tempfile.TemporaryDirectory() as folder:
        stand_in = Path(folder, "objdump")  # disassembling takes minutes, and shows a property that is not compared
        stand_in.write_text("#!/bin/sh\n")
        stand_in.chmod(0o755)
        environ = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
        for start in range(0, len(paths), TOGETHER):
            command = [program, *paths[start : start + TOGETHER]]
            text = subprocess.run(command, capture_output=True, text=True, env=environ, check=False).stdout
            for part in re.split(r"(?m)^(?=/)", text):
                head, _, body = part.partition(":\n")
                rows = dict(row.strip().split(": ", 1) for row in body.splitlines() if ": " in row)
                if rows:
                    yield (
                        head,
                        {
                            name: rows[label].split(",")[0].split(" (")[0] if name != "pie" else rows[label]
                            for name, label in LABELS.items()
                        },
                    )


LABELS = {
    "pie": "Position Independent Executable", "canary": "Stack protected", "fortify": "Fortify Source functions",
    "relro": "Read-only relocations", "bind_now": "Immediate binding",
}  # fmt: skip


def _as_hardening_check(build: Build) -> dict[str, str]:
    word = {True: "yes", False: "no"}
    pie = LIBRARY if build.role == "library" else PROGRAM if build.position else "no, normal executable!"
    fortify = "unknown" if not build.fortifiable else word[build.fortified > 0]
    canary = "unknown" if build.canary is None else word[build.canary]
    return {"pie": pie, "canary": canary, "fortify": fortify, "relro": word[build.relro], "bind_now": word[build.bind_now]}


def _checksec(program: str, paths: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    for path in paths:
        command = [program, f"--file={path}", "--format=csv"]
        text = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        row = next(csv.reader([text]), [])
        if len(row) >= 8:
            names = ("relro", "canary", "nx", "pie", "rpath", "runpath", "symbols", "fortify")
            yield path, dict(zip(names, row, strict=False))


def _as_checksec(build: Build) -> dict[str, str]:
    pie = "No PIE" if not build.position else "DSO" if build.role == "library" else "PIE enabled"
    return {
        "relro": "No RELRO" if not build.relro else "Full RELRO" if build.bind_now else "Partial RELRO",
        "canary": "Canary found" if build.canary else "No Canary found",
        "nx": "NX enabled" if build.no_exec_stack else "NX disabled",
        "pie": pie,
        "rpath": "RPATH" if build.rpath else "No RPATH",
        "runpath": "RUNPATH" if build.runpath else "No RUNPATH",
        "symbols": "No Symbols" if build.stripped else "Symbols",
        "fortify": "Yes" if build.fortified else "No",
    }


OURS = {"hardening-check": _as_hardening_check, "checksec": _as_checksec}

if __name__ == "__main__":
    sys.exit(main())
