import pytest

from careen.catalogers import golang, npm, npm_lock, package_file, python, python_requirements, rpm
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.layers.verified import read_again
from careen.plugins import Cataloger, Ecosystem, Reader, Wants
from careen.safety.budget import Budget, Limits
from careen.safety.deflate import inflated
from careen.store.memory import MemoryStore
from tests.support import packagefiles, rpmdb
from tests.support.executables import elf, inline
from tests.support.images import File, Hardlink, Symlink, make_layer
from tests.support.pclntab import pclntab
from tests.unit.layers.helpers import CATALOGERS, OS_RELEASE, delta_of, inventory_of, layer_of, status

STATUS = "var/lib/dpkg/status"
BASE = {
    "etc/os-release": OS_RELEASE,
    STATUS: status(("bash", "5.2-1"), ("zlib1g", "1:1.2.13", "Source: zlib")),
    "bin/bash": b"",
}


def by_name(inventory):
    return {package.name: package for package in inventory.packages}


def listing(*paths):
    return "\n".join(("/.", *("/" + path for path in paths))).encode()


def test_packages_get_distribution_and_purl():
    inventory = inventory_of(BASE)
    assert (inventory.distribution.id, inventory.distribution.version) == ("debian", "12")
    assert by_name(inventory)["zlib1g"].purl == "pkg:deb/debian/zlib1g@1:1.2.13?arch=amd64&distro=debian-12"
    assert by_name(inventory)["zlib1g"].source.name == "zlib"


def test_a_package_keeps_the_layer_that_brought_it():
    second = status(("bash", "5.2-1"), ("zlib1g", "1:1.2.14"), ("curl", "8"))
    inventory = inventory_of(BASE, {STATUS: second}, {"x": b""})
    assert {name: package.evidence[0].layer for name, package in by_name(inventory).items()} == {
        "bash": 0,
        "zlib1g": 1,
        "curl": 1,
    }


def test_a_package_that_went_and_came_back_is_new():
    inventory = inventory_of(BASE, {STATUS: status(("bash", "5.2-1"))}, {STATUS: BASE[STATUS]})
    assert by_name(inventory)["zlib1g"].evidence[0].layer == 2


def test_an_uninstalled_package_is_gone():
    assert set(by_name(inventory_of(BASE, {STATUS: status(("bash", "5.2-1"))}))) == {"bash"}


def test_a_deleted_database_shadows_what_it_named():
    first = {**BASE, "var/lib/dpkg/info/bash.list": listing("bin/bash")}
    inventory = inventory_of(first, {"var/lib/.wh.dpkg": b""})
    assert by_name(inventory)["bash"].presence == "shadowed"
    assert by_name(inventory)["bash"].confidence < 1
    assert by_name(inventory)["bash"].evidence[0].layer == 0
    [unknown] = inventory.unknowns
    assert (unknown.cataloger, unknown.evidence.layer) == ("dpkg", 1)
    assert "2 packages" in unknown.reason


@pytest.mark.parametrize("folder", ["var/lib/rpm", "usr/lib/sysimage/rpm"])
def test_a_database_of_a_newer_format_shadows_what_it_lacks(folder):
    older = rpmdb.bdb(
        [
            rpmdb.package("bash", files=["/bin/bash"]),
            rpmdb.package("openssl", files=["/usr/lib/libssl.so"]),
            rpmdb.package("removed", files=["/usr/bin/removed"]),
        ]
    )
    files = {"var/lib/rpm/Packages": older, f"{folder}/Packages.db": rpmdb.ndb([rpmdb.package("bash", files=["/bin/bash"])])}
    layer = {**files, "bin/bash": b"", "usr/lib/libssl.so": b""}
    inventory = bind([delta_of(layer, catalogers=(rpm.CATALOGER,))], (rpm.CATALOGER,))
    assert {name: package.presence for name, package in by_name(inventory).items()} == {
        "bash": "present",
        "openssl": "shadowed",
    }
    [unknown] = inventory.unknowns
    assert unknown.evidence.path == "var/lib/rpm/Packages"
    assert unknown.reason == "another package database counts in its place: the package that only this one names is kept"


def test_an_emptied_database_too():
    first = {**BASE, "var/lib/dpkg/info/bash.list": listing("bin/bash")}
    inventory = inventory_of(first, {STATUS: b"\n"})
    assert by_name(inventory)["bash"].presence == "shadowed"


