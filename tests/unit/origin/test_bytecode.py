import marshal
import os
import random

import pytest

np = pytest.importorskip("numpy")

from tests.support.bytecode import compiled  # noqa: E402

from careen.origin.bytecode import constants_and_names, is_bytecode  # noqa: E402

CODE = '''
"""About it."""
import os

class Session(os.PathLike):
    headers = {"user-agent": "a client", "accept": ("text/html", b"some bytes")}

    def request_of(self, method="method", *, depth=123456789012345678901234567890):
        return [f"{x} is not a scheme" for x in method if x in {"http://", "https://"}], 1.5, 2j, None, ...

def top_level(argument):
    def inner_one():
        return argument
    return inner_one, argument.attribute_used, "http://"
'''


def test_texts_and_names_of_this_python():
    constants, names = constants_and_names(compiled(CODE))
    assert constants >= {b"user-agent", b"a client", b"text/html", b"some bytes", b" is not a scheme", b"http://", b"https://"}
    assert names == {b"Session", b"request_of", b"top_level", b"inner_one"}
    assert not constants & {b"argument", b"attribute_used"}


@pytest.mark.parametrize("magic", [62211, 3379, 3394, 3413, 3439, 3495, 3531])
def test_layouts_of_all_versions(magic):
    """Objects are the same in all of them; a code object has more or fewer parts, and the header is longer or shorter."""
    constants, names = constants_and_names(compiled("", magic=magic))
    assert (constants, names) == ({b"a constant"}, {b"a_function"})


def test_what_is_damaged_is_an_error():
    whole = compiled(CODE)
    for end in range(0, len(whole), 7):
        with pytest.raises(ValueError):
            constants_and_names(whole[:end])
    with pytest.raises(ValueError, match="size"):
        constants_and_names(whole[:16] + b"(\xff\xff\xff\x7f" + bytes(20))
    many = b"[" + (1000).to_bytes(4, "little")
    with pytest.raises(ValueError, match="more objects than bytes"):
        constants_and_names(whole[:16] + many * 500)
    with pytest.raises(ValueError, match="refers"):
        constants_and_names(whole[:16] + b"r" + bytes(4))
    assert not is_bytecode("a.pyc", b"\x7fELF")


def test_depth_costs_nothing():
    deep = compiled(CODE)[:16] + b")\1" * 400_000 + b"N"
    assert constants_and_names(deep) == (frozenset(), frozenset())


def test_mutated_files_end():
    made = random.Random(5)
    whole = compiled(CODE)
    for _ in range(int(os.environ.get("CAREEN_MUTATIONS", "300"))):
        data = bytearray(whole)
        for _ in range(made.randrange(1, 8)):
            data[made.randrange(16, len(data))] = made.randrange(256)
        try:
            constants_and_names(bytes(data))
        except ValueError:
            pass


def test_a_marshalled_object_alone():
    head = compiled(CODE)[:16]
    for value in ("a text of it", ["a text of it", 1 << 70, 1.5, 2j, True], frozenset({"a text of it"})):
        assert constants_and_names(head + marshal.dumps(value))[0] == {b"a text of it"}
