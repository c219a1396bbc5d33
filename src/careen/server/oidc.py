"""Login by an identity provider: the authorization code flow with PKCE, at the issuers that the server's configuration
lists.

The values that the end of a login needs (state, nonce, verifier) are sealed in a cookie. So any server of the fleet can
complete it, but only in the browser that began it. Raises: Refused.
**Source:** OpenID Connect Core 1.0 §3.1, Discovery 1.0; RFC 7636 (PKCE), RFC 9207 (iss).
"""

import base64
import os
import secrets
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from careen.errors import NetworkError
from careen.fleet.fleet import Fleet
from careen.log import logger
from careen.net import NetSettings, make_fetcher
from careen.net.addresses import check_step
from careen.safety.typed import from_json, from_msgpack

from .errors import Refused
from .options import Issuer, ServerOptions

log = logger(__name__)

COOKIE = "careen_login"
LIFE_S = 600
FRESH_S = 3600.0  # how long the provider's endpoints and keys are cached
ROTATED_S = 60.0  # and for how long if a token has a key that is not among them: the provider may have new keys
MAX_BYTES = 1 << 20
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]


class Begun(Struct, frozen=True):
    """A login that has begun at the provider. The cookie contains it, sealed."""

    issuer: str
    state: str
    nonce: str
    verifier: str
    until: float


class Person(Struct, frozen=True):
    """A person who logged in. ``subject`` is issuer and subject, which never change; ``name`` is for display."""

    subject: str
    name: str
    may_be_created: bool