def test_a_database_that_comes_back_is_believed_again():
    inventory = inventory_of(BASE, {"var/lib/.wh.dpkg": b""}, {STATUS: status(("new", "1"))})
    assert {name: package.presence for name, package in by_name(inventory).items()} == {"new": "present"}
    assert not inventory.unknowns


def test_presence_by_the_file_table_whatever_slim_images_leave_out():
    first = {
        **BASE,
        "var/lib/dpkg/info/bash.list": listing("bin/bash", "bin/rbash", "usr/share/doc/bash/copyright"),
        "var/lib/dpkg/info/zlib1g.list": listing("lib/libz.so.1", "lib"),
        "bin/rbash": b"",
        "lib/libz.so.1": b"",
    }
    assert {p.presence for p in inventory_of(first).packages} == {"present"}
    assert by_name(inventory_of(first, {"bin/.wh.rbash": b""}))["bash"].presence == "partial"
    gone = inventory_of(first, {"lib/.wh.libz.so.1": b""})
    assert by_name(gone)["zlib1g"].presence == "absent"


def test_listed_paths_are_found_through_merged_usr():
    first = {"usr/lib/libz.so": b"", "lib": Symlink("usr/lib"), STATUS: status(("zlib1g", "1"))}
    first["var/lib/dpkg/info/zlib1g.list"] = listing("lib/libz.so")
    assert by_name(inventory_of(first))["zlib1g"].presence == "present"


def test_language_packages_know_the_package_that_owns_their_files():
    metadata = b"Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\n"
    where = "usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA"
    other = "usr/local/lib/python3.11/site-packages/six-1.16.0.dist-info/METADATA"
    first = {**BASE, where: metadata, other: metadata, STATUS: status(("python3-six", "1.16.0-4"))}
    first["var/lib/dpkg/info/python3-six.list"] = listing(where)
    found = [package for package in inventory_of(first).packages if package.type == "pypi"]
    assert [(package.evidence[0].path, package.owned_by) for package in found] == [
        (other, None),
        (where, "pkg:deb/debian/python3-six@1.16.0-4?arch=amd64&distro=debian-12"),
    ]


def test_a_python_package_of_which_its_record_alone_is_left_is_absent():
    def files(folder):
        place = f"{folder}/six-1.16.0.dist-info"
        return {
            f"{place}/METADATA": b"Name: six\nVersion: 1.16.0\n",
            f"{place}/RECORD": b"six.py,,\nsix-1.16.0.dist-info/METADATA,,\nsix-1.16.0.dist-info/RECORD,,\n",
            f"{folder}/six.py": b"",
        }

    def presences(*layers):
        catalogers = (python.CATALOGER,)
        deltas = [delta_of(files, number, catalogers) for number, files in enumerate(layers)]
        return [(package.presence, len(package.evidence)) for package in bind(deltas, catalogers).packages]

    assert presences(files("a")) == [("present", 1)]
    assert presences(files("a"), {"a/.wh.six.py": b""}) == [("absent", 1)]
    assert presences(files("a"), {"a/.wh.six.py": b"", "a/six.pyc": b""}) == [("present", 1)]
    assert sorted(presences(files("a") | files("b"), {"a/.wh.six.py": b""})) == [("absent", 1), ("present", 1)]


def test_what_is_declared_and_installed_is_installed():
    lock = (
        b'{"lockfileVersion": 3, "packages": {"node_modules/a": {"version": "1.0.0"}, "node_modules/b": {"version": "2.0.0"}}}'
    )
    layers = {"app/package-lock.json": lock}, {"app/node_modules/a/package.json": b'{"name": "a", "version": "1.0.0"}'}
    catalogers = (npm.CATALOGER, npm_lock.CATALOGER)
    inventory = bind([delta_of(files, number, catalogers) for number, files in enumerate(layers)], catalogers)
    found = by_name(inventory)
    assert {name: package.presence for name, package in found.items()} == {"a": "present", "b": "declared"}
    assert [(place.path, place.layer) for place in found["a"].evidence] == [
        ("app/node_modules/a/package.json", 1),
        ("app/package-lock.json", 0),
    ]


