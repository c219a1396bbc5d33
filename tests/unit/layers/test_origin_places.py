import pytest

from careen.layers.origin_places import BUNDLE_BYTES, LIBRARY_BYTES, SOURCES, is_copy, is_costly, is_source


def test_the_languages_are_those_that_the_engine_reads():
    source = pytest.importorskip("careen.origin.source")
    assert [suffix for suffix in SOURCES if source.language_of(f"file{suffix}") is None] == []


@pytest.mark.parametrize(
    ("path", "expected"), [("a/b.c", True), ("a/B.PY", True), ("a/b", False), ("a/.c", True), (".c", False), ("a.txt", False)]
)
def test_which_files_are_source(path, expected):
    assert is_source(path) is expected


@pytest.mark.parametrize(
    ("path", "size", "expected"),
    [
        ("pip/_vendor/six.py", 300, True),
        ("pip/_vendor/six.py", 20, False),
        ("x/dist/x.js", BUNDLE_BYTES.start, True),
        ("x/dist/x.js", 300, False),
        ("x/dist/x.py", BUNDLE_BYTES.start, False),
        ("x/lib/x.js", BUNDLE_BYTES.start, False),
    ],
)
def test_where_copies_lie(path, size, expected):
    assert is_copy(path, size) is expected


@pytest.mark.parametrize(
    ("path", "size", "expected"),
    [
        ("site-packages/Pillow.libs/libpng.so", 1000, False),
        ("site-packages/Pillow.libs/libpng.so", LIBRARY_BYTES, True),
        ("site-packages/PIL/_imaging.so", 1000, True),
    ],
)
def test_which_programs_cost_much(path, size, expected):
    assert is_costly(path, size) is expected
