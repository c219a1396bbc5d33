"""Bad input of every kind: one clear line, a next step, the right exit code, bounded memory, no file outside the cache."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
import zlib

import pytest
from tests.support.command import ADVISORIES, ROOT, Shell
from tests.support.images import File, Symlink, make_image, make_layer, sha256, write_docker_archive, write_oci_layout
from tests.support.servers import free_port

OS_RELEASE = b'ID=debian\nVERSION_ID="12"\n'
STATUS = b"Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: 3.0.11-1~deb12u2\n"
BASE = {"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": STATUS, "zz/padding": os.urandom(40_000)}
KNOWN = ("--offline", "--advisories", ADVISORIES)
MEMORY_MIB = 512
# Started by a small process: what a child took at the most counts from its parent's size on.
MEASURED = (
    "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode; "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(code)"
)


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path / "home")


def layout(tmp_path, *layers, **options):
    return write_oci_layout(tmp_path / "layout", make_image(layers, **options))


def scanned(shell, reference, *flags):
    """(exit code, report) of a scan that goes on in spite of trouble."""
    finished = shell.run("scan", reference, *KNOWN, "--format", "json", *flags)
    assert "Traceback" not in finished.stderr
    return finished.returncode, json.loads(finished.stdout)


def refused(shell, *arguments, code=3):
    finished = shell.run(*arguments)
    assert finished.returncode == code, finished.stderr + finished.stdout
    assert finished.stdout == ""
    lines = [line for line in finished.stderr.splitlines() if not line.startswith("careen: warning")]
    assert [line.partition(": ")[0] for line in lines] == ["careen", "hint"], finished.stderr
    return lines[0]


def stored(layout_path):
    """Digest and file of the first layer's blob."""
    index = json.loads((layout_path / "index.json").read_text())
    manifest = layout_path / "blobs" / index["manifests"][0]["digest"].replace(":", "/")
    digest = json.loads(manifest.read_text())["layers"][0]["digest"]
    return digest, layout_path / "blobs" / digest.replace(":", "/")


# --- layers ---------------------------------------------------------------------------------------------------------


def test_a_truncated_gzip_keeps_what_was_read_and_reports_the_rest(shell, tmp_path):
    tar = make_layer(BASE)
    cut = gzip.compress(tar, mtime=0)[:-20_000]
    image = make_image([tar])
    broken = type(image)(
        image.manifest.replace(sha256(image.layers[0]).encode(), sha256(cut).encode()), image.media_type, image.config,
        (cut,), image.tars, image.platform,
    )  # fmt: skip
    code, report = scanned(shell, write_oci_layout(tmp_path / "layout", broken))
    assert code == 3
    assert [package["name"] for package in report["packages"]] == ["libssl3"]
    assert "unreadable" in {reason["code"] for reason in report["coverage"]["reasons"]}
    assert report["coverage"]["verdict"] == "partially_assessed"


def test_a_corrupt_tar_keeps_what_was_read(shell, tmp_path):
    tar = bytearray(make_layer(BASE))
    at = tar.rindex(b"ustar")
    tar[at - 200 : at - 100] = bytes(100)
    code, report = scanned(shell, layout(tmp_path, bytes(tar)))
    assert code == 3
    assert [package["name"] for package in report["packages"]] == ["libssl3"]


def test_an_absent_layer_is_reported(shell, tmp_path):
    path = layout(tmp_path, make_layer(BASE))
    digest, blob = stored(path)
    blob.unlink()
    assert digest.removeprefix("sha256:") in refused(shell, "scan", path, *KNOWN)


def test_a_wrong_digest_is_reported(shell, tmp_path):
    path = layout(tmp_path, make_layer(BASE))
    digest, blob = stored(path)
    blob.write_bytes(gzip.compress(make_layer({"other": b""})))
    assert digest in refused(shell, "scan", path, *KNOWN)


def test_path_traversal_writes_and_reads_nothing_outside(shell, tmp_path):
    (tmp_path / "victim").write_text("mine")
    names = ["../../../../../../tmp/careen-escaped", "/../victim", "..//..//victim", "a/../../victim"]
    code, report = scanned(shell, layout(tmp_path, make_layer({**BASE, **dict.fromkeys(names, b"yours")})))
    assert code == 0
    assert (tmp_path / "victim").read_text() == "mine"
    assert not os.path.exists("/tmp/careen-escaped")
    assert sum("leads out" in unknown["reason"] for unknown in report["unknowns"]) == len(names)


