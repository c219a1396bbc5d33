import json

import pytest

from careen.catalogers import distribution as distributions
from careen.catalogers import dpkg, gem, golang, java, jvm, native_code, npm, package_file, python, rust, sbom_files
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.layers.owners import Owners
from careen.layers.squash import squash
from careen.layers.unidentified import Claimed
from careen.layers.verified import read_again
from careen.model.package import Package
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.executables import elf, inline, pe
from tests.support.images import File, Hardlink, Symlink, make_layer
from tests.support.jars import classes, jar
from tests.unit.layers.helpers import OS_RELEASE, layer_of, status

MODULES = (distributions, dpkg, gem, golang, java, jvm, native_code, npm, package_file, python, rust, sbom_files)
CATALOGERS = tuple(one.CATALOGER for one in MODULES)
PROGRAM = File(elf(b"the program" * 300), mode=0o755)
OTHER = File(elf(b"another one" * 300), mode=0o755)
DEBIAN = {
    "etc/os-release": OS_RELEASE,
    "var/lib/dpkg/status": status(("bash", "5.2-1")),
    "var/lib/dpkg/info/bash.list": b"/.\n/bin/bash\n/usr/share/doc/bash/README\n",
    "bin/bash": PROGRAM,
}


def unidentified(*layers):
    return inventory(*layers).unidentified


def inventory(*layers):
    opened = [layer_of(make_layer(layer), number) for number, layer in enumerate(layers)]
    deltas = [index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits())) for layer in opened]
    return bind(deltas, CATALOGERS, lambda number, select: read_again(opened[number], select, Budget(Limits())))


def test_an_unknown_program_is_unidentified_and_scripts_and_data_are_not():
    files = {"server": OTHER, "run.sh": File(b"#!/bin/sh\n", mode=0o755), "data": File(b"\x7fELF", mode=0o755), "x": b"y"}
    assert unidentified(files) == ("server",)


def test_programs_count_whatever_their_name_and_mode():
    files = dict.fromkeys(("opt/a/libx.so.1", "opt/a/x.node", "opt/a/blob", "opt/a/package.json"), OTHER.data)
    files |= dict.fromkeys(("opt/a/x.exe", "opt/a/x.dat"), pe())
    assert unidentified(files) == tuple(sorted(files))
    assert unidentified({**DEBIAN, "opt/sh": PROGRAM.data}) == ()


def test_a_program_under_the_name_of_a_far_link_alone_is_unidentified():
    assert unidentified({"a": OTHER.data}, {"b": Hardlink("a")}, {".wh.a": b""}) == ("b",)


def test_archives_with_a_program_in_them_count_unless_they_name_themselves():
    code, data = jar({"lib/x": OTHER.data}), jar({"lib/x": b"text"})
    named = jar({"x-1.dist-info/METADATA": b"Name: x\nVersion: 1\n", "x.so": OTHER.data})
    files = {"a.zip": code, "b": b"#!/usr/bin/python3\n" + code, "c.zip": data, "d/x-1-py3-none-any.whl": named}
    assert unidentified(files) == ("a.zip", "b")
    java = b"\xca\xfe\xba\xbe\0\0\0\x3d" + bytes(40)  # a class of Java 17
    mac = b"\xca\xfe\xba\xbe\0\0\0\2" + bytes(40)  # a macOS binary for two architectures
    files = {"a.zip": jar({"x.txt": b"text", "a/B.class": java}), "b.zip": jar({"x.txt": b"text", "b": mac})}
    assert unidentified(files) == ("a.zip",)


def test_a_java_archive_of_native_libraries_that_nothing_names_is_unidentified():
    named = {"META-INF/maven/dev.acme/x/pom.properties": b"groupId=dev.acme\nartifactId=x\nversion=1\n"}
    natives = {"native/linux/x": OTHER.data}
    files = {"a.jar": jar(natives), "b.jar": jar({**natives, **named}), "c.jar": jar({"x.txt": b"text"})}
    assert unidentified(files) == ("a.jar",)


def test_an_owned_program_is_identified_under_each_of_its_names():
    assert unidentified({**DEBIAN, "opt/sh": Hardlink("bin/bash"), "opt/link": Symlink("/bin/bash")}) == ()
    merged = {**DEBIAN, "bin": Symlink("usr/bin"), "usr/bin/bash": PROGRAM}
    del merged["bin/bash"]
    assert unidentified(merged) == ()


