import json

from tests.support.signing import STATEMENT, new_key, private_pem

from careen.images.referrers.intoto import read_attestation
from careen.signing.signers import key_signer


def test_what_a_key_signs_it_trusts(tmp_path):
    for kind in ("p256", "ed25519"):
        (tmp_path / "key.pem").write_bytes(private_pem(new_key(kind)))
        signer = key_signer(tmp_path / "key.pem", lambda: None)
        for data in (signer.bundle(STATEMENT), signer.envelope(STATEMENT)):
            found = read_attestation(data)
            assert found.statement.data == STATEMENT
            assert signer.trust.check(found.seal).by == str(tmp_path / "key.pem")
        assert "PRIVATE" not in json.dumps(json.loads(signer.bundle(STATEMENT)))
