"""Components as packages: their names, and what is left out because another reader names it."""

import pytest

pytest.importorskip("numpy")

from msgspec.structs import replace

from careen.layers.origin_features import FeaturesRead, Kept
from careen.model.inventory import Inventory
from careen.model.origin import OriginFile, OriginFiles, PatchState
from careen.model.package import Evidence, Package
from careen.origin.building import build
from careen.origin.component import Component, Matched
from careen.origin.identify import Identified
from careen.origin.knowledge import Project
from careen.pipeline import origin_packages
from careen.pipeline.origin_packages import cpe_of, packages_of

PIP = "pkg:pypi/pip@20.0"
FILES = ("site/pip/_vendor/urllib3/a.py", "site/pip/_vendor/urllib3/b.py")
COPY = Component("site/pip/_vendor/urllib3", "pypi:urllib3", ("pkg:pypi/urllib3",), (), ("1.26",), "exact", False, FILES, ())
LIBRARY = Component("opt/tool", "deb:zlib", (), (), ("1.2.11", "1.2.12"), "high", None, ("opt/tool",), ())
BASE = build(
    [
        (Project(name, versions), [])
        for name, versions in (
            ("pypi:urllib3", ("1.24", "1.25", "1.26", "2.0")),
            ("deb:zlib", ("1.2.8", "1.2.11", "1.2.12", "1.3")),
        )
    ]
)


@pytest.fixture
def named(monkeypatch):
    def run(*components, packages=(), owner="", **options):
        monkeypatch.setattr(origin_packages, "identify_described", lambda base, files: Identified(components, 0))
        looked = [OriginFile(path, 1, PIP if "pip/" in path else owner) for each in components for path in each.files]
        inventory = Inventory(None, packages, origin_files=OriginFiles(tuple(looked)))
        kept = tuple(Kept(each.path, "program" if each.modified is None else "source", {}) for each in components)
        return packages_of(BASE, FeaturesRead(kept), inventory, proven=True, **options)[:2]

    return run


def test_a_copy_within_a_package(named):
    (package,), files = named(COPY)
    assert (package.purl, package.owned_by, package.origin.owners) == ("pkg:pypi/urllib3@1.26", PIP, (PIP,))
    assert package.evidence == tuple(Evidence(path, 1) for path in FILES)
    assert files == frozenset(FILES)


def test_a_set_of_versions_is_a_package_without_one(named):
    (package,), _ = named(LIBRARY)
    assert (package.purl, package.cpe) == ("pkg:generic/zlib", "cpe:2.3:a:zlib:zlib:*:*:*:*:*:*:*:*")
    assert package.origin.versions == ("1.2.11", "1.2.12")


@pytest.mark.parametrize(
    ("component", "around"),
    [
        (replace(COPY, modified=True, nearest=True), ("1.25", "2.0")),
        (replace(LIBRARY, nearest=True), ("1.2.8", "1.3")),
        (replace(COPY, modified=True, nearest=True, versions=("2.0",)), ("1.26",)),
        (replace(COPY, modified=True, nearest=True, project="pypi:other"), ()),
        (replace(COPY, modified=True), ("1.25", "2.0")),
        (LIBRARY, ()),  # of a program whose version is known
        (replace(COPY, nearest=True), ()),  # its files are as published
    ],
)
def test_a_version_that_the_base_lacks_is_between_those_that_it_has(named, component, around):
    (package,), _ = named(component)
    assert package.origin.around == around


def test_a_program_that_another_reader_names_otherwise_is_one_package(named):
    """Debian calls the project xz-utils, and its CPE is tukaani:xz."""
    component = replace(LIBRARY, project="deb:xz-utils", versions=("5.2.4", "5.2.5"))
    path = component.files[0]
    by_text = Package(
        "generic", None, "xz", "5.2.5", evidence=(Evidence(path, 1),), cpe="cpe:2.3:a:tukaani:xz:5.2.5:*:*:*:*:*:*:*"
    )
    assert named(component, packages=(by_text,))[0] == []
    assert len(named(component, packages=(replace(by_text, evidence=(Evidence("opt/other", 1),)),))[0]) == 1
    assert len(named(component, packages=(replace(by_text, name="gzip", cpe="cpe:2.3:a:gnu:gzip:1.10:*:*:*:*:*:*:*"),))[0]) == 1


