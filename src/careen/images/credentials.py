"""Credentials for a registry: the user's settings, else those that Docker and Podman have stored, else none.

Order: settings (``CAREEN_REGISTRY_USERNAME``/``_PASSWORD``); ``DOCKER_AUTH_CONFIG``; Docker's ``config.json`` with its
credential helpers; Podman's ``auth.json``. An unusable file or helper is no error, since an image may need no credentials;
it is listed in ``troubles``, in case access is denied.
**Source:** docker/cli, config file and ``docker login`` "Credential stores", docker-credential-helpers protocol;
containers-auth.json(5).
"""

import base64
import binascii
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from careen.log import logger

from ..errors import UsageError
from ..exec import Finished, run
from .names import DOCKER_HUB

log = logger(__name__)

HUB_KEY = "https://index.docker.io/v1/"  # Docker's key for its Hub
_CONFIG_BYTES = 1024 * 1024
_HELPER = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_HELPER_PROGRAM = "docker-credential-"
_HELPER_TIMEOUT_S = 30.0  # it may prompt the user, or contact a cloud


class Credential(Struct, frozen=True):
    """A user and a password, a token to exchange (``identity_token``), or one to send as it is (``bearer``)."""

    username: str = ""
    password: str = ""
    identity_token: str = ""
    bearer: str = ""
    source: str = ""

    def __repr__(self) -> str:
        return f"Credential(username={self.username!r}, source={self.source!r})"  # secrets stay out of logs

    @property
    def of_helper(self) -> bool:
        """Whether they come from a helper program, which may return others when they have expired."""
        return self.source.startswith(_HELPER_PROGRAM)

    @property
    def basic(self) -> str:
        """The value of an Authorization header."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


class Found(Struct, frozen=True):
    credential: Credential | None
    troubles: tuple[str, ...] = ()


Run = Callable[..., Finished]


class SharedCredential:
    """Credentials that all repositories of a registry share, looked up when first needed, and again after a refusal."""

    def __init__(self, find: Callable[[], Found]) -> None:
        self._find = find
        self._lock = threading.Lock()
        self._found: Found | None = None

    def __call__(self, refused: Credential | None = None) -> Found:
        with self._lock:
            if self._found is None or (refused is not None and self._found.credential == refused):
                self._found = self._find()
            return self._found


def find(
    registry: str,
    repository: str,
    settings: Mapping[str, Any],
    environ: Mapping[str, str] | None = None,
    start: Run = run,
) -> Found:
    """The credentials for a repository of a registry (host and port, or ``docker.io``)."""
    environ = os.environ if environ is None else environ
    given = _given(settings, environ)
    if given:
        return Found(given)
    troubles: list[str] = []
    for name, document in _documents(settings, environ, troubles):
        credential = _of_document(name, document, registry, repository, environ, start, troubles)
        if credential:
            log.debug("credentials for %s: %s, user %s", registry, credential.source, credential.username or "(token)")
            return Found(credential, tuple(troubles))
    return Found(None, tuple(troubles))


def find_for_others(host: str, repository: str, settings: Mapping[str, Any]) -> Found:
    """The credentials for a host to which a registry redirects: never those that were given for the registry itself."""
    others = {key: value for key, value in settings.items() if key not in _FOR_THE_REGISTRY}
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CAREEN_REGISTRY_")}
    return find(host, repository, others, environ)


_FOR_THE_REGISTRY = ("registry_username", "registry_password", "username", "password")


class Holder(Struct, frozen=True):
    """A file with credentials: the hosts for which it has logins, and the helpers that it names."""

    place: str
    hosts: tuple[str, ...]
    helpers: tuple[str, ...]


def held(settings: Mapping[str, Any], environ: Mapping[str, str], troubles: list[str]) -> Iterator[Holder]:
    """The files with credentials, without the credentials themselves. No helper is started."""
    for name, document in _documents(settings, environ, troubles):
        helpers = _mapping(document.get("credHelpers"))
        named = (_text(document.get("credsStore")), *map(_text, helpers.values()))
        programs = [name for name in named if _HELPER.fullmatch(name)]
        hosts = sorted({_host(key) for key in (*_mapping(document.get("auths")), *helpers)})
        yield Holder(name, tuple(hosts), tuple(sorted({*programs})))


def _given(settings: Mapping[str, Any], environ: Mapping[str, str]) -> Credential | None:
    def value(key: str) -> str:
        return str(settings.get(f"registry_{key}") or settings.get(key) or environ.get(f"CAREEN_REGISTRY_{key.upper()}") or "")

    username, password = value("username"), value("password")
    if username and not password:
        raise UsageError("there is a user name for the registry, but no password", "set CAREEN_REGISTRY_PASSWORD too")
    if username:
        return Credential(username, password, source="CAREEN_REGISTRY_USERNAME and CAREEN_REGISTRY_PASSWORD")
    return Credential(bearer=password, source="CAREEN_REGISTRY_PASSWORD") if password else None


def _documents(
    settings: Mapping[str, Any], environ: Mapping[str, str], troubles: list[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if text := environ.get("DOCKER_AUTH_CONFIG"):
        yield from _parsed("DOCKER_AUTH_CONFIG", text.encode(), troubles)
    for path in _files(settings, environ):
        try:
            with path.open("rb") as file:
                data = file.read(_CONFIG_BYTES + 1)
        except FileNotFoundError:
            continue
        except OSError as error:
            troubles.append(f"{path} cannot be read: {error.strerror}")
            continue
        yield from _parsed(str(path), data, troubles)


def _files(settings: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[Path]:
    home = Path(environ["HOME"]) if environ.get("HOME") else Path.home() if os.name == "nt" else None
    folder = settings.get("docker_config") or environ.get("DOCKER_CONFIG")
    if folder:
        yield Path(folder) / "config.json"
    elif home:
        yield home / ".docker" / "config.json"
    if environ.get("REGISTRY_AUTH_FILE"):
        yield Path(environ["REGISTRY_AUTH_FILE"])
        return
    if environ.get("XDG_RUNTIME_DIR"):
        yield Path(environ["XDG_RUNTIME_DIR"]) / "containers" / "auth.json"
    if environ.get("XDG_CONFIG_HOME"):
        yield Path(environ["XDG_CONFIG_HOME"]) / "containers" / "auth.json"
    elif home:
        yield home / ".config" / "containers" / "auth.json"


def _parsed(name: str, data: bytes, troubles: list[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        document = msgspec.json.decode(data) if len(data) <= _CONFIG_BYTES else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        document = None
    if isinstance(document, dict):
        yield name, document
    else:
        troubles.append(f"{name} is malformed")


def _of_document(
    name: str,
    document: Mapping[str, Any],
    registry: str,
    repository: str,
    environ: Mapping[str, str],
    start: Run,
    troubles: list[str],
) -> Credential | None:
    auths, helpers = _mapping(document.get("auths")), _mapping(document.get("credHelpers"))
    names = {_host(key): value for key, value in helpers.items()}
    keys = [key for key in auths if _host(key) == registry and "/" not in _plain(key)]
    asked = [names[registry]] if registry in names else []
    if isinstance(document.get("credsStore"), str) and document["credsStore"] and not asked:
        asked.append(document["credsStore"])
    for helper in asked:
        for server in dict.fromkeys([HUB_KEY if registry == DOCKER_HUB else registry, *keys]):
            credential, trouble = _of_helper(helper, server, environ, start)
            if credential:
                return credential
            if trouble:
                troubles.append(trouble)
                break
    return next(filter(None, (_of_entry(name, auths[key]) for key in _best(auths, registry, repository))), None)


def _best(auths: Mapping[str, Any], registry: str, repository: str) -> list[str]:
    """The keys that cover a repository, the most exact first: Podman's keys may contain a path below the host."""
    wanted = f"{registry}/{repository}"
    fitting = []
    for key in auths:
        host, _, path = _plain(key).partition("/")
        plain = f"{_host(host)}/{path}" if path else _host(host)
        if wanted == plain or wanted.startswith(f"{plain}/"):
            fitting.append((-len(plain), key))
    return [key for _, key in sorted(fitting)]


