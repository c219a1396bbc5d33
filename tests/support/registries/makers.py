"""What registries answer beside the distribution protocol: Docker Hub, Harbor, Quay, GitHub, Azure, Google, Amazon.

Each takes ``images``: the digest of each tag of each repository.
**Source:** the API references that ``careen.registries.kinds`` names.
"""

import base64
import json
import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.servers import Answer, Request, Server

PAGE = 100
INDEX = "application/vnd.oci.image.index.v1+json"

Images = dict[str, dict[str, str]]


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def pushed(number: int) -> str:
    return datetime.fromtimestamp(1_700_000_000 + number, UTC).isoformat().replace("+00:00", "Z")


class Maker:
    """A server that answers with ``respond``; ``once`` has answers that are given first."""

    def __init__(self, images: Images) -> None:
        self.images = images
        self.once: list[Answer] = []
        self.server = Server(self._answer)

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        self.server.__exit__(*failure)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def host(self) -> str:
        return self.server.host

    @property
    def requests(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.server.requests]

    def count(self, pattern: str) -> int:
        return sum(bool(re.search(pattern, request)) for request in self.requests)

    def _answer(self, request: Request) -> Answer:
        if self.once:
            return self.once.pop(0)
        parts = urlsplit(request.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        return self.respond(request, parts.path, query)

    def respond(self, request: Request, path: str, query: dict[str, str]) -> Answer:
        raise NotImplementedError


class Distribution(Maker):
    """Catalogue, tags and manifests (HEAD) of the protocol, with Basic or Bearer authorization.

    ``secrets``: passwords that hold now, in order of their issue; a password of the past is answered with ``expired``.
    """

    def __init__(self, images: Images, user: str = "", secrets: list[str] | None = None, expired: int = 401) -> None:
        super().__init__(images)
        self.user, self.secrets, self.expired = user, secrets if secrets is not None else [], expired
        self.page = PAGE * 10
        self.head_limit: int | None = None  # requests until the password of the moment expires
        self.has_catalogue = True

    def respond(self, request: Request, path: str, query: dict[str, str]) -> Answer:
        if refused := self._refused(request):
            return refused
        if path == "/v2/":
            return Answer(body=b"{}")
        if path == "/v2/_catalog" and self.has_catalogue:
            return self._page(sorted(self.images), query, path, "repositories")
        if (match := re.fullmatch(r"/v2/(.+)/tags/list", path)) and match[1] in self.images:
            return self._page(sorted(self.images[match[1]]), query, path, "tags")
        if match := re.fullmatch(r"/v2/(.+)/manifests/(.+)", path):
            tags = self.images.get(match[1], {})
            found = tags.get(match[2]) or (match[2] if match[2] in tags.values() else None)
            return Answer(200, b"{}", {"Docker-Content-Digest": found, "Content-Type": INDEX}) if found else Answer(404)
        return Answer(404)

    def _refused(self, request: Request) -> Answer | None:
        if not self.user:
            return None
        given = request.headers.get("authorization", "")
        if given == "Basic " + base64.b64encode(f"{self.user}:{self.secrets[0]}".encode()).decode():
            if self.head_limit is not None:
                self.head_limit -= 1
                if self.head_limit == 0:
                    self.secrets.pop(0)
            return None
        denied = json.dumps({"errors": [{"code": "DENIED", "message": "Your authorization token has expired."}]}).encode()
        if given and self.expired == 403:
            return Answer(403, denied)
        return Answer(401, b"Not Authorized", {"WWW-Authenticate": f'Basic realm="{self.url}/",service="ecr.amazonaws.com"'})

    def _page(self, names: list[str], query: dict[str, str], path: str, key: str) -> Answer:
        size = min(self.page, int(query.get("n", self.page)))
        left = [name for name in names if name > query.get("last", "")]
        headers = {"Link": f'<{path}?last={left[size - 1]}&n={size}>; rel="next"'} if len(left) > size else {}
        return Answer(body=json.dumps({key: left[:size]}).encode(), headers=headers)


class Hub(Maker):
    """The site of Docker Hub. ``users``: name and password; a private namespace is not there for others."""

    def __init__(self, images: Images, users: dict[str, str] | None = None) -> None:
        super().__init__(images)
        self.users = users
        self.tokens: set[str] = set()

    def respond(self, request: Request, path: str, query: dict[str, str]) -> Answer:
        if path == "/v2/auth/token":
            form = json.loads(request.body)
            if (self.users or {}).get(form["identifier"]) != form["secret"]:
                return Answer(401, b'{"detail": "incorrect username or password"}')
            self.tokens.add(f"jwt{len(self.requests)}")
            return Answer(body=json.dumps({"access_token": sorted(self.tokens)[-1]}).encode())
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self.tokens:
            return Answer(401, b'{"detail": "token expired"}')
        if self.users is not None and not token:
            return Answer(404)
        headers = {"X-RateLimit-Limit": "180", "X-RateLimit-Remaining": "179", "X-RateLimit-Reset": "1700000000"}
        number, size = int(query["page"]), int(query["page_size"])
        if match := re.fullmatch(r"/v2/namespaces/([^/]+)/repositories", path):
            results = [{"name": name.partition("/")[2], "namespace": match[1]} for name in sorted(self.images)]
        elif match := re.fullmatch(r"/v2/namespaces/(.+)/repositories/([^/]+)/tags", path):
            tags = self.images.get(f"{match[1]}/{match[2]}")
            if tags is None:
                return Answer(404)
            results = [
                {"name": name, "digest": found, "tag_last_pushed": pushed(order), "images": [{"digest": digest(9)}]}
                for order, (name, found) in enumerate(tags.items())
            ]
        else:
            return Answer(404)
        following = f"https://hub.docker.com{path}?page={number + 1}&page_size={size}" if len(results) > number * size else None
        document = {"count": len(results), "next": following, "results": results[(number - 1) * size : number * size]}
        return Answer(body=json.dumps(document).encode(), headers=headers)


class Harbor(Distribution):
    def respond(self, request: Request, path: str, query: dict[str, str]) -> Answer:
        if path == "/v2/" and not request.headers.get("authorization"):
            realm = f'Bearer realm="{self.url}/service/token",service="harbor-registry"'
            return Answer(401, headers={"WWW-Authenticate": realm})
        if not path.startswith("/api/v2.0/"):
            return super().respond(request, path, query)
        number, size = int(query["page"]), int(query["page_size"])
        found = [{"name": name, "id": order} for order, name in enumerate(sorted(self.images))]
        if match := re.fullmatch(r"/api/v2.0/projects/([^/]+)/repositories", path):
            found = [entry for entry in found if entry["name"].startswith(match[1] + "/")]
        elif match := re.fullmatch(r"/api/v2.0/projects/([^/]+)/repositories/([^/]+)/artifacts", path):
            tags = self.images.get(f"{match[1]}/{unquote(unquote(match[2]))}", {})
            by_digest: dict[str, list[str]] = {}
            for name, of_tag in tags.items():
                by_digest.setdefault(of_tag, []).append(name)
            found = [
                {"digest": key, "type": "IMAGE", "tags": [{"name": name, "push_time": pushed(order)} for name in names]}
                for order, (key, names) in enumerate(by_digest.items())
            ]
            found.append({"digest": digest(77), "type": "CHART", "tags": [{"name": "chart", "push_time": pushed(0)}]})
            found.append({"digest": digest(78), "type": "IMAGE", "tags": None})
        elif path != "/api/v2.0/repositories":
            return Answer(404)
        return Answer(body=json.dumps(found[(number - 1) * size : number * size]).encode())


class Quay(Distribution):
    def respond(self, request: Request, path: str, query: dict[str, str]) -> Answer:
        if path == "/v2/" and not request.headers.get("authorization"):
            realm = f'Bearer realm="{self.url}/v2/auth",service="{self.host}"'
            return Answer(401, headers={"WWW-Authenticate": realm})
        if path == "/api/v1/repository":
            names = [name for name in sorted(self.images) if name.startswith(query["namespace"] + "/")]
            start = int(query.get("next_page", "0"))
            listed = [{"namespace": name.partition("/")[0], "name": name.partition("/")[2]} for name in names]
            following = {"next_page": str(start + PAGE)} if len(names) > start + PAGE else {}
            return Answer(body=json.dumps({"repositories": listed[start : start + PAGE], **following}).encode())
        if match := re.fullmatch(r"/api/v1/repository/(.+)/tag/", path):
            number, size = int(query["page"]), int(query["limit"])
            tags = [
                {"name": name, "manifest_digest": found, "start_ts": 1_700_000_000 + order}
                for order, (name, found) in enumerate(self.images[match[1]].items())
            ]
            more = len(tags) > number * size
            document = {"tags": tags[(number - 1) * size : number * size], "page": number, "has_additional": more}
            return Answer(body=json.dumps(document).encode())
        return super().respond(request, path, query)


class GitHub(Maker):
    """GitHub's list of packages, for one token. ``owner`` is an organization, or a user."""

    def __init__(self, images: Images, token: str, is_user: bool = False) -> None:
        super().__init__(images)
        self.token, self.path = token, "users" if is_user else "orgs"

    def respond(self, request: Request, path: str, query: dict[str, str]) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Answer(401)
        if not path.startswith(f"/{self.path}/") or query.get("package_type") != "container":
            return Answer(404)
        number, size = int(query.get("page", "1")), int(query["per_page"])
        names = [{"name": name.partition("/")[2], "package_type": "container"} for name in sorted(self.images)]
        headers = {}
        if len(names) > number * size:
            following = f"https://api.github.com{path}?package_type=container&per_page={size}&page={number + 1}"
            headers["Link"] = f'<{following}>; rel="next", <https://api.github.com{path}>; rel="last"'
        return Answer(body=json.dumps(names[(number - 1) * size : number * size]).encode(), headers=headers)


class Azure(Distribution):
    def respond(self, request: Request, path: str, query: dict[str, str]) -> Answer:
        if refused := self._refused(request):
            return refused
        if path == "/acr/v1/_catalog":
            return self._page(sorted(self.images), query, path, "repositories")
        if match := re.fullmatch(r"/acr/v1/(.+)/_tags", path):
            tags = self.images[match[1]]
            page = self._page(sorted(tags), query, path, "tags")
            listed = enumerate(json.loads(page.body)["tags"])
            entries = [{"name": name, "digest": tags[name], "lastUpdateTime": pushed(order)} for order, name in listed]
            return Answer(body=json.dumps({"imageName": match[1], "tags": entries}).encode(), headers=page.headers)
        return super().respond(request, path, query)


class Google(Distribution):
    def respond(self, request: Request, path: str, query: dict[str, str]) -> Answer:
        match = re.fullmatch(r"/v2/(.+)/tags/list", path)
        if not match:
            return super().respond(request, path, query)
        below = {name.removeprefix(match[1] + "/") for name in self.images if name.startswith(match[1] + "/")}
        tags = self.images.get(match[1], {})
        manifests: dict[str, dict[str, object]] = {}
        for order, (name, found) in enumerate(tags.items()):
            entry = manifests.setdefault(found, {"tag": [], "timeUploadedMs": str((1_700_000_000 + order) * 1000)})
            entry["tag"].append(name)  # type: ignore[attr-defined]
        child = sorted({name.partition("/")[0] for name in below})
        return Answer(body=json.dumps({"child": child, "manifest": manifests, "tags": sorted(tags)}).encode())
