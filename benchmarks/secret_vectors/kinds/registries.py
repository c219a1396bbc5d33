"""Registries of packages and images."""

import base64
import json

from ..checksums import crc32_base62
from ..decoys import swapped
from ..draws import LOWER, URLSAFE, Draws
from ..places import ANYWHERE, ASSIGNED, template, templates
from ..vectors import Decoy, Kind, Placed
from .making import CROSSED, FIXED, OPEN, named, token

_NPMRC = templates((
    ("root/.npmrc", "registry=https://@@host@@/\n//@@host@@/:_authToken=@@value@@\nalways-auth=true\n"),
    ("app/.npmrc", "//registry.npmjs.org/:_authToken=@@value@@\n"),
    ("app/.yarnrc.yml", "npmScopes:\n  @@word@@:\n    npmRegistryServer: \"https://@@host@@\"\n    npmAuthToken: \"@@value@@\"\n"),
))  # fmt: skip
_PYPI = templates(
    (
        ("root/.pypirc", "[distutils]\nindex-servers = pypi\n\n[pypi]\nusername = __token__\npassword = @@value@@\n"),
        ("etc/pip.conf", "[global]\nindex-url = https://__token__:@@value@@@@@host@@/simple\n"),
    )
)
_CARGO = templates(
    (
        ("root/.cargo/credentials.toml", '[registry]\ntoken = "@@value@@"\n'),
        ("usr/local/cargo/credentials", '[registries.@@word@@]\ntoken = "@@value@@"\n'),
    )
)
_GEM = templates((("root/.gem/credentials", "---\n:rubygems_api_key: @@value@@\n"),))
_NUGET = templates((
    ("root/.nuget/NuGet/NuGet.Config", '<configuration>\n  <apikeys>\n    <add key="https://@@host@@/v3" value="@@value@@" />\n  </apikeys>\n</configuration>\n'),
))  # fmt: skip


def _npm(draws: Draws) -> str:
    body = draws.alnum(30)
    return f"npm_{body}{crc32_base62(body)}"


def _macaroon(draws: Draws) -> str:
    """Version 2: the location, an identifier, one caveat or two, and a signature."""

    def field(kind: int, data: bytes) -> bytes:
        return bytes((kind, len(data))) + data

    caveats = [
        json.dumps({"version": 1, "permissions": "user"}),
        json.dumps([0, draws.between(1_700_000_000, 1_900_000_000), 1]),
    ]
    parts = b"\2" + field(1, b"pypi.org") + field(2, draws.uuid().encode()) + b"\0"
    parts += b"".join(field(2, caveat.encode()) + b"\0" for caveat in caveats[: draws.between(1, 2)])
    parts += b"\0" + field(6, draws.bytes(32))
    return "pypi-" + base64.urlsafe_b64encode(parts).decode().rstrip("=")


def _reference_token(draws: Draws) -> str:
    return base64.b64encode(f"reftkn:01:{draws.digits(10)}:{draws.alnum(26)}".encode()).decode().rstrip("=")


def _login(draws: Draws) -> str:
    return base64.b64encode(f"{draws.word()}:{draws.password()}".encode()).decode()


_DOCKER = templates((
    ("root/.docker/config.json", '{\n  "auths": {\n    "https://index.docker.io/v1/": {\n      "auth": "@@value@@"\n    }\n  }\n}\n'),
    ("home/app/.docker/config.json", '{"auths":{"@@host@@":{"auth":"@@value@@"}},"HttpHeaders":{"User-Agent":"Docker-Client/24"}}\n'),
    ("root/.dockercfg", '{"@@host@@":{"auth":"@@value@@","email":"ops@@@host@@"}}\n'),
    ("kaniko/.docker/config.json", '{"auths":{"registry.@@host@@:@@port@@":{"auth":"@@value@@"}}}\n'),
    ("var/lib/kubelet/config.json", '{"auths": {"ghcr.io": {"auth": "@@value@@"}}}\n'),
    ("run/containers/0/auth.json", '{\n\t"auths": {\n\t\t"quay.io": {\n\t\t\t"auth": "@@value@@"\n\t\t}\n\t}\n}\n'),
))  # fmt: skip


def _pull_secret(draws: Draws, name: str, value: str) -> Placed:
    inner = json.dumps({"auths": {draws.host(): {"username": draws.word(), "auth": value}}})
    encoded = base64.b64encode(inner.encode()).decode()
    text = (
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {draws.word()}-pull\n"
        f"type: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: {encoded}\n"
    )
    return Placed(f"opt/deploy/{draws.word()}-pull.yaml", text, encoded)


