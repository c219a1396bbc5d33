"""Programs of packages, compared with the digests that the package database records."""

import base64
import hashlib

import pytest

from careen.catalogers import apk, distribution, dpkg, native_code, program_digests, python
from careen.catalogers import rpm as rpm_packages
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.layers.verified import read_again
from careen.model.integrity import Integrity, ModifiedFile
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support import rpmdb
from tests.support.executables import elf
from tests.support.images import File, Hardlink, Symlink, make_layer
from tests.unit.layers.helpers import OS_RELEASE, layer_of, status

CATALOGERS = tuple(one.CATALOGER for one in (apk, distribution, dpkg, native_code, program_digests, python, rpm_packages))
PROGRAM, OTHER = elf(b"the program" * 300), elf(b"another one" * 300)
THIRD = elf(b"of nobody" * 100)  # of another size: it may be no copy
BASH = "pkg:deb/debian/bash@5.2-1?arch=amd64&distro=debian-12"


def md5(data):
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def debian(files, *, listed=None, **more):
    """An image with the package bash, which owns ``files``; ``listed``: what is recorded, if it differs."""
    recorded = files if listed is None else listed
    names = "".join(f"/{path}\n" for path in files)
    sums = "".join(f"{md5(data)}  {path}\n" for path, data in recorded.items())
    database = {
        "etc/os-release": OS_RELEASE,
        "var/lib/dpkg/status": status(("bash", "5.2-1")),
        "var/lib/dpkg/info/bash.list": names.encode(),
        "var/lib/dpkg/info/bash.md5sums": sums.encode(),
    }
    return database | {path: File(data, mode=0o755) for path, data in files.items()} | more


def bound(*layers, damaged=()):
    """The inventory; ``damaged``: layers that cannot be read twice."""
    opened = [layer_of(make_layer(layer), number) for number, layer in enumerate(layers)]
    deltas = [index(layer, Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits())) for layer in opened]
    asked = []

    def again(number, select):
        asked.append(number)
        layer = layer_of(make_layer(layers[number])[:1500], number) if number in damaged else opened[number]
        return read_again(layer, select, Budget(Limits()))

    return bind(deltas, CATALOGERS, again), asked


def integrity(*layers):
    return bound(*layers)[0].integrity


def test_what_the_package_brought_is_verified():
    assert integrity(debian({"bin/bash": PROGRAM, "lib/x86_64-linux-gnu/libbash.so.1": OTHER})) == Integrity(verified=2)
    assert integrity({"bin/bash": File(PROGRAM, mode=0o755)}) == Integrity()


def test_without_digests_programs_are_counted_and_links_are_found():
    owned = debian({"bin/bash": PROGRAM, "bin/sh": OTHER})
    readers = tuple(one for one in CATALOGERS if one.role != "digests")
    later = {"bin/sh": Symlink("../opt/sh"), "opt/sh": File(THIRD, mode=0o755)}
    deltas = [
        index(layer_of(make_layer(layer), number), Readers.of(readers, "test"), MemoryStore(), Budget(Limits()))
        for number, layer in enumerate((owned, later))
    ]
    found = bind(deltas, readers).integrity
    assert (found.verified, found.not_compared, [file.path for file in found.modified]) == (0, 1, ["bin/sh"])


def test_a_link_in_the_place_of_data_is_no_modified_program_with_or_without_digests():
    def record(folder, name, data):
        digest = base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
        return f"F:{folder}\nR:{name}\na:0:0:644\nZ:Q1{digest}\n"

    database = f"P:a\nV:1\nA:x86_64\n{record('etc', 'motd', b'hello')}{record('bin', 'a', PROGRAM)}\n"
    layers = (
        {"lib/apk/db/installed": database.encode(), "etc/motd": b"hello", "bin/a": File(PROGRAM, mode=0o755)},
        {"etc/motd": Symlink("/run/motd"), "bin/a": Symlink("/opt/a")},
    )
    for readers in (CATALOGERS, tuple(one for one in CATALOGERS if one.role != "digests")):
        deltas = [
            index(layer_of(make_layer(layer), number), Readers.of(readers, "test"), MemoryStore(), Budget(Limits()))
            for number, layer in enumerate(layers)
        ]
        assert [file.path for file in bind(deltas, readers).integrity.modified] == ["bin/a"]


def test_a_program_that_a_later_layer_replaces_is_modified():
    later = {"bin/bash": File(OTHER, mode=0o4755, uid=7)}
    assert integrity(debian({"bin/bash": PROGRAM}), later) == Integrity(
        modified=(ModifiedFile("bin/bash", BASH, layer=1, mode=0o4755, uid=7),)
    )