def _plain(key: str) -> str:
    """A key without scheme and without the path of an API version, which old files contain."""
    text = key.partition("://")[2] if "://" in key else key
    return re.sub(r"/(?:v[12](?:/.*)?)?$", "", text)


def _host(key: str) -> str:
    host = _plain(key).partition("/")[0].lower()
    return DOCKER_HUB if host in ("index.docker.io", "registry-1.docker.io") else host


def _of_entry(name: str, entry: Any) -> Credential | None:
    fields = _mapping(entry)
    username, password = _text(fields.get("username")), _text(fields.get("password"))
    packed = _text(fields.get("auth"))
    if packed and not password:
        try:
            pair = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=False).decode().rstrip("\0")
        except (binascii.Error, UnicodeDecodeError):
            pair = ""
        username, _, password = pair.partition(":")
    credential = Credential(
        username, password, _text(fields.get("identitytoken")), _text(fields.get("registrytoken")), source=name
    )
    known = (credential.password and credential.username) or credential.identity_token or credential.bearer
    return credential if known else None


def _of_helper(helper: Any, server: str, environ: Mapping[str, str], start: Run) -> tuple[Credential | None, str]:
    """Runs ``docker-credential-HELPER get``. Returns the credentials, or None and why it failed; "" if the helper has
    none.
    """
    if not isinstance(helper, str) or not _HELPER.fullmatch(helper):
        return None, "the name of a credential helper is malformed"
    program = f"{_HELPER_PROGRAM}{helper}"
    try:
        finished = start([program, "get"], input=server.encode(), timeout_s=_HELPER_TIMEOUT_S, environ=environ)
    except OSError as error:
        return None, f"{program} cannot be used: {error.strerror or error}"
    if finished.code != 0:
        output = (finished.stdout + finished.stderr).decode(errors="replace").strip()
        if "credentials not found" in output or "not found in native keychain" in output:
            return None, ""
        return None, f"{program} failed with code {finished.code}"  # its output may contain a secret
    try:
        answer = _mapping(msgspec.json.decode(finished.stdout))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, f"{program} gave no credential"
    username, secret = _text(answer.get("Username")), _text(answer.get("Secret"))
    if not secret:
        return None, ""
    if username == "<token>":
        return Credential(identity_token=secret, source=program), ""
    return Credential(username, secret, source=program), ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
