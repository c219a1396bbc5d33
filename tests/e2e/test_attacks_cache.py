"""A cache with planted or damaged entries: the next scan still gives the right answer."""

import gzip
import hashlib
import json
import os
import shutil
import sqlite3

import pytest
from tests.support.command import Shell
from tests.support.images import Symlink, make_image, make_layer, sha256, write_oci_layout
from tests.support.registry import Registry

CVE = "CVE-2021-23337"
ADVISORY = {
    "id": CVE,
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "lodash"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "4.17.21"}]}],
        }
    ],
    "database_specific": {"severity": "HIGH"},
}
OS_RELEASE = b'ID=debian\nVERSION_ID="12"\n'
STATUS = b"Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2\n\n"


def files(version):
    package = json.dumps({"name": "lodash", "version": version}).encode()
    return {"etc/os-release": OS_RELEASE, "app/node_modules/lodash/package.json": package}


HONEST, CLEAN = make_layer(files("4.17.15")), make_layer(files("4.17.21"))


@pytest.fixture
def shell(tmp_path):
    shell = Shell(tmp_path / "home")
    (shell.home / "advisories").mkdir()
    (shell.home / "advisories" / "one.json").write_text(json.dumps(ADVISORY))
    return shell


def ids(shell, image, *flags):
    """The ids of the findings, and standard error."""
    finished = shell.run(
        "scan", image, "--advisories", "advisories", "--scanners", "vuln", "--format", "json", "--offline", *flags
    )
    assert finished.returncode in (0, 3), finished.stderr
    return [finding["id"] for finding in json.loads(finished.stdout)["findings"]], finished.stderr


def store(shell):
    return shell.home / "cache" / "layers.sqlite"


def change(path, statement, *values):
    with sqlite3.connect(path) as connection:
        changed = connection.execute(statement, values).rowcount
    connection.close()
    assert changed


# --- planted by an image ----------------------------------------------------------------------------------------------


