import json

import pytest
from tests.support.reading import read_all, read_files
from tests.support.work import ends

from careen.catalogers.npm import CATALOGER


def manifest(name="lodash", version="4.17.15", **more):
    return json.dumps({"name": name, "version": version, **more}).encode()


def names(files):
    return [package.name for package in read_all(CATALOGER, files)]


@pytest.mark.parametrize(
    "path",
    [
        "app/node_modules/lodash/package.json",
        "node_modules/lodash/package.json",
        "usr/local/lib/node_modules/npm/node_modules/lodash/package.json",
        "app/node_modules/.pnpm/lodash@4.17.15/node_modules/lodash/package.json",
        "usr/share/nodejs/lodash/package.json",
        "usr/share/nodejs/babel/node_modules/lodash/package.json",
    ],
)
def test_installed_packages(path):
    [package] = read_all(CATALOGER, {path: manifest()})
    assert (package.purl, package.confidence) == ("pkg:npm/lodash@4.17.15", 1.0)
    assert package.evidence[0].path == path


def test_scoped_package():
    [package] = read_all(CATALOGER, {"app/node_modules/@babel/core/package.json": manifest("@babel/core", "7.29.0")})
    assert package.name == "@babel/core"
    assert package.purl == "pkg:npm/%40babel/core@7.29.0"


def test_an_alias_has_the_name_of_its_package():
    assert names({"app/node_modules/string-width-cjs/package.json": manifest("string-width", "4.2.3")}) == ["string-width"]


@pytest.mark.parametrize(
    "path",
    [
        "app/node_modules/resolve/test/resolver/multirepo/package.json",
        "app/node_modules/terser/dist/package.json",
        "app/node_modules/@babel/package.json",
        "app/node_modules/@babel/core/lib/package.json",
        "app/node_modules/package.json",
        "app/node_modules/.cache/package.json",
        "usr/share/nodejs/resolve/test/package.json",
    ],
)
def test_manifests_inside_a_package_are_not_packages(path):
    assert not names({path: manifest()})
    assert not read_files(CATALOGER, {path: b"{ no json"}).unknowns


@pytest.mark.parametrize(
    "text",
    [b"{}", b'{"name": "baz"}', b'{"version": "1.0.0"}', b'{"name": "", "version": "1"}', b'{"name": 1, "version": "1"}'],
)
def test_what_node_loads_is_listed_without_name_or_version(text):
    [package] = read_all(CATALOGER, {"app/node_modules/baz/package.json": text})
    assert (package.name, package.version) == ("baz", json.loads(text).get("version", ""))
    assert not names({"app/package.json": text})


def test_a_module_without_a_name_has_that_of_its_folder_and_scope():
    files = {"node_modules/@acme/x/package.json": b"{}", "usr/share/nodejs/y/package.json": b'{"type": "module"}'}
    assert [(package.name, package.version) for package in read_all(CATALOGER, files)] == [("@acme/x", ""), ("y", "")]


def test_applications_stand_apart():
    [package] = read_all(CATALOGER, {"opt/yarn-v1.22.17/package.json": manifest("yarn", "1.22.17")})
    assert package.name == "yarn"
    assert 0.5 <= package.confidence < 0.9


def test_private_modules_are_listed_but_private_applications_are_not():
    assert not names({"app/package.json": manifest(private=True)})
    assert names({"app/node_modules/lodash/package.json": manifest(private=True)}) == ["lodash"]


def test_an_application_swallows_its_parts_but_the_root_of_the_image_does_not():
    files = {
        path: manifest(name)
        for path, name in {
            "package.json": "root",
            "app/package.json": "shop",
            "app/packages/cart/package.json": "cart",
            "app/zoo/package.json": "zoo",
            "app2/package.json": "other",
            "app/node_modules/lodash/package.json": "lodash",
        }.items()
    }
    assert sorted(names(files)) == ["lodash", "other", "root", "shop"]


@pytest.mark.parametrize(
    ("more", "licenses"),
    [
        ({"license": "(MIT OR Apache-2.0)"}, ("(MIT OR Apache-2.0)",)),
        ({"license": {"type": "BSD", "url": "x"}}, ("BSD",)),
        ({"licenses": [{"type": "MIT"}, {"type": "GPL"}, {"type": "MIT"}, 3]}, ("MIT", "GPL")),
        ({"license": ["x"], "licenses": "ISC"}, ("ISC",)),
        ({"license": None}, ()),
    ],
)
def test_licenses(more, licenses):
    [package] = read_all(CATALOGER, {"node_modules/lodash/package.json": manifest(**more)})
    assert package.licenses == licenses


