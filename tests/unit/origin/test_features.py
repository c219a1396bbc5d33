import pytest

np = pytest.importorskip("numpy")

from tests.support.package_index import CODE  # noqa: E402
from tests.support.work import ends  # noqa: E402

from careen.origin import features  # noqa: E402
from careen.origin.features import OF_A_FILE, features_of  # noqa: E402


def test_families_by_the_kind_of_file():
    assert set(features_of("a.py", CODE.encode())) == set(OF_A_FILE)
    assert set(features_of("a.bin", b"\x7fELF" + bytes(60))) == {
        "file",
        "literals",
        "names",
        "tables",
        "sequences",
        "statements",
    }
    assert set(features_of("a.txt", CODE.encode())) == set(features_of("a.py", b"x = 1")) == {"file"}
    assert features_of("empty", b"")["file"].size == 0


def test_hashes_are_sorted_and_each_once():
    for hashes in features_of("a.py", (CODE + CODE).encode()).values():
        assert hashes.tolist() == sorted(set(hashes.tolist()))


def test_a_reformatted_file_has_one_of_its_whole_hashes():
    one, other = (set(features_of("a.py", text.encode())["file"].tolist()) for text in (CODE, CODE.replace("    ", "\t")))
    assert len(one & other) == 1


def test_a_family_is_computed_when_it_is_asked_for(monkeypatch):
    found = features_of("a.py", CODE.encode())
    monkeypatch.setattr(features, "tokens_of", None)
    assert found["letters"].size
    with pytest.raises(TypeError):
        found["tokens"]


def test_a_file_that_is_too_large_is_known_by_its_whole_content_alone(monkeypatch):
    monkeypatch.setattr(features, "MAX_SOURCE_BYTES", 100)
    assert set(features_of("a.py", CODE.encode())) == {"file"}


def test_a_source_with_next_to_no_code_has_no_features():
    """Many projects have the same empty files."""
    for text in (b"", b"\n", b"/* a long comment */\n" * 50, b"from .core import *\n"):
        assert features_of("a.c", text)["file"].size == 0
    assert features_of("a.data", b"\n")["file"].size == 1


@pytest.mark.parametrize("unit", [b"(", b"a(b{", b"/*", b'"', b"0x1,"])
@pytest.mark.parametrize("path", ["a.js", "a.py"])
def test_deeply_nested_sources_in_one_line(unit, path):
    data = unit * ((1 << 20) // len(unit) + 1)  # more than one piece
    with ends(f"{unit!r} in {path}"):
        found = features_of(path, data)
        sizes = [found[family].size for family in ("letters", "tokens") if family in found]
    assert all(size <= len(data) for size in sizes)