class _Provider(Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Logins:
    """Logins in progress and cached providers; threads may share it."""

    def __init__(self, options: ServerOptions, fleet: Fleet) -> None:
        self._options, self._fleet = options, fleet
        self._known: dict[str, tuple[float, _Provider, dict[str, Any]]] = {}

    def begin(self, address: str) -> tuple[str, str]:
        """Begins a login. Returns the address that the browser is sent to, and the cookie."""
        issuer = self._issuer(address)
        provider, _ = self._provider(issuer)
        begun = Begun(
            issuer.address,
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(48),
            time.time() + LIFE_S,
        )
        url, _ = self._client(issuer).create_authorization_url(
            provider.authorization_endpoint, begun.state, begun.verifier, nonce=begun.nonce
        )
        return str(url), base64.urlsafe_b64encode(self._fleet.seal(msgspec.msgpack.encode(begun))).decode()

    def end(self, cookie: str, query: Mapping[str, str | None]) -> Person:
        begun = self._begun(cookie)
        if not secrets.compare_digest((query["state"] or "").encode(), begun.state.encode()):
            log.warning("a login came back with another state than it began with")
            raise Refused(403, "the login began in another browser: log in again", "state")
        if query["iss"] and query["iss"] != begun.issuer:
            raise Refused(403, "the answer is from another identity provider", "issuer")
        if query["error"] or not query["code"]:
            raise Refused(403, "the identity provider did not log you in", "provider")
        issuer = self._issuer(begun.issuer)
        claims = self._claims(issuer, str(query["code"]), begun)
        name = claims.get("email") if claims.get("email_verified") is True else claims.get("preferred_username")
        subject = str(claims["sub"])
        return Person(f"{issuer.address} {subject}"[:500], str(name or subject)[:200], issuer.creates_users)

    def _claims(self, issuer: Issuer, code: str, begun: Begun) -> Mapping[str, Any]:
        from authlib.common.errors import AuthlibBaseError
        from joserfc import jwt
        from joserfc.errors import JoseError

        provider, _ = self._provider(issuer)
        try:
            token = self._client(issuer).fetch_token(provider.token_endpoint, code=code, code_verifier=begun.verifier)
            claims = self._signed(issuer, str(token["id_token"]))
            jwt.JWTClaimsRegistry(
                leeway=60,
                iss={"essential": True, "value": issuer.address},
                aud={"essential": True, "value": issuer.client_id},
                azp={"value": issuer.client_id},
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": begun.nonce},
            ).validate(claims)
        except (AuthlibBaseError, JoseError, KeyError, ValueError) as error:
            log.warning("a login by %s was refused: %s", issuer.address, type(error).__name__)
            raise Refused(403, "the identity provider's answer is not valid", "provider") from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise Refused(403, "the identity provider names no subject", "provider")
        return claims

    def _signed(self, issuer: Issuer, token: str) -> dict[str, Any]:
        """The claims of a token that one of the provider's keys signed."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError
        from joserfc.jwk import KeySet

        def decoded(keys: dict[str, Any]) -> dict[str, Any]:
            return jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]

        try:
            return decoded(self._provider(issuer)[1])
        except InvalidKeyIdError:
            return decoded(self._provider(issuer, ROTATED_S)[1])

    def _begun(self, cookie: str) -> Begun:
        try:
            begun = from_msgpack(self._fleet.unseal(base64.urlsafe_b64decode(cookie.encode())), Begun)
        except Exception:  # sealed values raise errors of their own
            raise Refused(403, "no login has begun in this browser: log in again", "state") from None
        if begun.until < time.time():
            raise Refused(403, "the login took too long: log in again", "state")
        return begun

    def _issuer(self, address: str) -> Issuer:
        found = next((issuer for issuer in self._options.issuers if issuer.address == address), None)
        if found is None:
            log.warning("a login by an identity provider that is not configured was refused")
            raise Refused(403, "this identity provider is not configured here", "issuer")
        return found

    def _provider(self, issuer: Issuer, fresh_s: float = FRESH_S) -> tuple[_Provider, dict[str, Any]]:
        at, provider, keys = self._known.get(issuer.address, (0.0, None, {}))
        if provider is None or time.monotonic() - at >= fresh_s:
            address = f"{issuer.address.rstrip('/')}/.well-known/openid-configuration"
            try:
                provider = from_json(self._session.get(address, address), _Provider)
                if provider.issuer != issuer.address:
                    raise ValueError("it names another issuer")
                keys = msgspec.json.decode(self._session.get(provider.jwks_uri, address), type=dict[str, Any])
                check_step(address, provider.token_endpoint, "names an endpoint that leads", os.environ)
            except (NetworkError, ValueError) as error:
                log.warning("the identity provider %s cannot be used: %s", issuer.address, error)
                raise Refused(503, "the identity provider does not answer as it should", "provider") from None
            self._known[issuer.address] = (time.monotonic(), provider, keys)
        return provider, keys

    def _client(self, issuer: Issuer) -> Any:
        from authlib.oauth2.client import OAuth2Client

        return OAuth2Client(
            self._session,
            issuer.client_id,
            issuer.secret or None,
            scope="openid profile email",
            redirect_uri=f"{self._options.public.rstrip('/')}/api/v1/oidc/callback",
            code_challenge_method="S256",
        )

    @cached_property
    def _session(self) -> "_Session":
        return _Session()


class _Answer(Struct, frozen=True):
    """An HTTP response as the OIDC library expects it."""

    status_code: int
    data: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.data)

    def raise_for_status(self) -> None:
        raise ValueError(f"HTTP {self.status_code}")


class _Session:
    """A session for the OIDC library that sends its requests through Careen's network layer, with its limits."""

    def __init__(self) -> None:
        self._fetcher = make_fetcher(NetSettings(timeout_s=10.0, attempts=2, max_body_bytes=MAX_BYTES, max_wait_s=5.0))

    def get(self, address: str, named_by: str) -> bytes:
        if address != named_by:
            check_step(named_by, address, "names an address that leads", os.environ)
        response = self._fetcher.request(address)
        try:
            data = response.read()
        finally:
            response.close()
        if response.status != 200:
            raise ValueError(f"HTTP {response.status}")
        return data

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: Any, **_: Any) -> _Answer:
        url, sent, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        response = self._fetcher.request(url, method="POST", headers=sent, body=str(body).encode())
        try:
            return _Answer(response.status, response.read())
        finally:
            response.close()
