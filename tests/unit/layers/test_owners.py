"""Which package owns each file, and which packages have lost their files."""

import pytest
from msgspec.structs import replace

from careen.layers.history import History, key_of
from careen.layers.owners import SHADOWED_CONFIDENCE, Owners
from careen.layers.squash import squash
from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, Owned
from tests.support.images import Hardlink, Symlink
from tests.unit.layers.helpers import delta_of

DATABASE = "var/lib/dpkg/status"
DEBIAN = Ecosystem("deb", "deb", distribution=True)
PYPI = Ecosystem("pypi", "pep440", "PyPI")


def deb(name, place=DATABASE):
    return Package("deb", "debian", name, "1", cataloger="dpkg", evidence=(Evidence(place, 0),))


def wheel(name, place):
    return Package("pypi", None, name, "1", cataloger="python", evidence=(Evidence(place, 0),))


def history(ecosystem, *owned, root=""):
    """A cataloger whose packages, by name, own these paths."""
    cataloger = Cataloger(
        ecosystem.purl_type,
        ecosystem,
        (),
        owns=lambda facts: [Owned(name, "1", None, paths) for fact in facts for name, *paths in fact.value],
    )
    places = {root + "/" + DATABASE: root} if root else {}
    return History(cataloger, facts=[Fact(f"{root}/{DATABASE}".lstrip("/"), 0, owned, root)], roots=places)


def tree(*layers):
    return squash([delta_of(files, number, catalogers=()) for number, files in enumerate(layers)])


def presence(layers, *paths):
    owners = Owners(tree(*layers))
    (package,) = owners.add_distribution([deb("a")], history(DEBIAN, ("a", *paths)), {})
    return package.presence


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["bin/a"], "present"),
        (["bin/a", "bin/gone"], "partial"),
        (["bin/gone"], "absent"),
        (["bin/a", "dev/null", "proc", "sys/x", "run/lock", "tmp"], "present"),
        (["bin/gone", "dev/null"], "absent"),
        (["bin/a", "bin/b", "bin/gone"], "partial"),
        (["bin/gone", "bin/gone2", "bin/a"], "partial"),
        (["usr/share/doc/a/copyright", "bin/gone"], "absent"),
        (["usr/share/doc/a/copyright", "bin/a"], "present"),
        (["usr/share/doc/a/copyright"], "present"),
        (["etc"], "present"),
        ([], "present"),
    ],
)
def test_presence_by_the_files_that_are_left(paths, expected):
    assert presence([{"bin/a": b"", "bin/b": b"", "etc/a/b": b""}], *paths) == expected


def test_a_later_whiteout_makes_a_package_absent():
    assert presence([{"bin/a": b""}, {"bin/.wh.a": b""}], "bin/a") == "absent"


def test_listed_paths_lead_through_a_merged_usr():
    owners = Owners(tree({"usr/lib/a.so": b"", "lib": Symlink("usr/lib")}))
    owners.add_distribution([deb("a")], history(DEBIAN, ("a", "lib/a.so")), {})
    assert owners.of("usr/lib/a.so")[1].name == "a"
    assert owners.of("lib/a.so")[1].name == "a"


def test_a_layer_that_makes_a_folder_of_lib_does_not_lose_the_files_in_usr_lib():
    assert presence([{"usr/lib/a.so": b"", "lib/other": b""}], "lib/a.so") == "present"
    assert presence([{"usr/opt/a.so": b"", "opt/other": b""}], "opt/a.so") == "absent"


def test_the_first_owner_of_a_file_stays():
    owners = Owners(tree({"bin/a": b""}))
    owners.add_distribution([deb("first"), deb("second")], history(DEBIAN, ("first", "bin/a"), ("second", "bin/a")), {})
    assert owners.of("bin/a")[1].name == "first"
    assert owners.of("bin/b") is None


