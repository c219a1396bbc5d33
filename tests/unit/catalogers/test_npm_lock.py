import json

import pytest
from tests.support.reading import read_all, read_files

from careen.catalogers.npm_lock import CATALOGER


def found(**lock):
    return [(one.name, one.version) for one in read_all(CATALOGER, {"app/package-lock.json": json.dumps(lock).encode()})]


def test_version_one_is_nested():
    inner = {"b": {"version": "2.0.0", "dependencies": {"b": {"version": "1.0.0"}}}}
    assert found(lockfileVersion=1, dependencies={"a": {"version": "1.0.0", "dependencies": inner}}) == [
        ("a", "1.0.0"),
        ("b", "2.0.0"),
        ("b", "1.0.0"),
    ]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("npm:real@1.0.0", ("real", "1.0.0")),
        ("npm:@s/real@1.0.0", ("@s/real", "1.0.0")),
        ("https://h.example/real/-/real-1.0.0.tgz", ("real", "")),
        ("git+ssh://git@g.example/a.git#abc", ("a", "")),
        ("file:../a", ("a", "")),
        ("1.0.0-rc.1+x", ("a", "1.0.0-rc.1+x")),
    ],
)
def test_version_one_names(version, expected):
    assert found(dependencies={"a": {"version": version}}) == [expected]


def test_a_path_among_the_names_of_version_one_is_not_a_name():
    lock = {"node_modules/async": {"version": "3.2.4"}, "node_modules/a/node_modules/@s/b": {"version": "1.0.0"}}
    assert found(lockfileVersion=1, dependencies=lock) == [("async", "3.2.4"), ("@s/b", "1.0.0")]


def test_workspaces_have_the_name_of_their_link():
    packages = {
        "": {"name": "root", "version": "9.9.9"},
        "node_modules/@s/named": {"resolved": "parts/one", "link": True},
        "parts/one": {"version": "1.0.0"},
        "parts/two": {"name": "second", "version": "2.0.0"},
        "parts/three": {},
        "node_modules/x": {"name": "real", "version": "3.0.0"},
    }
    assert found(packages=packages) == [("@s/named", "1.0.0"), ("second", "2.0.0"), ("three", ""), ("real", "3.0.0")]


def test_of_both_parts_the_newer_one_counts():
    assert found(packages={"node_modules/a": {"version": "2.0.0"}}, dependencies={"a": {"version": "1.0.0"}}) == [
        ("a", "2.0.0")
    ]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"dependencies": ' + b'{"a": {"dependencies": ' * 100 + b"{}" + b"}}" * 100 + b"}"]
)
def test_refused(content):
    assert read_files(CATALOGER, {"package-lock.json": content}).unknowns


def test_odd_shapes_are_nothing():
    assert found(packages={"node_modules/a": 1, "node_modules/b": {"version": 2}}, dependencies=[]) == [("b", "")]
    assert found(dependencies={"a": "1.0.0"}) == []


def test_within_an_installed_package():
    assert read_all(CATALOGER, {"node_modules/a/package-lock.json": b'{"dependencies": {"b": {"version": "1.0.0"}}}'}) == []
