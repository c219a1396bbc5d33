import base64
import json

import pytest
from tests.support.signing import STATEMENT, new_key

from careen.signing.bundles import MAX_CERTIFICATES, MAX_LOG_ENTRIES, MAX_SIGNATURES, decoded, opened, seal_of_bundle
from careen.signing.envelopes import PAYLOAD_TYPE, bundled, encoded, sealed
from careen.signing.refusals import RefusedError


def test_the_envelope_in_a_bundle():
    key = new_key()
    document = bundled(sealed(STATEMENT, key), key)
    seal = seal_of_bundle(document, json.dumps(document).encode())
    assert (seal.message, seal.payload) == (encoded(PAYLOAD_TYPE, STATEMENT), STATEMENT)
    assert (seal.by_certificate, seal.is_envelope) == (False, True)


def test_the_signature_of_an_artifact():
    document = {"verificationMaterial": {"certificate": {}}, "messageSignature": {"signature": "AAAA"}}
    seal = seal_of_bundle(document, b"{}", b"artifact")
    assert (seal.message, seal.signatures, seal.bundle) == (b"artifact", (b"\0\0\0",), b"{}")
    with pytest.raises(RefusedError, match="without an envelope"):
        seal_of_bundle(document, b"{}")


@pytest.mark.parametrize(
    "material",
    [
        {"x509CertificateChain": {"certificates": [{}] * (MAX_CERTIFICATES + 1)}},
        {"tlogEntries": [{}] * (MAX_LOG_ENTRIES + 1)},
    ],
)
def test_more_than_a_bundle_needs_is_refused(material):
    with pytest.raises(RefusedError, match="than it needs") as error:
        seal_of_bundle({"verificationMaterial": material}, b"{}")
    assert error.value.code == "malformed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"payloadType": "text/plain"}, "another_payload"),
        ({"payloadType": None}, "another_payload"),
        ({"payload": "!"}, "malformed"),
        ({"signatures": [{"sig": "!"}]}, "malformed"),
        ({"signatures": [{"sig": "AAAA"}] * (MAX_SIGNATURES + 1)}, "malformed"),
    ],
)
def test_an_envelope_around_anything_else_is_refused(changes, code):
    with pytest.raises(RefusedError) as error:
        opened(sealed(STATEMENT, new_key()) | changes)
    assert error.value.code == code


def test_both_alphabets():
    assert decoded("-_8=") == decoded("+/8=") == b"\xfb\xff"
    assert decoded(base64.b64encode(b"x").decode()) == b"x"
