import random

import pytest

np = pytest.importorskip("numpy")

from tests.support.executables import elf  # noqa: E402

from careen.origin.binary import texts_of  # noqa: E402
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


def test_mutated_files_end():
    made = random.Random(5)
    base = elf(b"some text\0another text\0", b"writable text\0")
    for _ in range(300):
        data = bytearray(base)
        for _ in range(made.randrange(1, 8)):
            data[made.randrange(len(data))] = made.randrange(256)
        texts_of(bytes(data[: made.randrange(len(data))]))
