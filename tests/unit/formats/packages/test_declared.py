import pytest

from careen.formats.packages.declared import declared, within_package


def test_each_once_and_declared():
    found = list(declared("yarn", "npm", [("a", "1"), ("b", "2"), ("a", "1"), ("a", "3")]))
    assert [(one.name, one.version) for one in found] == [("a", "1"), ("b", "2"), ("a", "3")]
    assert {(one.type, one.cataloger, one.presence) for one in found} == {("npm", "yarn", "declared")}


def test_an_impossible_name_is_left_out_and_an_impossible_version_empty():
    found = list(
        declared(
            "yarn", "npm", [("", "1"), (None, "1"), ("a b", "1"), ("\x1b[0m", "1"), ("x" * 301, "1"), ("a", 1), ("b", "1 2")]
        )
    )
    assert [(one.name, one.version) for one in found] == [("a", ""), ("b", "")]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("app/node_modules/a/yarn.lock", True),
        ("node_modules/a/yarn.lock", True),
        ("usr/share/nodejs/lodash-cli/npm-shrinkwrap.json", True),
        ("usr/share/rubygems-integration/all/gems/webpacker-4.0/yarn.lock", True),
        ("usr/lib/python3/dist-packages/a/requirements.txt", True),
        ("src/cmd/vendor/github.com/google/pprof/third_party/graph/package-lock.json", True),
        ("app/vendor/serde/Cargo.lock", True),
        ("usr/local/cargo/registry/src/index.crates.io-6f17d22bba15001f/anyhow-1.0.95/Cargo.lock", True),
        ("root/.cargo/git/checkouts/serde-1a2b/3c4d5e6/.github/workflows/ci.yml", True),
        ("go/pkg/mod/github.com/acme/thing@v1.2.3/package-lock.json", True),
        ("srv/cargo/registry/Cargo.lock", False),
        ("go/pkg/mod/Cargo.lock", False),
        ("app/vendor/modules.txt", False),
        ("app/my_node_modules/yarn.lock", False),
        ("srv/gems/yarn.lock", False),
        ("srv/share/nodejs/yarn.lock", False),
        ("yarn.lock", False),
    ],
)
def test_within_package(path, expected):
    assert within_package(path) is expected
