"""Every file is explained, modified or unexplained."""

from careen.layers.bind import bind
from careen.model.ledger import Ledger, LedgerFile
from tests.support.images import File, Symlink
from tests.unit.layers.helpers import delta_of
from tests.unit.layers.test_integrity import BASH, CATALOGERS, OTHER, PROGRAM, debian


def ledger(*layers):
    files: list[LedgerFile] = []
    deltas = [delta_of(layer, number, CATALOGERS) for number, layer in enumerate(layers)]
    counts = bind(deltas, CATALOGERS, on_file=files.append).ledger
    return {file.path: file for file in files}, counts


def test_each_state():
    image = debian({"bin/bash": PROGRAM, "bin/sh": PROGRAM, "usr/share/bash/data.txt": b"data"})
    files, counts = ledger(image, {"bin/sh": File(OTHER, mode=0o755), "opt/tool": b"tool", "opt/link": Symlink("tool")})
    assert files["bin/bash"] == LedgerFile("bin/bash", 0, "verified", BASH)
    assert files["bin/sh"] == LedgerFile("bin/sh", 1, "modified", BASH)
    assert files["usr/share/bash/data.txt"] == LedgerFile("usr/share/bash/data.txt", 0, "listed", BASH)
    assert files["var/lib/dpkg/status"].state == "identified"
    assert files["opt/tool"] == LedgerFile("opt/tool", 1, "unexplained")
    assert files["opt/link"].state == "unexplained"
    assert (counts.verified, counts.modified, counts.listed) == (1, 1, 1)
    assert sum((counts.verified, counts.listed, counts.identified, counts.modified, counts.unexplained)) == len(files)


def test_what_images_leave_out_is_counted_apart():
    image = debian({"bin/bash": PROGRAM, "usr/share/doc/bash/README": b"read", "usr/lib/bash/extra": b"extra"})
    _, counts = ledger(image, {"usr/share/doc/.wh.bash": b"", "usr/lib/bash/.wh.extra": b""})
    assert (counts.deleted, counts.missing) == (1, 1)


def test_byte_code_is_its_sources():
    image = debian({"usr/lib/python3/bash.py": b"a = 1", "usr/lib/python3/other.py": b"b = 1"})
    files, _ = ledger(image, {"usr/lib/python3/__pycache__/bash.cpython-311.pyc": b"x", "usr/lib/python3/other.pyc": b"x",
                              "srv/__pycache__/own.cpython-311.pyc": b"x"})  # fmt: skip
    assert files["usr/lib/python3/__pycache__/bash.cpython-311.pyc"].package == BASH
    assert files["usr/lib/python3/other.pyc"].state == "listed"
    assert files["srv/__pycache__/own.cpython-311.pyc"].state == "unexplained"


def test_no_files():
    assert ledger({}) == ({}, Ledger())
