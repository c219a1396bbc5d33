import pytest
from tests.support.reading import MemoryFile

from careen.catalogers.apk import read


@pytest.mark.parametrize(
    ("lines", "vendor"),
    [
        ("P:musl\nV:1.2-r0\no:musl\nc:0123456789abcdef\n", "unknown"),
        ("P:musl\nV:1.2-r0\no:musl\n", "third_party"),
        ("P:musl\nV:1.2-r0\nc:0123456789abcdef\n", "third_party"),
        ("P:.build-deps\nV:20240101.1\n", "unknown"),
    ],
)
def test_a_package_without_recipe_or_commit_was_built_by_somebody_else(lines, vendor):
    (found,) = read(MemoryFile("lib/apk/db/installed", lines.encode()))
    assert found.package.vendor == vendor
