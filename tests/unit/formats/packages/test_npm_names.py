import pytest

from careen.formats.packages.npm_names import exact, registry_name, split_spec


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("lodash@4.17.21", ("lodash", "4.17.21")),
        ("@babel/core@7.24.7", ("@babel/core", "7.24.7")),
        ("@babel/core", ("@babel/core", "")),
        ("fsevents@patch:fsevents@npm%3A2.3.3#x", ("fsevents", "patch:fsevents@npm%3A2.3.3#x")),
        ("", ("", "")),
    ],
)
def test_split_spec(spec, expected):
    assert split_spec(spec) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://registry.example/lodash/-/lodash-4.17.21.tgz", "lodash"),
        ("https://registry.example/@babel/core/-/core-7.24.7.tgz#abc", "@babel/core"),
        ("https://registry.example/@babel%2fcore/-/core-7.24.7.tgz", "@babel/core"),
        ("https://host.example/artifactory/api/npm/all/@babel/core/-/core-7.24.7.tgz", "@babel/core"),
        ("https://host.example/artifactory/api/npm/all/lodash/-/lodash-1.0.0.tgz", "lodash"),
        ("https://git.example/type.git#31d2", ""),
        ("git+ssh://git@git.example/a/b.git", ""),
    ],
)
def test_registry_name(address, expected):
    assert registry_name(address) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.2.3", "1.2.3"),
        ("1.0.0-beta.2+build", "1.0.0-beta.2+build"),
        ("5.3.2_acorn@8.8.0", "5.3.2"),
        ("13.4.0(react-dom@18.2.0)(react@18.2.0)", "13.4.0"),
        ("v1.0.0", "1.0.0"),
        ("^1.0.0", ""),
        ("file:../ours", ""),
        ("https://git.example/1.0.0", ""),
        ("", ""),
    ],
)
def test_exact(version, expected):
    assert exact(version) == expected