@pytest.mark.parametrize(
    ("component", "type", "name", "path"),
    [
        (COPY, "pypi", "pip", "site/pip-20.0.dist-info/METADATA"),  # another name: it is a copy
        (COPY, "pypi", "urllib3", "elsewhere/urllib3-1.26.dist-info/METADATA"),
        (LIBRARY, "generic", "openssl", "opt/tool"),
    ],
)
def test_another_package_does_not_hide_it(named, component, type, name, path):
    other = Package(type, None, name, "20.0", evidence=(Evidence(path, 0),))
    assert len(named(component, packages=(other,))[0]) == 1


@pytest.mark.parametrize(
    ("component", "type", "name", "path"),
    [
        (COPY, "pypi", "urllib3", "site/pip/_vendor/urllib3-1.26.dist-info/METADATA"),
        (COPY, "pypi", "urllib3", "site/pip/_vendor/urllib3/__init__.py"),
        (LIBRARY, "generic", "zlib", "opt/tool"),
        (replace(LIBRARY, path="site/a.libs/libz-1.so", files=("site/a.libs/libz-1.so",)), "generic", "zlib",
         "site/a.libs/libz-2.so"),
        (replace(COPY, project="npm:urllib3", purls=("pkg:npm/urllib3",)), "npm", "urllib3",
         "site/pip/_vendor/urllib3/package.json"),
    ],
)  # fmt: skip
def test_what_another_reader_names_there_is_not_named_twice(named, component, type, name, path):
    other = Package(type, None, name, "9", evidence=(Evidence(path, 0),))
    made, files = named(component, packages=(other,))
    assert (made, files) == ([], frozenset(component.files))


def test_the_code_of_a_package_within_itself_is_its_own(named):
    own = replace(COPY, project="pypi:pip", purls=("pkg:pypi/pip",))
    assert named(own, packages=(Package("pypi", None, "pip", "20.0", evidence=(Evidence("x", 0),)),))[0] == []


def test_texts_of_a_script_in_a_program_are_no_copy(named):
    assert named(replace(LIBRARY, project="pypi:idna", purls=("pkg:pypi/idna",))) == ([], frozenset())


def test_of_a_base_with_few_versions_a_part_may_be_of_another_one(named):
    assert named(COPY, few_versions=True)[0][0].origin.nearest is False
    (package,), _ = named(replace(COPY, modified=True), few_versions=True)
    assert (package.version, package.origin.nearest) == ("", True)
    (package,), _ = named(LIBRARY, few_versions=True)
    assert (package.origin.nearest, package.origin.band) == (True, "medium")


@pytest.mark.parametrize(("is_part", "letters", "count"), [(True, 30, 0), (True, 400, 1), (False, 30, 1)])
def test_a_passage_of_a_large_project_in_a_large_file_is_no_package(named, is_part, letters, count):
    """A table of AES, or the names of HTTP's states."""
    found = (Matched("files", 0, 1), Matched("letters", letters, 1000))
    assert len(named(replace(COPY, evidence=found, confidence="medium", is_part=is_part))[0]) == count


