import pytest

np = pytest.importorskip("numpy")

from careen.origin.javascript.features import is_script, module_mark, modules_named, script_features  # noqa: E402
from careen.origin.spans import hash_of  # noqa: E402

SOURCE = b"""
function parse(source) {
    source.firstProperty = 'a text of it';
    source.secondProperty({thirdProperty: 'another ' + "text", x: 1});
}
"""
MINIFIED = b'function p(e){e.firstProperty="a text of it",e.secondProperty({thirdProperty:"another text",x:1})}'


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a/b.js", True), ("a.MJS", True), ("a.tsx", True), ("a.d.ts", False), ("a.json", False), ("js", False)],
)
def test_which_files_are_scripts(path, expected):
    assert is_script(path) is expected


def test_minified_code_has_the_features_of_its_source():
    source, minified = script_features(SOURCE), script_features(MINIFIED)
    for family in ("literals", "names", "sequences"):
        assert source[family].size
        assert source[family].tolist() == minified[family].tolist()
    assert hash_of(b"firstProperty") in source["names"]
    assert hash_of(b"another text") in source["literals"]


def test_modules_that_a_bundler_has_named():
    bundle = b'// node_modules/one/a.js\nx;/***/ "./node_modules/@two/three/b.js":\nnode_modules/'
    assert modules_named(bundle) == {"one", "@two/three"}
    assert hash_of(module_mark("@two/three")) in script_features(bundle)["literals"]


def test_the_numbers_of_a_standard_in_their_order_are_no_sequence():
    """Anyone's SHA-512 has them."""
    numbers = ",".join(hex(0x428A2F98 + 0x1234567 * place) for place in range(80)).encode()
    assert script_features(b"var k=[" + numbers + b"]")["sequences"].size == 0
    assert script_features(b"var k=[" + numbers + b"];" + MINIFIED)["sequences"].size
