import gzip
import io
import json
import shutil
import subprocess
import tarfile
import zipfile

import pytest

from careen.app.wiring import readers_with
from careen.errors import InputError
from careen.images.file import IMAGE_SOURCE
from careen.layers.bind import bind
from careen.layers.index import Readers, index
from careen.plugins import OpenContext
from careen.safety.budget import Budget, Limits
from careen.store.memory import MemoryStore
from tests.support.adb import package_file
from tests.support.images import File, Symlink, make_layer
from tests.support.packagefiles import member, rpm
from tests.support.rpmdb import header as rpm_header

CATALOGERS = readers_with(())


def inventory_of(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    assert IMAGE_SOURCE.accepts(str(path))
    image = IMAGE_SOURCE.open(str(path), OpenContext())
    return bind([index(image.layers[0], Readers.of(CATALOGERS, "test"), MemoryStore(), Budget(Limits()))], CATALOGERS)


def purls(inventory):
    assert inventory.unknowns == ()
    return [package.purl for package in inventory.packages]


def deb(control, files, md5sums=""):
    parts = {"./control": control.encode(), "./md5sums": md5sums.encode()}
    return (
        b"!<arch>\n"
        + member("debian-binary", b"2.0\n")
        + member("control.tar.gz", gzip.compress(make_layer(parts)))
        + member("data.tar.gz", gzip.compress(make_layer(files)))
    )


def cpio(files):
    out = b""
    for number, (name, mode, data) in enumerate((*files, ("TRAILER!!!", 0, b"")), 1):
        raw = name.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)
        out += b"070701" + b"".join(b"%08x" % field for field in fields) + raw
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return out


def test_a_deb_with_what_is_in_it(tmp_path):
    control = "Package: web\nVersion: 1:2.0-1+deb12u1\nArchitecture: amd64\nSource: websrc\nMaintainer: M\n"
    files = {
        "./usr/lib/web/node_modules/lodash/package.json": b'{"name": "lodash", "version": "4.17.15"}',
        "./usr/bin/web": File(b"#!", mode=0o755),
    }
    inventory = inventory_of(tmp_path, "web.deb", deb(control, files, "0" * 32 + "  usr/bin/web\n"))
    assert purls(inventory) == ["pkg:deb/debian/web@1:2.0-1%2Bdeb12u1?arch=amd64&distro=debian-12", "pkg:npm/lodash@4.17.15"]
    assert inventory.packages[0].source.name == "websrc"
    assert inventory.unowned_executables == 0


def test_an_rpm_with_what_is_in_it(tmp_path):
    head = rpm_header(
        name="web", version="2.0", release="3.el9", vendor="Red Hat, Inc.", arch="x86_64", sourcerpm="websrc-2.0-3.el9.src.rpm"
    )
    payload = cpio(
        [
            ("./srv/web/node_modules/a/package.json", 0o100644, b'{"name": "a", "version": "1.0.0"}'),
            ("./srv/web", 0o040755, b""),
            ("./srv/link", 0o120777, b"web"),
        ]
    )
    inventory = inventory_of(tmp_path, "web.rpm", rpm(head)[:-4096] + gzip.compress(payload))
    assert purls(inventory) == ["pkg:npm/a@1.0.0", "pkg:rpm/rhel/web@2.0-3.el9?arch=x86_64&distro=rhel-9"]
    assert inventory.packages[1].source.name == "websrc"


def test_an_apk_of_either_version(tmp_path):
    info = b"pkgname = busybox\npkgver = 1.37.0-r0\narch = x86_64\norigin = busybox\nlicense = GPL-2.0-only\n"
    segments = make_layer({".PKGINFO": info}).rstrip(b"\0"), make_layer({"bin/busybox": File(b"\x7fELF", mode=0o755)})
    first = segments[0] + bytes(-len(segments[0]) % 512)
    inventory = inventory_of(tmp_path, "busybox.apk", gzip.compress(first) + gzip.compress(segments[1]))
    assert purls(inventory) == ["pkg:apk/busybox@1.37.0-r0?arch=x86_64"]
    assert inventory.unowned_executables == 0
    inventory = inventory_of(tmp_path, "musl.apk", package_file({1: "musl", 2: "1.2.5-r10", 5: "x86_64"}))
    assert purls(inventory) == ["pkg:apk/musl@1.2.5-r10?arch=x86_64"]