@pytest.mark.parametrize(
    ("owner", "name", "carried", "count"),
    [
        ("pkg:npm/pako@1.0.11", "pako_inflate.min.js", True, 0),
        ("pkg:npm/%40scope/sprintf.js@1.1", "sprintf.min.js", True, 0),
        ("pkg:npm/pako@1.0.11", "index.js", True, 0),
        ("pkg:npm/pako@1.0.11", "pako.js", False, 1),  # all of a project's file
        ("pkg:npm/reports@2.0", "pako.js", True, 1),  # a copy in a package of another name
        ("pkg:deb/debian/pako@2.0", "pako.js", True, 1),
        ("", "pako.js", True, 1),
    ],
)
def test_a_project_that_carries_a_package_does_not_name_it(named, owner, name, carried, count):
    path = f"app/dist/{name}"
    found = replace(COPY, project="npm:jszip", purls=("pkg:npm/jszip",), path=path, files=(path,), may_be_carried=carried)
    assert len(named(found, owner=owner)[0]) == count


@pytest.mark.parametrize(
    ("version", "texts", "expected"),
    [
        ("1.2.9", 60, ("1.2.9",)),
        ("1.2.9", 10, LIBRARY.versions),  # a program that contains the library has a version of its own
        ("7.0.1", 60, LIBRARY.versions),
    ],
)
def test_a_program_has_its_only_version(named, version, texts, expected):
    """Its name is that of the file: it does not say what it is, and the base does not have its version."""
    own = Package("generic", None, "tool", version, cataloger="binary", evidence=(Evidence("opt/tool", 1),))
    component = replace(LIBRARY, nearest=True, evidence=(Matched("literals", texts, 100),))
    (package,), _ = named(component, packages=(own,))
    assert package.origin.versions == expected
    assert (package.origin.nearest, package.origin.band) == ((False, "medium") if expected == (version,) else (True, "high"))


def test_what_another_base_explains_as_source_is_no_bundle(named):
    """AngularJS has a part of jQuery's interface: a base without it finds jQuery there."""
    bundled = replace(LIBRARY, path="web/app.js", files=("web/app.js",), evidence=(Matched("sequences", 15, 2940),))
    source = replace(bundled, evidence=(Matched("files", 0, 1), Matched("letters", 2711, 2722)))
    assert len(named(bundled)[0]) == 1
    assert named(bundled, whole_scripts={"web/app.js"})[0] == []
    assert len(named(source, whole_scripts={"web/app.js"})[0]) == 1


def test_of_several_places_the_worst_state_of_a_fix_counts(named):
    fixed, vulnerable = PatchState("CVE-1", "fixed"), PatchState("CVE-1", "vulnerable", "1 of 1")
    other = replace(LIBRARY, files=("opt/other",), path="opt/other")

    def states(*fixes):
        found = [replace(one, fixes=mine) for one, mine in zip((LIBRARY, other), fixes, strict=True)]
        return [(fix.cve, fix.state) for fix in named(*found)[0][0].origin.fixes]

    assert states((fixed,), (fixed,)) == [("CVE-1", "fixed")]
    assert states((fixed,), (vulnerable,)) == [("CVE-1", "vulnerable")]
    assert states((fixed,), ()) == [("CVE-1", "unknown")]
    assert states((), ()) == []


def test_the_name_in_the_cpe_dictionary():
    assert cpe_of(replace(LIBRARY, project="deb:libpng1.6"), "1.6.37") == "cpe:2.3:a:libpng:libpng:1.6.37:*:*:*:*:*:*:*"
    assert cpe_of(replace(LIBRARY, project="deb:lua5.4"), "5.4.4") == "cpe:2.3:a:lua:lua:5.4.4:*:*:*:*:*:*:*"
    assert cpe_of(replace(LIBRARY, cpes=("vendor:product",)), "1~rc") == "cpe:2.3:a:vendor:product:*:*:*:*:*:*:*:*"
    assert cpe_of(replace(LIBRARY, project="deb:of-nobody"), "1") is None


def test_a_package_of_an_ecosystem_by_its_purl(named):
    scoped = replace(COPY, project="npm:@a/b", purls=("pkg:npm/%40a/b",))
    jar = replace(COPY, project="maven:g:a", purls=("pkg:maven/org.x/lib",))
    assert [package.purl for package in named(scoped, jar)[0]] == ["pkg:npm/%40a/b@1.26", "pkg:maven/org.x/lib@1.26"]
