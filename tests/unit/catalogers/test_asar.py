import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.reading import read_all, read_files

from careen.catalogers import asar
from careen.catalogers.asar import CATALOGER

PLACE = "opt/Acme/resources/app.asar"


def archive(files, header=None, more=b""):
    """``files`` by their paths; ``header`` replaces the tree."""
    tree, content = {"files": {}}, b""
    for path, data in files.items():
        *folders, name = path.split("/")
        folder = tree
        for one in folders:
            folder = folder["files"].setdefault(one, {"files": {}})
        folder["files"][name] = {"size": len(data), "offset": str(len(content))}
        content += data
    text = json.dumps(tree).encode() if header is None else header
    padded = text + bytes(-len(text) % 4)
    numbers = (4, len(padded) + 8, len(padded) + 4, len(text))
    return b"".join(number.to_bytes(4, "little") for number in numbers) + padded + content + more


def manifest(name, version="1.2.3", **more):
    return json.dumps({"name": name, "version": version, **more}).encode()


def test_the_packages_of_an_application():
    content = archive(
        {
            "main.js": b"x",
            "package.json": manifest("acme-desktop", "4.5.6"),
            "node_modules/lodash/package.json": manifest("lodash", "4.17.20", license="MIT"),
            "node_modules/@scope/kit/package.json": manifest("@scope/kit"),
            "node_modules/a/node_modules/b/package.json": manifest("b", "0.1.0"),
            "node_modules/lodash/fp/package.json": manifest("fixture"),
            "docs/package.json": manifest("other"),
        }
    )
    found = read_files(CATALOGER, {PLACE: content})
    assert sorted((one.purl, one.confidence) for one in found.packages) == [
        ("pkg:npm/%40scope/kit@1.2.3", 0.9),
        ("pkg:npm/acme-desktop@4.5.6", 0.7),
        ("pkg:npm/b@0.1.0", 0.9),
        ("pkg:npm/lodash@4.17.20", 0.9),
    ]
    assert found.identified == [PLACE]


def test_a_private_application_and_unpacked_files_are_left_out():
    tree = {"files": {"node_modules": {"files": {"a": {"files": {"package.json": {"size": 9, "unpacked": True}}}}}}}
    assert not read_all(CATALOGER, {PLACE: archive({}, json.dumps(tree).encode())})
    assert not read_all(CATALOGER, {PLACE: archive({"package.json": manifest("acme", private=True)})})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text that is no archive at all",
        archive({}, b"[]"),
        archive({}, b"{") + bytes(9),
        archive({"package.json": manifest("acme")})[:-4],
        archive({}, json.dumps({"files": {"package.json": {"size": 1 << 40, "offset": "0"}}}).encode()),
        archive({}, json.dumps({"files": {"package.json": {"size": 9, "offset": "-5"}}}).encode()),
        archive({"package.json": manifest("no name: a b")}),
    ],
)
def test_damaged_archives(content):
    with pytest.raises(ValueError):
        read_all(CATALOGER, {PLACE: content})


def test_depth_and_number_are_bounded(monkeypatch):
    deep = '{"files":{"a":' * 100 + "{}" + "}}" * 100
    with pytest.raises(ValueError, match="nested"):
        read_all(CATALOGER, {PLACE: archive({}, deep.encode())})
    monkeypatch.setattr(asar, "MAX_ENTRIES", 10)
    with pytest.raises(ValueError, match="more than 10 files"):
        read_all(CATALOGER, {PLACE: archive({f"f{number}": b"" for number in range(20)})})
    monkeypatch.setattr(asar, "MAX_MANIFESTS", 2)
    monkeypatch.setattr(asar, "MAX_ENTRIES", 1000)
    many = {f"node_modules/p{number}/package.json": manifest(f"p{number}") for number in range(3)}
    with pytest.raises(ValueError, match="more than 2 packages"):
        read_all(CATALOGER, {PLACE: archive(many)})


@given(st.binary(max_size=300), st.integers(0, 60))
def test_any_bytes_end_in_packages_or_a_value_error(noise, at):
    content = archive({"node_modules/a/package.json": manifest("a")})
    try:
        read_all(CATALOGER, {PLACE: content[:at] + noise + content[at + len(noise) :]})
    except ValueError:
        pass
