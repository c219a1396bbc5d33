import pytest
from tests.support.work import ends

from careen.formats.packages.jar_manifest import attributes


def test_main_section_with_continued_lines():
    data = (
        b"Manifest-Version: 1.0\r\nImplementation-Title: a long\r\n  title\r\nBundle-SymbolicName: x;sing\r\n leton:=true\r\n"
        b"\r\nName: a/B.class\r\nImplementation-Title: other\r\n"
    )
    assert attributes(data) == {
        "manifest-version": "1.0",
        "implementation-title": "a long title",
        "bundle-symbolicname": "x;singleton:=true",
    }


def test_a_character_may_be_cut_by_the_line_end():
    assert attributes("A: é".encode()[:-1] + b"\n " + "é".encode()[1:] + b"\n") == {"a": "é"}


def test_old_line_ends_and_lines_without_a_colon():
    assert attributes(b"\rA: 1\rnothing\rB: 2\r\rC: 3") == {"a": "1", "b": "2"}


@pytest.mark.parametrize("data", [b"", b"\n\n", b"no attribute at all", b" \n \n"])
def test_garbage(data):
    with pytest.raises(ValueError, match="no attributes"):
        attributes(data)


def test_many_lines_take_linear_time():
    with ends():
        assert len(attributes(b"A: x\n" + b" y\n" * 200_000)["a"]) == 200_001