def test_tolerated_spellings():
    files = {
        "node_modules/a/package.json": b"\xef\xbb\xbf" + manifest("a", "v1.2.3"),
        "node_modules/b/package.json": b'{"name": "b", "version": "=1.0.0", "author": "Ren\xe9"}',
    }
    assert [(package.name, package.version) for package in read_all(CATALOGER, files)] == [("a", "1.2.3"), ("b", "1.0.0")]


@pytest.mark.parametrize(
    "text",
    [
        b'{"name": "x", "version": ',
        b"[" * 20_000,
        b'{"x": ' + b"[" * 200_000,
        b"",
        b"null",
        manifest(name="../../etc/passwd"),
        manifest(name="a\x1b[31m"),
        manifest(name="a" * 300),
        manifest(version="1.0.0\x1b[0m"),
        manifest(name=".."),
        manifest(version="latest or so"),
    ],
)
def test_garbage_becomes_an_unknown(text):
    reading = read_files(CATALOGER, {"node_modules/y/package.json": text, "node_modules/z/package.json": manifest()})
    assert [package.name for package in reading.packages] == ["lodash"]
    assert [unknown.evidence.path for unknown in reading.unknowns] == ["node_modules/y/package.json"]


def test_thousands_of_manifests_take_a_moment():
    filler = "x" * 2000
    files = {f"app/node_modules/m{index}/package.json": manifest(f"m{index}", readme=filler) for index in range(3000)}
    nested = {"a/" * depth + "package.json": manifest() for depth in range(1, 1500)}
    with ends():
        assert len(names(files)) == 3000
        assert len(names(nested)) == 1


def test_an_extension_of_an_editor_is_not_an_npm_package():
    extension = manifest("handlebars", "1.0.0", publisher="vscode", engines={"vscode": "0.10.x"})
    files = {
        "opt/ide/extensions/handlebars/package.json": extension,
        "opt/ide/extensions/handlebars/node_modules/a/package.json": manifest("a"),
    }
    assert names(files) == ["a"]
    assert names({"app/node_modules/handlebars/package.json": extension}) == ["handlebars"]
    assert names({"app/package.json": manifest("x", engines=["vscode"])}) == ["x"]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("app/node_modules/next/dist/compiled/cookie/package.json", b'{"name": "cookie"}', ("cookie", "")),
        ("node_modules/next/dist/compiled/react/package.json", manifest("react", "19.0.0"), ("react", "19.0.0")),
        ("node_modules/next/dist/compiled/@babel/runtime/package.json", b"{}", ("@babel/runtime", "")),
        ("node_modules/next/dist/src/compiled/react/package.json", b'{"name": "react"}', ("react", "")),
        ("node_modules/@rspack/core/compiled/zod/package.json", b'{"name": "zod"}', ("zod", "")),
        ("node_modules/bson/vendor/base64/package.json", manifest("base-64", "1.0.0"), ("base-64", "1.0.0")),
        ("node_modules/@a/b/lib/third_party/c/package.json", manifest("c", "2.0.0"), ("c", "2.0.0")),
    ],
)
def test_what_a_framework_bundled_is_listed_with_less_confidence(path, text, expected):
    found = read_files(CATALOGER, {path: text})
    [package] = found.packages
    assert (package.name, package.version, package.confidence) == (*expected, 0.7)
    assert not found.identified


def test_parts_of_what_a_framework_bundled_are_no_packages():
    path = "node_modules/next/dist/compiled/react/cjs/package.json"
    assert not names({path: manifest("x")})
    assert not names({"node_modules/next/dist/other/react/package.json": manifest("x")})
    vendor = "node_modules/a/vendor"
    assert not names({f"{vendor}/b/package.json": b'{"name": "b"}', f"{vendor}/c/package.json": b'{"version": "1.0.0"}'})
    assert not names({f"{vendor}/package.json": manifest("a"), f"{vendor}/b/test/package.json": manifest("c")})
    assert not names({f"{vendor}/b/package.json": manifest("b", private=True)})
