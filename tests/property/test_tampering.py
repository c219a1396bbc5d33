"""A byte of a signed document is flipped, each in turn: nothing but what was signed is ever accepted."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.signing import STATEMENT, logged_as_cosign, new_key
from tests.support.sigstore_services import ISSUER, Sigstore, token

from careen.images.referrers.intoto import read_attestation
from careen.signing import trust
from careen.signing.envelopes import bundled, sealed
from careen.signing.identities import Identity
from careen.signing.public_keys import PublicKey
from careen.signing.refusals import RefusedError
from careen.signing.seals import LoggedBefore, Seal
from careen.signing.trust import Trust

ANN = Identity("ann@example.test", ISSUER)


@pytest.fixture(scope="module", autouse=True)
def without_bounds():
    before = trust.MAX_CHECKS, trust.MAX_CERTIFICATES
    trust.MAX_CHECKS = trust.MAX_CERTIFICATES = 1 << 30
    yield
    trust.MAX_CHECKS, trust.MAX_CERTIFICATES = before


def accepted(data, trusted):
    """The statement that counts as signed; None if nothing does."""
    try:
        found = read_attestation(data)
    except RefusedError:
        return None
    if found.seal is None or not trusted.check(found.seal).by:
        return None
    return found.statement


def flipped(data, mask):
    for place in range(len(data)):
        yield place, data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


@pytest.fixture(scope="module", params=["p256", "ed25519"])
def by_key(request):
    key = new_key(request.param)
    return key, Trust([PublicKey("key", key.public_key())])


@pytest.mark.parametrize("mask", [1, 32, 128])
def test_each_byte_of_a_bundle_by_a_key(by_key, mask):
    """What is around the signed bytes (white space, the hint of the key) may change; the statement may not."""
    key, trusted = by_key
    data = json.dumps(bundled(sealed(STATEMENT, key), key)).encode()
    assert accepted(data, trusted).data == STATEMENT
    for place, other in flipped(data, mask):
        found = accepted(other, trusted)
        assert found is None or found.data == STATEMENT, place


def test_each_byte_of_a_statement(by_key):
    key, trusted = by_key
    envelope = sealed(STATEMENT, key)
    for place, other in flipped(STATEMENT, 1):
        data = json.dumps(envelope | {"payload": base64.b64encode(other).decode()}).encode()
        assert accepted(data, trusted) is None, place


def test_each_byte_of_a_signature(by_key):
    key, trusted = by_key
    envelope = sealed(STATEMENT, key)
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    for place, other in flipped(signature, 1):
        data = json.dumps(envelope | {"signatures": [{"sig": base64.b64encode(other).decode()}]}).encode()
        assert accepted(data, trusted) is None, place


@pytest.fixture(scope="module")
def by_certificate(tmp_path_factory):
    pytest.importorskip("sigstore")
    from careen.signing.keyless_signing import keyless_signer

    folder = tmp_path_factory.mktemp("sigstore")
    with Sigstore() as services:
        (folder / "config.json").write_text(json.dumps(services.configuration()))
        (folder / "root.json").write_text(json.dumps(services.trusted_root()))
        data = keyless_signer(None, token(ANN.identity), folder / "config.json").bundle(STATEMENT)
        logged = logged_as_cosign(services, ANN.identity)
    return data, Trust((), [ANN], folder / "root.json"), logged


def test_each_byte_of_a_bundle_by_a_certificate(by_certificate):
    data, trusted, _ = by_certificate
    assert accepted(data, trusted).data == STATEMENT
    for place, other in flipped(data, 1):
        found = accepted(other, trusted)
        assert found is None or found.data == STATEMENT, place


def test_each_byte_of_the_certificate_and_the_promise_of_cosign_2(by_certificate):
    _, trusted, logged = by_certificate
    promise = json.dumps(logged["promise"]).encode()

    def by(certificate, promised):
        before = LoggedBefore(certificate, promised)
        return trusted.check(
            Seal(logged["message"], (logged["signature"],), logged=before, is_envelope=True, payload=STATEMENT)
        ).by

    assert by(logged["certificate"], promise) == ANN.name
    body = json.loads(promise)["Payload"]["body"]
    for place, other in flipped(promise, 1):
        if by(logged["certificate"], other):  # only white space around it, or bits that base64 does not use
            assert json.loads(other)["Payload"] == json.loads(promise)["Payload"] | {"body": body}, place
    from cryptography import x509

    original = x509.load_pem_x509_certificate(logged["certificate"])
    for place, other in flipped(logged["certificate"], 1):
        if by(other, promise):
            assert x509.load_pem_x509_certificate(other) == original, place


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_nothing_else_happens(data):
    assert accepted(data, Trust([PublicKey("key", new_key().public_key())])) is None


@given(st.data())
@settings(max_examples=200)
def test_any_part_of_a_bundle_replaced(by_key, data):
    key, trusted = by_key
    document = bundled(sealed(STATEMENT, key), key)
    values = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=20)
        | st.lists(st.none())
        | st.dictionaries(st.text(), st.none())
    )
    parts = data.draw(st.sampled_from(["mediaType", "verificationMaterial", "dsseEnvelope"]))
    inner = document[parts]
    if isinstance(inner, dict) and data.draw(st.booleans()):
        inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(values)
    else:
        document[parts] = data.draw(values)
    found = accepted(json.dumps(document).encode(), trusted)
    assert found is None or found.data == STATEMENT
