"""Source repositories that a build gets."""

import pytest

from careen.model.package import Package
from careen.predict.repositories import added, built_from, cloned, repository_of


def found(*commands):
    return [(package.purl, at) for package, _, at in cloned([command.split() for command in commands])]


def test_the_release_of_a_branch_option_or_of_a_checkout():
    clone = "git clone https://github.com/o/r.git /src"
    assert found("git clone -b v1.2.3 https://github.com/o/r.git") == [("pkg:github/o/r@v1.2.3", 0)]
    assert found(clone, "cd /src", "git checkout -q v1.2.3") == [("pkg:github/o/r@v1.2.3", 0)]
    assert found(clone, "git -C /src reset --hard v1.2.3") == [("pkg:github/o/r@v1.2.3", 0)]
    assert found("git -c http.x=y clone --depth 1 https://git.example/lib/a.git", "git checkout v2_02_103") == [
        ("pkg:generic/lib/a@2.02.103", 0)
    ]


def test_without_a_release_there_is_no_version():
    clone = "git clone https://github.com/o/r.git"
    for checkout in ("git checkout main", "git checkout 42b1175eda071c0e9121e1d64345928384a93df1", "git checkout $TAG", "make"):
        assert found(clone, checkout) == [("pkg:github/o/r", 0)]
    assert found("git clone ../other", "git status", "make v1.2.3", "git") == []


def test_a_checkout_is_that_of_the_clone_before_it():
    assert found(
        "git clone https://github.com/o/a", "git clone https://github.com/o/b", "git checkout v1.0", "git checkout v2.0"
    ) == [("pkg:github/o/a", 0), ("pkg:github/o/b@v1.0", 1)]


@pytest.mark.parametrize(
    ("address", "purl"),
    [
        ("https://github.com/curl/curl.git#curl-7_80_0", "pkg:github/curl/curl@curl-7_80_0"),
        ("https://github.com/o/r.git#v1.2:docs", "pkg:github/o/r@v1.2"),
        ("https://github.com/o/r.git?tag=v1.2&checksum=ab", "pkg:github/o/r@v1.2"),
        ("https://github.com/o/r.git#main", "pkg:github/o/r"),
        ("git@github.com:o/r.git#refs/tags/v1.2", "pkg:github/o/r@v1.2"),
        ("https://x.example/a.tar.gz", None),
        ("a.git", None),
    ],
)
def test_what_add_clones(address, purl):
    package = added(address)
    assert (package.purl if package else None) == purl


def test_what_a_package_manager_installs_from():
    assert repository_of("r", "git+https://github.com/o/r@v1.2", of_npm=False).purl == "pkg:github/o/r@v1.2"
    assert repository_of("r", "o/r#v1.2", of_npm=True).purl == "pkg:github/o/r@v1.2"
    assert repository_of("r", "git+file:x", of_npm=False).purl == "pkg:generic/r"


@pytest.mark.parametrize(
    ("source", "kind", "stated", "built"),
    [
        (("github", "psf/requests", "v2.19.0"), "pypi", "", ("pkg:pypi/requests@2.19.0", False)),
        (("github", "psf/requests", "v2.19.0"), "pypi", "Requests", ("pkg:pypi/requests@2.19.0", True)),
        (("generic", "Django", "1.11.1"), "pypi", "", ("pkg:pypi/django@1.11.1", True)),
        (("generic", "lodash", "4.17.4"), "npm", "", ("pkg:npm/lodash@4.17.4", False)),
        (("github", "o/r", "v3.0"), "cargo", "", ("pkg:cargo/r@3.0", False)),
        (("github", "o/r", "v2"), "npm", "", ("pkg:github/o/r@v2", False)),
        (("github", "o/r", "0123456789abcdef"), "pypi", "r", ("pkg:github/o/r@0123456789abcdef", False)),
        (("github", "o/r", "v1.2"), "golang", "", ("pkg:github/o/r@v1.2", False)),
        (("npm", "lodash", "4.17.2"), "npm", "", ("pkg:npm/lodash@4.17.2", False)),
    ],
)
def test_what_a_package_manager_builds(source, kind, stated, built):
    type, name, version = source
    made, certain = built_from(Package(type, None, name, version), kind, stated)
    assert (made.purl, certain) == built
