"""Signatures and attestations beside the programs of others: cosign, oras and skopeo, where they are installed.

What one writes, the other reads. A test whose program is not installed is skipped and says so.
"""

import json
import os
import shutil
import subprocess

import pytest
from tests.support.command import Shell
from tests.support.images import make_image, make_layer
from tests.support.real_registry import start_registry, stop_registry
from tests.support.registry import Registry
from tests.support.signing import public_pem
from tests.support.sigstore_services import ISSUER, Sigstore, token

ANN = "ann@example.test"
CYCLONEDX, CUSTOM = "https://cyclonedx.org/bom", "https://cosign.sigstore.dev/attestation/v1"
IMAGE = make_image([make_layer({"app/node_modules/lodash/package.json": b'{"name": "lodash", "version": "4.17.15"}'})])


def needs(*programs):
    absent = [name for name in programs if shutil.which(name) is None]
    return pytest.mark.skipif(bool(absent), reason=f"{', '.join(absent)} not installed: not compared with it")


class World:
    """``careen(…)`` and ``other(…)`` run a program in a folder with keys and a VEX document."""

    def __init__(self, folder, host, registry=None):
        self.folder, self.host, self.registry = folder, host, registry
        self.image = f"{host}/team/app:1"
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "COSIGN_PASSWORD": "s3cret"}
        self._shell = Shell(folder, COSIGN_PASSWORD="s3cret")

    def careen(self, *words):
        return self._shell.run(*words, "--quiet", timeout=600)

    def other(self, *words):
        options = {"cwd": self.folder, "env": self.environment, "capture_output": True, "text": True, "timeout": 120}
        return subprocess.run(list(map(str, words)), **options, check=False)


@pytest.fixture(params=["docker-registry", "referrers"])
def world(request, tmp_path):
    """Debian's docker-registry, which keeps no list of referrers, and a registry that does."""
    (tmp_path / "predicate.json").write_text('{"a": 1}')
    (tmp_path / "vex.json").write_text(
        json.dumps(
            {
                "@context": "https://openvex.dev/ns/v0.2.0",
                "@id": "https://example.test/vex",
                "author": "us",
                "version": 1,
                "timestamp": "2026-01-01T00:00:00Z",
                "statements": [
                    {"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:npm/lodash"}], "status": "fixed"}
                ],
            }
        )
    )
    if request.param == "referrers":
        with Registry(page=1) as registry:
            registry.push("team/app", "1", IMAGE)
            yield World(tmp_path, registry.host, registry)
        return
    from careen.images.distribution import Repository
    from careen.images.names import parse_reference
    from careen.net import NetSettings, make_fetcher

    process, host = start_registry(tmp_path)
    try:
        repository = Repository(parse_reference(f"{host}/team/app:1"), make_fetcher(NetSettings()), {})
        for digest, data in IMAGE.blobs().items():
            repository.push_blob(digest, data)
        repository.push_manifest("1", IMAGE.manifest, IMAGE.media_type)
        yield World(tmp_path, host)
    finally:
        stop_registry(process)


@pytest.fixture
def services(world):
    """An authority and a log of ours, which both programs trust."""
    pytest.importorskip("sigstore")
    from cryptography.hazmat.primitives.serialization import Encoding

    with Sigstore() as services:
        files = {
            "SIGSTORE_ROOT_FILE": services.root.public_bytes(Encoding.PEM),
            "SIGSTORE_REKOR_PUBLIC_KEY": public_pem(services.log),
            "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE": public_pem(services.certificate_log),
        }
        for name, data in files.items():
            (world.folder / name).write_bytes(data)
            world.environment[name] = str(world.folder / name)
        (world.folder / "root.json").write_text(json.dumps(services.trusted_root()))
        (world.folder / "config.json").write_text(json.dumps(services.configuration()))
        (world.folder / "token").write_text(token(ANN))
        yield services


HTTP = "--allow-http-registry"
CLAIMS = ("--certificate-identity", ANN, "--certificate-oidc-issuer", ISSUER)


def cosign_writes(world, *words):
    finished = world.other("cosign", *words, "--yes", HTTP, world.image)
    assert finished.returncode == 0, finished.stderr


def verified(world, *words):
    """The kinds that careen verifies, and the codes of what it refuses."""
    finished = world.careen("verify", world.image, *words, "--format", "json")
    found = json.loads(finished.stdout)
    good = {one["predicate"] for one in found["signatures"] if one["verified_by"]}
    return good, {one["refusal"] for one in found["signatures"] if not one["verified_by"]}


@needs("cosign")
def test_cosign_verifies_what_a_key_attested(world):
    assert world.other("cosign", "generate-key-pair").returncode == 0
    words = ("attest", world.image, "--key", "cosign.key", "--sbom", "cyclonedx", "--vex", "vex.json", "--store", "both")
    done = world.careen(*words)
    assert done.returncode == 0, done.stderr
    verify = ("cosign", "verify-attestation", HTTP, "--insecure-ignore-tlog")
    for kind in ("cyclonedx", "openvex"):
        by_tag = world.other(*verify, "--key", "cosign.pub", "--type", kind, world.image)
        assert by_tag.returncode == 0, by_tag.stderr
    world.other("cosign", "generate-key-pair", "--output-key-prefix", "other")
    other = world.other(*verify, "--key", "other.pub", "--type", "cyclonedx", world.image)
    assert other.returncode != 0


