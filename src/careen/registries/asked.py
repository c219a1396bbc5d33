"""A registry whose lists are read, through the distribution protocol and through its own HTTP interface.

Raises: InputError for a denied request, CredentialsError for a wrong login, NetworkError otherwise.
"""

import os
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from careen.errors import CredentialsError, NetworkError
from careen.images.authorization import Challenge
from careen.images.blobs import BlobStore
from careen.images.credentials import Credential, find
from careen.images.distribution import Page, Repository
from careen.images.fetching import fetcher_of
from careen.images.registry import connected
from careen.plugins import OpenContext

MAX_BYTES = 16 * 1024 * 1024


class Asked:
    """A registry, with the credentials of one user. Threads may share it."""

    def __init__(self, host: str, context: OpenContext) -> None:
        self.host, self.context = host, context
        self._fetcher = fetcher_of(context)
        self._lock = threading.Lock()
        self._repositories: dict[str, tuple[Repository, BlobStore]] = {}
        self._tokens: dict[str, str] = {}

    def repository(self, name: str) -> Repository:
        return self.connected(name)[0]

    def connected(self, name: str) -> tuple[Repository, BlobStore]:
        with self._lock:
            if name not in self._repositories:
                if len(self._repositories) > 100:  # a bound, because each object keeps the token of its repository
                    self._repositories.clear()
                self._repositories[name] = connected(f"{self.host}/{name}", self.context)
            return self._repositories[name]

    def challenge(self) -> Challenge | None:
        return self.repository("x").challenge()

    def page(self, path: str, query: str, repository: str = "") -> Page | None:
        """A page of a list of the distribution protocol; with ``repository``, the path is relative to it."""
        return self.repository(repository or "x").document(path, query)

    def credential(self, refused: Credential | None = None) -> Credential | None:
        shared = self.context.settings.get("credential")
        found = shared(refused) if shared else find(self.host, "", self.context.settings, os.environ)
        return found.credential

    def answer(self, url: str, headers: Mapping[str, str] | None = None) -> tuple[int, Any, Mapping[str, str]]:
        """The status, JSON and headers of a response from the registry's own interface."""
        response = self._fetcher.request(url, headers={"Accept": "application/json", **(headers or {})})
        try:
            data = response.read(MAX_BYTES + 1) if response.status == 200 else b""
        finally:
            response.close()
        if response.status == 401 and headers and "Authorization" in headers:
            raise CredentialsError(
                f"{urlsplit(url).netloc} does not accept the credentials for {self.host}", "enter the credentials again"
            )
        if response.status >= 500:
            raise NetworkError(f"{urlsplit(url).netloc} answered {response.status}", "try again later")
        try:
            document = msgspec.json.decode(data) if data and len(data) <= MAX_BYTES else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            document = None
        return response.status, document, response.headers

    def posted(self, url: str, form: Mapping[str, str]) -> tuple[int, Any]:
        """The status and JSON of the response to a JSON object, which may contain a password."""
        body = msgspec.json.encode(dict(form))
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        response = self._fetcher.request(url, method="POST", headers=headers, body=body)
        try:
            data = response.read(MAX_BYTES)
        finally:
            response.close()
        try:
            return response.status, msgspec.json.decode(data) if data else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return response.status, None

    def token(self, name: str, value: str | None = None) -> str:
        """The cached token ``name`` of this registry; "" if there is none. With ``value``, it is stored first."""
        with self._lock:
            if value is not None:
                self._tokens[name] = value
            return self._tokens.get(name, "")

    def base(self) -> str:
        """The URL of the interface that the registry has beside the distribution protocol."""
        return self.repository("x").root()