def test_a_package_file_in_the_cache_of_apt_is_the_installed_package():
    def control(version):
        return f"Package: bash\nVersion: {version}\nArchitecture: amd64\nDescription: x\n"

    cache = {f"var/cache/apt/archives/bash_{version}.deb": packagefiles.deb(control(version)) for version in ("5.2-1", "5.2-9")}
    catalogers = (*CATALOGERS, package_file.CATALOGER)
    found = bind([delta_of({**BASE, **cache}, 0, catalogers)], catalogers).packages
    listed = {(package.version, package.presence) for package in found if package.name == "bash"}
    assert listed == {("5.2-1", "present"), ("5.2-9", "declared")}


@pytest.mark.parametrize(
    ("pinned", "packages"),
    [
        ("Zope_Interface==5.0.0", [("zope.interface", "5.0", "present")]),
        ("zope.interface==5", [("zope.interface", "5.0", "present")]),
        ("zope.interface==5.0.1", [("zope.interface", "5.0", "present"), ("zope.interface", "5.0.1", "declared")]),
        ("zope.interface==5.0+a.0", [("zope.interface", "5.0", "present"), ("zope.interface", "5.0+a.0", "declared")]),
        ("zopeinterface==5.0", [("zope.interface", "5.0", "present"), ("zopeinterface", "5.0", "declared")]),
    ],
)
def test_python_writes_one_release_in_several_ways(pinned, packages):
    installed = b"Metadata-Version: 2.1\nName: zope.interface\nVersion: 5.0\n"
    layers = {"app/requirements.txt": pinned.encode(), "lib/zope.interface-5.0.dist-info/METADATA": installed}
    catalogers = (python.CATALOGER, python_requirements.CATALOGER)
    found = bind([delta_of(layers, 0, catalogers)], catalogers).packages
    assert sorted((package.name, package.version, package.presence) for package in found) == packages


def test_a_local_version_keeps_its_zeros():
    installed = b"Metadata-Version: 2.1\nName: torch\nVersion: 2.0+1\n"
    layers = {"app/requirements.txt": b"torch==2.0+1.0", "lib/torch-2.0+1.dist-info/METADATA": installed}
    catalogers = (python.CATALOGER, python_requirements.CATALOGER)
    found = bind([delta_of(layers, 0, catalogers)], catalogers).packages
    assert sorted(package.version for package in found) == ["2.0+1", "2.0+1.0"]


def test_one_entry_for_each_purl_places_are_evidence():
    manifest = b'{"name": "x", "version": "1.0.0"}'
    layers = {"a/node_modules/x/package.json": manifest}, {"b/node_modules/x/package.json": manifest}
    [package] = inventory_of(*layers).packages
    assert [(place.path, place.layer) for place in package.evidence] == [
        ("a/node_modules/x/package.json", 0),
        ("b/node_modules/x/package.json", 1),
    ]


def test_a_database_below_a_folder_belongs_to_the_os_release_there():
    nested = {
        "opt/root/etc/os-release": b"ID=alpine\nVERSION_ID=3.18.4\n",
        "opt/root/lib/apk/db/installed": b"P:musl\nV:1.2.4-r0\n\n",
    }
    packages = by_name(inventory_of({**BASE, **nested}))
    assert packages["musl"].distro == "alpine-3.18.4"
    assert packages["bash"].distro == "debian-12"


def test_unknowns_of_a_replaced_file_are_dropped():
    broken = {STATUS: b"no control file"}
    assert len(inventory_of(broken).unknowns) == 1
    assert not inventory_of(broken, {STATUS: status(("bash", "1"))}).unknowns
    assert not inventory_of(broken, {"var/.wh.lib": b""}).unknowns


def test_executables_that_no_package_owns_are_counted():
    first = {
        **BASE,
        "bin/bash": File(mode=0o755),
        "opt/tool": File(mode=0o755),
        "var/lib/dpkg/info/bash.list": listing("bin/bash"),
    }
    inventory = inventory_of(first)
    assert (inventory.unowned_executables, inventory.files) == (1, 5)


