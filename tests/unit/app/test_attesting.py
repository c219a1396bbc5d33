"""Attestations of an image in a registry, there and back, and what an attacker may change on the way."""

import base64
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from careen.app.attesting import Order, attest, verify
from careen.config import Settings
from careen.errors import InputError, NetworkError, UsageError
from careen.signing.envelopes import BUNDLE, ENVELOPE, sealed, statement
from careen.signing.identities import Identity
from careen.signing.public_keys import read_public_key
from careen.signing.requirement import PREDICATES, Requirement, kinds_of
from careen.signing.signers import key_signer
from tests.support.attached import SIMPLE_SIGNING, Artifact, Part
from tests.support.images import make_image, make_index, make_layer, write_oci_layout
from tests.support.registry import Registry
from tests.support.signing import new_key, private_pem, public_pem

IMAGE = make_image([make_layer({"app/node_modules/lodash/package.json": b'{"name": "lodash", "version": "4.17.15"}'})])
OTHER = make_image([make_layer({"a": b"1"})])
VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.test/vex",
    "author": "us",
    "timestamp": "2026-01-01T00:00:00Z",
    "version": 1,
    "statements": [{"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:npm/lodash"}], "status": "fixed"}],
}
NAME = "team/app"


@pytest.fixture(params=[True, False], ids=["referrers", "tag"])
def world(request, tmp_path):
    """A registry with two images; ``attest(**order)`` with a key, ``verify(kinds, …)`` by it."""
    (tmp_path / "vex.json").write_text(json.dumps(VEX))
    with Registry(referrers=request.param) as registry:
        settings = Settings(cache_dir=tmp_path / "cache", no_cache=True)

        def key(name):
            made = new_key()
            (tmp_path / f"{name}.key").write_bytes(private_pem(made))
            (tmp_path / f"{name}.pub").write_bytes(public_pem(made))
            return key_signer(tmp_path / f"{name}.key", lambda: None)

        def by(name, kinds):
            return Requirement("test", (read_public_key(tmp_path / f"{name}.pub"),), kinds=kinds_of(kinds, "test"))

        world = SimpleNamespace(registry=registry, folder=tmp_path, settings=settings, key=key, signer=key("our"))
        world.image, world.other = registry.push(NAME, "1", IMAGE), registry.push(NAME, "other", OTHER)
        world.attest = lambda signer=None, **order: attest(world.image, Order(**order), signer or world.signer, settings)
        world.verify = lambda *kinds, name="our", image=None: verify(image or world.image, by(name, kinds), settings)
        world.vex = (tmp_path / "vex.json",)
        yield world


def codes(found):
    return [one.refusal for one in found.attached.signed if one.refusal] + [one.code for one in found.attached.refusals]


def test_what_is_attested_is_verified(world):
    done = world.attest(sboms=("cyclonedx", "spdx"), vex=world.vex)
    assert [made.predicate for made in done.made] == [PREDICATES[name] for name in ("cyclonedx", "spdx", "openvex")]
    assert done.digest == IMAGE.digest
    found = world.verify("cyclonedx", "spdx", "openvex")
    assert (found.lacking, found.is_known, codes(found)) == ((), True, [])
    assert world.verify("vuln").lacking == (PREDICATES["vuln"],)
    (vex,) = found.attached.vex
    assert vex.trusted


def test_under_the_tag_of_cosign_and_both(world):
    done = world.attest(vex=world.vex, store="both")
    assert [made.place.endswith(".att") for made in done.made] == [False, True]
    done = world.attest(sboms=("spdx",), store="tag")
    assert len(world.verify("openvex").attached.vex) == 2
    assert world.verify("spdx").lacking == ()


def test_an_attestation_does_not_sign_the_image(world):
    world.attest(vex=world.vex)
    assert world.verify("signature").lacking == ("signature",)


def test_another_key(world):
    world.attest(vex=world.vex)
    world.key("their")
    found = world.verify("openvex", name="their")
    assert (found.lacking, codes(found)) == ((PREDICATES["openvex"],), ["signature_mismatch"])


