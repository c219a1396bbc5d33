"""``careen attest``, ``careen verify`` and the gate of ``careen scan``, on the command line."""

import json

import pytest
from tests.support.attached import Artifact, Part
from tests.support.command import ADVISORIES, Shell
from tests.support.images import make_image, make_layer, write_oci_layout
from tests.support.real_registry import start_registry, stop_registry
from tests.support.registry import Registry
from tests.support.signing import new_key, private_pem, public_pem

CVE = "CVE-2021-23337"
IMAGE = make_image([make_layer({"app/node_modules/lodash/package.json": b'{"name": "lodash", "version": "4.17.15"}'})])
TAG = IMAGE.digest.replace(":", "-")
VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.test/vex",
    "author": "us",
    "version": 1,
    "timestamp": "2999-01-01T00:00:00Z",
    "statements": [{"vulnerability": {"name": CVE}, "products": [{"@id": "pkg:npm/lodash"}], "status": "not_affected"}],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with two keys, a policy for each, and a VEX document."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("our", "their"):
        key = new_key()
        (folder / f"{name}.key").write_bytes(private_pem(key))
        (folder / f"{name}.pub").write_bytes(public_pem(key))
        (folder / f"{name}.toml").write_text(f'require = ["openvex"]\nsigned_by = [{{key = "{name}.pub"}}]\n')
    (folder / "image.toml").write_text('signed_by = [{key = "our.pub"}]\n')
    (folder / "vex.json").write_text(json.dumps(VEX))
    return folder


@pytest.fixture(scope="module")
def scene(home):
    """An image with our VEX beside it; ``careen`` runs a command, ``scan`` gives its report and exit code."""
    shell = Shell(home)

    def careen(*words):
        return shell.run(*words, "--quiet")

    def scan(reference, *flags):
        words = ("scan", reference, "--advisories", ADVISORIES, "--db-from", home, "--format", "json", "--scanners", "vuln")
        finished = careen(*words, *flags)
        assert finished.stdout, finished.stderr
        return json.loads(finished.stdout), finished.returncode

    careen.scan = scan
    with Registry() as registry:
        careen.registry, careen.image = registry, registry.push("team/app", "1", IMAGE)
        careen.bare = registry.push("team/bare", "1", make_image([make_layer({"a": b"1"})]))
        finished = careen("attest", careen.image, "--key", "our.key", "--vex", "vex.json", "--sbom", "spdx", "--format", "json")
        assert finished.returncode == 0, finished.stderr
        careen.attested = json.loads(finished.stdout)
        yield careen


def rule(report):
    (found,) = (one for one in report["verdict"]["rules"] if one["rule"].startswith("signatures required"))
    return found


def test_what_was_attested_is_printed(scene):
    assert scene.attested["schema"] == "careen.attestation/1"
    assert (scene.attested["digest"], scene.attested["by"]) == (IMAGE.digest, ["our.key"])
    assert [made["predicate"] for made in scene.attested["made"]] == ["https://spdx.dev/Document", "https://openvex.dev/ns"]


def test_verify_by_key_and_by_policy(scene):
    for words in (("--key", "our.pub", "--type", "openvex", "--type", "spdx"), ("--require-signature", "our.toml")):
        finished = scene("verify", scene.image, *words)
        assert finished.returncode == 0, finished
        assert "verified  https://openvex.dev/ns  by " in finished.stdout
    finished = scene("verify", scene.image, "--key", "their.pub", "--type", "openvex", "--format", "json")
    found = json.loads(finished.stdout)
    assert (finished.returncode, found["verified"], found["lacking"]) == (1, False, ["https://openvex.dev/ns"])
    assert {one["refusal"] for one in found["signatures"]} == {"signature_mismatch"}


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--identity", "ann@example.test"),
        ("--issuer", "https://accounts.example.test"),
        ("--identity", "*", "--issuer", "https://accounts.example.test"),
        ("--key", "our.key"),
        ("--key", "our.pub", "--require-signature", "our.toml"),
        ("--key", "our.pub", "--type", "sbom"),
        ("--require-signature", "vex.json"),
    ],
)
def test_verify_needs_somebody_whose_signature_counts(scene, words):
    assert scene("verify", scene.image, *words).returncode == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--vex", "vex.json"),
        ("--vex", "vex.json", "--key", "our.key", "--keyless"),
        ("--key", "our.key"),
        ("--vex", "vex.json", "--key", "our.key", "--identity-token", "x"),
        ("--vex", "vex.json", "--keyless", "--offline"),
        ("--vex", "vex.json", "--keyless", "--store", "tag"),
    ],
)
def test_attest_needs_one_signer_and_something_to_sign(scene, words):
    assert scene("attest", scene.image, *words).returncode == 2


