"""An image as it was opened: configuration and layers, nothing read yet."""

from collections.abc import Callable
from typing import BinaryIO

from msgspec import Struct

from .attached import Attached
from .finding import Location


class Platform(Struct, frozen=True):
    """Operating system and architecture in the words of the OCI image specification (``linux/arm64/v8``)."""

    os: str
    architecture: str
    variant: str | None = None

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


class History(Struct, frozen=True):
    """One build step. Source: OCI image-spec, config.md, ``history``."""

    created: str = ""
    created_by: str = ""
    comment: str = ""
    empty_layer: bool = False


class ImageConfig(Struct, frozen=True):
    """What the image says of itself; every value is a claim. Source: OCI image-spec, config.md."""

    created: str | None = None
    user: str = ""
    env: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    working_dir: str = ""
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    history: tuple[History, ...] = ()
    health_check: tuple[str, ...] = ()  # of Docker's configuration; ("NONE",) switches an inherited one off
    on_build: tuple[str, ...] = ()


class Layer(Struct, frozen=True):
    """A file system change set. ``digest`` names the stored bytes, ``diff_id`` claims the uncompressed ones.

    ``open`` gives the stored (often compressed) bytes anew at each call. Where ``digest`` is ``""`` the source made
    no promise about the stored bytes (a docker-archive): nothing is to be checked, and nothing is computed.
    """

    index: int
    digest: str
    diff_id: str
    size_bytes: int
    created_by: str
    open: Callable[[], BinaryIO]
    identity: str = ""  # names these bytes on this machine (file, offset, size, times), where no digest was promised
    folder: str = ""  # a root file system folder to read in place of ``open``
    diff_id_verified: bool = False  # the uncompressed bytes were hashed and are what ``diff_id`` claims
    unread: str = ""  # why the layer cannot be read at all: it is encrypted, or does not come with the image
    instruction: Location | None = None  # of the Dockerfile that the image was built from, where one was given


class BaseImage(Struct, frozen=True):
    """The image that another was built on: its first ``layers``. ``reference`` and ``layers`` None: not told."""

    reference: str | None
    digest: str | None
    layers: int | None
    how: str  # label | history | known layers


class Image(Struct, frozen=True):
    reference: str
    kind: str  # image | directory
    digest: str
    platform: Platform | None
    config: ImageConfig
    layers: tuple[Layer, ...]
    opened: str = ""  # which image it is, and from where, as a reference: "registry:docker.io/library/nginx:latest"
    tag: str = ""  # the name that a registry or engine was asked for, where it has no digest
    attached: Attached | None = None  # what lies beside it in its registry; None: nobody asked