def test_who_owns_one_name_of_a_file_owns_its_other_names():
    files = {"ostree/repo/objects/1.file": b"", "usr/bin/a": Hardlink("ostree/repo/objects/1.file"), "opt/b": b""}
    owners = Owners(tree(files))
    owners.add_distribution([deb("a")], history(DEBIAN, ("a", "usr/bin/a")), {})
    assert owners.owned_place("ostree/repo/objects/1.file") == "usr/bin/a"
    assert owners.of("ostree/repo/objects/1.file")[1].name == "a"
    assert owners.of("opt/b") is None


def test_a_package_of_another_root_owns_files_of_that_root_only():
    owners = Owners(tree({"rootfs/bin/a": b"", "bin/a": b""}))
    package = deb("a", "rootfs/" + DATABASE)
    owners.add_distribution([package], history(DEBIAN, ("a", "bin/a"), root="rootfs"), {})
    assert owners.of("rootfs/bin/a")[1].name == "a"
    assert owners.of("bin/a") is None


def test_a_package_that_only_a_lost_database_lists_is_shadowed_while_its_files_are_there():
    package = deb("a")
    lost = {key_of(package): (DATABASE, 1)}
    owners = Owners(tree({"bin/a": b""}))
    (kept,) = owners.add_distribution([package], history(DEBIAN, ("a", "bin/a")), lost)
    assert (kept.presence, kept.confidence) == ("shadowed", SHADOWED_CONFIDENCE)
    assert Owners(tree({"bin/b": b""})).add_distribution([package], history(DEBIAN, ("a", "bin/a")), lost) == []


def test_a_package_of_a_database_that_moved_is_listed_once():
    old, new = deb("a"), deb("a", "usr/lib/dpkg/status")
    owners = Owners(tree({"bin/a": b""}))
    kept = owners.add_distribution([new, old], history(DEBIAN, ("a", "bin/a")), {key_of(old): (DATABASE, 1)})
    assert kept == [new]


def test_packages_after_one_that_is_left_out():
    gone, other = deb("gone"), deb("a")
    owners = Owners(tree({"bin/a": b""}))
    kept = owners.add_distribution(
        [gone, other], history(DEBIAN, ("gone", "bin/x"), ("a", "bin/a")), {key_of(gone): (DATABASE, 1)}
    )
    assert kept == [other]


def test_merged_folders_of_another_root():
    owners = Owners(tree({"rootfs/usr/lib/a.so": b"", "rootfs/lib/other": b""}))
    package = deb("a", "rootfs/" + DATABASE)
    (kept,) = owners.add_distribution([package], history(DEBIAN, ("a", "lib/a.so"), root="rootfs"), {})
    assert kept.presence == "present"
    assert owners.of("rootfs/usr/lib/a.so")[1].name == "a"


def test_the_distribution_owns_its_files_and_what_lies_in_its_archives():
    owners = Owners(tree({"usr/share/a.jar": b"", "opt/b.jar": b""}))
    owners.add_distribution([deb("a")], history(DEBIAN, ("a", "usr/share/a.jar")), {})
    assert owners.in_distribution("usr/share/a.jar!/inner.jar").name == "a"
    assert owners.in_distribution("opt/b.jar") is None


def test_a_package_of_a_language_is_owned_by_the_distribution_whose_file_lists_it():
    record = "usr/lib/python3/dist-packages/x-1.dist-info/METADATA"
    owners = Owners(tree({record: b""}))
    owners.add_distribution([deb("python3-x")], history(DEBIAN, ("python3-x", record)), {})
    (package,) = owners.add([wheel("x", record)], history(PYPI))
    assert package.owned_by == "pkg:deb/debian/python3-x@1"
    theirs = replace(wheel("x", record), owned_by="pkg:deb/debian/other@1")
    assert owners.add([theirs], history(PYPI)) == [theirs]
    nowhere = replace(theirs, owned_by=None, evidence=())
    assert owners.add([nowhere], history(PYPI)) == [nowhere]


