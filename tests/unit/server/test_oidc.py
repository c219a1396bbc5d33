"""Login by a fake identity provider on loopback: what it may answer, and what is refused."""

import base64
import hashlib
import json
import time
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from tests.support.servers import Answer, Request, Server
from tests.support.service import Service, body_of

from careen.fleet.connection import writing
from careen.fleet.tables import user
from careen.server import oidc
from careen.server.options import Issuer, ServerOptions

KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
NEW = RSAKey.generate_key(2048, {"kid": "two"})


class Provider:
    """``claims`` are changes of the usual ones, ``metadata`` of the discovery document."""

    def __init__(self) -> None:
        self.claims, self.metadata, self.key, self.nonce, self.challenge = {}, {}, KEY, "", ""
        self.published = KEY
        self.server = Server(self.answer)

    @property
    def address(self) -> str:
        return self.server.url

    def answer(self, request: Request) -> Answer:
        path = request.path.partition("?")[0]
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            found = {name: f"{self.address}/{end}" for name, end in names.items()} | {"issuer": self.address}
            return as_json(found | self.metadata)
        if path == "/keys":
            return as_json({"keys": [self.published.as_dict(private=False)]})
        sent = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        proof = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if sent["code"] != "good" or proof != self.challenge:
            return as_json({"error": "invalid_grant"}, 400)
        claims = {"iss": self.address, "aud": "careen", "sub": "42", "nonce": self.nonce, "exp": int(time.time()) + 60}
        claims |= {"preferred_username": "ada@id"} | self.claims
        token = jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
        return as_json({"access_token": "x", "token_type": "Bearer", "id_token": token})


def as_json(found: dict, status: int = 200) -> Answer:
    return Answer(status, json.dumps(found).encode(), {"Content-Type": "application/json"})


@contextmanager
def login_at(tmp_path, creates: bool = True):
    provider = Provider()
    with provider.server:
        options = ServerOptions(issuers=(Issuer(provider.address, "careen", "s3cret", creates),))
        service = Service(tmp_path, options)
        yield service, provider
        service.fleet.engine.dispose()


def began(service: Service, provider: Provider):
    """(client with the cookie of the login, what the browser brings back)"""
    client = service.client()
    found = client.get("/api/v1/oidc/login", params={"issuer": provider.address})
    assert found.status_code == 302, found.text
    asked = {name: values[0] for name, values in parse_qs(urlsplit(found.headers["location"]).query).items()}
    assert asked["client_id"] == "careen" and asked["code_challenge_method"] == "S256"
    provider.nonce, provider.challenge = asked["nonce"], asked["code_challenge"]
    return client, {"state": asked["state"], "code": "good"}


def test_a_person_logs_in(tmp_path):
    with login_at(tmp_path) as (service, provider):
        for _ in range(2):
            client, back = began(service, provider)
            found = client.get("/api/v1/oidc/callback", params=back)
            assert (found.status_code, found.headers["location"]) == (302, "/")
            me = body_of(client.get("/api/v1/me"))
            assert (me["name"], me["is_admin"]) == ("ada@id", False)
        assert keys_read(provider) == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.test"},
        {"aud": "other"},
        {"aud": ["careen", "other"], "azp": "other"},
        {"nonce": "other"},
        {"exp": 1},
        {"sub": ""},
        {"sub": None},
        {"nonce": None},
    ],
)
def test_a_token_for_somebody_else_is_refused(tmp_path, claims):
    with login_at(tmp_path) as (service, provider):
        provider.claims = claims
        client, back = began(service, provider)
        assert client.get("/api/v1/oidc/callback", params=back).status_code == 403
        assert client.get("/api/v1/me").status_code == 401


def test_another_key_another_state_another_browser_another_code(tmp_path):
    with login_at(tmp_path) as (service, provider):
        client, back = began(service, provider)
        assert client.get("/api/v1/oidc/callback", params={**back, "state": "other"}).status_code == 403
        assert client.get("/api/v1/oidc/callback", params={**back, "code": "bad"}).status_code == 403
        assert client.get("/api/v1/oidc/callback", params={**back, "iss": "https://other.test"}).status_code == 403
        assert client.get("/api/v1/oidc/callback", params={"state": back["state"], "error": "denied"}).status_code == 403
        assert service.client().get("/api/v1/oidc/callback", params=back).status_code == 403
        provider.key = OTHER
        assert client.get("/api/v1/oidc/callback", params=back).status_code == 403


def keys_read(provider):
    return len([request for request in provider.server.requests if request.path == "/keys"])


@pytest.mark.parametrize(("fresh_s", "status", "reads"), [(0.0, 302, 2), (3600.0, 403, 1)])
def test_new_keys_of_a_provider_are_read_but_not_for_every_token(tmp_path, monkeypatch, fresh_s, status, reads):
    monkeypatch.setattr(oidc, "ROTATED_S", fresh_s)
    with login_at(tmp_path) as (service, provider):
        client, back = began(service, provider)
        provider.key = provider.published = NEW
        assert client.get("/api/v1/oidc/callback", params=back).status_code == status
        assert keys_read(provider) == reads


def test_a_token_by_a_key_that_the_provider_does_not_publish_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(oidc, "ROTATED_S", 0.0)
    with login_at(tmp_path) as (service, provider):
        client, back = began(service, provider)
        provider.key = NEW
        assert client.get("/api/v1/oidc/callback", params=back).status_code == 403
        assert keys_read(provider) == 2


def test_only_configured_providers_and_people(tmp_path):
    with login_at(tmp_path, creates=False) as (service, provider):
        found = service.client().get("/api/v1/oidc/login", params={"issuer": "http://169.254.169.254"})
        assert (found.status_code, body_of(found)["code"]) == (403, "issuer")
        client, back = began(service, provider)
        found = client.get("/api/v1/oidc/callback", params=back)
        assert (found.status_code, body_of(found)["code"]) == (403, "account")
        with writing(service.fleet.engine) as connection:
            connection.execute(user.update().values(subject=f"{provider.address} 42"))
        client, back = began(service, provider)
        assert client.get("/api/v1/oidc/callback", params=back).status_code == 302
        assert body_of(client.get("/api/v1/me"))["name"] == "ada"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.test"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "http://169.254.169.254/keys"},
        {"token_endpoint": "http://169.254.169.254/token"},
    ],
)
def test_a_provider_that_names_other_addresses_is_not_used(tmp_path, metadata):
    with login_at(tmp_path) as (service, provider):
        provider.metadata = metadata
        found = service.client().get("/api/v1/oidc/login", params={"issuer": provider.address})
        assert (found.status_code, body_of(found)["code"]) == (503, "provider")
