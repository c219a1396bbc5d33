"""Archives that were uploaded: assessed as the same image of a registry, and never a way to stand in for others' layers."""

import gzip
import shutil

import pytest
from sqlalchemy import delete, select
from tests.support.fleet_world import a_project, fleet_at, reads, settled, states, working
from tests.support.images import make_image, make_layer, sha256, write_docker_archive, write_oci_layout

from careen.errors import InputError
from careen.fleet import archives, reports, triage, uploads
from careen.fleet.connection import writing
from careen.fleet.tables import image, upload
from careen.fleet.triage import Batch, Target
from careen.model.finding import Vulnerability

STATUS = b"Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.2.13\n"
LEFT_OPEN = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a damaged file, to the end
RELEASE = b'ID=debian\nVERSION_ID="12"\n'


@pytest.fixture
def fleet(address, tmp_path):
    with fleet_at(address, tmp_path) as made:
        yield made


def layers_of():
    return [make_layer({"etc/os-release": RELEASE, "var/lib/dpkg/status": STATUS}), make_layer({"srv/app": b"x"})]


def saved(path, kind):
    built = make_image(layers_of())
    write = write_docker_archive if kind == "docker" else write_oci_layout
    return write(path / ("image.tar.gz" if kind == "packed" else "image.tar"), built).read_bytes()


def uploaded(fleet, project, data, name="shop:1"):
    with writing(fleet.engine) as connection:
        return uploads.store(fleet, connection, project, uploads.read(data, fleet.settings), name, "user:ada").identity


@pytest.mark.parametrize("kind", ["docker", "oci", "packed"])
def test_an_archive_is_assessed_as_the_image_is(fleet, tmp_path, kind):
    project = a_project(fleet)
    data = saved(tmp_path, kind)
    identity = uploaded(fleet, project, data)
    with working(fleet):
        assert settled(fleet), states(fleet)
    with fleet.engine.connect() as connection:
        row = connection.execute(select(image)).one()
    assert (row.state, row.kind, row.digest, row.reference) == ("ready", "uploaded", "", "shop:1")
    assert (row.distribution, row.critical) == ("debian 12", 1)
    assert set(reads(fleet).values()) == {1}, "each layer is read once"
    report = reports.report_of(fleet, project, identity)
    with fleet.session() as session:
        (tmp_path / "again.tar").write_bytes(data)
        single = session.scan(f"docker-archive:{tmp_path}/again.tar")
    assert [finding.id for finding in report.findings] == [finding.id for finding in single.findings] != []
    shutil.rmtree(fleet.settings.cache_dir / "spool", ignore_errors=True)
    assert reports.report_of(fleet, project, identity) is not None
    found = next(finding for finding in report.findings if isinstance(finding, Vulnerability))
    with writing(fleet.engine) as connection:
        target = Target(found.id, found.package, identity)
        assert triage.preview(connection, project, Batch((target,), "fixed")).hides == 1
        triage.decide(connection, project, Batch((target,), "fixed"), "user:ada")
    decided = reports.report_of(fleet, project, identity)
    assert found.id not in {finding.id for finding in decided.findings}
    assert found.id in {entry.finding.id for entry in decided.suppressed}


def test_a_layer_has_the_digest_of_its_bytes(fleet, tmp_path):
    honest = layers_of()
    built = make_image(honest, compression=None)
    path = write_oci_layout(tmp_path / "layout", built)
    blob = path / "blobs" / sha256(honest[1]).replace(":", "/")
    blob.write_bytes(blob.read_bytes()[:-1] + b"!")
    archive = shutil.make_archive(str(tmp_path / "odd"), "tar", path)
    with open(archive, "rb") as file, pytest.raises(InputError):
        uploads.read(file.read(), fleet.settings)


@LEFT_OPEN
@pytest.mark.parametrize("data", [b"\x1f\x8b" + b"\x00" * 600, b"BZh9" + b"x" * 600, b"\x00" * 257 + b"ustar" + b"\x00" * 600])
def test_what_is_no_archive_is_refused(fleet, data):
    with pytest.raises(InputError) as refused:
        uploads.read(data, fleet.settings)
    assert str(fleet.settings.cache_dir) not in f"{refused.value} {refused.value.hint}", "no path of the server"


@LEFT_OPEN
@pytest.mark.parametrize("packed", [True, False], ids=["packed", "listed again and again"])
def test_an_archive_that_unpacks_to_very_much_is_refused(fleet, tmp_path, monkeypatch, packed):
    monkeypatch.setattr(archives, "UNPACKED_BYTES", 1 << 20)
    if packed:
        data = gzip.compress(write_docker_archive(tmp_path / "a.tar", make_image([bytes(2 << 20)])).read_bytes())
    else:
        image = make_image([make_layer({"srv/app": bytes(300 << 10)})] * 4, compression=None)
        data = write_docker_archive(tmp_path / "a.tar", image).read_bytes()
    with pytest.raises(InputError, match="more than 1 MiB") as refused:
        uploads.read(data, fleet.settings)
    assert "careen scan FILE" in refused.value.hint


def test_a_deleted_upload_has_no_layers(fleet, tmp_path):
    project = a_project(fleet)
    data = saved(tmp_path, "docker")
    identity = uploaded(fleet, project, data)
    assert uploads.report_of(fleet, identity) is None, "its layers are not read: nothing is known"
    digest = archives.read(data, fleet.settings).layers[0].digest
    assert b"".join(archives.layer_bytes(fleet, identity, digest))
    with pytest.raises(InputError):
        list(archives.layer_bytes(fleet, identity, "sha256:" + "0" * 64))
    with writing(fleet.engine) as connection:
        connection.execute(delete(upload))
    with pytest.raises(InputError):
        list(archives.layer_bytes(fleet, identity, digest))