@needs("cosign")
def test_cosign_verifies_the_bundle_of_an_identity(world, services):
    words = ("--keyless", "--identity-token", "token", "--sigstore-config", "config.json", "--sbom", "cyclonedx")
    done = world.careen("attest", world.image, *words)
    assert done.returncode == 0, done.stderr
    verify = ("cosign", "verify-attestation", HTTP, "--new-bundle-format", "--trusted-root", "root.json")
    finished = world.other(*verify, *CLAIMS, "--type", "cyclonedx", world.image)
    assert finished.returncode == 0, finished.stderr
    other = world.other(*verify, "--certificate-identity", "x", *CLAIMS[2:], "--type", "cyclonedx", world.image)
    assert other.returncode != 0


@needs("cosign")
def test_what_cosign_signs_with_a_key_is_verified(world):
    assert world.other("cosign", "generate-key-pair").returncode == 0
    cosign_writes(world, "sign", "--key", "cosign.key", "--tlog-upload=false")
    for format in ((), ("--new-bundle-format",)):
        words = ("--key", "cosign.key", "--tlog-upload=false", "--type", "custom", "--predicate", "predicate.json")
        cosign_writes(world, "attest", *format, *words)
    assert verified(world, "--key", "cosign.pub") == ({"signature", CUSTOM}, set())
    world.other("cosign", "generate-key-pair", "--output-key-prefix", "other")
    assert verified(world, "--key", "other.pub") == (set(), {"signature_mismatch"})


@needs("cosign")
def test_what_cosign_signs_by_an_identity_is_verified(world, services):
    """Cosign 2 keeps the certificate and the promise of the log in annotations; as cosign 3 does, it keeps a bundle."""
    where = ("--fulcio-url", services.url, "--rekor-url", services.url, "--identity-token", "token")
    cosign_writes(world, "sign", *where)
    for format in ((), ("--new-bundle-format",)):
        cosign_writes(world, "attest", *format, *where, "--type", "custom", "--predicate", "predicate.json")
    trusted = ("--issuer", ISSUER, "--trusted-root", "root.json")
    assert verified(world, "--identity", ANN, *trusted) == ({"signature", CUSTOM}, set())
    assert verified(world, "--identity", "bob@example.test", *trusted) == (set(), {"another_identity"})
    assert verified(world, "--identity", ANN, "--issuer", ISSUER) == (set(), {"certificate_untrusted", "not_proven"})


@needs("oras")
def test_oras_lists_what_was_attached(world):
    """By the list of referrers, a page each, and filtered by type; and by the tag where there is no list."""
    (world.folder / "our.key").write_bytes(made_key())
    words = ("--key", "our.key", "--sbom", "cyclonedx", "--vex", "vex.json", "--format", "json")
    done = world.careen("attest", world.image, *words)
    assert done.returncode == 0, done.stderr
    digests = {made["digest"] for made in json.loads(done.stdout)["made"]}
    kind = "application/vnd.dev.sigstore.bundle.v0.3+json"
    for words, wanted in (((), digests), (("--artifact-type", kind), digests), (("--artifact-type", "x/y"), set())):
        finished = world.other("oras", "discover", "--plain-http", "--format", "json", *words, world.image)
        assert finished.returncode == 0, finished.stderr
        assert {entry["digest"] for entry in json.loads(finished.stdout)["manifests"] or ()} == wanted
    if world.registry is not None:
        assert any("from=1" in path for path in world.registry.asked("GET", "/referrers/"))


@needs("oras")
def test_what_oras_attaches_is_listed_beside_ours(world):
    (world.folder / "our.key").write_bytes(made_key())
    attach = ("oras", "attach", "--plain-http", "--artifact-type", "application/vnd.openvex+json", world.image)
    finished = world.other(*attach, "vex.json:application/vnd.openvex+json")
    assert finished.returncode == 0, finished.stderr
    assert world.careen("attest", world.image, "--key", "our.key", "--sbom", "cyclonedx").returncode == 0
    listed = world.other("oras", "discover", "--plain-http", "--format", "json", world.image)
    assert len(json.loads(listed.stdout)["manifests"]) == 2


@needs("skopeo")
def test_skopeo_reads_what_was_attached(world):
    (world.folder / "our.key").write_bytes(made_key())
    done = world.careen("attest", world.image, "--key", "our.key", "--vex", "vex.json", "--store", "both", "--format", "json")
    assert done.returncode == 0, done.stderr
    inspect = ("skopeo", "inspect", "--raw", "--tls-verify=false")
    for made in json.loads(done.stdout)["made"]:
        finished = world.other(*inspect, f"docker://{world.host}/team/app@{made['digest']}")
        assert finished.returncode == 0, finished.stderr
        assert json.loads(finished.stdout)["layers"]
    names = world.other("skopeo", "list-tags", "--tls-verify=false", f"docker://{world.host}/team/app")
    assert any(tag.endswith(".att") for tag in json.loads(names.stdout)["Tags"])


@needs("skopeo", "cosign")
def test_signatures_in_a_layout_that_skopeo_copied(world):
    """What ``skopeo copy`` leaves of an image and its signature is verified without a network."""
    assert world.other("cosign", "generate-key-pair").returncode == 0
    cosign_writes(world, "sign", "--key", "cosign.key", "--tlog-upload=false")
    tag = f"{IMAGE.digest.replace(':', '-')}.sig"
    for name in ("1", tag):
        source = f"docker://{world.host}/team/app:{name}"
        copied = world.other("skopeo", "copy", "--src-tls-verify=false", source, f"oci:layout:{name}")
        assert copied.returncode == 0, copied.stderr
    finished = world.careen("verify", "./layout", "--key", "cosign.pub", "--offline")
    assert finished.returncode == 0, finished


def made_key():
    from tests.support.signing import new_key, private_pem

    return private_pem(new_key("ed25519"))
