import random
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.class_files import LOAD, LOOKUP_SWITCH, TABLE_SWITCH, ClassFile, reader

np = pytest.importorskip("numpy")

from careen.origin.java.class_file import ClassName, Number, Reference, Text, is_class, read_class  # noqa: E402


def constants(method):
    return [part.constant for part in method.code if part.constant]


def test_names_members_and_what_methods_use():
    found = read_class(reader("org/example"))
    assert (found.name, found.parent, found.interfaces) == (b"org/example/Reader", b"org/example/Base", ())
    assert [(field.name, field.descriptor) for field in found.fields] == [(b"limit", b"I"), (b"state", b"Lorg/example/State;")]
    assert [method.name for method in found.methods] == [b"readPart0", b"readPart1"]
    assert constants(found.methods[1]) == [
        Reference(b"org/example/Reader", b"state", b"Lorg/example/State;"),
        Text(b"footer"),
        Reference(b"org/example/State", b"enter1", b"(Ljava/lang/String;)V"),
        Number(b"\3\0\0\3\xe9"),
        ClassName(b"org/example/Token"),
        Text(b"org.example.Resource"),
    ]
    assert found.methods[0].code[0].opcodes == b"\x2a\xb4"
    assert found.texts == (b"header", b"org.example.Resource", b"footer")


@pytest.mark.parametrize("before", range(4))
def test_tables_of_switches_are_aligned(before):
    made = ClassFile("A")
    text = (LOAD, made.text("text"))
    for name, operation, tables in (
        ("table", TABLE_SWITCH, (0, 5, 7, 1, 2, 3)),
        ("lookup", LOOKUP_SWITCH, (0, 2, 0x13131313, 1, 0x13131313, 2)),
    ):
        padding = bytes(-(before + 1) % 4)
        code = bytes(before) + bytes([operation]) + padding + b"".join(value.to_bytes(4, "big") for value in tables)
        made.method(name, "()V", code, text)
    for method in read_class(made.bytes()).methods:
        assert constants(method) == [Text(b"text")]


def test_instructions_of_all_lengths():
    made = ClassFile("A")
    text = (LOAD, made.text("text"))
    number = made.integer(7).to_bytes(1, "big")
    wide, increment = b"\xc4\x15\x13\x13", b"\xc4\x84\x13\x13\x13\x13"
    call = b"\xb9" + made.member("B", "call", "()V", 11).to_bytes(2, "big") + b"\1\0"
    array = b"\xc5" + made.of_class("[[I").to_bytes(2, "big") + b"\2"
    made.method(
        "all",
        "()V",
        b"\x10\x13\x11\x13\x13\x99\x13\x13",
        wide,
        increment,
        b"\xc8\x13\x13\x13\x13\x12" + number,
        call,
        array,
        text,
    )
    (method,) = read_class(made.bytes()).methods
    assert constants(method) == [Number(b"\3\0\0\0\7"), Reference(b"B", b"call", b"()V"), ClassName(b"[[I"), Text(b"text")]


def test_code_that_is_none_ends_the_method_and_not_the_class():
    made = ClassFile("A")
    text = (LOAD, made.text("text"))
    made.method("one", "()V", text, b"\xfe", text)
    made.method("two", "()V", b"\xaa\0\0\0\x7f\xff\xff\xff\0\0\0\0\x7f\xff\xff\xff", text)
    made.method("three", "()V", text)
    assert [len(constants(method)) for method in read_class(made.bytes()).methods] == [1, 0, 1]


@pytest.mark.parametrize("data", [b"", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbe\0\0\0\2" + bytes(20), b"\x7fELF" + bytes(20)])
def test_other_files(data):
    assert not is_class(data)
    with pytest.raises(ValueError, match="not a class file"):
        read_class(data)


def test_every_cut_is_an_error():
    data = reader("org/example")
    for size in range(11, len(data) - 2):
        with pytest.raises(ValueError, match="class file"):
            read_class(data[:size])


def test_mutations_are_errors_or_classes():
    made, data = random.Random(7), bytearray(reader("org/example"))
    for _ in range(10_000):
        changed = bytearray(data)
        for _ in range(made.randrange(1, 4)):
            changed[made.randrange(len(changed))] = made.randrange(256)
        try:
            read_class(bytes(changed))
        except ValueError:
            pass


@given(st.binary(max_size=200))
def test_any_code_is_read(code):
    made = ClassFile("A")
    made.method("any", "()V", code)
    try:
        (method,) = read_class(made.bytes()).methods
    except ValueError:  # it refers to constants that are not there
        return
    assert len(b"".join(part.opcodes for part in method.code)) <= len(code) + 1


@pytest.mark.skipif(shutil.which("javac") is None or shutil.which("javap") is None, reason="no JDK here")
def test_against_javap(tmp_path):
    """What javac compiles, javap lists with the same constants in the same order."""
    source = tmp_path / "Sample.java"
    source.write_text(
        "import java.util.*; class Sample { int size; long big = 12345678901L; double d = 2.5;"
        ' String pick(int a, List<String> b) { switch (a) { case 1: return "one"; case 2: return "two"; case 900: return "c"; }'
        ' for (String c : b) { size += c.length(); Runnable r = () -> System.out.println("run" + c); r.run(); }'
        " int[][] many = new int[3][4]; Object o = b; return o instanceof String ? (String) o : new Sample().pick(7, b); } }"
    )
    subprocess.run(["javac", "-d", str(tmp_path), str(source)], check=True, timeout=600)
    listed = subprocess.run(
        ["javap", "-c", "-p", str(tmp_path / "Sample.class")], capture_output=True, text=True, check=True, timeout=600
    ).stdout
    expected = sum(" // " in line and "switch" not in line for line in listed.splitlines())
    found = read_class((tmp_path / "Sample.class").read_bytes())
    assert sum(len(constants(method)) for method in found.methods) == expected
