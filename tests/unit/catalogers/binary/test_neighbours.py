"""The texts beside a constant: bounded, whole, and across the zeros that pad them."""

from careen.catalogers.binary.neighbours import is_about_versions, text_after, text_before
from careen.catalogers.binary.version_forms import NEAR_BYTES

DATA = b"first\0version %s\0\0\0001.2.3\0\0usage: tool\0last"
START = DATA.index(b"1.2.3")


def test_the_texts_on_both_sides_are_whole():
    assert text_before(DATA, START) == b"version %s"
    assert text_after(DATA, START + 5) == b"usage: tool"


def test_at_the_ends_there_is_nothing():
    assert text_before(b"1.2.3\0", 0) == b""
    assert text_after(b"1.2.3", 5) == b""
    assert text_after(b"1.2.3\0", 5) == b""


def test_no_more_than_the_near_bytes_are_read():
    far = b"x" * (2 * NEAR_BYTES)
    assert len(text_before(far + b"\0" + b"1.2", len(far) + 1)) < NEAR_BYTES
    assert len(text_after(b"1.2\0" + far, 3)) < NEAR_BYTES


def test_what_speaks_of_versions():
    assert all(map(is_about_versions, (b"Version: %s", b"TOOL_VERSION", b"tool v%s\n")))
    assert not is_about_versions(b"usage: tool FILE")