def test_in_one_layer_the_recorded_digest_alone_shows_it():
    found = integrity(debian({"bin/bash": OTHER, "bin/sh": PROGRAM}, listed={"bin/bash": PROGRAM, "bin/sh": PROGRAM}))
    assert (found.verified, [file.path for file in found.modified]) == (1, ["bin/bash"])


def test_a_script_in_place_of_a_program_is_compared():
    found = integrity(debian({"bin/bash": PROGRAM}), {"bin/bash": File(b"#!/bin/sh\nexec /tmp/x\n", mode=0o755)})
    assert [file.path for file in found.modified] == ["bin/bash"]


def test_a_link_in_the_place_of_a_program_is_another_file():
    elsewhere = {"bin/bash": Symlink("../opt/bash"), "opt/bash": File(OTHER, mode=0o755)}
    assert [(file.path, file.layer) for file in integrity(debian({"bin/bash": PROGRAM}), elsewhere).modified] == [
        ("bin/bash", 1)
    ]
    own = debian({"bin/bash": PROGRAM, "bin/sh": b""}, listed={"bin/bash": PROGRAM}) | {"bin/sh": Symlink("bash")}
    assert integrity(own) == Integrity(verified=1)


def test_an_upgrade_records_new_digests():
    assert integrity(debian({"bin/bash": PROGRAM}), debian({"bin/bash": OTHER})) == Integrity(verified=1)


def test_programs_without_a_digest_are_counted():
    assert integrity(debian({"bin/bash": PROGRAM}, listed={})) == Integrity(without_digest=1)


def test_data_and_programs_of_nobody_are_not_counted():
    files = {"usr/share/doc/bash/x": PROGRAM, "usr/lib/bash/x.py": b"#!/usr/bin/python3\n", "usr/lib/bash/data": b"x"}
    assert integrity(debian(files), {"usr/local/bin/bash": File(PROGRAM, mode=0o755)}) == Integrity()


def test_names_of_one_file_are_compared_each():
    owned = {"bin/bash": PROGRAM, "bin/rbash": PROGRAM}
    linked = debian(owned) | {"bin/rbash": Hardlink("bin/bash")}
    assert integrity(linked) == Integrity(verified=2)
    changed = integrity(linked, {"bin/bash": File(OTHER, mode=0o755), "bin/rbash": Hardlink("bin/bash")})
    assert [file.path for file in changed.modified] == ["bin/bash", "bin/rbash"]


def test_a_merged_usr_is_followed():
    found = integrity(debian({"bin/bash": PROGRAM}) | {"bin": Symlink("usr/bin"), "usr/bin/bash": File(OTHER, mode=0o755)})
    assert [file.path for file in found.modified] == ["usr/bin/bash"]


def test_a_diverted_file_is_compared_at_its_new_place():
    moved = {
        "var/lib/dpkg/diversions": b"/bin/bash\n/bin/bash.distrib\nother\n",
        "bin/bash.distrib": File(PROGRAM, mode=0o755),
    }
    diverted = debian({"bin/bash": PROGRAM}) | moved | {"bin/bash": File(OTHER, mode=0o755)}
    assert integrity(diverted) == Integrity(verified=1)
    own = diverted | {"var/lib/dpkg/diversions": b"/bin/bash\n/bin/bash.distrib\nbash\n"}
    assert [file.path for file in integrity(own).modified] == ["bin/bash"]


def test_packages_of_a_lost_database_are_left_out():
    later = {"var/lib/dpkg/.wh.status": b"", "bin/bash": File(OTHER, mode=0o755)}
    assert integrity(debian({"bin/bash": PROGRAM}), later) == Integrity()


def test_apk_records_sha1():
    digest = base64.b64encode(hashlib.sha1(PROGRAM, usedforsecurity=False).digest()).decode()
    database = f"P:busybox\nV:1.36-r0\nA:x86_64\nF:bin\nR:busybox\na:0:0:755\nZ:Q1{digest}\n\n"
    files = {"lib/apk/db/installed": database.encode(), "bin/busybox": File(PROGRAM, mode=0o755)}
    assert integrity(files) == Integrity(verified=1)
    assert len(integrity(files, {"bin/busybox": File(OTHER, mode=0o755)}).modified) == 1


@pytest.mark.parametrize("text", [b"ld-musl-x86_64.so.1", b"libc.musl-", b"GLIBC_2.34", b"lib64/"])
def test_the_content_does_not_choose_what_it_is_compared_with(text):
    found = integrity(debian({"bin/bash": PROGRAM}), {"bin/bash": File(elf(text), mode=0o755)})
    assert [file.path for file in found.modified] == ["bin/bash"]