def test_packages_of_a_root_in_a_folder_are_checked_with_the_files_there():
    root = {"etc/os-release": OS_RELEASE, STATUS: status(("bash", "5.2-1")), "bin/bash": b""}
    root["var/lib/dpkg/info/bash.list"] = listing("bin/bash")
    both = {**root, **{f"srv/root/{path}": data for path, data in root.items()}}
    inventory = inventory_of(both, {"srv/root/bin/.wh.bash": b""})
    found = {package.evidence[0].path: package.presence for package in inventory.packages}
    assert found == {STATUS: "present", f"srv/root/{STATUS}": "absent"}


@pytest.mark.parametrize("link", ["/usr/bin", "usr/bin", "../../../usr/bin"])
def test_links_of_a_root_in_a_folder_lead_to_places_within_it(link):
    nested = {
        "srv/root/var/lib/dpkg/status": status(("bash", "5.2-1")),
        "srv/root/var/lib/dpkg/info/bash.list": listing("bin/bash"),
        "srv/root/bin": Symlink(link),
        "srv/root/usr/bin/bash": File(b"#!", mode=0o755),
        "usr/bin/other": File(b"#!", mode=0o755),
    }
    inventory = inventory_of(nested)
    assert [package.presence for package in inventory.packages] == ["present"]
    assert inventory.unowned_executables == 1


def test_a_root_that_was_removed_with_its_database_leaves_nothing():
    nested = {
        "opt/root/lib/apk/db/installed": b"P:musl\nV:1.2.4-r0\nF:lib\nR:libc.so\n\n",
        "opt/root/lib/libc.so": b"",
    }
    inventory = inventory_of({**BASE, **nested}, {"opt/.wh.root": b""})
    assert set(by_name(inventory)) == {"bash", "zlib1g"}
    assert inventory.unknowns == ()


def test_a_database_that_moved_is_not_lost():
    before = {
        "lib/apk/db/installed": b"P:musl\nV:1.2.4-r0\nF:lib\nR:libc.so\n\nP:gone\nV:1\nF:lib\nR:gone.so\n\n",
        "lib/libc.so": b"",
        "lib/gone.so": b"",
    }
    after = {
        "lib/.wh.apk": b"",
        "lib/.wh.gone.so": b"",
        "usr/lib/apk/db/installed": b"P:musl\nV:1.2.5-r0\nF:lib\nR:libc.so\n\n",
    }
    inventory = inventory_of(before, after)
    assert [(package.name, package.version, package.presence) for package in inventory.packages] == [
        ("musl", "1.2.5-r0", "present")
    ]
    assert inventory.unknowns == ()


def test_a_layer_that_makes_a_folder_of_a_merged_link_leaves_the_files_in_usr():
    base = {
        STATUS: status(("libc6", "2.36")),
        "var/lib/dpkg/info/libc6.list": listing("lib/libc.so.6"),
        "lib": Symlink("usr/lib"),
        "usr/lib/libc.so.6": b"",
    }
    assert by_name(inventory_of(base, {"lib/other.so": b""}))["libc6"].presence == "present"


def test_a_package_database_behind_a_link_is_reported():
    first = {**BASE, "opt/db/status": BASE[STATUS], "var/lib/dpkg": Symlink("/opt/db")}
    del first[STATUS]
    inventory = inventory_of(first)
    assert not inventory.packages
    [unknown] = inventory.unknowns
    assert (unknown.cataloger, unknown.evidence.path) == ("dpkg", "opt/db")


def reread_inventory(*layers, limits=Limits()):  # noqa: B008
    opened = [layer_of(make_layer(files), number) for number, files in enumerate(layers)]
    deltas = [index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits())) for layer in opened]
    return bind(deltas, CATALOGERS, lambda number, select: read_again(opened[number], select, Budget(limits)))


def test_a_bound_reached_on_the_way_to_a_database_behind_a_link_is_trouble_of_the_layer():
    files = {"lib/apk/db": Symlink("/data"), **{f"b/{number}": b"" for number in range(1100)}}
    inventory = reread_inventory({**files, "data/installed": b"P:musl\nV:1.2.5-r0\n\n"}, limits=Limits(scan_members=1000))
    assert inventory.packages == ()
    assert [(one.code, one.whole_layer) for one in inventory.unknowns] == [("over_budget", True)]


