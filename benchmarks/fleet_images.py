"""The images that ``fleet_registry`` pushes: a base, packages of languages and an application, each a layer or a few.

Bases are real images, OCI layouts in folders, or made ones. Layers that images share are uploaded once, and mounted in the
other repositories.
"""

import json
import random
import zlib
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct
from tests.support.images import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, compress, make_layer, sha256

SHARED = "library/shared"  # the repository that all shared layers are uploaded to
PYPI = ("django", "flask", "jinja2", "requests", "urllib3", "pyyaml", "pillow", "cryptography", "numpy", "aiohttp", "werkzeug")
NPM = ("lodash", "express", "minimist", "axios", "moment", "ws", "qs", "semver", "tar", "json5", "async")
PACKAGES = ("openssl", "zlib", "curl", "expat", "libxml2", "sqlite3", "perl", "bash", "glibc", "systemd", "util-linux", "tar")


class Layer(Struct, frozen=True):
    digest: str
    diff_id: str
    size: int


def filled(host: str, repositories: int, tags: int, layouts: Sequence[Path]) -> list[str]:
    """Pushes so many tags to each repository of a registry. Returns their references."""
    registry = _Registry(host)
    chance = random.Random(7)
    bases = [registry.layers_of(layout) for layout in layouts]
    bases = bases or [(registry.shared(_base(number, chance)),) for number in range(12)]
    middles = [registry.shared(_middle(number, chance)) for number in range(60)]
    references = []
    for repository in range(repositories):
        name = f"team{repository % 9}/app{repository}"
        for tag in range(tags):
            app = make_layer({f"srv/app{repository}/version": f"1.{tag}.{repository}".encode()})
            middle = middles[(repository * 7 + tag // 4) % len(middles)]
            layers = (*bases[repository % len(bases)], middle, registry.uploaded(name, app))
            registry.push(name, f"1.{tag}", layers)
            references.append(f"{host}/{name}:1.{tag}")
    registry.close()
    return references


class _Registry:
    def __init__(self, host: str) -> None:
        self._connection = HTTPConnection(host, timeout=60)
        self._there: set[tuple[str, str]] = set()  # repositories, with the blobs that they have

    def close(self) -> None:
        self._connection.close()

    def layers_of(self, layout: Path) -> tuple[Layer, ...]:
        """The layers of the first image of an OCI layout."""
        blobs = layout / "blobs" / "sha256"
        (first, *_) = json.loads((layout / "index.json").read_bytes())["manifests"]
        manifest = json.loads((blobs / first["digest"].partition(":")[2]).read_bytes())
        stored = ((blobs / each["digest"].partition(":")[2]).read_bytes() for each in manifest["layers"])
        return tuple(self._uploaded(SHARED, data, _unpacked(data)) for data in stored)

    def shared(self, tar: bytes) -> Layer:
        return self.uploaded(SHARED, tar)

    def uploaded(self, repository: str, tar: bytes) -> Layer:
        return self._uploaded(repository, compress(tar, "gzip"), tar)

    def push(self, repository: str, tag: str, layers: Sequence[Layer]) -> None:
        for layer in layers:
            self._mount(repository, layer.digest)
        config = json.dumps({
            "created": "2026-01-02T03:04:05Z", "os": "linux", "architecture": "amd64", "config": {"Labels": {}},
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
            "history": [{"created_by": f"COPY layer{place} /"} for place in range(len(layers))],
        }).encode()  # fmt: skip
        self._upload(repository, config)
        manifest = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": {"mediaType": OCI_CONFIG, "digest": sha256(config), "size": len(config)},
            "layers": [{"mediaType": f"{OCI_LAYER}+gzip", "digest": layer.digest, "size": layer.size} for layer in layers],
        }
        self._ask("PUT", f"/v2/{repository}/manifests/{tag}", json.dumps(manifest).encode(), {"Content-Type": OCI_MANIFEST})

    def _uploaded(self, repository: str, data: bytes, tar: bytes) -> Layer:
        self._upload(repository, data)
        return Layer(sha256(data), sha256(tar), len(data))

    def _upload(self, repository: str, data: bytes) -> None:
        digest = sha256(data)
        if (repository, digest) not in self._there:
            place = urlsplit(self._ask("POST", f"/v2/{repository}/blobs/uploads/"))
            binary = {"Content-Type": "application/octet-stream"}
            self._ask("PUT", f"{place.path}?{place.query}&digest={digest}", data, binary)
            self._there.add((repository, digest))

    def _mount(self, repository: str, digest: str) -> None:
        if (repository, digest) not in self._there:
            self._ask("POST", f"/v2/{repository}/blobs/uploads/?mount={digest}&from={SHARED}", wanted=201)
            self._there.add((repository, digest))

    def _ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None, wanted: int = 0
    ) -> str:
        self._connection.request(method, path, body, headers or {})
        answer = self._connection.getresponse()
        answer.read()
        if answer.status not in ((wanted,) if wanted else (201, 202)):
            raise SystemExit(f"{method} {path}: {answer.status}")
        return answer.headers.get("Location", "")


def _unpacked(data: bytes) -> bytes:
    return zlib.decompress(data, wbits=31) if data[:2] == b"\x1f\x8b" else data


def _base(number: int, chance: random.Random) -> bytes:
    release = 11 + number % 3
    paragraphs = "".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {chance.randint(1, 9)}.{number}-1\n\n"
        for name in PACKAGES
    )
    return make_layer({
        "etc/os-release": f'ID=debian\nVERSION_ID="{release}"\n'.encode(),
        "var/lib/dpkg/status": paragraphs.encode(),
        **{f"usr/share/doc/{name}/copyright": chance.randbytes(2000) for name in PACKAGES},
    })  # fmt: skip


def _middle(number: int, chance: random.Random) -> bytes:
    files = {}
    for name in chance.sample(PYPI, 6):
        version = f"{chance.randint(1, 4)}.{chance.randint(0, 20)}.{number}"
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        files[f"usr/lib/python3/site-packages/{name}-{version}.dist-info/METADATA"] = text.encode()
    for name in chance.sample(NPM, 6):
        package = {"name": name, "version": f"{chance.randint(0, 5)}.{chance.randint(0, 9)}.{number}"}
        files[f"app/node_modules/{name}/package.json"] = json.dumps(package).encode()
    files["opt/runtime/blob"] = chance.randbytes(100_000)
    return make_layer(files)