def test_a_hard_link_to_a_removed_program_is_unidentified():
    assert unidentified({"a": OTHER, "b": Hardlink("a")}) == ("a",)
    assert unidentified({"a": OTHER, "b": Hardlink("a")}, {".wh.a": b""}) == ("b",)


def test_unsure_files_that_the_distribution_owns_are_listed():
    """By its content or not: a later layer may have put another file in its place."""
    replaced = {"bin/bash": OTHER, "opt/own": OTHER, "app/node_modules/x/package.json": b"{"}
    damaged = {"usr/lib/node_modules/x/package.json": b"{"}
    owned = {**DEBIAN, **damaged, "var/lib/dpkg/info/bash.list": b"/bin/bash\n/usr/lib/node_modules/x/package.json\n"}
    found = inventory(owned, replaced)
    assert found.unidentified == ("bin/bash", "opt/own")
    unreadable = {unknown.evidence.path for unknown in found.unknowns}
    assert unreadable == {"app/node_modules/x/package.json", "usr/lib/node_modules/x/package.json"}
    assert found.owned == ("bin/bash", "usr/lib/node_modules/x/package.json")


def test_a_copy_of_an_owned_file_is_identified_by_its_whole_content():
    assert unidentified(DEBIAN, {"opt/sh": PROGRAM}) == ()
    forged = File(PROGRAM.data[:-1] + b"!", mode=0o755)  # same size, same beginning
    assert unidentified(DEBIAN, {"opt/sh": forged}) == ("opt/sh",)
    assert unidentified({"a": PROGRAM}, {"b": PROGRAM}) == ("a", "b")


@pytest.mark.parametrize("changed", [OTHER, File(PROGRAM.data[:-1] + b"!", mode=0o755)])
def test_a_program_in_the_place_of_an_owned_one_is_unidentified(changed):
    assert unidentified(DEBIAN, {"bin/bash": changed}) == ("bin/bash",)
    assert unidentified(DEBIAN, {"bin/bash": File(PROGRAM.data, mode=0o4755)}) == ()
    newer = {"var/lib/dpkg/status": status(("bash", "5.2-2")), "bin/bash": changed}
    assert unidentified(DEBIAN, newer) == ()


def test_programs_that_dpkg_runs_are_those_of_the_package():
    info = "var/lib/dpkg/info"
    assert unidentified({**DEBIAN, f"{info}/bash.preinst": OTHER, f"{info}/tar.preinst": OTHER}) == (f"{info}/tar.preinst",)


def test_build_information_identifies_a_program():
    go = File(elf(writable=inline("go1.22.1", "path\texample.com/app\nmod\texample.com/app\tv1.2.3\t\n")), mode=0o755)
    assert unidentified({"app": go}) == ()


def test_paths_in_messages_of_a_rust_program_name_its_libraries_only():
    words = b"/root/.cargo/registry/src/index.crates.io-6f17d22bba15001f/regex-1.10.2/src/lib.rs"
    assert unidentified({"tool": File(elf(words), mode=0o755)}) == ("tool",)


def test_a_package_identifies_its_own_folder():
    package = b'{"name": "addon", "version": "1.0.0"}'
    inside = "app/node_modules/addon/build/Release/addon.node"
    assert unidentified({"app/node_modules/addon/package.json": package, inside: OTHER}) == ()
    assert unidentified({"app/package.json": package, "app/addon.node": OTHER}) == ("app/addon.node",)
    assert unidentified({"opt/jdk/release": b'JAVA_VERSION="17.0.2"\n', "opt/jdk/lib/server/libjvm.so": OTHER}) == ()
    root = "usr/lib/ruby/gems/3.2.0"
    files = {
        f"{root}/specifications/nio-2.5.gemspec": b'Gem::Specification.new { |s| s.name = "nio"; s.version = "2.5" }',
        f"{root}/extensions/x86_64-linux/3.2.0/nio-2.5/nio.so": OTHER,
        f"{root}/gems/nio-2.5/lib/nio.so": OTHER,
        f"{root}/gems/other-1/lib/other.so": OTHER,
    }
    assert unidentified(files) == (f"{root}/gems/other-1/lib/other.so",)


