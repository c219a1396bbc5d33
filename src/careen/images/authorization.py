"""Authorization at a registry: answers its challenge with credentials, or with a token from its token service.

Shape: ``Authorizer.header`` is the header to send; after a 401, ``renew`` reads the challenge and gets what it requires.
A token is fetched once and shared by all threads until the registry refuses it.
Raises: NetworkError for wrong credentials or a service that does not work, InputError if access is denied.
**Source:** RFC 9110 11.6.1 (challenges), RFC 7617 (basic), RFC 6750 (bearer); distribution, "Token Authentication
Specification" and "OAuth2 Token Authentication".
"""

import os
import re
import threading
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct

from careen.safety.pattern import pattern

from ..errors import CredentialsError, InputError, NetworkError
from ..net.addresses import check_step
from ..plugins import Fetcher, Response
from .credentials import Credential, Found

_TOKEN_BYTES = 1024 * 1024
_PARAMETER = pattern(r'\s*([A-Za-z0-9!#$%&\'*+.^_`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))')
_SCHEME = pattern(r"[\s,]*([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?=\s|,|$)")
_MAX_HEADER = 16 * 1024


class Challenge(Struct, frozen=True):
    scheme: str  # in lower case
    parameters: dict[str, str] = {}


class Authorizer:
    """Authorization for one repository of one registry. ``find`` looks up credentials, given those that were refused."""

    def __init__(self, fetcher: Fetcher, registry: str, repository: str, find: Callable[[Credential | None], Found]) -> None:
        self._fetcher, self._registry, self._scope, self._find = fetcher, registry, f"repository:{repository}:pull", find
        self._lock = threading.Lock()
        self._found: Found | None = None
        self.header: str | None = None

    def renew(self, refused: str | None, response: Response) -> bool:
        """Gets another header after a response with status 401. Returns whether there is a header other than the refused
        one.
        """
        with self._lock:
            if self.header != refused:
                return True  # another thread has renewed it
            challenges = parse_challenges(response.headers.get("www-authenticate", ""))
            bearer = next((challenge for challenge in challenges if challenge.scheme == "bearer"), None)
            if bearer:
                self.header = f"Bearer {self._token(bearer, response.url)}"
            elif any(challenge.scheme == "basic" for challenge in challenges):
                self.header = _header(self.found.credential) or self.header
                if refused and self.header == refused and self._find_others():
                    self.header = _header(self.found.credential)
            return self.header is not None and self.header != refused

    def renew_expired(self, refused: str | None) -> bool:
        """Gets other credentials after a 403, which Amazon's registries send if a token has expired. Returns whether a
        helper has other ones.
        """
        with self._lock:
            if self.header != refused:
                return True
            credential = self.credential
            if not credential or not credential.of_helper or _header(credential) != refused or not self._find_others():
                return False
            self.header = _header(self.found.credential)
            return self.header is not None

    @property
    def found(self) -> Found:
        """The user's credentials, looked up when they are first needed: a helper program may be slow."""
        if self._found is None:
            self._found = self._find(None)
        return self._found

    def _find_others(self) -> bool:
        """Looks up credentials of a helper again after they were refused: they may have expired. Returns whether there
        are others.
        """
        before = self.credential
        if before is None or not before.of_helper:
            return False
        self._found = self._find(before)
        return self._found.credential not in (None, before)

    @property
    def credential(self) -> Credential | None:
        return self._found.credential if self._found else None

    def hint(self) -> str:
        """Advice for the user after a refusal."""
        troubles = "; ".join(self.found.troubles)
        known = "check the name" if self.found.credential else f"check the name, or log in: docker login {self._registry}"
        return f"{known} ({troubles})" if troubles else known

    def _token(self, challenge: Challenge, asked: str) -> str:
        credential = self.found.credential
        if credential and credential.bearer:
            return credential.bearer
        realm = challenge.parameters.get("realm", "")
        _check_realm(realm, asked, self._registry, credential is not None)
        fields = {"service": challenge.parameters.get("service", ""), "scope": challenge.parameters.get("scope") or self._scope}
        fields = {name: value for name, value in fields.items() if value}
        response = self._exchanged(realm, fields, credential)
        if response.status in (400, 401, 403) and self._find_others():
            response.close()
            credential = self.found.credential
            response = self._exchanged(realm, fields, credential)
        return self._token_of(response, credential)

    def _exchanged(self, realm: str, fields: dict[str, str], credential: Credential | None) -> Response:
        if credential and credential.identity_token:
            form = {"grant_type": "refresh_token", "client_id": "careen", "refresh_token": credential.identity_token}
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
            body = urlencode({**fields, **form}).encode()
            return self._fetcher.request(realm, method="POST", headers=headers, body=body)
        headers = {"Accept": "application/json"} | ({"Authorization": credential.basic} if credential else {})
        mark = "&" if urlsplit(realm).query else "?"
        return self._fetcher.request(f"{realm}{mark}{urlencode(fields)}", headers=headers)

    def _token_of(self, response: Response, credential: Credential | None) -> str:
        try:
            data = response.read(_TOKEN_BYTES) if response.status == 200 else b""
        finally:
            response.close()
        if response.status in (400, 401, 403):
            if credential:
                raise wrong_password(self._registry, credential)
            raise InputError(f"{self._registry} requires a login", self.hint())
        try:
            document = msgspec.json.decode(data) if data else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            document = None
        fields = document if isinstance(document, dict) else {}
        token = fields.get("token") or fields.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            host = urlsplit(response.url).netloc
            raise NetworkError(
                f"{host}, which issues tokens for {self._registry}, answered {response.status}", "try again later"
            )
        return token


