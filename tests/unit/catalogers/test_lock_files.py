"""What the golden folders of small lock-file catalogers cannot show: marks that all share, and what a rule leaves out."""

from contextlib import suppress

import pytest
from tests.support.reading import read_all
from tests.support.work import ends

import careen.catalogers
from careen.plugins import Cataloger, load

CATALOGERS = {one.name: one for one in load(careen.catalogers.__name__, "CATALOGER", Cataloger)}


@pytest.mark.parametrize(
    ("cataloger", "path", "content", "expected"),
    [
        ("gradle", "gradle.lockfile", "a.b:c:1.0=x\n", ("a.b:c", "1.0", "declared")),
        ("conan", "conan.lock", '{"requires": ["zlib/1.2.11#x"]}', ("zlib", "1.2.11", "declared")),
        ("conan", "data/x/1.0/_/_/package/0/conaninfo.txt", "[settings]\n", ("x", "1.0", "present")),
        ("elixir", "mix.lock", '%{\n "a": {:hex, :a, "1.0", "x"},\n}', ("a", "1.0", "declared")),
        ("otp", "lib/a/ebin/a.app", '{application, a, [{vsn, "1.0"}]}.', ("a", "1.0", "present")),
        ("r", "library/a/DESCRIPTION", "Package: a\nVersion: 1.0\nBuilt: R 4\n", ("a", "1.0", "present")),
        ("vcpkg", "vcpkg/status", "Package: a\nVersion: 1.0\nStatus: install ok installed\n", ("a", "1.0", "present")),
    ],
)
def test_what_is_installed_and_what_only_declared(cataloger, path, content, expected):
    (package,) = read_all(CATALOGERS[cataloger], {path: content.encode()})
    assert (package.name, package.version, package.presence) == expected


@pytest.mark.parametrize(
    ("purl", "name"),
    [
        ("pkg:swift/github.com/apple/swift-nio@1.0", "swift:github.com/apple/swift-nio"),
        ("pkg:cocoapods/A@1.0#Core/Deep", "cocoapods:A/Core/Deep"),
        ("pkg:github/actions/cache@1.0#restore", "github:actions/cache/restore"),
        ("pkg:terraform/registry.terraform.io/hashicorp/aws@1.0", "terraform:registry.terraform.io/hashicorp/aws"),
    ],
)
def test_package_urls_of_names_with_slashes(purl, name):
    from careen.model.package import Package

    kind, _, text = name.partition(":")
    assert Package(kind, None, text, "1.0").purl == purl


@pytest.mark.parametrize("cataloger", ["elixir", "rebar", "haskell", "terraform", "otp", "swift", "jvm"])
def test_long_runs_take_no_longer_than_their_length(cataloger):
    names = {
        "elixir": "mix.lock", "rebar": "rebar.lock", "haskell": "cabal.project.freeze", "terraform": ".terraform.lock.hcl",
        "otp": "x.app", "swift": "Package.resolved", "jvm": "release",
    }  # fmt: skip
    for size in (50_000, 200_000):
        for filler in ("\n", " ", 'a"', "{<<", "a-", 'provider "x" {\n'):
            lead = "%{" if cataloger == "elixir" else "{"
            with ends(repr(filler)), suppress(ValueError):  # quadratic: minutes
                read_all(CATALOGERS[cataloger], {names[cataloger]: (lead + filler * (size // len(filler))).encode()})


@pytest.mark.parametrize("filler", ["a", "1", "-", "a ", "a=="])
def test_a_long_name_in_a_freeze_file_is_read_once(filler):
    with ends(repr(filler)):
        read_all(CATALOGERS["haskell"], {"cabal.project.freeze": (filler * (8 << 20))[: 8 << 20].encode()})


@pytest.mark.parametrize(
    ("cataloger", "path", "content"),
    [
        ("github_actions", ".github/workflows/ci.yml", "  - uses: a/b@v1\n"),
        ("rust", "Cargo.lock", '[[package]]\nname = "a"\nversion = "1"\n'),
        ("golang", "go.mod", "module a.example/x\nrequire a.example/y v1.0.0\n"),
        ("maven", "pom.xml", "<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version></project>"),
        ("terraform", ".terraform.lock.hcl", 'provider "a/b/c" {\n  version = "1.0"\n'),
    ],
)
def test_files_of_an_installed_package_are_left_out(cataloger, path, content):
    assert read_all(CATALOGERS[cataloger], {f"app/{path}": content.encode()})
    assert read_all(CATALOGERS[cataloger], {f"app/node_modules/x/{path}": content.encode()}) == []