def test_a_package_database_behind_a_link_is_read_with_its_lists_and_layers():
    first = {
        "etc/os-release": OS_RELEASE,
        "var/lib/dpkg": Symlink("../../opt/db"),
        "opt/db/status": status(("bash", "5.2-1"), ("zlib1g", "1.2-1")),
        "opt/db/info/bash.list": listing("bin/bash"),
        "bin/bash": File(b"#!", mode=0o755),
    }
    second = {"opt/db/status": status(("bash", "5.2-2"), ("zlib1g", "1.2-1"))}
    inventory = reread_inventory(first, second)
    found = {package.name: (package.version, package.evidence[0].layer) for package in inventory.packages}
    assert found == {"bash": ("5.2-2", 1), "zlib1g": ("1.2-1", 0)}
    assert inventory.packages[0].distro == "debian-12"
    assert inventory.unowned_executables == 0
    assert inventory.unknowns == ()


@pytest.mark.parametrize(
    ("path", "target", "place"),
    [
        ("lib/apk/db/installed", "/var/apk.db", "var/apk.db"),
        ("lib/apk/db/installed", "../../../data/db", "data/db"),
        ("lib/apk", "/data/apk", "data/apk/db/installed"),
        ("srv/root/lib/apk/db", "/data", "srv/root/data/installed"),
    ],
)
def test_a_database_that_is_a_link_or_in_a_root_of_its_own(path, target, place):
    release = "srv/root/etc/os-release" if path.startswith("srv/root") else "etc/os-release"
    files = {release: b"ID=alpine\n", path: Symlink(target), place: b"P:musl\nV:1.2.5-r0\n\n"}
    inventory = reread_inventory(files)
    assert [(package.name, package.evidence[0].path) for package in inventory.packages] == [("musl", place)]
    assert inventory.unknowns == ()


def test_a_folder_of_status_files_behind_a_link():
    paragraph = b"Package: base-files\nVersion: 12\nArchitecture: amd64\n"
    inventory = reread_inventory({"var/lib/dpkg": Symlink("/nix/dpkg"), "nix/dpkg/status.d/base": paragraph})
    assert [package.name for package in inventory.packages] == ["base-files"]


def test_a_folder_behind_a_link_is_named_with_the_root_that_it_belongs_to():
    files = {
        "srv/root/etc/os-release": OS_RELEASE,
        "srv/root/var/lib/dpkg": Symlink("/nix/dpkg"),
        "srv/root/nix/dpkg/status.d/base": b"Package: base-files\nVersion: 12\nArchitecture: amd64\n",
    }
    [unknown] = inventory_of(files).unknowns
    assert unknown.evidence.path == "srv/root/nix/dpkg/status.d"
    assert unknown.reason.startswith("the package database srv/root/var/lib/dpkg/status.d leads here")


def test_a_database_behind_a_link_belongs_to_the_root_of_the_link():
    files = {
        "etc/os-release": OS_RELEASE,
        "srv/root/etc/os-release": OS_RELEASE.replace(b"12", b"13"),
        "srv/root/var/lib/dpkg": Symlink("/nix/dpkg"),
        "srv/root/nix/dpkg/status": status(("bash", "5.2-1")),
        "srv/root/nix/dpkg/info/bash.list": listing("bin/bash"),
        "srv/root/bin/bash": File(b"#!", mode=0o755),
    }
    [package] = reread_inventory(files).packages
    assert (package.distro, package.presence) == ("debian-13", "present")
    del files["srv/root/bin/bash"]
    [package] = reread_inventory({**files, "bin/bash": b""}).packages
    assert package.presence == "absent"  # the file of another root


def test_a_database_behind_a_link_that_is_a_hard_link():
    first = {"etc/os-release": OS_RELEASE, "store/1": status(("bash", "5.2-1"))}
    second = {"var/lib/dpkg": Symlink("/opt/db"), "opt/db/status": Hardlink("store/1")}
    for layers in ((first, second), ({**first, **second},)):
        inventory = reread_inventory(*layers)
        found = [(package.name, package.evidence[0].path, package.evidence[0].layer) for package in inventory.packages]
        assert found == [("bash", "opt/db/status", len(layers) - 1)]
        assert inventory.unknowns == ()


def test_an_empty_folder_is_not_taken_for_a_link():
    assert inventory_of({"etc/os-release": OS_RELEASE, "var/lib/dpkg/status.d/empty": b""}).unknowns == ()


