"""Images of Podman on this machine: ``podman:NAME:TAG`` or ``podman:ID``.

``CONTAINER_HOST`` is its address (``unix://``, ``tcp://``); else the user's own socket, the system's and that of a
Podman machine (macOS) are tried. A name without a host may also mean an image that was built on this machine, which
Podman calls ``localhost/NAME``.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from ..model.image import Image
from ..plugins import ImageSource, OpenContext
from . import engine


def open_image(reference: str, context: OpenContext) -> Image:
    return engine.open_image("podman", reference, context, endpoints(os.environ, context), names)


def names(reference: str) -> tuple[str, ...]:
    """The names under which Podman may have the image."""
    first = reference.partition("/")[0]
    has_host = "/" in reference and (any(char in first for char in ".:") or first == "localhost")
    return (reference,) if has_host else (reference, f"localhost/{reference}")


def endpoints(environ: Mapping[str, str], context: OpenContext) -> tuple[engine.Endpoint, ...]:
    """Podman's address from the environment, or the usual sockets that exist."""
    if environ.get("CONTAINER_HOST"):
        return (engine.endpoint_of(environ["CONTAINER_HOST"], "CONTAINER_HOST", environ, context),)
    return engine.unix_endpoints(sockets(environ), context)


def sockets(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The sockets at which Podman usually listens."""
    own = [Path(environ["XDG_RUNTIME_DIR"]) / "podman" / "podman.sock"] if environ.get("XDG_RUNTIME_DIR") else []
    machine = [Path(environ["HOME"]) / ".local/share/containers/podman/machine/podman.sock"] if environ.get("HOME") else []
    return (*own, Path("/run/podman/podman.sock"), *machine)


IMAGE_SOURCE = ImageSource(
    name="podman", open=open_image, accepts=engine.accepts, description="an image that Podman has on this machine"
)
