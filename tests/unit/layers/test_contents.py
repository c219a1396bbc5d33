from careen.behaviour.files import ExaminedFile
from careen.layers import contents
from careen.layers.contents import Known, Pass
from careen.layers.verified import read_again
from careen.safety.budget import Budget, Limits
from tests.support.images import File, make_layer
from tests.unit.layers.helpers import layer_of

FILES = {
    "opt/a.py": b"import os\n",
    "opt/tool": File(b"#!/bin/sh\necho\n", mode=0o755),
    "opt/lib.so.1": b"\x7fELF" + b"x" * 100,
    "opt/data.txt": b"text",
    "opt/other.py": b"x = 1\n",
    "opt/picture.py": b"\0\0\0",
}


def run(wanted, seconds=60.0, clock=lambda: 0.0, files=None):
    found: list[ExaminedFile] = []
    layer = layer_of(make_layer(files or FILES))
    work = Pass(found.append, seconds, clock)
    work.read({0: wanted}, lambda number, select: read_again(layer, select, Budget(Limits())))
    return found, work


def test_programs_and_scripts_are_examined():
    known = {path: Known() for path in FILES if path != "opt/other.py"} | {"opt/a.py": Known("pkg:pypi/a@1", True)}
    found, work = run(known)
    assert sorted((file.path, file.kind, file.owner, file.verified) for file in found) == [
        ("opt/a.py", "python", "pkg:pypi/a@1", True),
        ("opt/lib.so.1", "program", "", False),
        ("opt/tool", "shell", "", False),
    ]
    assert (work.files, work.left_out, work.cut) == (3, 0, [])
    assert {file.path: (file.data, file.mode) for file in found}["opt/tool"] == (b"#!/bin/sh\necho\n", 0o755)


def test_of_a_large_file_the_beginning_is_examined(monkeypatch):
    monkeypatch.setattr(contents, "MAX_SCRIPT_BYTES", 1000)
    found, work = run({"a.sh": Known()}, files={"a.sh": b"echo x\n" * 100_000})
    assert (len(found[0].data), found[0].cut, work.cut) == (1000, True, ["a.sh"])


def test_when_the_time_is_up_files_are_left_out():
    times = iter(range(100))
    found, work = run({path: Known() for path in FILES}, seconds=2.0, clock=lambda: float(next(times)))
    assert len(found) + work.left_out == 4
    assert work.left_out == 3