def test_symlink_cycles_and_escapes(shell, tmp_path):
    links = {
        "a": Symlink("b"),
        "b": Symlink("a"),
        "c": Symlink("../../../../etc"),
        "d/d": Symlink("../d"),
        "e": Symlink("e/e/e"),
    }
    listing = b"/a/x\n/b/a/b\n/c/passwd\n/d/d/d/d/x\n/e/e\n"
    code, report = scanned(shell, layout(tmp_path, make_layer({**BASE, **links, "var/lib/dpkg/info/libssl3.list": listing})))
    assert (code, len(report["packages"])) == (0, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="measures a child's memory as Linux does")
def test_a_bomb_of_eight_gibibytes_in_ten_megabytes_is_bounded(shell, tmp_path):
    engine = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = bytes(64 << 20)
    head = make_layer({"big": b""})[:512]
    header = bytearray(head)
    header[124:136] = b"%011o\0" % ((8 << 30) - 1)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    blob = b"".join([engine.compress(bytes(header)), *(engine.compress(piece) for _ in range(20)), engine.flush()])
    tar = make_layer({"x": b""})
    image = make_image([tar])
    bomb = type(image)(
        image.manifest.replace(sha256(image.layers[0]).encode(), sha256(blob).encode()), image.media_type, image.config,
        (blob,), image.tars, image.platform,
    )  # fmt: skip
    path = write_oci_layout(tmp_path / "layout", bomb)
    command = shell.command("scan", path, *KNOWN, "--quiet", "--format", "json")
    finished = subprocess.run(
        [sys.executable, "-c", MEASURED, *command], env=shell.environment, cwd=shell.home, capture_output=True, check=False
    )
    assert finished.returncode == 3
    assert "over_budget" in {unknown["code"] for unknown in json.loads(finished.stdout)["unknowns"]}
    assert int(finished.stderr) < MEMORY_MIB * 1024


def test_a_database_that_a_layer_deletes(shell, tmp_path):
    listing = {"var/lib/dpkg/info/libssl3.list": b"/zz/padding\n"}
    code, report = scanned(shell, layout(tmp_path, make_layer({**BASE, **listing}), make_layer({"var/lib/.wh.dpkg": b""})))
    assert code == 0
    assert [(package["name"], package["presence"]) for package in report["packages"]] == [("libssl3", "shadowed")]
    assert "layer 1" in report["unknowns"][0]["reason"]
    assert report["coverage"]["verdict"] == "partially_assessed"


# --- documents ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "config", [b"null", b"[]", b"{", b"\xff\xfe", b'{"rootfs": 3}', b'{"rootfs":{"diff_ids":["../x"]}}', b"[" * 100_000]
)
def test_a_malformed_configuration(shell, tmp_path, config):
    refused(shell, "scan", layout(tmp_path, make_layer(BASE), raw_config=config), *KNOWN)


@pytest.mark.parametrize(
    "manifest", [b"", b"null", b"[]", b'[{"Config":null}]', b'[{"Config":"c","Layers":["x"]}]', b"{" * 90_000]
)
def test_a_malformed_manifest(shell, tmp_path, manifest):
    path = tmp_path / "image.tar"
    path.write_bytes(make_layer({"manifest.json": manifest, "c": b"{}"}))
    refused(shell, "scan", path, *KNOWN)


@pytest.mark.parametrize(
    "files",
    [
        {"var/lib/dpkg/status": b"this is\nno control file\n"},
        {"var/lib/rpm/rpmdb.sqlite": b"SQLite format 3\0" + bytes(100) + os.urandom(5000)},
        {"var/lib/rpm/Packages": os.urandom(5000)},
        {"lib/apk/db/installed": b"P:musl\nno colon here\n\n"},
        {"var/lib/rpm/Packages.db": b"RpmP" + os.urandom(5000)},
    ],
)  # fmt: skip
def test_a_malformed_package_database(shell, tmp_path, files):
    _, report = scanned(shell, layout(tmp_path, make_layer({"etc/os-release": OS_RELEASE, **files})))
    assert [unknown["path"] for unknown in report["unknowns"]] == list(files)
    assert report["coverage"]["verdict"] != "assessed"
    assert scanned(shell, tmp_path / "layout", "--strict")[0] == 3


