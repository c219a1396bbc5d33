"""Running containers of an engine on this machine: what it reports about each, about its image and its changed files.

Nothing is started, stopped or entered; only the engine's API is used. A container that ends meanwhile is left out. Facts
that the engine does not report become Unknowns.
Raises: NotHereError if no engine answers.
**Source:** Docker Engine API 1.43, "List containers", "Inspect a container", "Get changes on a container's filesystem",
"Inspect an image"; Podman's compatible API.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from careen.formats.services.container_inspect import Running, read

from ..errors import Error, NotHereError
from ..model.inventory import Unknown
from ..model.package import Evidence
from ..model.running import RunningImage
from ..plugins import OpenContext
from . import docker, podman
from .engine import Endpoint, asked

MAX_CONTAINERS = 2000
ENGINES = {"docker": docker.endpoints, "podman": podman.endpoints}


class Containers(Struct, frozen=True):
    engine: str
    running: tuple[Running, ...]
    unknowns: tuple[Unknown, ...]


def containers(engine: str | None, context: OpenContext) -> Containers:
    """The containers of the named engine; without a name, of the first engine that answers."""
    trouble: NotHereError | None = None
    for name in [engine] if engine else ENGINES:
        for endpoint in ENGINES[name](os.environ, context):
            try:
                return _of(name, endpoint)
            except NotHereError as error:
                trouble = trouble or error
    if trouble:
        raise trouble
    wanted = engine or "container engine"
    raise NotHereError(
        f"there is no {wanted} on this machine", f"start {engine or 'docker or podman'}, or name its socket", absent=True
    )


def running_images(engine: str | None, context: OpenContext) -> tuple[RunningImage, ...]:
    """The images of the engine's containers, each with the digest by which it was pulled, if any."""
    trouble: NotHereError | None = None
    for name in [engine] if engine else ENGINES:
        for endpoint in ENGINES[name](os.environ, context):
            try:
                listed = asked(name, endpoint, "/containers/json")
                entries = [each for each in listed or () if isinstance(each, dict)][:MAX_CONTAINERS]
                return tuple(sorted({_running_image(name, endpoint, each) for each in entries}))
            except NotHereError as error:
                trouble = trouble or error
    raise trouble or NotHereError(f"there is no {engine or 'container engine'} on this machine", "start it", absent=True)


def _running_image(engine: str, endpoint: Endpoint, entry: dict[str, Any]) -> RunningImage:
    reference, names = str(entry.get("Image", "")), entry.get("Names")
    found = asked(engine, endpoint, f"/images/{quote(str(entry.get('ImageID', '')), safe=':')}/json")
    pulled = found.get("RepoDigests") if isinstance(found, dict) else None
    name = reference.partition("@")[0]
    name = name.rpartition(":")[0] if ":" in name.rpartition("/")[2] else name
    pairs = [each.partition("@") for each in pulled if isinstance(each, str)] if isinstance(pulled, list) else []
    digests = [digest for of_name, _, digest in pairs if of_name == name] or [digest for _, _, digest in pairs]
    workload = str(names[0]).lstrip("/") if isinstance(names, list) and names else str(entry.get("Id", ""))[:12]
    return RunningImage("", workload, reference, digests[0] if digests else "")


def _of(engine: str, endpoint: Endpoint) -> Containers:
    listed = asked(engine, endpoint, "/containers/json")
    ids = [entry["Id"] for entry in listed or () if isinstance(entry, dict) and isinstance(entry.get("Id"), str)]
    running: list[Running] = []
    unknowns: list[Unknown] = []
    if len(ids) > MAX_CONTAINERS:
        unknowns.append(
            Unknown("containers", Evidence(engine, 0), f"more than {MAX_CONTAINERS} containers: the others were not read")
        )
    for id in ids[:MAX_CONTAINERS]:
        found = asked(engine, endpoint, f"/containers/{quote(id, safe='')}/json")
        if not isinstance(found, dict):
            continue  # it has ended
        try:
            one = read(found, engine, **dict(_beside(engine, endpoint, id, found)))
        except ValueError as error:
            unknowns.append(Unknown("containers", Evidence(id[:12], 0), str(error)))
            continue
        running.append(one)
        unknowns += [Unknown("containers", Evidence(one.name, 0), f"{what} could not be determined") for what in one.missing]
    return Containers(engine, tuple(sorted(running, key=lambda container: container.name)), tuple(unknowns))


def _beside(engine: str, endpoint: Endpoint, id: str, found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields a container's image, the image that this image's name means now, and the changed files; None for what the
    engine does not report.
    """
    config = found.get("Config")
    name = config.get("Image") if isinstance(config, dict) else None
    paths: Sequence[tuple[str, Any]] = (
        ("image", f"/images/{quote(str(found.get('Image', '')), safe=':')}/json"),
        ("tagged", f"/images/{quote(str(name or ''), safe='/:@')}/json"),
        ("changes", f"/containers/{quote(id, safe='')}/changes"),
    )
    for key, path in paths:
        try:
            yield key, asked(engine, endpoint, path)
        except NotHereError:
            raise
        except Error:
            yield key, None