def parse_challenges(header: str) -> tuple[Challenge, ...]:
    """The challenges of a WWW-Authenticate header, in order, up to the first malformed one."""
    found, place, header = [], 0, header[:_MAX_HEADER]
    while scheme := _SCHEME.match(header, place):
        place = scheme.end()
        parameters: dict[str, str] = {}
        while parameter := _PARAMETER.match(header, place):
            name, quoted, plain = parameter.groups()
            parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain)
            place = parameter.end()
            comma = re.compile(r"\s*,").match(header, place)
            if not comma:
                break
            if _PARAMETER.match(header, comma.end()):
                place = comma.end()
        found.append(Challenge(scheme[1].lower(), parameters))
    return tuple(found)


def _header(credential: Credential | None) -> str | None:
    if credential and credential.bearer:
        return f"Bearer {credential.bearer}"
    return credential.basic if credential and credential.username else None


def wrong_password(registry: str, credential: Credential) -> CredentialsError:
    given = credential.source.startswith("CAREEN_")
    who = f"the user {credential.username!r} or the password" if credential.username else "the token"
    return CredentialsError(
        f"{registry} does not accept {who} ({credential.source})",
        f"check {credential.source}" if given else f"log in anew: docker login {registry}",
    )


def _check_realm(realm: str, asked: str, registry: str, with_credentials: bool) -> None:
    """Checks the address of a token service like the target of a redirect. Credentials are sent over TLS; without it
    only if the user allowed that for the registry, and only to its own host. Raises NetworkError.
    """
    parts = urlsplit(realm)
    if not parts.hostname or parts.scheme not in ("http", "https") or "@" in parts.netloc:
        raise NetworkError(f"{registry} names no usable service for its tokens", "inform the registry's operator")
    elsewhere = parts.hostname != urlsplit(asked).hostname
    if parts.scheme == "http" and (urlsplit(asked).scheme != "http" or (with_credentials and elsewhere)):
        raise NetworkError(f"{registry} asks to send a password over plain HTTP to {parts.netloc}", "inform its operator")
    check_step(asked, realm, "sends for a token", os.environ)
