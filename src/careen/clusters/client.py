"""Requests lists from the API of a cluster, page by page.

Raises: InputError if the user may not read anything, NetworkError if the cluster does not answer.
**Source:** Kubernetes API concepts, "Retrieving large results sets in chunks" (``limit``, ``continue``, 410 Gone).
"""

import base64
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Struct

from careen.errors import CredentialsError, InputError, NetworkError
from careen.net import NetSettings, make_fetcher

from ..plugins import Fetcher
from .access import Access

PAGE = 500
MAX_OBJECTS = 200_000
MAX_PAGE_BYTES = 256 * 1024 * 1024
_RESTARTS = 3


class DeniedError(InputError):
    """The user of the kubeconfig may not read a list."""


class Listed(Struct, frozen=True):
    """The objects of a list. ``there`` is false if the cluster does not have this kind of resource."""

    items: tuple[dict[str, Any], ...]
    there: bool = True


class Client:
    def __init__(self, access: Access, fetcher: Fetcher) -> None:
        self.name, self._access, self._fetcher = access.name, access, fetcher

    def list(self, path: str) -> Listed:
        """All objects of a resource: ``/apis/apps/v1/deployments``. Raises DeniedError."""
        for _ in range(_RESTARTS):
            found = self._pages(path)
            if found is not None:
                return found
        raise NetworkError(f"{self.name}: the list {path} changes faster than it can be read", "try again later")

    def _pages(self, path: str) -> Listed | None:
        """The objects of all pages of the list; None if the token of the next page has expired."""
        items: list[dict[str, Any]] = []
        following = ""
        asked: set[str] = set()
        while following not in asked:
            asked.add(following)
            query = f"?limit={PAGE}" + (f"&continue={quote(following, safe='')}" if following else "")
            status, document = self._answer(path + query)
            if status == 404:
                return Listed((), there=False)
            if status == 410:
                return None
            if not isinstance(document, dict):
                raise NetworkError(f"{self.name} answered {status} for {path}", "try again later")
            listed = document.get("items")
            kind = str(document.get("kind", "")).removesuffix("List")
            what = {"apiVersion": document.get("apiVersion"), "kind": kind}  # the items of a list do not state their kind
            items += [{**what, **item} for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
            if len(items) > MAX_OBJECTS:
                raise InputError(f"{self.name} has more than {MAX_OBJECTS:,} objects in {path}", "name a namespace")
            metadata = document.get("metadata")
            following = str(metadata.get("continue") or "") if isinstance(metadata, dict) else ""
            if not following:
                return Listed(tuple(items))
        raise NetworkError(f"{self.name}: the list {path} does not end", "check the API server")

    def _answer(self, path: str) -> tuple[int, Any]:
        headers = {"Accept": "application/json", **self._authorization()}
        response = self._fetcher.request(self._access.server + path, headers=headers)
        try:
            data = response.read(MAX_PAGE_BYTES + 1) if response.status == 200 else b""
        finally:
            response.close()
        if response.status == 401:
            raise CredentialsError(f"{self.name} does not accept the credentials", "log in anew; check the kubeconfig")
        if response.status == 403:
            raise DeniedError(f"{self.name} denies {path.partition('?')[0]}", "the user needs the verb list on this resource")
        try:
            return response.status, msgspec.json.decode(data) if data and len(data) <= MAX_PAGE_BYTES else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return response.status, None

    def _authorization(self) -> dict[str, str]:
        access = self._access
        token = access.token
        if access.token_file is not None:
            try:
                token = access.token_file.read_text("ascii").strip()
            except (OSError, UnicodeDecodeError):
                raise InputError(f"the token {access.token_file} cannot be read", "check the service account") from None
        if token:
            return {"Authorization": f"Bearer {token}"}
        if access.username:
            pair = base64.b64encode(f"{access.username}:{access.password}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        return {}


@contextmanager
def connected(access: Access, timeout_s: float = 30.0) -> Iterator[Client]:
    """A client of the cluster. Its certificates are in a private folder as long as the block runs."""
    host = urlsplit(access.server).netloc
    with tempfile.TemporaryDirectory(prefix="careen-") as folder:  # of mode 0700

        def kept(name: str, data: bytes) -> Path | None:
            if not data:
                return None
            path = Path(folder, name)
            path.write_bytes(data)
            return path

        settings = NetSettings(
            timeout_s=timeout_s,
            ca_file=kept("authority.pem", access.authority),
            client_cert=kept("certificate.pem", access.certificate),
            client_key=kept("key.pem", access.key),
            insecure=(host,) if access.insecure else (),
        )
        with make_fetcher(settings) as fetcher:
            yield Client(access, fetcher)
