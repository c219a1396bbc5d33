"""Sends the list of the images that run, in a cluster or on a container engine, to a Careen server.

Raises: UsageError for a malformed address; CredentialsError if the server refuses the key, or the cluster the credentials;
InputError if there is no engine, or the cluster's user may not list pods; NetworkError if one of them does not answer.
"""

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Struct

from careen.app.opening import open_context
from careen.clusters.access import Access
from careen.config import Settings
from careen.errors import CredentialsError, NetworkError, UsageError
from careen.model.running import RunningImage
from careen.plugins import Response, silent
from careen.safety.typed import from_json

ME = "/api/v1/me"
MAX_BYTES = 64 * 1024


class _Me(Struct):
    project: int


def running_in_cluster(access: Access, namespaces: Sequence[str], settings: Settings) -> tuple[RunningImage, ...]:
    from careen.clusters.client import connected
    from careen.clusters.running import running_images

    with connected(access, settings.timeout_s) as client:
        return running_images(client, tuple(namespaces))


def running_on_engine(engine: str | None, settings: Settings) -> tuple[RunningImage, ...]:
    from careen.images.containers import running_images

    return running_images(engine, open_context(settings, silent))


def send(server: str, key: str, source: str, running: Sequence[RunningImage], settings: Settings) -> None:
    """Sends the running images. ``source`` is the name of the cluster or machine: the report replaces its earlier one."""
    from careen.net import NetSettings, make_fetcher

    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise UsageError(f"{server!r} is not the address of a server", "--server https://HOST")
    net = NetSettings(
        timeout_s=settings.timeout_s,
        ca_file=settings.ca_file,
        insecure=("*",) if settings.insecure else (),
        plain_http=("*",) if settings.plain_http else (),
    )
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Accept": "application/json"}
    body = msgspec.json.encode({"workloads": running})
    with make_fetcher(net) as fetcher:
        whose = fetcher.request(server.rstrip("/") + ME, headers=headers)
        project = _project(whose, parts.netloc)
        address = f"{server.rstrip('/')}/api/v1/projects/{project}/agents/{quote(source, safe='')}"
        response = fetcher.request(address, method="PUT", headers=headers, body=body)
        response.close()
    _refuse(response.status, parts.netloc)


def _project(response: Response, host: str) -> int:
    """The id of the key's project."""
    try:
        _refuse(response.status, host)
        return from_json(response.read(MAX_BYTES), _Me).project
    except msgspec.MsgspecError:
        hint = "create a key of the scope agent in a project"
        raise CredentialsError(f"the key for {host} belongs to no project", hint) from None
    finally:
        response.close()


def _refuse(status: int, host: str) -> None:
    if status in (401, 403, 404):
        raise CredentialsError(f"{host} does not accept the key", "it needs the scope agent")
    if status not in (200, 201, 202, 204):
        raise NetworkError(f"{host} answered {status} to the report", "see the server's log")
