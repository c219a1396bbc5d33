"""An opened image: its configuration, and its layers, which are not read yet."""

from collections.abc import Callable
from typing import BinaryIO, Literal, Protocol

from msgspec import Struct

from .attached import Attached
from .finding import Location


class Platform(Struct, frozen=True):
    """Operating system and architecture in the terms of the OCI image specification (``linux/arm64/v8``)."""

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
    """The image's own configuration; every value is a claim. Source: OCI image-spec, config.md."""

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
    health_check: tuple[str, ...] = ()  # of Docker's configuration; ("NONE",) disables an inherited one
    on_build: tuple[str, ...] = ()


class Parts(Protocol):
    """Reads parts of a layer's stored bytes, by the table of contents to which its manifest refers. Raises TableError
    if the whole layer has to be read.

    ``used``: the files of the layer were read by the table. Only then is the table also used to read some of them again.
    """

    used: bool

    def document(self) -> tuple[bytes, int]:
        """The table as JSON, verified, and the position at which it begins."""
        ...

    def read(self, start: int, stop: int) -> bytes: ...

    def known(self, digest: str) -> bytes | None:
        """The content of a chunk of any layer of the image, if it was kept."""
        ...

    def keep(self, digest: str, content: bytes) -> None:
        """Keeps the verified content of a chunk, if there is room."""
        ...


class Layer(Struct, frozen=True):
    """A layer. ``digest`` is that of the stored bytes, ``diff_id`` the claimed digest of the uncompressed ones.

    Each call of ``open`` returns a new stream of the stored (often compressed) bytes. If ``digest`` is ``""`` the
    source does not state one (a docker-archive): nothing is checked or computed.
    """

    index: int
    digest: str
    diff_id: str
    size_bytes: int
    created_by: str
    open: Callable[[], BinaryIO]
    identity: str = ""  # identifies these bytes on this machine (file, offset, size, times) if there is no digest
    folder: str = ""  # a root file system folder to read instead of ``open``
    excluded: tuple[str, ...] = ()  # patterns of places in the folder that are left out
    diff_id_verified: bool = False  # the uncompressed bytes were hashed and match ``diff_id``
    unread: str = ""  # why the layer cannot be read at all: it is encrypted, or missing
    parts: Parts | None = None  # if the user wants layers to be read by their tables of contents
    instruction: Location | None = None  # in the Dockerfile that the image was built from, if it is given
    reopen: Callable[[], BinaryIO] | None = None  # instead of ``open`` when some files of a layer that was read are asked for


def is_by_table(layer: Layer) -> bool:
    """Whether the layer's content is known from its table of contents, and its bytes were not read."""
    return layer.parts is not None and layer.parts.used


class BaseImage(Struct, frozen=True):
    """The base of an image: its first ``layers``. ``reference`` and ``layers`` are None if unknown."""

    reference: str | None
    digest: str | None
    layers: int | None
    how: Literal["label", "history", "known layers"]


class Image(Struct, frozen=True):
    reference: str
    kind: str  # image | directory
    digest: str
    platform: Platform | None
    config: ImageConfig
    layers: tuple[Layer, ...]
    opened: str = ""  # the full reference that was opened: "registry:docker.io/library/nginx:latest"
    tag: str = ""  # the requested name, if it has no digest
    attached: Attached | None = None  # what its registry attaches to it; None: not requested
