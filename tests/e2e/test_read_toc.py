"""``--read-toc``: layers of a registry are read by their tables of contents, and the report says so."""

import json

import pytest
from tests.support.command import ADVISORIES, Shell
from tests.support.images import File, Hardlink, make_image, make_layer, write_docker_archive, write_oci_layout
from tests.support.registry import Registry
from tests.support.table_layers import chunked, image_of, stargz

OS = b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'
STATUS = b"Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:1.2.13.dfsg-1\nSource: zlib\n"
NOISE = bytes(range(256)) * 3
FILES = {
    "etc/os-release": OS,
    "var/lib/dpkg/status": STATUS,
    "var/lib/dpkg/info/zlib1g.list": b"/.\n/usr/lib/libz.so.1\n",
    "usr/lib/libz.so.1": File(b"\x7fELF" + NOISE * 900, 0o644),
    "usr/share/same": Hardlink("usr/lib/libz.so.1"),
    "srv/data.bin": NOISE * 3000,
}
HIDDEN = {"srv/app/package.json": json.dumps({"name": "lodash", "version": "4.17.0"}).encode(),
          "srv/app/node_modules/lodash/package.json": b'{"name": "lodash", "version": "4.17.0"}'}  # fmt: skip
MAKERS = {"stargz": stargz, "chunked": chunked}


@pytest.fixture
def scan(tmp_path):
    shell = Shell(tmp_path / "home")

    def call(reference, *flags):
        order = ("--plain-http", "--offline", "--advisories", ADVISORIES, "--format", "json", "--scanners", "vuln")
        finished = shell.run("scan", f"registry:{reference}", *order, *flags)
        assert finished.stdout, finished.stderr
        call.stderr = finished.stderr
        return json.loads(finished.stdout), finished.returncode

    return call


def names(report):
    return {package["name"] for package in report["packages"]}


def codes(report):
    return [reason["code"] for reason in report["coverage"]["reasons"]]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_an_image_whose_stream_holds_more_than_its_table(scan, make):
    image = image_of(make(FILES, HIDDEN))
    with Registry() as registry:
        reference = registry.push("shop", "1", image)
        by_table, exit_code = scan(reference, "--read-toc", "--no-cache")
        fetched = sum(registry.sent_bytes.values())
        whole, _ = scan(reference, "--no-cache")
    assert "lodash" in names(whole)
    assert names(by_table) == names(whole) - {"lodash"} == {"zlib1g"}
    assert "read_by_toc" in codes(by_table)
    assert "read_by_toc" not in codes(whole)
    reason = next(reason for reason in by_table["coverage"]["reasons"] if reason["code"] == "read_by_toc")
    assert reason["detail"] == "layer 0 was read by its table of contents, not by the stream that engines unpack"
    assert exit_code == 0
    assert fetched < len(image.config) + 6000


def test_it_never_passes_strict(scan, tmp_path):
    with Registry() as registry:
        reference = registry.push("shop", "1", image_of(stargz(FILES)))
        report, exit_code = scan(reference, "--read-toc", "--strict")
        assert (exit_code, "read_by_toc" in codes(report)) == (3, True)
        assert [layer["diff_id_verified"] for layer in report["layers"]] == [False]
        report, _ = scan(reference, "--strict")
        assert [layer["diff_id_verified"] for layer in report["layers"]] == [True]
    refused = Shell(tmp_path / "home").run("scan", reference, "--read-toc", "--accept", "read_by_toc")
    assert (refused.returncode, "this cannot be accepted" in refused.stderr) == (2, True)


def test_the_cache_never_has_what_a_table_states(scan):
    image = image_of(stargz(FILES, HIDDEN))
    with Registry() as registry:
        reference = registry.push("shop", "1", image)
        assert "lodash" not in names(scan(reference, "--read-toc")[0])
        assert "lodash" in names(scan(reference)[0])
        known, _ = scan(reference, "--read-toc")
    assert "lodash" in names(known)  # the layer is known now, from its stream
    assert "read_by_toc" not in codes(known)


@pytest.mark.parametrize(
    ("registry", "edit", "why"),
    [
        (Registry(ranges=False), list, "the registry does not serve parts of layers"),
        (Registry(), lambda table: table.append({"name": "../x", "type": "reg"}), "not a name within the layer"),
        (Registry(), lambda table: table[1].update(digest="", chunkDigest="sha256:" + "0" * 64), "not what the table states"),
    ],
)
def test_a_table_that_cannot_be_used_is_warned_of_and_the_layer_read_whole(scan, registry, edit, why):
    image = image_of(stargz(FILES, HIDDEN, edit))
    with registry:
        report, _ = scan(registry.push("shop", "1", image), "--read-toc", "--no-cache")
    assert "lodash" in names(report)
    assert "read_by_toc" not in codes(report)
    assert "layer 0 is read whole: " in scan.stderr
    assert why in scan.stderr


def test_layers_without_a_table_and_local_images_are_read_as_ever(tmp_path):
    shell = Shell(tmp_path / "home")
    image = make_image([make_layer(FILES)])
    with Registry() as registry:
        places = (
            f"registry:{registry.push('shop', '1', image)}",
            write_oci_layout(tmp_path / "layout", image_of(stargz(FILES))),
            write_docker_archive(tmp_path / "image.tar", image),
        )
        for place in places:
            order = ("--plain-http", "--offline", "--advisories", ADVISORIES, "--format", "json", "--no-cache", "--read-toc")
            report = json.loads(shell.run("scan", place, *order).stdout)
            assert "zlib1g" in names(report)
            assert "read_by_toc" not in codes(report)


def test_digests_of_uncompressed_layers_cannot_be_verified_by_parts(tmp_path):
    finished = Shell(tmp_path / "home").run("scan", "shop:1", "--read-toc", "--verify-diff-ids")
    assert finished.returncode == 2
    assert "--verify-diff-ids" in finished.stderr