def test_a_key_with_a_password(scene, home):
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

    (home / "locked.key").write_bytes(private_pem(new_key(), BestAvailableEncryption(b"s3cret")))
    words = ("attest", scene.bare, "--key", "locked.key", "--vex", "vex.json")
    refused = scene(*words)
    assert (refused.returncode, "COSIGN_PASSWORD" in refused.stderr) == (2, True)
    shell = Shell(home, COSIGN_PASSWORD="s3cret")
    done = shell.run(*words, "--log-level", "debug")
    assert done.returncode == 0, done.stderr
    assert "s3cret" not in done.stdout + done.stderr
    assert "PRIVATE KEY" not in done.stdout + done.stderr


def test_the_gate_passes_what_its_policy_requires(scene):
    report, code = scene.scan(scene.image, "--require-signature", "our.toml")
    assert (code, report["verdict"]["passed"], rule(report)["passed"]) == (0, True, True)


def test_vex_of_those_whom_the_policy_names_is_applied(scene):
    report, _ = scene.scan(scene.image, "--require-signature", "our.toml")
    assert [one["finding"]["id"] for one in report["suppressed"]] == [CVE]
    report, code = scene.scan(scene.image, "--require-signature", "their.toml")
    assert (code, report["suppressed"]) == (1, [])
    assert "signature_mismatch" in rule(report)["why"]
    assert CVE in {one["id"] for one in report["findings"]}


def test_the_gate_fails_what_nobody_signed(scene):
    report, code = scene.scan(scene.bare, "--require-signature", "image.toml", "--fail-on", "critical")
    assert (code, rule(report)["passed"], rule(report)["failed_by"]["first"]) == (1, False, ["signature"])
    assert scene.scan(scene.image, "--require-signature", "image.toml")[1] == 1  # attested, and not itself signed


def test_the_gate_never_passes_what_it_could_not_look_up(scene, home):
    layout = write_oci_layout(home / "layout", IMAGE)
    assert scene.scan(f"oci-layout:{layout}", "--require-signature", "our.toml")[1] == 1
    report, code = scene.scan(scene.image, "--require-signature", "our.toml", "--offline")
    assert (code, rule(report)["passed"]) == (3, False)
    (home / "tree").mkdir()
    (home / "tree" / "package.json").write_text('{"name": "x", "version": "1.0.0"}')
    report, code = scene.scan(home / "tree", "--require-signature", "our.toml")
    assert (code, rule(report)["passed"]) == (3, False)


def test_a_policy_that_accepts_anybody_is_refused_before_anything_is_read(scene, home):
    (home / "any.toml").write_text('signed_by = [{identity = "*", issuer = "https://accounts.example.test"}]\n')
    finished = scene("scan", scene.image, "--require-signature", "any.toml")
    assert (finished.returncode, "is a pattern" in finished.stderr) == (2, True)


def test_an_image_that_is_not_signed_is_a_finding(scene):
    report, _ = scene.scan(scene.image, "--require-signature", "their.toml", "--scanners", "config")
    (message,) = (one["message"] for one in report["findings"] if one["id"] == "IMG-028" and "signature" in one["message"])
    assert "signature_mismatch" in message


