"""Signatures by certificate as cosign 2 keeps them."""

import json
from datetime import timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.support.signing import STATEMENT, logged_as_cosign, new_key
from tests.support.sigstore_services import ISSUER, Sigstore

pytest.importorskip("sigstore")

from careen.signing.identities import Identity
from careen.signing.logged import MAX_BYTES
from careen.signing.seals import LoggedBefore, Seal
from careen.signing.trust import Trust

ANN = Identity("ann@example.test", ISSUER)
PAYLOAD = b'{"critical": {}}'


@pytest.fixture(scope="module")
def services():
    with Sigstore() as services:
        yield services


@pytest.fixture
def check(services, tmp_path):
    """How a signature counts; ``changes`` are made to what was found beside it."""

    def call(logged, message=None, instance=services, **changes):
        (tmp_path / "root.json").write_text(json.dumps(instance.trusted_root()))
        promise = changes.pop("promise", json.dumps(logged["promise"]).encode())
        before = LoggedBefore(changes.pop("certificate", logged["certificate"]), promise)
        seal = Seal(
            logged["message"] if message is None else message,
            (changes.pop("signature", logged["signature"]),),
            logged=before,
            is_envelope=changes.pop("is_envelope", True),
            payload=changes.pop("payload", STATEMENT),
        )
        assert not changes
        checked = Trust((), [ANN], tmp_path / "root.json").check(seal)
        return checked.by or checked.refusal

    return call


def test_a_signature_of_an_image_and_an_attestation(services, check):
    assert check(logged_as_cosign(services, ANN.identity)) == ANN.name
    assert check(logged_as_cosign(services, ANN.identity, message=PAYLOAD), is_envelope=False) == ANN.name


def test_another_identity(services, check):
    assert check(logged_as_cosign(services, "bob@example.test")) == "another_identity"


def test_other_bytes(services, check):
    logged = logged_as_cosign(services, ANN.identity, message=PAYLOAD)
    assert check(logged, PAYLOAD + b" ", is_envelope=False) == "signature_mismatch"
    assert check(logged, signature=b"x", is_envelope=False) == "signature_mismatch"


@pytest.mark.parametrize("kind", ["p256", "p384"])
def test_a_signature_that_only_the_log_vouches_for(services, check, kind):
    """It is verified here, for each kind of key."""
    assert check(logged_as_cosign(services, ANN.identity, kind=kind)) == ANN.name
    forged = logged_as_cosign(services, ANN.identity, kind=kind, forged=b"forged")
    assert check(forged) == "signature_mismatch"


def test_a_certificate_of_another_authority(services, check):
    with Sigstore() as other:
        assert check(logged_as_cosign(services, ANN.identity), instance=other) == "not_proven"
        other.log = services.log
        assert check(logged_as_cosign(services, ANN.identity), instance=other) == "certificate_untrusted"


@pytest.mark.parametrize("late", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_signature_that_was_logged_when_its_certificate_was_not_valid(late, check):
    with Sigstore(late) as services:
        assert check(logged_as_cosign(services, ANN.identity), instance=services) == "certificate_expired"


def test_a_time_or_a_place_that_the_log_did_not_sign(services, check):
    logged = logged_as_cosign(services, ANN.identity)
    for name in ("integratedTime", "logIndex"):
        promise = {**logged["promise"], "Payload": {**logged["promise"]["Payload"]}}
        promise["Payload"][name] += 1
        assert check(logged, promise=json.dumps(promise).encode()) == "not_proven"


def test_the_promise_of_another_signature(services, check):
    """Its log entry is true, and about something else."""
    logged, other = (logged_as_cosign(services, ANN.identity) for _ in range(2))
    assert check(logged, promise=json.dumps(other["promise"]).encode()) == "not_proven"
    image = logged_as_cosign(services, ANN.identity, message=logged["message"])
    assert check(logged, promise=json.dumps(image["promise"]).encode()) == "not_proven"


def test_an_entry_of_a_type_that_is_not_verified(services, check):
    logged = logged_as_cosign(services, ANN.identity)
    entry = services.enter({"apiVersion": "0.0.2", "kind": "intoto", "spec": {}})
    signed = entry.pop("verification")["signedEntryTimestamp"]
    promise = json.dumps({"SignedEntryTimestamp": signed, "Payload": entry}).encode()
    assert check(logged, promise=promise) == "not_supported"


def test_a_certificate_that_is_not_for_code(services, check, monkeypatch):
    certify = services.certify
    monkeypatch.setattr(
        services, "certify", lambda key, name: certify(key, name, usages=[ExtendedKeyUsageOID.EMAIL_PROTECTION])
    )
    assert check(logged_as_cosign(services, ANN.identity)) == "certificate_untrusted"


def test_a_certificate_without_the_promise_of_its_log(services, check, monkeypatch):
    monkeypatch.setattr(services, "certificate_log", new_key())
    logged = logged_as_cosign(services, ANN.identity)
    monkeypatch.undo()
    assert check(logged) == "not_proven"


@pytest.mark.parametrize(
    "promise",
    [
        b"{}",
        b"[]",
        b'{"Payload": {}}',
        b'{"Payload": {"body": "", "integratedTime": true, "logID": "", "logIndex": 0}}',
        b'{"Payload": {"body": "", "integratedTime": 1e9, "logID": "", "logIndex": 0}}',
        b'{"Payload": {"body": "", "integratedTime": 0, "logID": "", "logIndex": 0, "x": 1}}',
        b'{"Payload": 1, "Payload": 2}',
        b" " * (MAX_BYTES + 1),
    ],
)
def test_a_malformed_promise(services, check, promise):
    assert check(logged_as_cosign(services, ANN.identity), promise=promise) == "malformed"


def test_a_time_that_no_clock_shows(services, check):
    promise = b'{"Payload": {"body": "", "integratedTime": 99999999999999999999, "logID": "", "logIndex": 0}}'
    assert check(logged_as_cosign(services, ANN.identity), promise=promise) == "not_proven"


def test_a_certificate_that_is_none(services, check):
    assert check(logged_as_cosign(services, ANN.identity), certificate=b"x") == "not_proven"