def _document(why: str, path: str, text: str, made) -> Decoy:
    return Decoy(why, lambda draws: template(path, text)(draws, "X", made(draws)))


_DOCKER_DECOYS = (
    _document("a helper for credentials", "root/.docker/config.json", '{"credsStore": "@@value@@", "auths": {"@@host@@": {}}}\n', Draws.word),
    _document("an empty login", "root/.docker/config.json", '{"auths": {"@@host@@": {"auth": ""}}, "HttpHeaders": {"User-Agent": "@@value@@"}}\n', Draws.word),
    _document("a reference", "root/.docker/config.json", '{"auths": {"@@host@@": {"auth": "@@value@@"}}}\n', lambda draws: "${REGISTRY_AUTH}"),
    _document("the digest of a manifest", "opt/deploy/manifest.json", '{"config": {"digest": "sha256:@@value@@"}, "auth": "none"}\n', lambda draws: draws.hex(64)),
)  # fmt: skip
_NPM_DECOYS = (
    _document("a reference", "app/.npmrc", "//registry.npmjs.org/:_authToken=@@value@@\n", lambda draws: "${NPM_TOKEN}"),
    _document(
        "the name of a package", "app/package.json", '{"dependencies": {"npm_@@word@@_@@value@@": "1.0.0"}}\n', Draws.word
    ),
    _document(
        "a variable of npm",
        "app/.env",
        "npm_config_registry=https://@@host@@/@@value@@\nnpm_package_version=1.0.0\n",
        Draws.word,
    ),
)

KINDS: tuple[Kind, ...] = (
    token("npm-token", _npm, "NPM_TOKEN NODE_AUTH_TOKEN NPM_AUTH_TOKEN", "npm_", (*FIXED, ("a wrong checksum", swapped)), decoys=_NPM_DECOYS, places=(*_NPMRC, *ANYWHERE)),
    Kind("npmrc-legacy-token", Draws.uuid, ("NPM_TOKEN",), _NPMRC, (), (), _NPM_DECOYS),
    Kind("npmrc-login", _login, ("NPM_AUTH",), templates((
        ("root/.npmrc", "registry=https://@@host@@/\n_auth=@@value@@\nemail=ops@@@host@@\n"),
        ("app/.npmrc", "//@@host@@/:_auth=@@value@@\nalways-auth=true\n"),
        ("home/node/.npmrc", "//@@host@@/:username=@@user@@\n//@@host@@/:_password=\"@@value@@\"\n"),
    )), (CROSSED,), (), _NPM_DECOYS),
    token("pypi-token", _macaroon, "PYPI_TOKEN TWINE_PASSWORD POETRY_PYPI_TOKEN_PYPI", "pypi-AgEIcHlwaS5vcmc", OPEN, places=(*_PYPI, *ANYWHERE)),
    token("rubygems-token", lambda draws: "rubygems_" + draws.hex(48), "RUBYGEMS_API_KEY GEM_HOST_API_KEY", "rubygems_", places=(*_GEM, *ANYWHERE)),
    token("crates-token", lambda draws: "cio" + draws.alnum(32), "CARGO_REGISTRY_TOKEN CRATES_TOKEN", "cio", places=(*_CARGO, *ANYWHERE)),
    token("nuget-key", lambda draws: "oy2" + draws.of(LOWER, 43), "NUGET_API_KEY NUGET_KEY", "oy2", places=(*_NUGET, *ASSIGNED)),
    token("docker-hub-token", lambda draws: "dckr_pat_" + draws.of(URLSAFE, 26) + draws.alnum(1), "DOCKER_HUB_TOKEN DOCKERHUB_TOKEN DOCKER_PASSWORD", "dckr_pat_"),
    token("artifactory-api-key", lambda draws: "AKCp" + draws.digits(1) + draws.alnum(68), "ARTIFACTORY_API_KEY JFROG_API_KEY ARTIFACTORY_PASSWORD", "AKCp"),
    token("artifactory-reference-token", _reference_token, "ARTIFACTORY_TOKEN JFROG_ACCESS_TOKEN", "cmVmdGtu", FIXED[2:4] + (CROSSED,)),
    token("clojars-token", lambda draws: "CLOJARS_" + draws.hex(60), "CLOJARS_PASSWORD CLOJARS_TOKEN", "CLOJARS_"),
    Kind("docker-login", _login, ("DOCKER_AUTH",), (*_DOCKER, _pull_secret), (CROSSED,), (), _DOCKER_DECOYS),
)  # fmt: skip
