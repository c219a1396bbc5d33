"""One repository of a registry: its digests, manifests, blobs and tags, with an explanation of every refusal. Blobs and
manifests can be pushed, too, with one request each.

Raises: InputError for what does not exist or is denied, NetworkError otherwise.
**Source:** OCI distribution-spec 1.1, "Pulling manifests", "Pulling blobs", "Push", "Content discovery", "Listing
Referrers", "Error codes".
"""

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec
from msgspec import Struct

from careen.log import logger

from ..errors import Error, InputError, NetworkError
from ..plugins import Fetcher, Response
from .authorization import Challenge
from .endpoint import Endpoint
from .manifest import INDEX_TYPES, MANIFEST_BYTES, MANIFEST_TYPES, is_digest
from .names import Reference

log = logger(__name__)

ACCEPT = ", ".join((*INDEX_TYPES, *MANIFEST_TYPES))
TAGS, CATALOGUE, PAGE = "tags/list", "/v2/_catalog", "n=1000"
_ERROR_BYTES = 64 * 1024
_TAG_PAGES, _TAG_BYTES = 5, 4 * 1024 * 1024
_MAX_NAMES = 1_000_000
_EMPTY_PAGES = 100  # in a row without a new name: some registries omit names that the user may not see, others loop
_REFERRER_PAGES = 8
_NO_REFERRERS = (400, 404, 405, 406, 501)  # answers of registries that have no such address


class Names(Struct, frozen=True):
    """A list of tags or repositories without duplicates. ``whole``: it is complete."""

    names: tuple[str, ...]
    whole: bool = True


class Page(Struct, frozen=True):
    """A page of a list. ``following``: the query of the next page; "" if this is the last."""

    document: dict[str, Any]
    following: str