def layout_by_sha512(path, promised, layer):
    """An OCI layout whose layer is named by the sha512 of ``promised`` and has the bytes of ``layer``."""

    def named(algorithm, data):
        return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"

    config = json.dumps({"os": "linux", "architecture": "amd64"}).encode()
    manifest = {
        "schemaVersion": 2,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": sha256(config), "size": len(config)},
        "layers": [
            {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": named("sha512", promised), "size": -1}
        ],
    }
    manifest["layers"][0]["size"] = len(layer)
    data = json.dumps(manifest).encode()
    kind = "application/vnd.oci.image.manifest.v1+json"
    index = {"schemaVersion": 2, "manifests": [{"mediaType": kind, "digest": sha256(data), "size": len(data)}]}
    blobs = {sha256(config): config, sha256(data): data, named("sha512", promised): layer}
    for name, content in {"index.json": json.dumps(index).encode(), "oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}.items():
        path.mkdir(exist_ok=True)
        (path / name).write_bytes(content)
    for digest, content in blobs.items():
        place = path / "blobs" / digest.replace(":", "/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return path


def test_a_layer_under_the_sha512_of_another_is_not_believed(shell, tmp_path):
    honest, empty = gzip.compress(HONEST), gzip.compress(make_layer({"etc/os-release": OS_RELEASE}))
    refused = shell.run("scan", layout_by_sha512(tmp_path / "bad", honest, empty), "--advisories", "advisories", "--offline")
    assert refused.returncode == 3 and "its bytes have the digest sha512:" in refused.stderr
    assert ids(shell, layout_by_sha512(tmp_path / "good", honest, honest))[0] == [CVE]


def test_other_bytes_in_the_second_pass_are_refused(shell, tmp_path):
    """The layers are known, the image is not; what a link leads to is read once more, from a file of the attacker's."""
    link = make_layer({"etc/os-release": OS_RELEASE, "var/lib/dpkg": Symlink("/opt/dpkg")})
    honest = write_oci_layout(tmp_path / "honest", make_image([link, make_layer({"opt/dpkg/status": STATUS})]))

    def packages():
        return [
            package["name"] for package in json.loads(shell.run("inventory", honest, "--format", "json").stdout)["packages"]
        ]

    assert packages() == ["bash"]
    change(store(shell), "DELETE FROM entry WHERE key LIKE 'inventory %'")
    swapped, whole = {}, gzip.compress(make_layer({"opt/dpkg/status": b""}))
    for blob in (honest / "blobs" / "sha256").iterdir():
        if blob.read_bytes()[:2] == b"\x1f\x8b":
            swapped[blob] = blob.read_bytes()
            blob.write_bytes(whole)
    refused = shell.run("inventory", honest)
    assert refused.returncode == 3 and "its bytes have the digest" in refused.stderr
    for blob, data in swapped.items():
        blob.write_bytes(data)
    assert packages() == ["bash"]


# --- damaged or edited ------------------------------------------------------------------------------------------------


def test_an_edited_entry_of_the_store_is_dropped(shell, tmp_path):
    image = write_oci_layout(tmp_path / "image", make_image([HONEST]))
    assert ids(shell, image) == ([CVE], "")
    edited = "CAST(replace(CAST(hex(data) AS TEXT), hex('4.17.15'), hex('4.17.21')) AS TEXT)"
    with sqlite3.connect(store(shell)) as connection:
        rows = connection.execute(f"SELECT key, {edited}, hex(data) FROM entry").fetchall()
        changed = [(bytes.fromhex(new), key) for key, new, old in rows if new != old]
        connection.executemany("UPDATE entry SET data = ? WHERE key = ?", changed)
    connection.close()
    assert {key.split()[0] for _, key in changed} == {"delta", "inventory"}
    found, err = ids(shell, image)
    assert found == [CVE] and err.count("damaged") == 1
    assert ids(shell, image) == ([CVE], "")


@pytest.mark.parametrize("level", ["delta", "inventory"])
def test_the_entry_of_another_image_is_dropped(shell, tmp_path, level):
    image = write_oci_layout(tmp_path / "image", make_image([HONEST]))
    clean = write_oci_layout(tmp_path / "clean", make_image([CLEAN]))
    assert ids(shell, clean)[0] == []
    with sqlite3.connect(store(shell)) as connection:
        ((planted,),) = connection.execute("SELECT data FROM entry WHERE key LIKE ?", (f"{level} %",))
    connection.close()
    assert ids(shell, image)[0] == [CVE]
    change(store(shell), "UPDATE entry SET data = ? WHERE key LIKE ?", planted, f"{level} %")
    if level == "delta":
        change(store(shell), "DELETE FROM entry WHERE key LIKE 'inventory %'")
    found, err = ids(shell, image)
    assert found == [CVE] and "damaged" in err


@pytest.mark.parametrize("part", ["manifest", "config", "layer"])
@pytest.mark.parametrize("damage", ["other bytes", "cut short"])
def test_a_damaged_blob_is_fetched_anew(shell, part, damage):
    image = make_image([HONEST], {"User": "app"})
    with Registry() as registry:
        reference = registry.push("team/app", "1", image)
        assert ids(shell, reference)[0] == [CVE]
        digest = {"manifest": image.digest, "config": sha256(image.config), "layer": sha256(image.layers[0])}[part]
        blob = shell.home / "cache" / "blobs" / digest.replace(":", "/")
        data = blob.read_bytes()
        blob.write_bytes(data.replace(b'"app"', b'"dba"') + b" " if damage == "other bytes" else data[: len(data) // 2])
        if part == "layer":
            store(shell).unlink()  # else the blob is not read
        found, err = ids(shell, reference)
        assert found == [CVE]
        assert err.count(f"the blob {digest} in the cache is damaged: it is fetched anew") == 1
        assert blob.read_bytes() == data
        assert ids(shell, reference) == ([CVE], "")


# --- planted by people ------------------------------------------------------------------------------------------------


@pytest.fixture
def planted(shell, tmp_path):
    """An image, and in the cache a well-formed lie about it."""
    image = write_oci_layout(tmp_path / "image", make_image([HONEST]))
    liar = Shell(tmp_path / "liar")
    shutil.copytree(shell.home / "advisories", liar.home / "advisories")
    assert ids(liar, image)[0] == [CVE]
    from careen.store.sqlite import SqliteStore

    cache = SqliteStore(store(liar))
    with sqlite3.connect(store(liar)) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM entry")]
    connection.close()
    for key in keys:
        cache.put(key, cache.get(key).replace(b"4.17.15", b"4.17.21"))
    cache.close()
    (liar.home / "cache").rename(shell.home / "cache")
    return image, shell.home / "cache"


def test_a_planted_entry_is_believed_in_a_private_folder(shell, planted):
    """So that the tests below can fail."""
    assert ids(shell, planted[0]) == ([], "")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="users and modes as POSIX has them")
@pytest.mark.parametrize("opened", ["folder", "way", "file", "group"])
def test_a_folder_that_others_may_write_to_is_not_used(shell, planted, opened):
    image, cache = planted
    if opened == "file":
        cache.chmod(0o755)
        (cache / "layers.sqlite").chmod(0o666)
    else:
        (cache.parent if opened == "way" else cache).chmod(0o770 if opened == "group" and os.geteuid() == 0 else 0o777)
    before = (cache / "layers.sqlite").read_bytes()
    found, err = ids(shell, image)
    assert found == [CVE]
    (line,) = [line for line in err.splitlines() if str(cache) in line]
    assert "chmod go-w" in line and "CAREEN_CACHE_DIR" in line
    assert (cache / "layers.sqlite").read_bytes() == before
    assert ids(shell, image, "--trust-cache")[0] == []
    shell.environment["CAREEN_TRUST_CACHE"] = "1"
    assert ids(shell, image)[0] == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("inside", [".", "layers.sqlite"])
def test_root_does_not_use_the_cache_of_a_user(shell, planted, inside):
    image, cache = planted
    os.chown(cache / inside, 12345, 12345)
    found, err = ids(shell, image)
    assert found == [CVE] and f"{(cache / inside).resolve()} belongs to user 12345" in err


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="users and modes as POSIX has them")
def test_a_database_that_others_may_write_to_is_neither_read_nor_written(shell, tmp_path):
    image = write_oci_layout(tmp_path / "image", make_image([HONEST]))
    cache = shell.home / "cache"
    (cache / "database").mkdir(parents=True)
    (cache / "database" / "advisories.sqlite").write_bytes(b"a lie" * 1000)
    cache.chmod(0o777)
    finished = shell.run("scan", image, "--offline")
    assert finished.returncode == 3 and "is not used" in finished.stderr and "no advisory database" in finished.stderr
    for action in ("status", "list", "update"):
        refused = shell.run("db", action)
        assert refused.returncode == 2 and f"chmod go-w {cache}" in refused.stderr
    assert [path.name for path in cache.rglob("*")] == ["database", "advisories.sqlite"]


def test_nothing_of_a_private_cache_is_left(shell, planted, tmp_path):
    image, cache = planted
    cache.chmod(0o777)
    (tmp_path / "temporary").mkdir()
    shell.environment["TMPDIR"] = str(tmp_path / "temporary")
    assert ids(shell, image)[0] == [CVE]
    assert list((tmp_path / "temporary").iterdir()) == []
