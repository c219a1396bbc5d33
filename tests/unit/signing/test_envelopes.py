import base64
import json

from tests.support.signing import DIGEST, new_key

from careen.signing.bundles import opened
from careen.signing.envelopes import BUNDLE, PAYLOAD_TYPE, bundled, encoded, sealed, statement
from careen.signing.public_keys import fingerprint, is_signed


def test_the_example_of_the_protocol():
    """DSSE, protocol.md, test vectors."""
    assert encoded("http://example.com/HelloWorld", b"hello world") == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_a_statement_names_its_subjects_and_its_type():
    found = json.loads(statement([("app", DIGEST)], "https://x.example", {"é": 1}))
    assert found == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "app", "digest": {"sha256": "1" * 64}}],
        "predicateType": "https://x.example",
        "predicate": {"é": 1},
    }


def test_an_envelope_is_signed_over_its_type_and_payload():
    for kind in ("p256", "ed25519"):
        key = new_key(kind)
        payload, signatures, _ = opened(sealed(b"{}", key))
        assert payload == b"{}"
        assert is_signed(key.public_key(), encoded(PAYLOAD_TYPE, b"{}"), signatures[0])
        assert not is_signed(key.public_key(), b"{}", signatures[0])


def test_a_bundle_names_the_key():
    key = new_key()
    found = bundled(sealed(b"{}", key), key)
    assert found["mediaType"] == BUNDLE
    assert base64.b64decode(found["verificationMaterial"]["publicKey"]["hint"]) == fingerprint(key.public_key())