class Repository:
    """One repository of a registry; threads may share it."""

    def __init__(self, reference: Reference, fetcher: Fetcher, settings: Mapping[str, Any]) -> None:
        self.reference = reference
        self._endpoint = Endpoint(reference, fetcher, settings)

    def digest_of(self, name: str) -> str | None:
        """The digest behind a tag, by a HEAD request, which counts against no limit. None if the registry does not
        state it.
        """
        response = self._endpoint.ask(f"manifests/{name}", method="HEAD", headers={"Accept": ACCEPT})
        response.close()
        digest = response.headers.get("docker-content-digest", "")
        return digest if response.status == 200 and is_digest(digest) else None

    def manifest(self, name: str, digest: str | None) -> tuple[bytes, str]:
        """A manifest or an index by tag or digest, checked against ``digest`` if given; and its digest."""
        response = self._endpoint.ask(f"manifests/{name}", headers={"Accept": ACCEPT})
        try:
            data = self._whole(response, name)
        finally:
            response.close()
        algorithm = digest.partition(":")[0] if digest else "sha256"
        found = f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"
        if digest and found != digest:
            raise InputError(
                f"{self.reference}: the registry sent another manifest than {digest}: it has the digest {found}",
                "try again; if it stays, the registry or a proxy on the way is broken",
            )
        return data, found

    def manifest_if_there(self, name: str) -> bytes | None:
        """A manifest by tag or digest, unchecked; None if it does not exist."""
        response = self._endpoint.ask(f"manifests/{name}", headers={"Accept": ACCEPT})
        try:
            return None if response.status == 404 else self._whole(response, name)
        finally:
            response.close()

    def referrers(self, digest: str, kind: str = "") -> tuple[list[bytes], bool] | None:
        """The lists of referrers of a digest, one for each page, and whether they are complete; None if the registry
        has no such list. ``kind``: only artifacts of this type; if the registry does not filter them, one page at most
        is requested.
        """
        found: list[bytes] = []
        query = urlencode({"artifactType": kind}) if kind else ""
        asked: set[str] = set()
        for _ in range(_REFERRER_PAGES):
            asked.add(query)
            response = self._endpoint.ask(
                f"referrers/{digest}" + (f"?{query}" if query else ""), headers={"Accept": INDEX_TYPES[0]}
            )
            try:
                if not found and response.status in _NO_REFERRERS:
                    return None
                if not found and response.status != 200:
                    raise self._refusal(response, digest)
                if kind and "artifactType" not in response.headers.get("oci-filters-applied", ""):
                    return [], False
                data = response.read(MANIFEST_BYTES + 1) if response.status == 200 else b""
            finally:
                response.close()
            if not found and data.lstrip()[:1] != b"{":  # an HTML page: the registry does not support this address
                return None
            if not data or len(data) > MANIFEST_BYTES:
                return found, False
            found.append(data)
            following = _next(response)
            if following is None:
                return found, True
            if following in asked:
                break
            query = following
        return found, False

    def blob(self, digest: str, offset: int = 0, stop: int | None = None) -> Response:
        """The bytes of a blob from ``offset`` on, up to ``stop`` (206), or all of them (200)."""
        wanted = f"bytes={offset}-{'' if stop is None else stop - 1}" if offset or stop is not None else ""
        headers = {"Accept-Encoding": "identity"} | ({"Range": wanted} if wanted else {})
        response = self._endpoint.ask(f"blobs/{digest}", headers=headers)
        if response.status == 200 or (response.status == 206 and wanted):
            return response
        try:
            raise self._refusal(response, digest)
        finally:
            response.close()

    def push_blob(self, digest: str, data: bytes) -> None:
        """Uploads a blob, unless the registry has it already."""
        response = self._endpoint.ask(f"blobs/{digest}", method="HEAD")
        response.close()
        if response.status == 200:
            return
        response = self._endpoint.ask("blobs/uploads/", method="POST")
        location = response.headers.get("location", "")
        self._expect(response, 202, digest)
        if not location:
            raise NetworkError(f"{self.reference.registry} names no address for an upload", "try again later")
        url = urljoin(response.url, location)
        url += f"{'&' if urlsplit(url).query else '?'}{urlencode({'digest': digest})}"
        response = self._endpoint.ask(url, method="PUT", headers={"Content-Type": "application/octet-stream"}, body=data)
        self._expect(response, 201, digest)

    def push_manifest(self, name: str, data: bytes, media_type: str) -> str:
        """Uploads a manifest under a tag or its digest, after its blobs. Returns the digest under which the registry
        now lists it as a referrer; "" if it keeps no such list.
        """
        response = self._endpoint.ask(f"manifests/{name}", method="PUT", headers={"Content-Type": media_type}, body=data)
        self._expect(response, 201, name)
        return response.headers.get("oci-subject", "")

    def tags(self, pages: int = _TAG_PAGES) -> Names | None:
        """The tags, at most some thousands; None if the registry does not list them. Raises InputError if the
        repository does not exist.
        """
        return self._listed(TAGS, "tags", pages)

    def catalogue(self, pages: int = _TAG_PAGES) -> Names | None:
        """The repositories of the registry, None if it does not list them."""
        return self._listed(CATALOGUE, "repositories", pages)

    def document(self, path: str, query: str = "", headers: Mapping[str, str] | None = None) -> Page | None:
        """A page of a list, at a path below the repository or, with a slash, below the registry; None if it does not
        exist. Raises InputError if the repository does not exist, and the error of ``denial`` if the credentials are
        refused.
        """
        response = self._endpoint.ask(f"{path}?{query}" if query else path, headers=headers)
        try:
            if response.status == 404 and path == TAGS:
                raise self._no_repository()
            if response.status == 401 and (denial := self._endpoint.denial(response)):
                raise denial
            return Page(_document(response, _TAG_BYTES), _next(response) or "") if response.status == 200 else None
        finally:
            response.close()

    def challenge(self) -> Challenge | None:
        """The login that the registry requires; None if it requires none."""
        return self._endpoint.challenge()

    def root(self) -> str:
        """The address of the registry: scheme, host and port."""
        return self._endpoint.root()

    def _listed(self, path: str, key: str, pages: int) -> Names | None:
        found: dict[str, None] = {}
        query, empty = PAGE, 0
        asked: set[str] = set()
        for _ in range(pages):
            asked.add(query)
            page = self.document(path, query)
            names = page.document.get(key) if page else None
            if page is None or not isinstance(names, list | None):
                return Names(tuple(found), whole=False) if found else None
            known = len(found)
            found.update(dict.fromkeys(name for name in names or () if isinstance(name, str)))
            empty = 0 if len(found) > known else empty + 1
            if not page.following:
                return Names(tuple(found))
            if page.following in asked or empty > _EMPTY_PAGES or len(found) > _MAX_NAMES:
                break
            query = page.following
        return Names(tuple(found), whole=False)

    def _whole(self, response: Response, name: str) -> bytes:
        if response.status != 200:
            raise self._refusal(response, name)
        data = response.read(MANIFEST_BYTES + 1)
        if len(data) > MANIFEST_BYTES:
            raise InputError(f"{self.reference}: the manifest has more than {MANIFEST_BYTES} bytes", "check the registry")
        return data

    def _expect(self, response: Response, status: int, name: str) -> None:
        try:
            if response.status != status:
                raise self._refusal(response, name)
        finally:
            response.close()

    def _refusal(self, response: Response, name: str) -> Error:
        """The error that explains why the registry does not serve a manifest or a blob."""
        codes, message = _errors(response)
        if response.status == 404:
            return self._not_there(name, codes)
        if denial := self._endpoint.denial(response):
            return denial
        reference, more = self.reference, f": {message}" if message else ""
        return NetworkError(f"{reference.registry} answered {response.status} for {reference.name}{more}", "try again later")

    def _not_there(self, name: str, codes: set[str]) -> Error:
        if "NAME_UNKNOWN" in codes:
            return self._no_repository()
        known = ":" in name and codes & {"BLOB_UNKNOWN", "MANIFEST_UNKNOWN"}  # these codes mean that the repository exists
        try:
            tags = None if known else self.tags()
        except Error as error:
            return error
        if ":" in name:
            return InputError(f"{self.reference.name} has nothing with the digest {name}", "name a tag or another digest")
        return InputError(
            f"{self.reference.name} has no tag {name!r}", _suggestion(self.reference, name, tags.names if tags else ())
        )

    def _no_repository(self) -> InputError:
        return InputError(f"{self.reference.registry} has no repository {self.reference.repository}", self._endpoint.hint())


