"""Strange archives, read by us and by others: as engines read them (Go's archive/tar), and with a doubt where tools differ.

``CAREEN_STRANGE_ARCHIVES`` is their number. All of them are read by us, by a second implementation of Go's rules (``gotar``),
by Go if it is installed and by tarfile; one in ten by GNU tar and bsdtar (all with ``CAREEN_STRANGE_ALL=1``).
"""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path

import pytest
from tests.support import gotar, oddtars

from careen.formats.archives import tar
from careen.formats.archives.inflate import SeekStream
from careen.formats.archives.pax_records import text

COUNT = int(os.environ.get("CAREEN_STRANGE_ARCHIVES", "10000"))
STEP = 1 if os.environ.get("CAREEN_STRANGE_ALL") else 10
FLAGS = {"f": {b"0", b"7", b"S"}, "d": {b"5"}, "l": {b"2"}, "h": {b"1"}, "c": {b"3"}, "b": {b"4"}, "p": {b"6"}, "g": {b"g"}}


def ours(data):
    """Rows as ``gotar`` gives them but with the kind for the flag, how it ended, and the first doubt."""
    source, rows, doubt = SeekStream(io.BytesIO(data)), [], None
    try:
        for member in tar.members(source):
            content = b"".join(tar.content(source, member)) if member.kind in "f?" else b""
            link = member.link if member.kind in "lh" else None
            rows.append(
                (
                    member.kind,
                    member.mode,
                    member.uid,
                    member.gid,
                    len(content),
                    member.raw_name,
                    link,
                    hashlib.sha256(content).hexdigest() if member.kind in "f?" else "",
                    member.capabilities,
                )
            )
            doubt = doubt or member.doubt
    except ValueError:
        return rows, "error", doubt
    return rows, "end", doubt


def same(mine, theirs, seed):
    """``theirs`` is (rows, end) with (flag, mode, uid, gid, size, name, link, sum, capable)."""
    (rows, end, doubt), (others, other_end) = mine, theirs
    assert end == other_end, f"archive {seed}: we end with {end}, they with {other_end}"
    assert len(rows) == len(others), f"archive {seed}"
    for row, other in zip(rows, others, strict=True):
        kind, flag = row[0], other[0]
        assert flag in FLAGS.get(kind, ()) or (kind == "?" and not any(flag in flags for flags in FLAGS.values())), (
            f"{seed}: {row} {other}"
        )
        name = other[5][2:] if other[5].startswith(b"./") else other[5]
        if kind == "g" and doubt:
            continue  # of one whose records are damaged, Go takes those that its map gives first
        assert row[5].removeprefix("./") == text(name), f"archive {seed}: {row} {other}"
        assert row[1:5] == tuple(other[1:5]) and row[7:] == tuple(other[7:]), f"archive {seed}: {row} {other}"
        if kind in "lh" and row[6] != text(other[6]):
            assert kind == "h" and row[6] == os.path.normpath("/" + text(other[6])).lstrip("/").rstrip("/"), (
                f"{seed}: {row} {other}"
            )


@cache
def archive(seed):
    return oddtars.archive(seed)


@cache
def read(seed):
    return ours(archive(seed))


def test_as_the_rules_of_engines_say():
    for seed in range(COUNT):
        rows, end = gotar.read(archive(seed))
        others = [(*row[:7], "" if row[7] is None else hashlib.sha256(row[7]).hexdigest(), row[8]) for row in rows]
        same(read(seed), (others, end), seed)


@pytest.mark.skipif(not shutil.which("go"), reason="no go here: its archive/tar is not asked")
def test_as_go_reads_them(tmp_path):
    program = tmp_path / "gotar"
    source = Path(__file__).parent / "gotar/main.go"
    subprocess.run(["go", "build", "-o", program, source], check=True, timeout=300)
    sent = b"".join(len(archive(seed)).to_bytes(8, "big") + archive(seed) for seed in range(COUNT))
    lines = iter(subprocess.run([program], input=sent, stdout=subprocess.PIPE, check=True, timeout=300).stdout.splitlines())
    for seed in range(COUNT):
        others = []
        while isinstance(header := json.loads(next(lines)), dict):
            others.append(
                (
                    bytes([header["Flag"]]),
                    header["Mode"],
                    header["Uid"],
                    header["Gid"],
                    header["Size"],
                    bytes.fromhex(header["Name"]),
                    bytes.fromhex(header["Link"]),
                    header["Sum"],
                    header["Capable"],
                )
            )
        if header != "large":
            same(read(seed), (others, header), seed)


def certain(seed):
    """What every engine must read alike: (kind, path, size) of each member; None if Careen reports that engines may differ.

    Names beyond ASCII come out of listings in too many ways."""
    rows, end, doubt = read(seed)
    if end == "error" or doubt or not all(row[5].isascii() and "\\" not in row[5] for row in rows):
        return None
    return [(row[0], os.path.normpath("/" + row[5]).lstrip("/"), row[4]) for row in rows if row[0] != "g"]


def test_where_python_differs_there_is_a_doubt():
    asked = 0
    for seed in range(COUNT):
        expected = certain(seed)
        if expected is None:
            continue
        asked += 1
        try:
            with tarfile.open(fileobj=io.BytesIO(archive(seed)), errors="backslashreplace") as opened:
                found = [
                    (kind_of(info), os.path.normpath("/" + info.name).lstrip("/"), info.size if info.isreg() else 0)
                    for info in opened
                ]
        except (tarfile.TarError, OverflowError):
            continue  # it reads less than we do, and reports it
        assert found == expected, f"archive {seed}"
    assert asked > COUNT // 20


def kind_of(info):
    kinds = {
        tarfile.SYMTYPE: "l",
        tarfile.LNKTYPE: "h",
        tarfile.DIRTYPE: "d",
        tarfile.CHRTYPE: "c",
        tarfile.BLKTYPE: "b",
        tarfile.FIFOTYPE: "p",
    }
    return kinds.get(info.type, "f")


@pytest.mark.parametrize("program", ["tar", "bsdtar"])
def test_where_other_programs_differ_there_is_a_doubt(program):
    if not shutil.which(program):
        pytest.skip(f"no {program} here: it is not asked")
    options = ["--quoting-style=literal", "--full-time"] if program == "tar" else []
    asked = 0
    for seed in range(0, COUNT, STEP):
        expected = certain(seed)
        if expected is None:
            continue
        done = subprocess.run(
            [program, "--numeric-owner", "-P", "-tvf", "-", *options], input=archive(seed), capture_output=True, timeout=600
        )
        if done.returncode:
            continue  # it reads less than we do, and reports it
        asked += 1
        found = [row for line in done.stdout.decode("latin-1").splitlines() if (row := listed(program, line))]
        assert found == expected, f"archive {seed}"
    assert asked > COUNT // STEP // 40


def listed(program, line):
    """One line of ``tar -tv``."""
    date = r"\S+ \S+" if program == "tar" else r"\S+ +\S+ +\S+"
    match = re.match(rf"(.)\S+\s+(?:\d+\s+)?\S+?(?:\s+\d+)?\s+(\d+|\d+,\s*\d+)\s+(?:{date}) (.*)", line)
    assert match, line
    kind = {"-": "f"}.get(match.group(1), match.group(1))
    name = re.split(r" -> | link to ", match.group(3))[0].lstrip()
    size = int(match.group(2)) if kind == "f" else 0
    return kind, os.path.normpath("/" + name).lstrip("/"), size
