import pytest
from tests.support.signing import STATEMENT, new_key, public_pem

from careen.errors import UsageError
from careen.signing import trust
from careen.signing.bundles import opened
from careen.signing.envelopes import PAYLOAD_TYPE, encoded, sealed
from careen.signing.identities import Identity
from careen.signing.public_keys import PublicKey
from careen.signing.refusals import REFUSALS
from careen.signing.seals import LoggedBefore, Seal
from careen.signing.trust import Trust, trust_of

SOMEBODY = Identity("ann@example.com", "https://accounts.example.com")


def seal_by(key, **changes):
    payload, signatures, _ = opened(sealed(STATEMENT, key))
    return Seal(encoded(PAYLOAD_TYPE, payload), signatures, is_envelope=True, payload=payload, **changes)


def trusting(*keys, identities=()):
    return Trust([PublicKey(f"key {number}", key.public_key()) for number, key in enumerate(keys)], identities)


def test_the_key_that_signed():
    first, second = new_key(), new_key("ed25519")
    assert trusting(first, second).check(seal_by(second)).by == "key 1"
    assert trusting(first).check(seal_by(second)).refusal == "signature_mismatch"


def test_without_anybody_to_trust_nothing_is_checked():
    checked = Trust().check(seal_by(new_key()))
    assert (checked.by, checked.refusal) == ("", "")


def test_keys_and_identities_are_not_each_other():
    key, by_certificate = new_key(), {"logged": LoggedBefore(b"", b"{}")}
    assert trusting(identities=[SOMEBODY]).check(seal_by(key)).refusal == "no_key_listed"
    assert trusting(new_key()).check(seal_by(key, **by_certificate)).refusal == "no_identity_listed"


def test_the_number_of_checks_is_bounded(monkeypatch):
    monkeypatch.setattr(trust, "MAX_CHECKS", 1)
    keys = trusting(new_key())
    assert keys.check(seal_by(new_key())).refusal == "signature_mismatch"
    assert keys.check(seal_by(new_key())).refusal == "not_checked"
    assert "signatures were to be verified" in keys.trouble


def test_the_number_of_certificates_is_bounded(monkeypatch):
    pytest.importorskip("sigstore")
    monkeypatch.setattr(trust, "MAX_CERTIFICATES", 1)
    listed = trusting(identities=[SOMEBODY])
    seal = seal_by(new_key(), logged=LoggedBefore(b"", b"{}"))
    assert listed.check(seal).refusal == "not_proven"
    assert listed.check(seal).refusal == "not_checked"
    assert "certificates were to be verified" in listed.trouble


def test_without_the_library_certificates_are_not_verified(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "careen.signing.keyless", None)
    listed = trusting(identities=[SOMEBODY])
    checked = listed.check(seal_by(new_key(), logged=LoggedBefore(b"", b"{}")))
    assert (checked.by, checked.refusal) == ("", "not_checked")
    assert "sigstore" in listed.trouble


def test_keys_are_read_from_files(tmp_path):
    key = new_key()
    (tmp_path / "key.pub").write_bytes(public_pem(key))
    assert trust_of([tmp_path / "key.pub"]).check(seal_by(key)).by == str(tmp_path / "key.pub")
    with pytest.raises(UsageError):
        trust_of([tmp_path])


def test_each_refusal_has_a_text():
    assert all(code and text for code, text in REFUSALS.items())
