"""Artifacts beside an image in its registry (signatures, VEX, provenance), on the command line."""

import json

import pytest
from tests.support.attached import DSSE, Artifact, Key, Part, cosigned, needs_openssl, sealed, statement
from tests.support.command import ADVISORIES, Shell
from tests.support.images import make_image, make_layer
from tests.support.registry import Registry

CVE = "CVE-2021-23337"
LODASH = {"app/node_modules/lodash/package.json": b'{"name": "lodash", "version": "4.17.15"}'}
VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "timestamp": "2999-01-01T00:00:00Z",
    "statements": [{"vulnerability": {"name": CVE}, "products": [{"@id": "pkg:npm/lodash"}], "status": "not_affected"}],
}
IMAGE, BARE = make_image([make_layer(LODASH)]), make_image([make_layer({**LODASH, "a": b"1"})])


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return Key(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def scene(tmp_path_factory, key):
    """A registry with a signed image that has VEX beside it, and one with nothing; ``scan(reference, flags)``."""
    home = tmp_path_factory.mktemp("home")
    with Registry() as registry:
        signed, bare = registry.push("team/app", "1", IMAGE), registry.push("team/bare", "1", BARE)
        registry.attach("team/app", cosigned(IMAGE.digest, key), tag=f"{IMAGE.digest.replace(':', '-')}.sig")
        envelope = sealed(statement(IMAGE.digest, VEX["@context"], VEX), key)
        registry.attach("team/app", Artifact(DSSE, [Part(envelope, DSSE)]), IMAGE.digest)

        def scan(reference, *flags, command="scan"):
            words = (command, reference, "--advisories", ADVISORIES, "--db-from", home, "--quiet", "--format", "json")
            finished = Shell(home).run(*words, *flags)
            assert finished.stdout, finished.stderr
            return json.loads(finished.stdout), finished.returncode

        scan.signed, scan.bare, scan.registry, scan.home = signed, bare, registry, home
        yield scan


def vulnerabilities(report):
    return [one["id"] for one in report["findings"] if one["kind"] == "vulnerability"]


def misconfigurations(report):
    return [one["message"] for one in report["findings"] if one["id"] == "IMG-028"]


def reasons(report):
    return {one["code"] for one in report["coverage"]["reasons"]}


@needs_openssl
def test_by_default_the_registry_is_not_asked(scene):
    before = len(scene.registry.requests)
    report, _ = scene(scene.bare)
    assert report["target"]["attached"] is None
    assert misconfigurations(report) == []
    assert not any("/referrers/" in one.path or "/sha256-" in one.path for one in scene.registry.requests[before:])


@needs_openssl
def test_unsigned_vex_is_reported_and_not_applied(scene):
    report, _ = scene(scene.signed, "--referrers")
    assert vulnerabilities(report) == [CVE]
    assert [one["trusted"] for one in report["target"]["attached"]["vex"]] == [False]
    assert "untrusted_rules" in reasons(report)
    applied, _ = scene(scene.signed, "--referrers", "--image-vex")
    assert vulnerabilities(applied) == []


@needs_openssl
def test_vex_of_a_trusted_key_is_applied(scene, key):
    report, _ = scene(scene.signed, "--trust-key", key.public)
    assert vulnerabilities(report) == []
    (aside,) = report["suppressed"]
    assert aside["by"]["source"] == f"registry:{report['target']['attached']['vex'][0]['digest']}"
    assert "untrusted_rules" not in reasons(report)
    assert misconfigurations(report) == ["no provenance lies beside the image"]


@needs_openssl
def test_vex_of_another_key_is_not_applied(scene, tmp_path):
    report, code = scene(
        scene.signed, "--trust-key", Key(tmp_path).public, "--fail-on", "config:medium", "--scanners", "config"
    )
    assert report["suppressed"] == []
    assert any("none of 2 is by it" in one for one in misconfigurations(report))
    assert code == 1


@needs_openssl
def test_an_unsigned_image_is_a_finding(scene):
    report, _ = scene(scene.bare, "--referrers")
    assert misconfigurations(report) == ["no signature lies beside the image", "no provenance lies beside the image"]
    table = Shell(scene.home).run("scan", scene.bare, "--advisories", ADVISORIES, "--db-from", scene.home, "--referrers").stdout
    assert "not signed" in table


@needs_openssl
def test_a_registry_that_was_not_asked_is_a_reason(scene, key):
    for flags in (("--referrers", "--offline"), ("--trust-key", key.public, "--offline"), ("--checks-on", "IMG-028")):
        report, code = scene(scene.bare, *flags, "--strict")
        assert "attached_unread" in reasons(report)
        assert (report["target"]["attached"]["asked"], misconfigurations(report), code) == ([], [], 3)


@needs_openssl
def test_a_file_that_is_not_a_key_is_refused(scene, tmp_path):
    (tmp_path / "key").write_text("nothing")
    finished = Shell(scene.home).run("scan", scene.signed, "--trust-key", tmp_path / "key")
    assert finished.returncode == 2
    assert "is not a public key" in finished.stderr


@needs_openssl
def test_a_scan_of_a_registry_does_not_ask_for_artifacts(scene, tmp_path):
    folder = tmp_path / "reports"
    words = (
        "registry",
        "scan",
        scene.registry.host,
        "--offline",
        "--advisories",
        ADVISORIES,
        "--output-dir",
        folder,
        "--quiet",
    )
    finished = Shell(scene.home).run(*words)
    assert finished.returncode == 0, finished.stderr
    words = tuple(word for word in words if word != "--offline")
    assert Shell(scene.home).run(*words, "--db-from", scene.home, "--referrers").returncode == 0
    report = json.loads((folder / "images" / f"{IMAGE.digest.replace(':', '-')}.json").read_text())
    assert len(report["target"]["attached"]["signatures"]) == 1
