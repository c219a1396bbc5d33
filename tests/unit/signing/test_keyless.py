"""Signatures by certificate: accepted from one identity of one instance, refused with a code from everything else."""

import json
from datetime import timedelta

import pytest
from tests.support.signing import STATEMENT
from tests.support.sigstore_services import ISSUER, Sigstore, token

pytest.importorskip("sigstore")

from careen.errors import UsageError
from careen.signing.bundles import seal_of_bundle
from careen.signing.identities import Identity
from careen.signing.keyless import MAX_ROOT_BYTES, identity_of, trusted_root
from careen.signing.keyless_signing import keyless_signer
from careen.signing.strict_json import strict_object
from careen.signing.trust import Trust

ANN = Identity("ann@example.test", ISSUER)
WORKFLOW = Identity("https://forge.example/acme/app/release.yml@refs/heads/main", ISSUER)


@pytest.fixture(scope="module")
def services():
    with Sigstore() as services:
        yield services


@pytest.fixture(scope="module")
def folder(tmp_path_factory, services):
    folder = tmp_path_factory.mktemp("sigstore")
    (folder / "config.json").write_text(json.dumps(services.configuration()))
    (folder / "root.json").write_text(json.dumps(services.trusted_root()))
    return folder


@pytest.fixture(scope="module")
def bundle(folder):
    return keyless_signer(None, token(ANN.identity), folder / "config.json").bundle(STATEMENT)


def check(data, root, *identities):
    return Trust((), identities or (ANN,), root).check(seal_of_bundle(strict_object(data), data))


def test_the_listed_identity_is_accepted(bundle, folder):
    checked = check(bundle, folder / "root.json")
    assert (checked.by, checked.identity, checked.issuer) == (ANN.name, ANN.identity, ISSUER)


def test_an_identity_that_is_an_address_of_a_workflow(folder):
    signer = keyless_signer(None, token(WORKFLOW.identity), folder / "config.json")
    assert check(signer.bundle(STATEMENT), folder / "root.json", ANN, WORKFLOW).by == WORKFLOW.name


@pytest.mark.parametrize(
    "listed",
    [
        Identity("bob@example.test", ISSUER),
        Identity("ANN@example.test", ISSUER),
        Identity("ann@example.test.evil.example", ISSUER),
        Identity("nn@example.test", ISSUER),
        Identity(ANN.identity, "https://accounts.example.test.evil.example"),
        Identity(ANN.identity, "https://accounts.example.test/"),
    ],
)
def test_another_identity_or_issuer_is_refused(bundle, folder, listed):
    assert check(bundle, folder / "root.json", listed).refusal == "another_identity"


def test_a_certificate_of_another_authority_is_refused(bundle, tmp_path):
    with Sigstore() as other:
        (tmp_path / "root.json").write_text(json.dumps(other.trusted_root()))
    assert check(bundle, tmp_path / "root.json").refusal == "certificate_untrusted"
    assert check(bundle, None).refusal == "certificate_untrusted"


@pytest.mark.parametrize("late", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_signature_that_was_logged_when_its_certificate_was_not_valid_is_refused(late, tmp_path, services, monkeypatch):
    """The log states the time: the holder of a key that was stolen later cannot."""
    from careen.signing import keyless_signing

    monkeypatch.setattr(keyless_signing.KeylessSigner, "_verify", lambda *_: None)
    with Sigstore(late) as late_services:
        (tmp_path / "config.json").write_text(json.dumps(late_services.configuration()))
        (tmp_path / "root.json").write_text(json.dumps(late_services.trusted_root()))
        data = keyless_signer(None, token(ANN.identity), tmp_path / "config.json").bundle(STATEMENT)
    assert check(data, tmp_path / "root.json").refusal == "certificate_expired"


def test_a_time_that_the_log_did_not_sign_is_refused(bundle, folder):
    document = json.loads(bundle)
    (entry,) = document["verificationMaterial"]["tlogEntries"]
    entry["integratedTime"] = str(int(entry["integratedTime"]) + 1)
    assert check(json.dumps(document).encode(), folder / "root.json").refusal == "not_proven"


def changed(bundle, change):
    document = json.loads(bundle)
    change(document, document["verificationMaterial"])
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda document, material: material.update(tlogEntries=[]), "malformed"),
        (lambda document, material: material["tlogEntries"].append(material["tlogEntries"][0]), "malformed"),
        (lambda document, material: material["tlogEntries"][0].pop("inclusionProof"), "malformed"),
        (lambda document, material: material["tlogEntries"][0].pop("inclusionPromise"), "malformed"),
        (lambda document, material: material["tlogEntries"][0].update(logIndex="7"), "not_proven"),
        (lambda document, material: document.update(mediaType="application/json"), "malformed"),
        (lambda document, material: material["certificate"].update(rawBytes="AAAA"), "malformed"),
        (lambda document, material: document["dsseEnvelope"].update(payload="e30="), "signature_mismatch"),
        (
            lambda document, material: document["dsseEnvelope"]["signatures"].append(document["dsseEnvelope"]["signatures"][0]),
            "not_proven",
        ),
    ],
)
def test_a_bundle_with_a_part_changed_or_left_out_is_refused(bundle, folder, change, code):
    checked = check(changed(bundle, change), folder / "root.json")
    assert (checked.by, checked.refusal) == ("", code)


def test_the_certificate_of_another_bundle_is_refused(bundle, folder):
    other = json.loads(keyless_signer(None, token(ANN.identity), folder / "config.json").bundle(STATEMENT))

    def swap(document, material):
        material["certificate"] = other["verificationMaterial"]["certificate"]

    assert check(changed(bundle, swap), folder / "root.json").refusal == "signature_mismatch"

    def swap_entry(document, material):
        material["tlogEntries"] = other["verificationMaterial"]["tlogEntries"]

    assert check(changed(bundle, swap_entry), folder / "root.json").refusal == "not_proven"


def test_the_public_instance_is_trusted_without_a_file_and_without_a_network():
    assert trusted_root(None).get_fulcio_certs()


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"mediaType": "x"}', b'{"timestampAuthorities": [1]}'])
def test_what_is_not_a_trusted_root(tmp_path, data):
    (tmp_path / "root.json").write_bytes(data)
    with pytest.raises(UsageError, match="is not a trusted root"):
        trusted_root(tmp_path / "root.json")


def test_a_trusted_root_is_bounded(tmp_path, services):
    (tmp_path / "root.json").write_text(json.dumps(services.trusted_root() | {"x": "y" * MAX_ROOT_BYTES}))
    with pytest.raises(UsageError, match="too large"):
        trusted_root(tmp_path / "root.json")
    with pytest.raises(UsageError, match="No such file"):
        trusted_root(tmp_path / "absent")


def test_the_identity_of_a_certificate(services):
    from tests.support.signing import new_key

    public = new_key().public_key()
    assert identity_of(services.certify(public, WORKFLOW.identity)) == WORKFLOW
    assert identity_of(services.root) is None