def test_files_of_a_language_package_do_not_belong_to_the_distribution():
    record = "opt/x-1.dist-info/METADATA"
    owners = Owners(tree({record: b"", "opt/x.py": b""}))
    owners.add([wheel("x", record)], history(PYPI, ("x", record, "opt/x.py")))
    assert owners.of("opt/x.py")[1].name == "x"
    assert owners.in_distribution("opt/x.py") is None


def test_a_package_that_names_itself_as_the_distributions_is_left_out():
    own = Package("deb", "debian", "x", "1", owned_by="pkg:deb/debian/libx@1", evidence=(Evidence("bin/x", 0),))
    assert Owners(tree({"bin/x": b""})).add([own], history(DEBIAN)) == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["opt/x/__init__.py"], "present"),
        (["opt/x/__init__.pyc"], "present"),
        ([], "absent"),
    ],
)
def test_a_language_package_is_absent_when_only_its_record_is_left(files, expected):
    record = "opt/x-1.dist-info/METADATA"
    owners = Owners(tree(dict.fromkeys([record, *files], b"")))
    (package,) = owners.add([wheel("x", record)], history(PYPI, ("x", record, "opt/x/__init__.py")))
    assert package.presence == expected


def test_a_folder_of_a_language_package_is_enough():
    record = "opt/x-1.dist-info/METADATA"
    (package,) = Owners(tree({record: b"", "opt/x/y": b""})).add([wheel("x", record)], history(PYPI, ("x", record, "opt/x")))
    assert package.presence == "present"


def test_files_of_unknown_packages_do_not_hide_those_of_others():
    record = "opt/x-1.dist-info/METADATA"
    owners = Owners(tree({record: b""}))
    (package,) = owners.add([wheel("x", record)], history(PYPI, ("y", "opt/y"), ("x", record, "opt/x.py")))
    assert package.presence == "absent"


def test_a_package_that_is_installed_twice_is_recognised_by_its_record():
    first, second = "a/x-1.dist-info/METADATA", "b/x-1.dist-info/METADATA"
    owners = Owners(tree({first: b"", second: b"", "a/x.py": b""}))
    found = owners.add([wheel("x", first), wheel("x", second)], history(PYPI, ("x", second, "b/x.py"), ("x", "c/x.py")))
    assert [package.presence for package in found] == ["present", "absent"]


def test_what_the_documentation_and_sources_of_a_package_declare_is_not_a_dependency():
    places = ("usr/share/doc/a/examples/go.mod", "usr/share/cargo/registry/a-1/Cargo.lock", "usr/share/gocode/src/a/go.mod")
    owners = Owners(tree(dict.fromkeys((*places, "opt/a/go.mod"), b"")))
    owners.add_distribution([deb("a")], history(DEBIAN, ("a", *places, "opt/a/go.mod")), {})
    declared = [replace(wheel(str(number), place), presence="declared") for number, place in enumerate(places)]
    assert owners.add(declared, history(PYPI)) == []
    kept = [
        wheel("installed", places[0]),
        replace(wheel("elsewhere", "opt/a/go.mod"), presence="declared"),
        replace(wheel("unowned", "usr/share/doc/b/go.mod"), presence="declared"),
    ]
    assert [package.name for package in owners.add(kept, history(PYPI))] == ["installed", "elsewhere", "unowned"]


def test_a_guess_about_a_program_of_the_distribution_adds_nothing():
    owners = Owners(tree({"bin/fsck": b"", "opt/fsck": b""}))
    owners.add_distribution([deb("tools")], history(DEBIAN, ("tools", "bin/fsck")), {})

    def found(place, confidence):
        return Package("generic", None, "fsck", "1.0.0", confidence=confidence, evidence=(Evidence(place, 0),))

    assert owners.add([found("bin/fsck", 0.4)], history(PYPI)) == []
    assert len(owners.add([found("bin/fsck", 0.6), found("opt/fsck", 0.4)], history(PYPI))) == 2
