"""What a little repository of rpms knows by its errata."""

import gzip
import hashlib
import logging
import shutil
import subprocess

import pytest
from tests.support.archive import Signer
from tests.support.servers import Server

from careen.database.archive_files import Archives
from careen.database.rpm_repository import repository_knowledge
from careen.net import make_fetcher

ERRATA = b"""<?xml version="1.0"?>
<updates>
 <update type="security"><id>TSTA-2026:1</id><title>Important: jib</title><severity>Important</severity>
  <issued date="2026-03-01 10:00:00"/>
  <references><reference type="cve" id="CVE-2026-0001" title="CVE-2026-0001"/></references>
  <pkglist><collection><package name="jib" version="1.4" release="3.el9" epoch="0" arch="x86_64"/></collection></pkglist>
 </update>
 <update type="security"><id>TSTA-2026:2</id><title>spar</title>
  <references><reference type="cve" id="CVE-2026-0002"/></references>
  <pkglist><collection><package name="spar" version="2" release="1.fc43" epoch="0" arch="x86_64"/></collection></pkglist>
 </update>
</updates>
"""
INSTALLED = {"rocky:9": {"jib": {"1.4-2.el9"}, "mast": {"3-1.el9"}}}


def repository(errata=ERRATA, digest=None, href="repodata/updateinfo.xml.gz"):
    packed = gzip.compress(errata, mtime=0)
    digest = digest or hashlib.sha256(packed).hexdigest()
    data = f"""<data type="updateinfo"><checksum type="sha256">{digest}</checksum><location href="{href}"/>
      <timestamp>1772359200</timestamp><size>{len(packed)}</size></data>"""
    listed = f'<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision>{data}</repomd>'
    return {"repodata/repomd.xml": listed.encode(), "repodata/updateinfo.xml.gz": packed}


def written(files, root):
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return str(root)


def asked(files, root, installed=INSTALLED, **options):
    return repository_knowledge(Archives([written(files, root)], None, **options), installed)


def test_errata_of_builds_like_the_image_s_assess_it(tmp_path):
    knowledge = asked(repository(), tmp_path)
    (jib,) = knowledge.advisories("rocky:9", ["jib", "spar"])["jib"]
    assert (jib.id, jib.aliases, jib.severity, jib.ranges[0].fixed) == ("TSTA-2026:1", ("CVE-2026-0001",), "high", "1.4-3.el9")
    assert "spar" not in knowledge.advisories("rocky:9", ["jib", "spar"])
    assert knowledge.knows("rocky:9", ["jib", "mast", "spar"]) == {"jib", "mast"}
    (info,) = knowledge.namespace("rocky:9")
    assert info.partial
    assert (
        info.detail == "errata of the named repositories, of 2026-03-01; their signature was not verified: no keys were given"
    )
    assert knowledge.info.sources[0].as_of == "2026-03-01"


def test_a_repository_of_another_distribution_has_no_effect(tmp_path):
    assert asked(repository(), tmp_path, {"ol:8": {"jib": {"1.4-1.el8"}}}) is None


def test_over_http_and_nothing_twice(tmp_path):
    files = repository()
    with Server(lambda request: _answer(files, request.path)) as server:
        for _ in range(2):
            found = repository_knowledge(Archives([f"{server.url}/9"], make_fetcher(environ={}), tmp_path), INSTALLED)
            assert found.advisories("rocky:9", ["jib"])
        assert server.paths() == ["/9/repodata/repomd.xml", "/9/repodata/updateinfo.xml.gz", "/9/repodata/repomd.xml"]


def _answer(files, path):
    from tests.support.servers import Answer

    data = files.get(path.removeprefix("/9/"))
    return Answer(404) if data is None else Answer(200, data)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (repository(digest="a" * 64), "another checksum"),
        (repository(href="../../etc/passwd"), "not a path in a repository"),
        (repository(href="https://example.org/x"), "not a path in a repository"),
        (repository(digest="abc"), "checksum"),
        (repository(errata=b"<updates><update/></updates>"), "no usable id"),
        (repository(errata=b"<updates>"), "not well-formed"),
        ({"repodata/repomd.xml": b"<x/>"}, "not a repomd.xml"),
        ({"repodata/repomd.xml": b"\xff"}, "not well-formed"),
    ],
    ids=range(8),
)
def test_what_is_not_as_it_should_be_is_reported_and_not_used(tmp_path, caplog, files, reason):
    with caplog.at_level(logging.WARNING):
        assert asked(files, tmp_path) is None
    assert reason in caplog.text


def test_a_place_without_errata_is_none(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        assert asked({"repodata/repomd.xml": b"<repomd><revision>1</revision></repomd>"}, tmp_path / "one") is None
        assert asked({"x": b""}, tmp_path / "two") is None
    assert caplog.text == ""


@pytest.mark.skipif(not (shutil.which("gpg") and shutil.which("gpgv")), reason="GnuPG is not installed")
def test_with_keys_the_list_must_be_signed(tmp_path, caplog):
    signer = Signer(tmp_path / "home")
    files = repository()
    with caplog.at_level(logging.WARNING):
        assert asked(files, tmp_path / "unsigned", keys=[signer.keyring]) is None
        assert "repomd.xml.asc" in caplog.text
    (tmp_path / "repomd.xml").write_bytes(files["repodata/repomd.xml"])
    command = ["gpg", "--homedir", str(tmp_path / "home"), "--batch", "--quiet", "--armor", "--detach-sign"]
    subprocess.run([*command, str(tmp_path / "repomd.xml")], check=True)
    files["repodata/repomd.xml.asc"] = (tmp_path / "repomd.xml.asc").read_bytes()
    found = asked(files, tmp_path / "signed", keys=[signer.keyring])
    signer.close()
    assert found.namespace("rocky:9")[0].detail == "errata of the named repositories, of 2026-03-01"
    files["repodata/repomd.xml"] += b" "
    assert asked(files, tmp_path / "changed", keys=[signer.keyring]) is None
    assert "not signed by any of the keys" in caplog.text
