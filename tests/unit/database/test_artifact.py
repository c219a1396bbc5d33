"""What is refused of a database that comes from elsewhere: other kinds, other schemas, lies about sizes, foreign tables."""

import io
import sqlite3
from contextlib import closing

import msgspec
import pytest

from careen.database.artifact import SCHEMA, pack, read_manifest, unpack, verify, write_artifact
from careen.database.build import FeedRow, Fresh, build
from careen.database.layout import Layout, digest_of
from careen.errors import DatabaseError, InputError
from careen.model.advisory import Advisory, Range


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "advisories.sqlite"
    rows = [Advisory(f"CVE-2025-{n}", "debian", "debian:12", "halyard", (Range(None, "1.1"),)) for n in range(200)]
    build(
        path, [Fresh(FeedRow("debian/tracker.json", "debian", as_of="2026-01-02"), lambda: rows)], "2026-01-02T03:04:05+00:00"
    )
    return path


@pytest.fixture
def packed(database, tmp_path):
    layer = tmp_path / "layer"
    return pack(database, layer), layer.read_bytes()


def whole(layout):
    artifact = read_manifest(layout.manifest, "x")
    return b"".join(layout.blob(artifact.layer.digest, artifact.layer.size))


def changed(manifest, **annotations):
    document = msgspec.json.decode(manifest)
    document["annotations"] |= annotations
    return msgspec.json.encode(document)


def test_there_and_back(database, packed, tmp_path):
    artifact, layer = packed
    stream = io.BytesIO()
    write_artifact(artifact, tmp_path / "layer", stream)
    stream.seek(0)
    layout = Layout(stream, "x")
    found = read_manifest(layout.manifest, "x")
    assert found == artifact
    unpack(found, layout.blob(found.layer.digest, found.layer.size), tmp_path / "back", "x")
    assert (tmp_path / "back").read_bytes() == database.read_bytes()
    assert (found.built, found.layer.size) == ("2026-01-02T03:04:05+00:00", len(layer))
    assert msgspec.json.decode(artifact.manifest)["annotations"]["io.careen.database.source.debian"] == "2026-01-02"


@pytest.mark.parametrize(
    ("notes", "why"),
    [
        ({"io.careen.database.schema": str(SCHEMA + 1)}, f"schema {SCHEMA + 1}, and this version reads schema {SCHEMA}"),
        ({"io.careen.database.schema": None}, "schema None"),
        ({"io.careen.database.size": "many"}, "does not have one layer"),
        ({"io.careen.database.size": str(1 << 60)}, "its manifest has a layer with an invalid digest or size"),
        ({"io.careen.database.size": "0"}, "its manifest has a layer with an invalid digest or size"),
    ],
)
def test_manifests_that_are_refused(packed, notes, why):
    with pytest.raises(InputError, match=why):
        read_manifest(changed(packed[0].manifest, **notes), "x")


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"null", b"[" * 100_000, b'{"artifactType": "application/vnd.careen.database"}']
)
def test_what_is_no_manifest(data):
    with pytest.raises(InputError):
        read_manifest(data, "x")


def test_sizes_and_checksums_that_lie(packed, tmp_path):
    artifact, layer = packed
    smaller = read_manifest(changed(artifact.manifest, **{"io.careen.database.size": "4096"}), "x")
    with pytest.raises(InputError, match="inflates to more"):
        unpack(smaller, [layer], tmp_path / "out", "x")
    assert (tmp_path / "out").stat().st_size <= 4096
    other = read_manifest(changed(artifact.manifest, **{"io.careen.database.sha256": "0" * 64}), "x")
    with pytest.raises(InputError, match="another checksum"):
        unpack(other, [layer], tmp_path / "out", "x")
    for broken in (layer[:-1], layer + b"\0", b"", b"plain text", layer[:40] + b"\0" + layer[41:]):
        with pytest.raises(InputError, match="damaged"):
            unpack(artifact, [broken], tmp_path / "out", "x")


def test_foreign_tables_are_refused(database):
    verify(database, "x")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON head BEGIN DELETE FROM head; END")
    with pytest.raises(InputError, match="its tables are not those"):
        verify(database, "x")


def test_another_schema_is_refused(database):
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(InputError, match=f"schema {SCHEMA + 1}"):
        verify(database, "x")
    with pytest.raises(DatabaseError):
        pack(database, database.with_name("layer"))


def test_damaged_pages_are_refused(database):
    data = bytearray(database.read_bytes())
    data[-4096:] = b"\xff" * 4096
    database.write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        verify(database, "x")


def test_layouts_that_are_refused(packed, tmp_path):
    artifact, _ = packed
    stream = io.BytesIO()
    write_artifact(artifact, tmp_path / "layer", stream)
    whole = stream.getvalue()
    for data in (
        b"",
        whole[:300],
        whole[:3000],
        b"\0" * 2048,
        whole.replace(artifact.digest.encode(), digest_of(b"x").encode()),
    ):
        with pytest.raises(InputError):
            whole(Layout(io.BytesIO(data), "x"))