def _suggestion(reference: Reference, tag: str, tags: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(tag, tags, 3, 0.6)
    if near:
        return f"did you mean {' or '.join(f'{reference.name}:{tag}' for tag in near)}?"
    return f"there are {', '.join(tags[-5:])}" if tags else "name another tag"


def _errors(response: Response) -> tuple[set[str], str]:
    """The codes and the first message of an error response."""
    try:
        errors = _document(response, _ERROR_BYTES).get("errors")
    except NetworkError:
        return set(), ""
    entries = [entry for entry in errors if isinstance(entry, dict)] if isinstance(errors, list) else []
    codes = {entry["code"] for entry in entries if isinstance(entry.get("code"), str)}
    message = next((entry["message"] for entry in entries if isinstance(entry.get("message"), str)), "")
    return codes, "".join(char if char.isprintable() else " " for char in message[:200])


def _document(response: Response, limit: int) -> dict[str, Any]:
    data = response.read(limit + 1)
    try:
        document = msgspec.json.decode(data) if len(data) <= limit else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        document = None
    return document if isinstance(document, dict) else {}


def _next(response: Response) -> str | None:
    """The query of the next page, on the same host. Source: RFC 8288, ``Link: <…>; rel="next"``."""
    target, _, relation = response.headers.get("link", "").partition(">")
    if not target.startswith("<") or 'rel="next"' not in relation.replace("rel=next", 'rel="next"'):
        return None
    return urlsplit(target[1:]).query or None