def test_an_unknown_distribution_is_never_clean(shell, tmp_path):
    files = {**BASE, "etc/os-release": b"ID=mystery\nVERSION_ID=1\n"}
    _, report = scanned(shell, layout(tmp_path, make_layer(files)))
    assert "unknown_distribution" in {reason["code"] for reason in report["coverage"]["reasons"]}
    assert report["coverage"]["verdict"] == "not_assessed"
    table = shell.run("scan", tmp_path / "layout", *KNOWN).stdout
    assert "mystery" in table
    assert "No vulnerability found." not in table


# --- places ---------------------------------------------------------------------------------------------------------


def test_a_missing_image_is_an_error(shell, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "empty folder" in refused(shell, "scan", tmp_path / "empty", *KNOWN)
    assert "does not exist" in refused(shell, "scan", tmp_path / "absent.tar", *KNOWN)
    (tmp_path / "zero.tar").write_bytes(b"")
    assert "is empty" in refused(shell, "scan", tmp_path / "zero.tar", *KNOWN)
    (tmp_path / "text.tar").write_text("hello, this is text and no archive")
    refused(shell, "scan", tmp_path / "text.tar", *KNOWN)
    refused(shell, "scan", f"127.0.0.1:{free_port()}/app:1", *KNOWN)
    refused(shell, "scan", "Not A Name!", *KNOWN)


def test_a_cache_folder_that_is_a_file_is_refused(shell, tmp_path):
    (tmp_path / "file").write_text("")
    other = Shell(shell.home, CAREEN_CACHE_DIR=str(tmp_path / "file"))
    refused(other, "scan", layout(tmp_path, make_layer(BASE)), *KNOWN, code=2)


def test_a_damaged_database_is_reported(shell, tmp_path):
    database = shell.home / "cache" / "database" / "advisories.sqlite"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"garbage" * 1000)
    finished = shell.run("scan", layout(tmp_path, make_layer(BASE)), "--offline")
    assert finished.returncode == 3
    assert "careen db update" in finished.stdout + finished.stderr
    assert "Traceback" not in finished.stderr


# --- people and pipes -----------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
def test_ctrl_c_ends_quietly(shell, tmp_path):
    layers = [make_layer({f"{number}/{name}": os.urandom(3_000_000) for name in range(8)}) for number in range(3)]
    path = write_docker_archive(tmp_path / "image.tar", make_image(layers, compression=None))
    process = shell.start("scan", path, *KNOWN, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(0.15)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=600)
    assert process.returncode in (130, 0, -signal.SIGINT)  # 0: it was faster than the signal; the last: on its way out
    assert b"Traceback" not in err
    if process.returncode == 130:
        assert (out, err) == (b"", b"")


@pytest.mark.skipif(os.name == "nt", reason="pipes as POSIX has them")
def test_a_closed_pipe_ends_quietly(shell, tmp_path):
    path = layout(
        tmp_path,
        make_layer({**BASE, **{f"n/node_modules/m{n}/package.json": b'{"name":"m%d","version":"1"}' % n for n in range(3000)}}),
    )
    scan = shell.start("scan", path, *KNOWN, "--format", "json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    scan.stdout.read(100)
    scan.stdout.close()
    err = scan.stderr.read()
    scan.stderr.close()
    scan.wait(120)
    assert err == b""


def test_nothing_is_written_outside_the_cache(shell, tmp_path):
    path = layout(tmp_path, make_layer({**BASE, "bin/x": File(b"\x7fELF", 0o755)}))
    before = {entry: entry.stat().st_mtime_ns for entry in [*path.rglob("*"), *(ROOT / "examples").rglob("*.json")]}
    assert shell.run("scan", path, *KNOWN).returncode == 0
    assert {entry.name for entry in shell.home.iterdir()} == {"cache"}
    assert {entry: entry.stat().st_mtime_ns for entry in before} == before
    assert (shell.home / "cache").stat().st_mode & 0o077 == 0
