"""Registries of packages and images."""

import base64
import json

from ..checksums import crc32_base62
from ..draws import Draws
from ..kind import Kind, Placed
from ..places import ANYWHERE, ASSIGNED, places
from .making import ALIEN, CHECKED, CROSSED, OPEN, PART, placed, token

_NPMRC = places("npmrc")


def npm(draws: Draws) -> str:
    body = draws.named("alnum", 30)
    return f"npm_{body}{crc32_base62(body)}"


def pypi(draws: Draws) -> str:
    """A macaroon of version 2: the location, an identifier, one caveat or two, and a signature."""

    def field(kind: int, data: bytes) -> bytes:
        return bytes((kind, len(data))) + data

    caveats = [json.dumps({"version": 1, "permissions": "user"}), json.dumps([0, draws.between(1_700_000_000, 1_900_000_000)])]
    parts = b"\2" + field(1, bytes.fromhex("707970692e6f7267")) + field(2, draws.uuid().encode()) + b"\0"
    parts += b"".join(field(2, caveat.encode()) + b"\0" for caveat in caveats[: draws.between(1, 2)])
    parts += b"\0" + field(6, draws.bytes(32))
    return "pypi-" + base64.urlsafe_b64encode(parts).decode().rstrip("=")


def _reference_token(draws: Draws) -> str:
    return base64.b64encode(draws.filled("reftkn:01:{digits10}:{alnum27}").encode()).decode()


def _login(draws: Draws) -> str:
    return base64.b64encode(f"{draws.word()}:{draws.password()}".encode()).decode()


def _pull_secret(draws: Draws, name: str, value: str) -> Placed:
    inner = json.dumps({"auths": {draws.host(): {"username": draws.word(), "auth": value}}})
    encoded = base64.b64encode(inner.encode()).decode()
    text = (
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {draws.word()}-pull\n"
        f"type: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: {encoded}\n"
    )
    return Placed(f"opt/deploy/{draws.word()}-pull.yaml", text, encoded)


KINDS: tuple[Kind, ...] = (
    token(
        "npm-token",
        npm,
        "NPM_TOKEN NODE_AUTH_TOKEN NPM_AUTH_TOKEN",
        CHECKED,
        "npm_",
        decoys="npm",
        places=(*_NPMRC, *ANYWHERE),
    ),
    placed("npmrc-legacy-token", "{uuid}", "NPM_TOKEN", _NPMRC, (), decoys="npm"),
    placed("npmrc-login", _login, "NPM_AUTH", places("npmrc-logins"), decoys="npm"),
    token(
        "pypi-token",
        pypi,
        "PYPI_TOKEN TWINE_PASSWORD POETRY_PYPI_TOKEN_PYPI",
        OPEN,
        "pypi-AgEIcHlwaS5vcmc",
        places=(*places("pypi"), *ANYWHERE),
    ),
    token(
        "rubygems-token",
        "rubygems_{hex48}",
        "RUBYGEMS_API_KEY GEM_HOST_API_KEY",
        places=(*places("rubygems"), *ANYWHERE),
    ),
    token("crates-token", "cio{alnum32}", "CARGO_REGISTRY_TOKEN CRATES_TOKEN", places=(*places("cargo"), *ANYWHERE)),
    token("nuget-key", "oy2{lower43}", "NUGET_API_KEY NUGET_KEY", places=(*places("nuget"), *ASSIGNED)),
    token("docker-hub-token", "dckr_pat_{urlsafe27}", "DOCKER_HUB_TOKEN DOCKERHUB_TOKEN DOCKER_PASSWORD"),
    token("artifactory-api-key", "AKCp{digits1}{alnum68}", "ARTIFACTORY_API_KEY JFROG_API_KEY ARTIFACTORY_PASSWORD"),
    token(
        "artifactory-reference-token",
        _reference_token,
        "ARTIFACTORY_TOKEN JFROG_ACCESS_TOKEN",
        (PART, ALIEN, CROSSED),
        "cmVmdGtu",
    ),
    token("clojars-token", "CLOJARS_{hex60}", "CLOJARS_PASSWORD CLOJARS_TOKEN"),
    placed("docker-login", _login, "DOCKER_AUTH", (*places("docker-logins"), _pull_secret), decoys="docker"),
)
