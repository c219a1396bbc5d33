import json

import pytest
from tests.support.servers import Answer, Server
from tests.support.signing import STATEMENT, new_key
from tests.support.sigstore_services import ISSUER, Sigstore, token

pytest.importorskip("sigstore")

from careen.errors import InputError, NetworkError, UsageError
from careen.signing import keyless_signing
from careen.signing.keyless_signing import MAX_CONFIG_BYTES, keyless_signer

ANN = "ann@example.test"


@pytest.fixture
def services():
    with Sigstore() as services:
        yield services


@pytest.fixture
def config(services, tmp_path):
    file = tmp_path / "config.json"
    file.write_text(json.dumps(services.configuration()))
    return file


def test_the_identity_is_that_of_the_certificate(config):
    signer = keyless_signer(None, token(ANN), config)
    assert signer.trust.names == ()
    signer.bundle(STATEMENT)
    assert signer.trust.names == (f"{ANN} ({ISSUER})",)
    assert signer.envelope(STATEMENT) is None


def test_a_token_in_a_file_is_sent_to_the_authority_alone(services, config, tmp_path):
    (tmp_path / "token").write_text(token(ANN) + "\n")
    keyless_signer(tmp_path / "token", "", config).bundle(STATEMENT)
    sent = {request.path: "authorization" in request.headers for request in services.requests}
    assert sent == {"/api/v2/signingCert": True, "/api/v1/log/entries": False}


def test_without_a_token_nothing_is_signed(config, tmp_path, monkeypatch):
    monkeypatch.setattr(keyless_signing, "detect_credential", lambda: None)
    with pytest.raises(UsageError, match="no identity token"):
        keyless_signer(None, "", config)
    monkeypatch.setattr(keyless_signing, "detect_credential", lambda: token(ANN))
    assert keyless_signer(None, "", config).bundle(STATEMENT)
    with pytest.raises(UsageError, match="has no identity token"):
        keyless_signer(tmp_path / "absent", "", config)


def test_a_token_that_has_ended_is_not_repeated_in_the_message(config):
    ended = token(ANN, lifetime=-600)
    with pytest.raises(UsageError, match="not usable") as error:
        keyless_signer(None, ended, config)
    assert ended not in str(error.value)


def test_services_that_fail(config, services, tmp_path):
    with Server(lambda _: Answer(503)) as down:
        text = json.dumps(services.configuration()["signingConfig"]).replace(services.url, f"http://{down.host}")
        document = services.configuration() | {"signingConfig": json.loads(text)}
        config.write_text(json.dumps(document))
        with pytest.raises(NetworkError, match=r"did not sign|could not be reached"):
            keyless_signer(None, token(ANN), config).bundle(STATEMENT)


def test_a_log_that_lies_is_found_before_anything_is_attached(config, services):
    """Its promise is signed by another key than that of the root of trust."""
    signer = keyless_signer(None, token(ANN), config)
    services.log = new_key()
    with pytest.raises(InputError, match="cannot be verified"):
        signer.bundle(STATEMENT)


@pytest.mark.parametrize("data", ["", "[]", "{}", "x" * (MAX_CONFIG_BYTES + 1)])
def test_what_is_not_a_configuration(tmp_path, data):
    (tmp_path / "config.json").write_text(data)
    with pytest.raises(UsageError, match="is not a configuration"):
        keyless_signer(None, token(ANN), tmp_path / "config.json")
    with pytest.raises(UsageError, match="No such file"):
        keyless_signer(None, token(ANN), tmp_path / "absent")