def test_another_subject(world):
    """The true attestation of one image, beside another one: as it is, and with a new subject in its manifest."""
    world.attest(sboms=("cyclonedx",))
    if world.registry.referrers:
        entries = world.registry.referring[IMAGE.digest]
        world.registry.referring[OTHER.digest] = entries
        found = world.verify("cyclonedx", image=world.other)
        assert (found.lacking != (), codes(found)) == (True, ["another_subject"])
        world.registry.referring[OTHER.digest] = []
    (bundle,) = (data for data in world.registry.blobs.values() if b"dsseEnvelope" in data)
    world.registry.attach(NAME, Artifact(BUNDLE, [Part(bundle, BUNDLE)]), OTHER.digest)
    found = world.verify("cyclonedx", image=world.other)
    assert (found.lacking != (), codes(found)) == (True, ["another_subject"])


def test_a_flipped_byte(world):
    """In the blob as it is sent, and in a blob that is pushed with its own digest."""
    world.attest(vex=world.vex)
    (digest, bundle) = next((key, data) for key, data in world.registry.blobs.items() if b"dsseEnvelope" in data)
    at = bundle.index(b'"payload"') + 100
    flipped = bundle[:at] + bytes([bundle[at] ^ 1]) + bundle[at + 1 :]
    world.registry.altered[digest] = flipped
    found = world.verify("openvex")
    assert (found.lacking != (), codes(found)) == (True, ["unreadable"])
    world.registry.altered.clear()
    for entries in world.registry.referring.values():
        entries.clear()
    world.registry.attach(NAME, Artifact(BUNDLE, [Part(flipped, BUNDLE)]), IMAGE.digest)
    found = world.verify("openvex")
    assert found.lacking != ()
    assert set(codes(found)) <= {"signature_mismatch", "malformed"}


def test_a_statement_of_another_type_counts_for_that_type_alone(world):
    """The type is part of what is signed: that of the manifest's annotations is not."""
    payload = statement([("app", IMAGE.digest)], PREDICATES["spdx"], {})
    data = json.dumps(sealed(payload, new_key_of(world))).encode()
    part = Part(data, ENVELOPE, {"predicateType": PREDICATES["cyclonedx"]})
    world.registry.attach(NAME, Artifact(ENVELOPE, [part]), IMAGE.digest)
    found = world.verify("cyclonedx")
    assert found.lacking == (PREDICATES["cyclonedx"],)
    assert world.verify("spdx").lacking == ()


def new_key_of(world):
    from careen.signing.private_keys import read_private_key

    return read_private_key(world.folder / "our.key", lambda: None)


def test_a_payload_of_another_type_is_refused(world):
    envelope = sealed(statement([("app", IMAGE.digest)], PREDICATES["spdx"], {}), new_key_of(world))
    data = json.dumps(envelope | {"payloadType": "application/json"}).encode()
    world.registry.attach(NAME, Artifact(ENVELOPE, [Part(data, ENVELOPE)]), IMAGE.digest)
    found = world.verify("spdx")
    assert (found.lacking != (), codes(found)) == (True, ["another_payload"])


def test_a_name_that_occurs_twice_is_refused(world):
    payload = statement([("app", IMAGE.digest)], PREDICATES["spdx"], {})
    twice = payload.replace(b'"subject":', b'"subject":[],"subject":')
    data = json.dumps(sealed(twice, new_key_of(world))).encode()
    world.registry.attach(NAME, Artifact(ENVELOPE, [Part(data, ENVELOPE)]), IMAGE.digest)
    assert codes(world.verify("spdx")) == ["malformed"]


def simple_signing(world, digest):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    image = {"docker-manifest-digest": digest}
    payload = json.dumps({"critical": {"type": "cosign container image signature", "image": image}}).encode()
    signature = new_key_of(world).sign(payload, ec.ECDSA(hashes.SHA256()))
    notes = {"dev.cosignproject.cosign/signature": base64.b64encode(signature).decode()}
    return Artifact("", [Part(payload, SIMPLE_SIGNING, notes)])


def test_the_signature_of_the_index_counts_for_the_image_that_was_opened_through_it(world):
    index = make_index([IMAGE, OTHER])
    reference = world.registry.push(NAME, "all", index)
    tag = f"{index.digest.replace(':', '-')}.sig"
    world.registry.attach(NAME, simple_signing(world, index.digest), tag=tag)
    assert world.verify("signature", image=reference).lacking == ()
    assert world.verify("signature", image=f"{world.registry.host}/{NAME}@{IMAGE.digest}").lacking == ("signature",)


def test_a_true_signature_of_another_image_under_the_tag_of_this_one(world):
    tag = f"{IMAGE.digest.replace(':', '-')}.sig"
    world.registry.attach(NAME, simple_signing(world, OTHER.digest), tag=tag)
    found = world.verify("signature")
    assert (found.lacking, codes(found)) == (("signature",), ["another_subject"])