def test_apk_records_the_targets_of_links():
    digest = base64.b64encode(hashlib.sha1(b"/bin/busybox", usedforsecurity=False).digest()).decode()
    database = f"P:busybox\nV:1.36-r0\nA:x86_64\nF:bin\nR:sh\na:0:0:777\nZ:Q1{digest}\n\n"
    files = {"lib/apk/db/installed": database.encode(), "bin/sh": Symlink("/bin/busybox")}
    assert integrity(files) == Integrity()
    assert [file.path for file in integrity(files, {"bin/sh": Symlink("/opt/sh")}).modified] == ["bin/sh"]


@pytest.mark.parametrize("text", ["!", "", "AAAA", "Q" * 200])
def test_a_text_that_is_not_a_digest_does_not_hide_the_package(text):
    database = f"P:a\nV:1\nA:x86_64\nF:bin\nR:a\nZ:Q1{text}\n\n"
    files = {"lib/apk/db/installed": database.encode(), "bin/a": File(PROGRAM, mode=0o755)}
    delta = index(layer_of(make_layer(files)), Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits()))
    found = bind([delta], CATALOGERS)
    assert ([package.name for package in found.packages], found.unknowns) == (["a"], ())
    assert found.integrity == Integrity(without_digest=1)


def test_rpm_records_sha256_of_programs(tmp_path):
    digest = hashlib.sha256(PROGRAM).hexdigest()
    header = rpmdb.package(
        "bash", files=["/usr/bin/bash", "/usr/lib64/x.so"], filedigests=[digest, "0" * 64], filedigestalgo=[8]
    )
    files = {
        "var/lib/rpm/rpmdb.sqlite": rpmdb.sqlite(tmp_path / "db", [header]),
        "usr/bin/bash": File(PROGRAM, mode=0o755),
        "usr/lib64/x.so": File(OTHER, mode=0o755),
    }
    found = integrity(files)
    assert (found.verified, [file.path for file in found.modified]) == (1, ["usr/lib64/x.so"])


OUTSIDE = "opt/vendor/bin/run"


def test_programs_outside_the_systems_folders_are_compared_if_a_package_owns_them():
    data = {OUTSIDE: PROGRAM, "opt/vendor/locale.pak": b"data", "opt/vendor/lib.so": OTHER}
    found, asked = bound(debian(data))
    assert (found.integrity, asked) == (Integrity(verified=2), [0])
    found, asked = bound(debian(data), {OUTSIDE: File(OTHER, mode=0o4755)}, {"opt/other": File(THIRD, mode=0o755)})
    assert [(file.path, file.layer) for file in found.integrity.modified] == [(OUTSIDE, 1)]
    assert set(asked) == {0, 1}


def test_a_digest_of_an_algorithm_that_the_path_does_not_suggest_is_computed(tmp_path):
    path, digest = "usr/lib/x86_64-linux-gnu/x.so", hashlib.sha256(PROGRAM).hexdigest()
    header = rpmdb.package("x", files=[f"/{path}"], filedigests=[digest], filedigestalgo=[8])
    files = {"var/lib/rpm/rpmdb.sqlite": rpmdb.sqlite(tmp_path / "db", [header]), path: File(PROGRAM, mode=0o755)}
    assert integrity(files) == Integrity(verified=1)
    changed = integrity(files, {path: File(OTHER, mode=0o755)})
    assert [file.path for file in changed.modified] == [path]


def test_a_program_that_looks_like_one_of_another_distribution_is_compared():
    """Its first bytes suggest SHA-1; the database records MD5."""
    odd = PROGRAM + b"/lib/ld-musl-x86_64.so.1"
    image, asked = bound(debian({"bin/bash": odd}, listed={"bin/bash": PROGRAM}))
    assert [one.path for one in image.integrity.modified] == ["bin/bash"]
    assert asked == [0]


def test_other_names_of_a_file_outside_are_compared():
    owned = {OUTSIDE: PROGRAM, "usr/bin/run": PROGRAM}
    linked = debian(owned) | {"usr/bin/run": Hardlink(OUTSIDE)}
    assert integrity(linked) == Integrity(verified=2)


def test_nothing_is_read_again_for_what_the_first_reading_has_computed():
    data = {"bin/bash": PROGRAM, "usr/lib/x86_64-linux-gnu/x.so": OTHER, "usr/lib/x86_64-linux-gnu/data": b"data"}
    assert bound(debian(data), {"opt/nobodys": File(THIRD, mode=0o755)})[1] == []


