"""Values of a type that several threads see for the first time at once, in a process of its own: it crashed there."""

import ast
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import careen
from careen.safety.typed import converted, from_json, from_msgpack


class Point(msgspec.Struct, frozen=True):
    x: int
    y: int = 0


def test_values_are_as_msgspec_reads_them():
    assert from_json(b'{"x": 1}', Point) == from_msgpack(msgspec.msgpack.encode(Point(1)), Point) == Point(1)
    assert converted({"x": 1, "y": 2}, Point) == Point(1, 2)
    assert from_json(b'[{"x": 1}]', list[Point]) == [Point(1)]
    for read in (lambda: from_json(b'{"x": "a"}', Point), lambda: converted({}, Point), lambda: from_msgpack(b"\xc1", Point)):
        with pytest.raises(msgspec.MsgspecError):
            read()


CHILD = """
import sys, threading, msgspec
from careen.safety.typed import from_json as read
sys.setswitchinterval(1e-6)
for turn in range(50):
    kinds = []
    for depth in range(6):
        fields = [(f"f{n}", "tuple[int, ...]", ()) for n in range(6)]
        fields += [("inner", tuple[kinds[-1], ...], ())] if kinds else []
        kinds.append(msgspec.defstruct(f"Kind{depth}", fields, frozen=True))
    data = b"{}"
    for depth in range(5):
        data = b'{"f0": [1], "inner": [' + data + b"]}"
    barrier = threading.Barrier(4)
    def work():
        barrier.wait()
        read(data, kinds[-1])
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


def test_a_type_that_threads_see_for_the_first_time_at_once():
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CHILD], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr


SOURCES = Path(careen.__file__).parent
ALONE = {
    "config/values.py",
    "app/background.py",
    "formats/data/rego.py",
    "database/artifact.py",
    "database/mirroring.py",
}  # of one thread
ALONE |= {"policy/compliance.py", "safety/typed.py"}
PLAIN = {"Any", "Raw", "msgspec", "object", "str", "int", "bytes", "dict", "list", "tuple"}


def test_nothing_else_lets_threads_see_a_type_for_the_first_time():
    found = []
    for file in sorted(SOURCES.rglob("*.py")):
        place = file.relative_to(SOURCES).as_posix()
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)) or place in ALONE:
                continue
            kinds = [keyword.value for keyword in call.keywords if keyword.arg == "type"] if call.func.attr == "decode" else []
            if call.func.attr == "convert" and ast.unparse(call.func) == "msgspec.convert":
                kinds = call.args[1:2]
            names = {name.id for kind in kinds for name in ast.walk(kind) if isinstance(name, ast.Name)} - PLAIN
            found += [f"{place}:{call.lineno}: {', '.join(sorted(names))}"] if names else []
    assert found == [], "read it by careen.safety.typed"
