import pytest
from tests.support.reading import read_all

from careen.catalogers.pnpm import CATALOGER


@pytest.mark.parametrize(
    ("version", "key", "expected"),
    [
        ("5.4", "/lodash/4.17.21", ("lodash", "4.17.21")),
        ("5.4", "/@babel/core/7.21.4", ("@babel/core", "7.21.4")),
        ("5.3", "/a/1.0.0_b@2.0.0+c@3.0.0", ("a", "1.0.0")),
        ("5.4", "registry.example/@babel/core/7.21.4", ("@babel/core", "7.21.4")),
        ("'6.0'", "/lodash@4.17.21", ("lodash", "4.17.21")),
        ("'6.0'", "/@babel/core@7.21.4(a@1.0.0)(b@2.0.0)", ("@babel/core", "7.21.4")),
        ("'6.0'", "registry.example/@babel/core@7.21.4", ("@babel/core", "7.21.4")),
        ("'9.0'", "lodash@4.17.21", ("lodash", "4.17.21")),
        ("'9.0'", "@babel/core@7.24.7", ("@babel/core", "7.24.7")),
        ("'9.0'", "socket.io@4.7.0", ("socket.io", "4.7.0")),
        ("'9.0'", "debug@https://git.example/debug/tarball/4.3.5", ("debug", "")),
        ("'9.0'", "part@file:part", ("part", "")),
    ],
)
def test_keys(version, key, expected):
    lock = f"lockfileVersion: {version}\npackages:\n  '{key}': {{resolution: {{integrity: sha512-abc}}}}\n"
    [package] = read_all(CATALOGER, {"app/pnpm-lock.yaml": lock.encode()})
    assert (package.name, package.version) == expected


def test_the_fields_of_an_entry_override_its_key():
    lock = b"lockfileVersion: '6.0'\npackages:\n  '@git.example/x/abc':\n    name: debug\n    version: 4.3.4\n"
    [package] = read_all(CATALOGER, {"pnpm-lock.yaml": lock})
    assert (package.name, package.version) == ("debug", "4.3.4")


def test_the_document_that_locks_pnpm_itself_is_left_out():
    own = b"importers:\n  .:\n    packageManagerDependencies: {pnpm: {version: 11.9.0}}\npackages:\n  pnpm@11.9.0: {}\n"
    lock = b"lockfileVersion: '9.0'\n" + own + b"---\nlockfileVersion: '9.0'\npackages:\n  ms@2.1.3: {}\n"
    assert [package.name for package in read_all(CATALOGER, {"pnpm-lock.yaml": lock})] == ["ms"]
