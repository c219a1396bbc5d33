import random

import pytest
from tests.support.attached import certificate, needs_openssl

from careen.images.referrers.certificate import MAX_BYTES, Identity, identity


@needs_openssl
def test_a_person_and_who_checked_them(tmp_path):
    issuer = "1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:https://accounts.example"
    pem = certificate(tmp_path, "subjectAltName=critical,email:ann@team.example", issuer)
    assert identity(pem) == Identity("ann@team.example", "https://accounts.example")


@needs_openssl
def test_a_workflow_and_the_issuer_as_bare_text(tmp_path):
    workflow = "https://forge.example/team/app/.github/workflows/release.yml@refs/tags/v1"
    raw = "DER:" + ":".join(f"{byte:02x}" for byte in b"https://token.example")
    pem = certificate(tmp_path, f"subjectAltName=URI:{workflow}", f"1.3.6.1.4.1.57264.1.1={raw}")
    assert identity(pem) == Identity(workflow, "https://token.example")


@needs_openssl
def test_the_subject_if_there_are_no_alternative_names(tmp_path):
    assert identity(certificate(tmp_path, subject="/O=Team/CN=release robot")) == Identity("release robot")


@needs_openssl
def test_damaged_ones_end_in_an_answer_or_a_value_error(tmp_path):
    import base64

    body = certificate(tmp_path, "subjectAltName=email:ann@team.example").decode().split("-----")[2]
    der = base64.b64decode("".join(body.split()))
    chance = random.Random(7)
    for _ in range(500):
        damaged = bytearray(der[: chance.randrange(1, len(der))] if chance.random() < 0.3 else der)
        for _ in range(chance.randrange(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            assert isinstance(identity(bytes(damaged)), Identity)
        except ValueError:
            pass


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----", b"0\x80", b"{}"],
)
def test_no_certificate(data):
    with pytest.raises(ValueError, match="certificate"):
        identity(data)


def test_a_huge_one():
    with pytest.raises(ValueError, match="over"):
        identity(b"0" * (MAX_BYTES + 1))