def test_a_wheel(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("requests-2.25.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: requests\nVersion: 2.25.0\n")
        archive.writestr("requests/__init__.py", "")
    assert purls(inventory_of(tmp_path, "requests-2.25.0-py3-none-any.whl", out.getvalue())) == ["pkg:pypi/requests@2.25.0"]


def test_a_package_of_npm_under_its_own_name(tmp_path):
    files = {"package/package.json": b'{"name": "@scope/a", "version": "1.2.3"}', "package/index.js": b""}
    assert purls(inventory_of(tmp_path, "a.tgz", gzip.compress(make_layer(files)))) == ["pkg:npm/%40scope/a@1.2.3"]


def test_a_gem_with_the_lock_file_of_its_authors(tmp_path):
    gemspec = "--- !ruby/object:Gem::Specification\nname: rake\nversion: !ruby/object:Gem::Version\n  version: 13.2.1\n"
    inner = gzip.compress(make_layer({"Gemfile.lock": b"GEM\n  specs:\n    minitest (5.0.0)\n"}))
    data = make_layer({"metadata.gz": gzip.compress(gemspec.encode()), "data.tar.gz": inner})
    assert purls(inventory_of(tmp_path, "rake-13.2.1.gem", data)) == ["pkg:gem/rake@13.2.1"]


def test_other_files_are_read_by_their_name(tmp_path):
    lock = json.dumps({"lockfileVersion": 1, "dependencies": {"lodash": {"version": "4.17.15"}}}).encode()
    assert purls(inventory_of(tmp_path, "package-lock.json", lock)) == ["pkg:npm/lodash@4.17.15"]
    assert purls(inventory_of(tmp_path, "requirements.txt", b"django==3.2.0\n")) == ["pkg:pypi/django@3.2.0"]


def test_archives_of_images_are_left_to_others(tmp_path):
    for name, data in {
        "a.tar": make_layer({"a": b""}),
        "b.tgz": gzip.compress(make_layer({"manifest.json": b"[]"})),
        "d.tgz": gzip.compress(make_layer({"blobs/package.json": b"{}", "index.json": b""})),
        "c": b"",
    }.items():
        (tmp_path / name).write_bytes(data)
        assert not IMAGE_SOURCE.accepts(str(tmp_path / name)), name
    old = io.BytesIO()
    with tarfile.open(fileobj=old, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("a"))
    (tmp_path / "old.tar").write_bytes(old.getvalue().replace(b"ustar\x0000", bytes(8)))
    raw = bytearray((tmp_path / "old.tar").read_bytes())
    raw[148:156] = b"%06o\0 " % (sum(raw[:148]) + 256 + sum(raw[156:512]))
    (tmp_path / "old.tar").write_bytes(raw)
    assert not IMAGE_SOURCE.accepts(str(tmp_path / "old.tar"))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.deb", b"!<arch>\n" + member("debian-binary", b"2.0\n"), "incomplete"),
        ("a.rpm", b"\xed\xab\xee\xdb" + bytes(200), "header"),
        ("a.apk", gzip.compress(make_layer({"x": b""}), mtime=0), "without name"),
        ("a.gem", make_layer({"data.tar.gz": b""}), "without its metadata"),
    ],
)
def test_damaged_packages_are_unknown(tmp_path, name, data, reason):
    inventory = inventory_of(tmp_path, name, data)
    assert not inventory.packages
    (unknown,) = inventory.unknowns
    assert unknown.whole_layer
    assert reason in unknown.reason


def test_files_of_an_rpm_before_a_break_of_its_payload_stay(tmp_path):
    head = rpm_header(name="web", version="2.0", release="3", arch="noarch")
    payload = cpio([("./a", 0o100644, b"x" * 100)])[:150]
    inventory = inventory_of(tmp_path, "web.rpm", rpm(head)[:-4096] + gzip.compress(payload))
    assert [package.name for package in inventory.packages] == ["web"]
    assert "breaks off" in inventory.unknowns[0].reason


def test_an_empty_and_a_missing_file(tmp_path):
    (tmp_path / "empty").touch()
    with pytest.raises(InputError, match="is empty"):
        IMAGE_SOURCE.open(str(tmp_path / "empty"), OpenContext())
    with pytest.raises(InputError, match="cannot be read"):
        IMAGE_SOURCE.open(str(tmp_path / "missing"), OpenContext())


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="no dpkg-deb")
@pytest.mark.parametrize("how", ["xz", "zstd", "gzip", "none"])
def test_a_deb_of_dpkg(tmp_path, how):
    root = tmp_path / "root"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN/control").write_text(
        "Package: web\nVersion: 1.0\nArchitecture: all\nMaintainer: M <m@example.org>\nDescription: d\n"
    )
    (root / "srv/node_modules/a").mkdir(parents=True)
    (root / "srv/node_modules/a/package.json").write_text('{"name": "a", "version": "1.0.0"}')
    made = subprocess.run(
        ["dpkg-deb", "-b", "--root-owner-group", f"-Z{how}", root, tmp_path / "made"], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"dpkg-deb has no {how}")
    assert purls(inventory_of(tmp_path, "web.deb", (tmp_path / "made").read_bytes())) == [
        "pkg:deb/web@1.0?arch=all",
        "pkg:npm/a@1.0.0",
    ]


def test_a_layer_keeps_the_links_of_a_deb(tmp_path):
    data = deb("Package: a\nVersion: 1\n", {"./usr/lib/b": b"x", "./lib": Symlink("usr/lib")})
    inventory = inventory_of(tmp_path, "a.deb", data)
    assert inventory.files == 4  # the two, and the two of its record
    assert inventory.packages[0].presence == "present"
