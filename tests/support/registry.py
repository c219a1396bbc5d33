"""A registry on loopback that speaks the OCI distribution protocol, with switches for what registries do differently."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.attached import Artifact
from tests.support.certificates import Certificate
from tests.support.images import OCI_INDEX, OCI_MANIFEST, BuiltImage, BuiltIndex, sha256
from tests.support.servers import Answer, Request, Server


@dataclass
class Registry:
    """``with Registry(…) as registry: registry.push("team/app", "1.0", image)``; then ``registry.host`` serves it.

    ``auth``: None, ``basic`` or ``bearer`` (its own token service is ``/token``). ``users`` maps names to passwords.
    """

    auth: str | None = None
    users: dict[str, str] = field(default_factory=lambda: {"ann": "s3cret"})
    anonymous: bool = True  # whether the token service gives tokens to anybody
    refresh_tokens: tuple[str, ...] = ()
    tls: Certificate | None = None
    head: bool = True  # False: HEAD is not allowed
    tell_digest: bool = True
    list_tags: bool = True
    list_repositories: bool = True
    ranges: bool = True
    blobs_elsewhere: str | None = None  # address that blobs are redirected to
    uploads_at: str | None = None  # address that uploads are sent to, if not here
    page: int = 1000
    referrers: bool = True  # False: it keeps no list of them, and clients keep one under a tag
    referrers_status: int = 404  # what it answers then
    filters: bool = True  # whether the list of referrers is filtered by artifactType
    name: str | None = None  # host that clients know it by, where a proxy leads here
    client_authority: Certificate | None = None

    def __post_init__(self) -> None:
        self.manifests: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.tags: dict[str, list[str]] = {}
        self.blobs: dict[str, bytes] = {}
        self.tokens: set[str] = set()  # those that hold; empty it and they have expired
        self.altered: dict[str, bytes] = {}  # digest -> what is sent in its place
        self.broken: dict[str, list[int]] = {}  # digest -> after how many bytes the connection breaks, one a request
        self.referring: dict[str, list[dict[str, object]]] = {}  # digest -> descriptors
        self.sent_bytes: dict[str, int] = {}  # of each blob
        self._parts: dict[str, bytes] = {}  # of uploads that go on, by path
        self.busy: list[Answer] = []  # given first, one a request below /v2/
        self.holds: Callable[[], bool] = lambda: False  # whether answers wait for ``let_go``
        self.let_go = threading.Event()
        self._server = Server(self._answer, tls=self.tls, client_authority=self.client_authority)

    def __enter__(self) -> "Registry":
        self._server.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.__exit__(*failure)

    @property
    def host(self) -> str:
        return self.name or self._server.host

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def url(self) -> str:
        return f"{self._server.scheme}://{self.host}"

    @property
    def requests(self) -> list[Request]:
        return self._server.requests

    def asked(self, method: str, part: str) -> list[str]:
        """The paths of requests that hold a text."""
        return [request.path for request in self.requests if request.method == method and part in request.path]

    def push(self, name: str, tag: str | None, image: BuiltImage | BuiltIndex) -> str:
        """Lays an image or an index there and gives its reference."""
        self.blobs.update(image.blobs())
        for digest, manifest in image.manifests().items():
            self.manifests[name, digest] = manifest
        if tag:
            self.manifests[name, tag] = (image.manifest, image.media_type)
            self.tags.setdefault(name, []).append(tag)
        self.tags.setdefault(name, [])
        return f"{self.host}/{name}:{tag}" if tag else f"{self.host}/{name}@{image.digest}"

    def attach(self, name: str, artifact: Artifact, subject: str | None = None, tag: str | None = None) -> str:
        """Lays an artifact beside an image: as what refers to ``subject``, or under a tag. Gives its digest."""
        manifest = artifact.manifest(subject)
        digest = sha256(manifest)
        self.blobs.update(artifact.blobs())
        self.manifests[name, digest] = (manifest, OCI_MANIFEST)
        if tag:
            self.manifests[name, tag] = (manifest, OCI_MANIFEST)
        if subject:
            entries = self.referring.setdefault(subject, [])
            described = {"mediaType": OCI_MANIFEST, "digest": digest, "size": len(manifest), "artifactType": artifact.type}
            entries.append(described)
            if not self.referrers:
                index = _index(entries)
                self.manifests[name, subject.replace(":", "-")] = self.manifests[name, sha256(index)] = (index, OCI_INDEX)
        return digest

    def _answer(self, request: Request) -> Answer:
        if self.holds():
            self.let_go.wait(60)
        parts = urlsplit(request.path)
        if parts.path == "/token":
            return self._token(request)
        if not parts.path.startswith("/v2/"):
            return Answer(404)
        refused = self._refused(request, parts.path)
        if refused:
            return refused
        if self.busy:
            return self.busy.pop(0)
        if parts.path == "/v2/":
            return Answer(body=b"{}")
        if parts.path == "/v2/_catalog":
            return self._catalogue(parse_qs(parts.query))
        if request.method in ("POST", "PUT", "PATCH"):
            return self._taken(request, parts.path, parse_qs(parts.query))
        if match := re.fullmatch(r"/v2/(.+)/manifests/([^/]+)", parts.path):
            return self._manifest(request, match[1], match[2])
        if match := re.fullmatch(r"/v2/(.+)/blobs/([^/]+)", parts.path):
            return self._blob(request, match[2])
        if match := re.fullmatch(r"/v2/(.+)/referrers/([^/]+)", parts.path):
            listed = self._referrers(match[1], match[2], parse_qs(parts.query))
            return listed if self.referrers else _error(self.referrers_status, "UNSUPPORTED")
        if match := re.fullmatch(r"/v2/(.+)/tags/list", parts.path):
            return self._tags(match[1], parse_qs(parts.query))
        return Answer(404)

    def _taken(self, request: Request, path: str, query: dict[str, list[str]]) -> Answer:
        """A blob in one piece or in several, or a manifest whose blobs are there. Source: OCI distribution-spec 1.1, "Push"."""
        if match := re.fullmatch(r"/v2/(.+)/blobs/uploads/", path):
            elsewhere = self.uploads_at or ""
            return Answer(
                202, headers={"Location": f"{elsewhere}/v2/{match[1]}/blobs/uploads/{len(self.requests)}?state=s1gned"}
            )
        if request.method == "PATCH":
            self._parts[path] = self._parts.get(path, b"") + request.body
            return Answer(202, headers={"Location": f"{path}?state=s1gned", "Range": f"0-{len(self._parts[path]) - 1}"})
        body = self._parts.pop(path, b"") + request.body
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        if match := re.fullmatch(r"/v2/(.+)/blobs/uploads/\d+", path):
            if query.get("digest") != [digest] or query.get("state") != ["s1gned"]:
                return _error(400, "DIGEST_INVALID")
            self.blobs[digest] = body
            return Answer(201, headers={"Location": f"/v2/{match[1]}/blobs/{digest}"})
        if match := re.fullmatch(r"/v2/(.+)/manifests/([^/]+)", path):
            document = json.loads(request.body)
            held = (document["config"], *document["layers"]) if "config" in document else ()
            if not {one["digest"] for one in held} <= self.blobs.keys():
                return _error(400, "MANIFEST_BLOB_UNKNOWN")
            self.manifests[match[1], match[2]] = self.manifests[match[1], digest] = (request.body, document["mediaType"])
            if ":" not in match[2]:
                self.tags.setdefault(match[1], []).append(match[2])
            headers = {"Docker-Content-Digest": digest}
            if self.referrers and "subject" in document:
                headers["OCI-Subject"] = document["subject"]["digest"]
                self._refer(document, digest, len(request.body))
            return Answer(201, headers=headers)
        return Answer(405)

    def _refer(self, document: dict[str, Any], digest: str, size: int) -> None:
        """Source: OCI distribution-spec 1.1, "Pushing Manifests with Subject"."""
        entries = self.referring.setdefault(document["subject"]["digest"], [])
        kind = document.get("artifactType") or document["config"]["mediaType"]
        described = {"mediaType": document["mediaType"], "digest": digest, "size": size, "artifactType": kind}
        if all(entry["digest"] != digest for entry in entries):
            entries.append(described | ({"annotations": document["annotations"]} if "annotations" in document else {}))

    def _refused(self, request: Request, path: str) -> Answer | None:
        given = request.headers.get("authorization", "")
        if self.auth == "basic" and not self._user(given):
            return _error(401, "UNAUTHORIZED", {"WWW-Authenticate": 'Basic realm="the, registry"'})
        if self.auth == "bearer":
            token = given.removeprefix("Bearer ")
            if not given.startswith("Bearer ") or token not in self.tokens:
                name = re.sub(r"^/v2/|/(manifests|blobs|tags|referrers)/.*$", "", path)
                scope = f',scope="repository:{name}:pull"' if name else ""
                scope = ',scope="registry:catalog:*"' if name == "_catalog" else scope
                challenge = f'Bearer realm="{self.url}/token",service="registry.example.test"{scope}'
                return _error(401, "UNAUTHORIZED", {"WWW-Authenticate": challenge})
        return None

    def _token(self, request: Request) -> Answer:
        if request.method == "POST":
            form = parse_qs(request.body.decode())
            if form["grant_type"] != ["refresh_token"] or form["refresh_token"][0] not in self.refresh_tokens:
                return _error(401, "UNAUTHORIZED")
            return self._issued("access_token")
        given = request.headers.get("authorization", "")
        if (given and not self._user(given)) or (not given and not self.anonymous):
            return _error(401, "UNAUTHORIZED")
        return self._issued("token")

    def _issued(self, name: str) -> Answer:
        token = f"token-{len(self.requests)}"
        self.tokens.add(token)
        return Answer(body=json.dumps({name: token, "expires_in": 300}).encode())

    def _user(self, header: str) -> bool:
        pairs = (f"{user}:{password}".encode() for user, password in self.users.items())
        return header in {f"Basic {base64.b64encode(pair).decode()}" for pair in pairs}

    def _manifest(self, request: Request, name: str, wanted: str) -> Answer:
        if request.method == "HEAD" and not self.head:
            return Answer(405)
        if name not in self.tags:
            return _error(404, "NAME_UNKNOWN")
        if (name, wanted) not in self.manifests:
            return _error(404, "MANIFEST_UNKNOWN")
        data, media_type = self.manifests[name, wanted]
        if media_type not in request.headers.get("accept", ""):
            return _error(404, "MANIFEST_UNKNOWN")
        headers = {"Content-Type": media_type}
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if self.tell_digest:
            headers["Docker-Content-Digest"] = digest
        return Answer(body=self.altered.get(digest, data), headers=headers)

    def _blob(self, request: Request, digest: str) -> Answer:
        if digest not in self.blobs:
            return _error(404, "BLOB_UNKNOWN")
        if self.blobs_elsewhere:
            return Answer(307, headers={"Location": f"{self.blobs_elsewhere}/{digest}?X-Signature=s1gned"})
        data = self.altered.get(digest, self.blobs[digest])
        status, start, stop, headers = 200, 0, len(data), {}
        if self.ranges and (match := re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))):
            status, start = 206, int(match[1])
            stop = min(int(match[2]) + 1, stop) if match[2] else stop
            headers = {"Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"}
        rest = data[start:stop]
        if self.broken.get(digest):
            return Answer(status, rest[: self.broken[digest].pop(0)], headers, length=len(rest))
        self.sent_bytes[digest] = self.sent_bytes.get(digest, 0) + len(rest)
        return Answer(status, rest, headers)

    def _referrers(self, name: str, digest: str, query: dict[str, list[str]]) -> Answer:
        """Source: OCI distribution-spec 1.1, "Listing Referrers": a digest that nothing refers to has an empty list."""
        start = int(query.get("from", ["0"])[0])
        entries = self.referring.get(digest, [])
        headers, wanted = {"Content-Type": OCI_INDEX}, query.get("artifactType", [""])[0]
        if wanted and self.filters:
            entries = [entry for entry in entries if entry["artifactType"] == wanted]
            headers["OCI-Filters-Applied"] = "artifactType"
        if len(entries) > start + self.page:
            following = urlencode({"from": start + self.page, **({"artifactType": wanted} if wanted else {})})
            headers["Link"] = f'</v2/{name}/referrers/{digest}?{following}>; rel="next"'
        return Answer(body=_index(entries[start : start + self.page]), headers=headers)

    def _catalogue(self, query: dict[str, list[str]]) -> Answer:
        if not self.list_repositories:
            return _error(404, "UNSUPPORTED")
        last = query.get("last", [""])[0]
        left = [name for name in sorted(self.tags) if name > last]
        headers = {}
        if len(left) > self.page:
            headers["Link"] = f'</v2/_catalog?last={left[self.page - 1]}&n={self.page}>; rel="next"'
        return Answer(body=json.dumps({"repositories": left[: self.page]}).encode(), headers=headers)

    def _tags(self, name: str, query: dict[str, list[str]]) -> Answer:
        if not self.list_tags:
            return _error(403, "DENIED")
        if name not in self.tags:
            return _error(404, "NAME_UNKNOWN")
        last = query.get("last", [""])[0]
        left = [tag for tag in sorted(self.tags[name]) if tag > last]
        headers = {}
        if len(left) > self.page:
            headers["Link"] = f'</v2/{name}/tags/list?last={left[self.page - 1]}&n={self.page}>; rel="next"'
        return Answer(body=json.dumps({"name": name, "tags": left[: self.page]}).encode(), headers=headers)


def blob_server(blobs: Iterable[bytes]) -> Server:
    """Where a registry may redirect to: ``/DIGEST``."""
    known = {f"sha256:{hashlib.sha256(data).hexdigest()}": data for data in blobs}

    def answer(request: Request) -> Answer:
        data = known.get(urlsplit(request.path).path[1:])
        return Answer(404) if data is None else Answer(body=data)

    return Server(answer)


def _index(entries: list[dict[str, object]]) -> bytes:
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}).encode()


def _error(status: int, code: str, headers: dict[str, str] | None = None) -> Answer:
    body = json.dumps({"errors": [{"code": code, "message": code.lower()}]}).encode()
    return Answer(status, body, {"Content-Type": "application/json", **(headers or {})})