def test_an_oci_layout_is_verified_without_a_network(world):
    layout = write_oci_layout(world.folder / "layout", IMAGE)
    found = world.verify("signature", image=str(layout))
    assert (found.lacking, found.is_known) == (("signature",), True)


def test_a_registry_that_is_not_asked_verifies_nothing(world):
    from msgspec.structs import replace

    requirement = Requirement("test", (read_public_key(world.folder / "our.pub"),))
    world.verify("signature")
    found = verify(world.image, requirement, replace(world.settings, offline=True))
    assert (found.lacking, found.is_known) == (("signature",), False)


def test_what_cannot_be_attested(world):
    with pytest.raises(UsageError, match="nothing to attest"):
        world.attest()
    with pytest.raises(UsageError, match="is not in a registry"):
        attest("./layout", Order(vex=world.vex), world.signer, world.settings)
    (world.folder / "bad.json").write_text("{}")
    with pytest.raises(UsageError, match="is not a VEX document"):
        world.attest(vex=(world.folder / "bad.json",))
    with pytest.raises(UsageError, match="No such file"):
        world.attest(vex=(world.folder / "absent",))
    with pytest.raises(InputError, match="no tag"):
        attest(f"{world.registry.host}/{NAME}:absent", Order(vex=world.vex), world.signer, world.settings)


def test_nothing_is_attested_of_an_image_that_nothing_could_assess(world):
    from msgspec.structs import replace

    settings = replace(world.settings, refresh="never", no_cache=False, advisories=None, scanners=("vuln",))
    with pytest.raises(InputError, match=r"nothing in .* was assessed"):
        attest(world.image, Order(vuln=True), world.signer, settings)
    assert world.verify("vuln").attached.signed == ()


def test_a_registry_that_loses_what_was_pushed_is_found(world):
    """It answers that it has taken everything."""

    def forget(*_):
        return None

    world.registry._refer = forget
    if not world.registry.referrers:
        taken = world.registry._taken

        def lose(request, path, query):
            answer = taken(request, path, query)
            for name in [key for key in world.registry.manifests if key[1] == IMAGE.digest.replace(":", "-")]:
                del world.registry.manifests[name]
            return answer

        world.registry._taken = lose
    with pytest.raises((NetworkError, InputError), match=r"what the registry returns|at the same time"):
        world.attest(vex=world.vex)


def test_by_an_identity(world):
    pytest.importorskip("sigstore")
    from careen.signing.keyless_signing import keyless_signer
    from tests.support.sigstore_services import ISSUER, Sigstore, token

    with Sigstore() as services:
        config, root = world.folder / "config.json", world.folder / "root.json"
        config.write_text(json.dumps(services.configuration()))
        root.write_text(json.dumps(services.trusted_root()))
        done = world.attest(keyless_signer(None, token("ann@example.test"), config), vex=world.vex)
        with pytest.raises(UsageError, match="needs its bundle"):
            world.attest(keyless_signer(None, token("ann@example.test"), config), vex=world.vex, store="tag")
    assert done.by == (f"ann@example.test ({ISSUER})",)

    def by(identity):
        listed = Requirement("test", identities=(Identity(identity, ISSUER),), kinds=(PREDICATES["openvex"],), root=root)
        return verify(world.image, listed, world.settings)

    assert by("ann@example.test").lacking == ()
    assert codes(by("bob@example.test")) == ["another_identity"]


def test_an_identity_whose_certificate_had_expired(world, monkeypatch):
    pytest.importorskip("sigstore")
    from careen.signing import keyless_signing
    from tests.support.sigstore_services import ISSUER, Sigstore, token

    monkeypatch.setattr(keyless_signing.KeylessSigner, "_verify", lambda *_: None)
    with Sigstore(timedelta(hours=1)) as services:
        config, root = world.folder / "config.json", world.folder / "root.json"
        config.write_text(json.dumps(services.configuration()))
        root.write_text(json.dumps(services.trusted_root()))
        signer = keyless_signing.keyless_signer(None, token("ann@example.test"), config)
        with pytest.raises(NetworkError, match="does not verify"):
            world.attest(signer, vex=world.vex)
    listed = Requirement("test", identities=(Identity("ann@example.test", ISSUER),), kinds=(PREDICATES["openvex"],), root=root)
    found = verify(world.image, listed, world.settings)
    assert (found.lacking != (), codes(found)) == (True, ["certificate_expired"])