def test_links_in_a_circle_and_databases_that_were_read_cause_no_second_pass():
    def fail(number, select):
        raise AssertionError("read again")

    files = {
        **BASE,
        "lib/apk/db/installed": Symlink("installed"),
        "var/lib/rpm": Symlink("rpm"),
        "usr/lib/dpkg": Symlink("/var/lib/dpkg"),
    }
    assert len(bind([delta_of(files)], CATALOGERS, fail).packages) == 2


def test_a_damaged_database_behind_a_link_is_unknown():
    inventory = reread_inventory({"lib/apk/db": Symlink("/data"), "data/installed": b"P:musl\n\n"})
    assert [unknown.evidence.path for unknown in inventory.unknowns] == ["data/installed"]


def test_a_root_file_system_inside_another_takes_the_next_outer_distribution():
    inner = "a/b/" + STATUS
    inventory = inventory_of({**BASE, "a/etc/os-release": b"ID=ubuntu\nVERSION_ID=22.04\n", inner: status(("inner", "1"))})
    assert by_name(inventory)["inner"].distro == "ubuntu-22.04"
    assert by_name(inventory)["bash"].distro == "debian-12"


def test_a_distribution_without_a_version():
    assert by_name(inventory_of({**BASE, "etc/os-release": b"ID=debian\n"}))["bash"].distro == "debian"
    named = inventory_of({**BASE, "etc/os-release": b"ID=debian\nVERSION_CODENAME=sid\n"})
    assert by_name(named)["bash"].distro == "debian-sid"


def test_the_distribution_of_another_root_counts_if_the_image_names_none():
    inner = {"a/etc/os-release": OS_RELEASE}
    assert inventory_of(inner).distribution.id == "debian"
    outer = {"etc/os-release": b"ID=ubuntu\n", **inner}
    assert inventory_of(outer).distribution.id == "ubuntu"


def test_a_lost_database_is_an_unknown_with_its_place_and_count():
    names = {f"var/lib/dpkg/info/{name}.list": listing(f"bin/{name}") for name in ("bash", "dash")}
    first = {STATUS: status(("bash", "1"), ("dash", "1")), "bin/bash": b"", "bin/dash": b"", **names}
    (unknown,) = inventory_of(first, {"var/lib/.wh.dpkg": b""}).unknowns
    assert (unknown.cataloger, unknown.evidence.path, unknown.evidence.layer) == ("dpkg", "var/lib/dpkg", 1)
    assert unknown.reason.endswith("the 2 packages it last named are kept")
    del first["bin/dash"]
    (unknown,) = inventory_of(first, {"var/lib/.wh.dpkg": b""}).unknowns
    assert unknown.reason.endswith("the package it last named is kept")


def test_catalogers_of_a_role_fill_their_part_of_the_inventory():
    def made(name, role):
        read = Reader(Wants(names=(name,)), lambda file: [file.data.decode()])
        return Cataloger(
            name, Ecosystem("x", "x"), (read,), join=lambda facts: [fact.value for fact in facts], fact=str, role=role
        )

    catalogers = [made(role, role) for role in ("decisions", "content_sets", "archives")]
    files = {"decisions": b"d", "content_sets": b"c", "archives": b"a"}
    inventory = bind([delta_of(files, 0, catalogers)], catalogers)
    assert (inventory.decisions, inventory.content_sets, inventory.archives) == (("d",), ("c",), ("a",))


def test_programs_that_a_later_layer_leaves_and_that_the_distribution_did_not_build():
    note = b"\4\0\0\0\4\0\0\0\4\0\0\0Go\0\0abcd"
    table = bytes(32) + pclntab(("runtime.goexit", "main.main"))
    program = File(elf(table, inline("go1.22.1", "path\texample.com/x\n"), note=note), mode=0o755)
    owned = {**BASE, "bin/bash": program, "var/lib/dpkg/info/bash.list": listing("bin/bash")}
    first = {**owned, "usr/local/bin/a": program, "usr/local/bin/b": program}
    catalogers = (*CATALOGERS, golang.CATALOGER)
    found = bind([delta_of(first, 0, catalogers), delta_of({"usr/local/bin/.wh.a": b""}, 1, catalogers)], catalogers)
    (left,) = found.programs
    assert (left.path, left.toolchain, left.package) == ("usr/local/bin/b", "go1.22.1", "example.com/x")
    assert b"main.main" in inflated(left.names)
