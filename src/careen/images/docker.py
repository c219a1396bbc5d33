"""Images of Docker on this machine: ``docker:NAME:TAG`` or ``docker:ID``.

``DOCKER_HOST`` is its address (``unix://``, ``tcp://``, with ``DOCKER_TLS_VERIFY`` and ``DOCKER_CERT_PATH``); else its
usual sockets are tried: the system's, that of a rootless engine, that of Docker Desktop.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from ..model.image import Image
from ..plugins import ImageSource, OpenContext
from . import engine


def open_image(reference: str, context: OpenContext) -> Image:
    return engine.open_image("docker", reference, context, endpoints(os.environ, context), lambda name: (name,))


def endpoints(environ: Mapping[str, str], context: OpenContext) -> tuple[engine.Endpoint, ...]:
    """Docker's address from the environment, or the usual sockets that exist."""
    if environ.get("DOCKER_HOST"):
        return (engine.endpoint_of(environ["DOCKER_HOST"], "DOCKER_HOST", environ, context),)
    return engine.unix_endpoints(sockets(environ), context)


def sockets(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The sockets at which Docker usually listens."""
    found = [Path("/var/run/docker.sock")]
    if environ.get("XDG_RUNTIME_DIR"):
        found.append(Path(environ["XDG_RUNTIME_DIR"]) / "docker.sock")
    if environ.get("HOME"):
        found += [Path(environ["HOME"]) / ".docker" / folder / "docker.sock" for folder in ("run", "desktop")]
    return tuple(found)


IMAGE_SOURCE = ImageSource(
    name="docker", open=open_image, accepts=engine.accepts, description="an image that Docker has on this machine"
)