def test_a_layer_that_breaks_off_when_it_is_read_again_is_reported():
    found, _ = bound(debian({OUTSIDE: PROGRAM}), damaged=(0,))
    assert [unknown.whole_layer for unknown in found.unknowns] == [True]


def test_a_hard_link_to_a_file_outside_is_compared():
    linked = {OUTSIDE: File(OTHER, mode=0o755), "bin/bash": Hardlink(OUTSIDE)}
    found, _ = bound(debian({"bin/bash": PROGRAM}), linked)
    assert [file.path for file in found.integrity.modified] == ["bin/bash"]


@pytest.mark.parametrize("content", [OUTSIDE, "usr/bin/other"])
def test_a_hard_link_to_a_file_of_a_lower_layer_is_compared(content):
    below = debian({"bin/bash": PROGRAM}) | {content: File(OTHER, mode=0o755)}
    found, _ = bound(below, {"bin/bash": Hardlink(content)})
    assert [(file.path, file.layer) for file in found.integrity.modified] == [("bin/bash", 1)]
    same = debian({"bin/bash": PROGRAM}) | {content: File(PROGRAM, mode=0o755)}
    assert bound(same, {"bin/bash": Hardlink(content)})[0].integrity == Integrity(verified=1)


def test_programs_outside_without_a_digest_are_counted():
    assert integrity(debian({OUTSIDE: PROGRAM}, listed={})) == Integrity(without_digest=1)


SITE = "usr/local/lib/python3.11/site-packages"
WHEEL = "pkg:pypi/fast@1.0"


def wheel(files, *, listed=None, name="fast", **more):
    """A package of Python with these files in site-packages; ``listed``: the content whose digests its RECORD has."""
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')},{len(data)}\n"
        for path, data in (files if listed is None else listed).items()
    )
    return {
        f"{SITE}/{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{SITE}/{name}-1.0.dist-info/RECORD": f"{name}-1.0.dist-info/RECORD,,\n{record}".encode(),
        **{f"{SITE}/{path}": data for path, data in files.items()},
    } | more


@pytest.mark.parametrize("name", ["fast/_c.cpython-311-x86_64-linux-gnu.so", "fast.libs/libz-1ab2.so.1.2", "fast/bin/tool"])
def test_programs_of_a_wheel_are_compared_with_its_record(name):
    found, asked = bound(wheel({name: PROGRAM, "fast/__init__.py": b"x = 1"}))
    assert (found.integrity, asked) == (Integrity(verified=1), [])
    changed = integrity(wheel({name: PROGRAM}), {f"{SITE}/{name}": OTHER})
    assert [(file.path, file.package, file.layer) for file in changed.modified] == [(f"{SITE}/{name}", WHEEL, 1)]


def test_a_wheel_in_the_systems_folder_is_compared_in_one_reading():
    name = "fast/_c.cpython-312-x86_64-linux-musl.so"
    files = {path.replace(SITE, "usr/lib/python3.12/site-packages"): data for path, data in wheel({name: PROGRAM}).items()}
    found, asked = bound(files)
    assert (found.integrity, asked) == (Integrity(verified=1), [])


def test_source_that_was_edited_is_no_finding():
    assert integrity(wheel({"fast/__init__.py": b"x = 2"}, listed={"fast/__init__.py": b"x = 1"})) == Integrity()


@pytest.mark.parametrize("record", ["fast/_c.so,sha256=,", "fast/_c.so,md5=AAAA,3", "fast/_c.so,sha256=\u00fc,3", "fast/_c.so"])
def test_a_record_without_a_digest_says_nothing(record):
    files = wheel({"fast/_c.so": PROGRAM}) | {f"{SITE}/fast-1.0.dist-info/RECORD": record.encode()}
    found = bound(files)[0]
    assert found.integrity == Integrity()
    assert [package.presence for package in found.packages] == ["present"]


def test_a_link_of_an_installer_is_no_other_file():
    files = wheel({"fast/_c.so": PROGRAM}) | {f"{SITE}/fast/_c.so": Symlink("/cache/_c.so"), "cache/_c.so": PROGRAM}
    assert integrity(files) == Integrity()


def test_a_file_that_two_packages_list_is_nobodys():
    both = wheel({"fast/_c.so": OTHER}, listed={"fast/_c.so": PROGRAM})
    both |= wheel({"fast/_c.so": OTHER}, name="slow")
    assert integrity(both) == Integrity()


def test_a_distributions_digest_is_before_that_of_a_record():
    path = f"{SITE}/fast/_c.so"
    found = integrity(debian({path: OTHER}) | wheel({"fast/_c.so": OTHER}, listed={"fast/_c.so": PROGRAM}))
    assert found.modified == ()