@pytest.mark.parametrize("folder", ["", "usr/", "usr/local/", "opt/", "srv/tools/"])
def test_a_planted_text_does_not_vouch_for_a_shared_folder(folder):
    planted = {f"{folder}release": b'JAVA_VERSION="17.0.2"\n', f"{folder}bin/server": OTHER, "srv/tools/bash": PROGRAM}
    owned = {**DEBIAN, "var/lib/dpkg/info/bash.list": b"/.\n/bin/bash\n/srv/tools/bash\n"}
    assert unidentified({**owned, **planted}) == (f"{folder}bin/server",)


def test_a_list_of_a_wheel_identifies_its_libraries():
    info = "usr/lib/python3/site-packages/x-1.0.dist-info"
    files = {
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: x\nVersion: 1.0\n",
        f"{info}/RECORD": b"x/_x.so,,\nx.libs/libz.so.1,,\n",
        "usr/lib/python3/site-packages/x/_x.so": OTHER,
        "usr/lib/python3/site-packages/x.libs/libz.so.1": OTHER,
        "usr/lib/python3/site-packages/x/_planted.so": OTHER,
    }
    assert unidentified(files) == ("usr/lib/python3/site-packages/x/_planted.so",)


def test_archives_that_nothing_identifies_are_listed_unless_the_distribution_owns_them():
    code = jar(classes("dev/acme/x"))
    owned = {**DEBIAN, "usr/share/java/x.jar": code, "opt/x.jar": code}
    owned["var/lib/dpkg/info/bash.list"] = b"/.\n/bin/bash\n/usr/share/java/x.jar\n"
    assert unidentified(owned) == ("opt/x.jar",)


def occurring(location, **named):
    component = {**(named or {"purl": "pkg:github/acme/server@1"}), "evidence": {"occurrences": [{"location": location}]}}
    return {"bomFormat": "CycloneDX", "components": [component]}


@pytest.mark.parametrize(
    "bill",
    [
        occurring("/opt/server"),
        occurring("server"),
        {"artifacts": [{"purl": "pkg:github/acme/server@1", "locations": [{"path": "/opt/server"}]}]},
        {
            "spdxVersion": "SPDX-2.3",
            "packages": [
                {
                    "SPDXID": "p",
                    "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:github/acme/server@1"}],
                }
            ],
            "files": [{"SPDXID": "f", "fileName": "./opt/server"}],
            "relationships": [{"spdxElementId": "p", "relationshipType": "CONTAINS", "relatedSpdxElement": "f"}],
        },
    ],
)
def test_a_bill_in_the_image_identifies_the_files_that_it_gives_to_a_package(bill):
    files = {"opt/server": OTHER, "opt/other": OTHER}
    assert unidentified({**files, "opt/sbom.json": json.dumps(bill).encode()}) == ("opt/other",)


@pytest.mark.parametrize("named", [{"version": "1"}, {"purl": "pkg:generic/server@1"}, {"purl": "pkg:npm/"}])
def test_a_bill_does_not_identify_what_becomes_no_package(named):
    bill = occurring("/opt/server", name="server", **named)
    assert unidentified({"opt/server": OTHER, "opt/sbom.json": json.dumps(bill).encode()}) == ("opt/server",)


def test_a_bill_that_only_lists_a_file_does_not_identify_it():
    bill = {"bomFormat": "CycloneDX", "components": [{"type": "file", "name": "/opt/server"}], "files": ["/opt/server"]}
    assert unidentified({"opt/server": OTHER, "opt/sbom.json": json.dumps(bill).encode()}) == ("opt/server",)


def test_what_is_claimed_by_its_folder():
    distributed = Owners(squash(()))
    claimed = Claimed(("opt/tool-1/", "opt/tool-2/bin/x", "usr/lib/python3/"), distributed)
    assert [path in claimed for path in ("opt/tool-1/x", "opt/tool-1/a/b/x", "opt/tool-1", "opt/tool-10/x")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert [path in claimed for path in ("opt/tool-2/bin/x", "opt/tool-2/bin/y", "x")] == [True, False, False]
    distributed.by_place["usr/lib/python3/os.py"] = (dpkg.CATALOGER, Package("deb", "debian", "python3", "3"))
    again = Claimed(("opt/tool-1/", "usr/lib/python3/"), distributed)
    assert [path in again for path in ("usr/lib/python3/x", "opt/tool-1/x", "usr/lib/python3/x")] == [False, True, False]
