import os
import random

import pytest

np = pytest.importorskip("numpy")

from tests.support import sectioned  # noqa: E402
from tests.support.executables import elf, pe  # noqa: E402

from careen.origin import binary  # noqa: E402
from careen.origin.binary import _method, texts_of  # noqa: E402
from careen.origin.source import Parsed, language_of, literals_of  # noqa: E402
from careen.origin.spans import PIECE_BYTES, hash_of  # noqa: E402


def hashes(*texts):
    return {hash_of(text) for text in texts}


def test_runs_that_end_in_a_zero_byte():
    data = b"\x01short\0a text\0cut off\xffabc\0tail without end"
    assert set(texts_of(data).literals.tolist()) == hashes(b"short", b"a text")


def test_texts_across_pieces():
    for shift in range(-20, 4):
        data = bytes(PIECE_BYTES + shift) + b"across the border\0"
        assert hash_of(b"across the border") in texts_of(data).literals.tolist()


def test_names_that_a_file_defines_and_names_that_it_uses(tmp_path):
    """By a real compiler, if there is one."""
    import shutil
    import subprocess

    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler here")
    source = tmp_path / "own.c"
    source.write_text(
        'int used_elsewhere(int);\nint defined_here(int a) { return used_elsewhere(a) + sizeof("a literal text"); }\n'
    )
    source.write_text(source.read_text() + 'const char *text(void) { return "a literal text"; }\n')
    library = tmp_path / "libown.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    found = texts_of(library.read_bytes())
    assert hash_of(b"defined_here") in found.names.tolist()
    assert hash_of(b"a literal text") in found.literals.tolist()
    everything = {*found.names.tolist(), *found.literals.tolist()}
    assert hash_of(b"used_elsewhere") not in everything


def test_methods_are_named_as_the_source_has_them():
    names = {
        b"_ZN4Json6Reader5parseEv": b"Reader::parse",
        b"_ZNK3one3twoE": b"one::two",
        b"_ZN3oneE": b"",
        b"_Z3fnv": b"",
        b"_ZN99x": b"",
    }
    assert {name: _method(name) for name in names} == names
    source = b"bool Json::Reader::parse(const char *a) {\n}\nAPI(int) plain_name(void)\n"
    assert literals_of(Parsed(source, language_of("a.cc")))[1] == {b"Reader::parse", b"plain_name"}


def test_no_more_texts_than_so_many(monkeypatch):
    monkeypatch.setattr(binary, "MAX_TEXTS", 100)
    many = b"\0".join(b"text %d" % number for number in range(200_000)) + b"\0"
    assert texts_of(many).literals.size == 100


WHOLE = [
    elf(b"some text\0another text\0", b"writable text 1.2.3\0"),
    sectioned.elf(b".rodata", b"some text\0" + bytes(range(200))),
    sectioned.elf(b".dynsym", bytes(48)),
    sectioned.macho(b"__const", b"some text\0" + bytes(range(200))),
    pe(b"some text\0" + bytes(range(200))),
    b"!<arch>\n" + b"a.o/".ljust(48) + b"300       `\n" + sectioned.elf(b".rodata", bytes(range(100))),
]


@pytest.mark.parametrize("whole", WHOLE)
def test_mutated_files_end(whole):
    made = random.Random(5)
    for _ in range(int(os.environ.get("CAREEN_MUTATIONS", "100"))):
        data = bytearray(whole)
        for _ in range(made.randrange(1, 8)):
            data[made.randrange(min(len(data), 600) if made.random() < 0.5 else len(data))] = made.choice(
                (0, 1, 127, 255, made.randrange(256))
            )
        texts_of(bytes(data[: made.randrange(1, len(data) + 1)]))