def test_a_registry_that_goes_away_between(scene):
    """Its list is not there any more: what was not read does not count as absent."""
    from tests.support.servers import Answer

    answer = scene.registry._referrers
    scene.registry._referrers = lambda *_: Answer(500)
    try:
        finished = scene("verify", scene.image, "--key", "our.pub", "--type", "openvex")
        report, code = scene.scan(scene.image, "--require-signature", "our.toml")
    finally:
        scene.registry._referrers = answer
    assert finished.returncode == 3
    assert (code, rule(report)["passed"]) == (3, False)


def test_a_crowd_of_documents_is_bounded(scene):
    name, crowded = "team/crowd", make_image([make_layer({"c": b"1"})])
    reference = scene.registry.push(name, "1", crowded)
    for number in range(200):
        scene.registry.attach(name, Artifact("x/y", [Part(b"%d" % number, "x/y")]), crowded.digest)
    before = len(scene.registry.requests)
    assert scene("verify", reference, "--key", "our.pub").returncode == 3
    assert len(scene.registry.requests) - before < 100


# --- the distribution project's own registry ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(home, tmp_path_factory):
    """An image in a registry that keeps no list of referrers."""
    from careen.images.distribution import Repository
    from careen.images.names import parse_reference
    from careen.net import NetSettings, make_fetcher

    process, host = start_registry(tmp_path_factory.mktemp("registry"))
    try:
        repository = Repository(parse_reference(f"{host}/team/app:1"), make_fetcher(NetSettings()), {})
        for digest, data in IMAGE.blobs().items():
            repository.push_blob(digest, data)
        repository.push_manifest("1", IMAGE.manifest, IMAGE.media_type)
        yield Shell(home), f"{host}/team/app:1", repository
    finally:
        stop_registry(process)


def test_there_and_back_by_the_tag(real):
    shell, image, repository = real
    done = shell.run("attest", image, "--key", "our.key", "--vex", "vex.json", "--sbom", "cyclonedx", "--quiet")
    assert done.returncode == 0, done.stderr
    assert f"(tag {TAG})" in done.stdout
    index = json.loads(repository.manifest_if_there(TAG))
    assert len(index["manifests"]) == 2
    for key, code in (("our.pub", 0), ("their.pub", 1)):
        verified = shell.run("verify", image, "--key", key, "--type", "openvex", "--type", "cyclonedx", "--quiet")
        assert verified.returncode == code, verified


def test_a_flipped_byte_in_the_real_registry(real):
    """Pushed anew with its own digest, since the registry refuses bytes that do not have theirs."""
    shell, image, repository = real
    shell.run("attest", image, "--key", "our.key", "--vex", "vex.json", "--quiet")
    index = json.loads(repository.manifest_if_there(TAG))
    manifest = json.loads(repository.manifest_if_there(index["manifests"][-1]["digest"]))
    blob = manifest["layers"][0]["digest"]
    data = repository.blob(blob).read(1 << 20)
    at = data.index(b'"payload"') + 60
    flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    part = Artifact(manifest["artifactType"], [Part(flipped, manifest["artifactType"])])
    other = part.manifest(IMAGE.digest)
    for digest, content in part.blobs().items():
        repository.push_blob(digest, content)
    from tests.support.images import OCI_INDEX, OCI_MANIFEST, sha256

    repository.push_manifest(sha256(other), other, OCI_MANIFEST)
    entry = {"mediaType": OCI_MANIFEST, "digest": sha256(other), "size": len(other), "artifactType": part.type}
    repository.push_manifest(TAG, json.dumps({**index, "manifests": [entry]}).encode(), OCI_INDEX)
    found = shell.run("verify", image, "--key", "our.pub", "--type", "openvex", "--quiet")
    assert found.returncode == 1, found
    assert "signature_mismatch" in found.stdout or "malformed" in found.stdout
