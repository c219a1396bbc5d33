"""A container engine's socket, as far as images are inspected and exported over it."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.images import BuiltImage, BuiltIndex, sha256, write_docker_archive, write_oci_layout
from tests.support.servers import Answer, Request, Server


class Engine:
    """``with Engine(path) as engine: engine.add("app:1", image)``; without a path it listens on loopback by TCP."""

    def __init__(self, path: Path | None = None, version: str = "1.43", exports: str = "docker-archive") -> None:
        self.path, self.version, self.exports = path, version, exports
        self.images: dict[str, dict[str, BuiltImage]] = {}  # name -> platform -> image
        self.containers: dict[str, dict[str, object]] = {}  # id -> the answer of inspect
        self.changes: dict[str, list[dict[str, object]]] = {}  # id -> the answer of diff
        self.configs: dict[str, dict[str, object]] = {}  # name or id of an image -> the answer of inspect, without layers
        self.broken: Answer | None = None
        self.cut: int | None = None  # an export ends after so many bytes
        self._server = Server(self._answer, unix=str(path) if path else None)

    def __enter__(self) -> "Engine":
        self._server.__enter__()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.__exit__(*failure)

    @property
    def host(self) -> str:
        return self._server.host

    @property
    def requests(self) -> list[Request]:
        return self._server.requests

    def add(self, name: str, *images: BuiltImage) -> str:
        """Gives the engine an image, of one platform or more, and returns the ID of the first."""
        self.images[name] = {image.platform: image for image in images}
        return self.id_of(images[0])

    def id_of(self, image: BuiltImage) -> str:
        return sha256(image.config) if self.exports == "docker-archive" else image.digest

    def exported(self) -> int:
        return sum("/get" in request.path for request in self.requests)

    def _answer(self, request: Request) -> Answer:
        headers = {"Api-Version": self.version, "Content-Type": "application/json"}
        parts = urlsplit(request.path)
        name, _, action = unquote(parts.path).removeprefix("/images/").rpartition("/")
        if self.broken:
            return self.broken
        if parts.path.startswith("/containers/"):
            return self._container(unquote(parts.path).split("/")[2:], headers)
        if action == "json" and name in self.configs:
            return Answer(200, json.dumps(self.configs[name]).encode(), headers)
        found = self._find(name)
        if found is None:
            return Answer(404, json.dumps({"message": f"No such image: {name}"}).encode(), headers)
        first = next(iter(found.values()))
        if action == "json":
            os, architecture, *variant = first.platform.split("/")
            fields = {"Id": self.id_of(first), "Os": os, "Architecture": architecture, "Size": sum(map(len, first.tars))}
            return Answer(200, json.dumps(fields | ({"Variant": variant[0]} if variant else {})).encode(), headers)
        wanted = parse_qs(parts.query).get("platform")
        if wanted:
            fields = json.loads(wanted[0])
            key = "/".join(filter(None, (fields["os"], fields["architecture"], fields.get("variant"))))
            if key not in found:
                return Answer(404, b'{"message": "no such platform"}', headers)
            first = found[key]
        data = self._export(first)
        headers["Content-Type"] = "application/x-tar"
        return Answer(200, data[: self.cut], headers, length=len(data) if self.cut is not None else None)

    def _container(self, words: list[str], headers: dict[str, str]) -> Answer:
        if words == ["json"]:
            return Answer(200, json.dumps([{"Id": id} for id in self.containers]).encode(), headers)
        answer = {"json": self.containers, "changes": self.changes}.get(words[-1], {}).get(words[0])
        if answer is None:
            return Answer(404, b'{"message": "No such container"}', headers)
        return Answer(200, json.dumps(answer).encode(), headers)

    def _find(self, name: str) -> dict[str, BuiltImage] | None:
        if name in self.images:
            return self.images[name]
        wanted = name.removeprefix("sha256:")
        by_id = (
            found for found in self.images.values() for image in found.values() if self.id_of(image)[7:].startswith(wanted)
        )
        return next(by_id, None) if len(wanted) >= 12 else None

    def _export(self, image: BuiltImage | BuiltIndex) -> bytes:
        writers: dict[str, Callable[..., Path]] = {"docker-archive": write_docker_archive, "oci": write_oci_layout}
        with tempfile.TemporaryDirectory() as folder:
            return writers[self.exports](Path(folder) / "image.tar", image).read_bytes()
