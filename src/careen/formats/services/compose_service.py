"""A service of a Compose file, with short and long syntaxes unified. Other readers represent containers in this form too.

**Source:** https://github.com/compose-spec/compose-spec/blob/main/05-services.md
"""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.data.yaml_document import Mapping, Sequence, as_text
from careen.formats.kubernetes.quantity import quantity

from .host_path import plain

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_PORT = re.compile(
    r"(?:(?P<ip>\[[0-9a-fA-F:.%]+\]|[^:/\[\]]+(?=:[^:]*:)):)?(?:(?P<published>[^:/]*):)?(?P<target>[^:/]+)(?:/(?P<protocol>\w+))?\Z"
)
_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?\Z")
MAX_NAME = 253  # characters of a name in messages
EVERYWHERE = ("", "0.0.0.0", "::", "[::]")  # noqa: S104


class Mount(Struct, frozen=True):
    """A volume of a service. ``kind``: bind, volume (``source`` is its name, "" if anonymous), tmpfs, npipe, image …"""

    kind: str
    source: str
    target: str
    read_only: bool
    propagation: str
    options: tuple[str, ...]
    index: int  # in the service's volumes
    device: str = ""  # the host path to which the definition of a volume binds it

    @property
    def host_path(self) -> str:
        """The mounted host path in its plain form; "" if it is not a host path."""
        if self.kind == "bind":
            return plain(self.source)
        return self.device and plain(self.device)

    @property
    def shown(self) -> str:
        return self.device or self.source


class Port(Struct, frozen=True):
    """A published port; ``published`` is "" if the engine chooses the host port."""

    host_ip: str
    published: str
    target: str
    protocol: str
    index: int  # in the service's ports

    @property
    def everywhere(self) -> bool:
        return self.host_ip in EVERYWHERE

    def numbers(self) -> frozenset[int]:
        """The ports on the host and in the container; of a large range, only the first 101."""
        found: set[int] = set()
        for text in (self.published, self.target):
            if match := _RANGE.match(text):
                first, last = int(match[1]), int(match[2] or match[1])
                found.update(range(first, min(last, first + 100) + 1))
        return frozenset(found)


class Service:
    """A service, or a container that another file starts. ``origins`` has the file of each key from another file than
    the service's, by (id of mapping, key).

    ``noun`` is its name in messages: a Compose file has services, a command starts a container.
    """

    __slots__ = ("bound", "image", "name", "node", "noun", "origins", "path")

    def __init__(self, name: str, node: Mapping, path: str, origins: dict[tuple[int, str], str], noun: str = "service") -> None:
        self.name = name
        self.node = node
        self.path = path
        self.origins = origins
        self.noun = noun
        self.image = node.text("image")
        self.bound: dict[str, tuple[str, bool]] = {}  # volumes that are a host path: the path, and whether it is read-only

    @property
    def label(self) -> str:
        return f"{self.noun} {self.name[:MAX_NAME]}"

    def where(self, *keys: str | int) -> tuple[str, int]:
        """File and line of the deepest of ``keys`` that exists."""
        path = self.path
        here: Any = self.node
        for key in keys:
            if isinstance(here, Mapping) and isinstance(key, str) and key in here:
                path = self.origins.get((id(here), key), path)
                here = here[key]
            elif isinstance(here, Sequence) and isinstance(key, int) and key < len(here):
                path = self.origins.get((id(here), str(key)), path)
                here = here[key]
            else:
                break
        return path, self.node.line_of(*keys)

    def is_on(self, key: str) -> bool:
        """Whether a boolean setting is true."""
        return is_true(self.node.get(key))

    @property
    def added(self) -> frozenset[str]:
        """The capabilities that are added, in capitals without ``CAP_``."""
        return frozenset(name.upper().removeprefix("CAP_") for name in self.node.texts("cap_add"))

    @property
    def dropped(self) -> frozenset[str]:
        return frozenset(name.upper().removeprefix("CAP_") for name in self.node.texts("cap_drop"))

    @property
    def security(self) -> list[str]:
        """Security options, with ``=`` instead of ``:``."""
        return [option.strip().replace(":", "=", 1) for option in self.node.texts("security_opt")]

    @property
    def network_mode(self) -> str:
        return self.node.text("network_mode") or self.node.text("net")

    def networks(self) -> tuple[str, ...]:
        """The names of its networks; ``default`` if it names none."""
        if self.network_mode:
            return ()
        value = self.node.get("networks")
        if isinstance(value, Mapping):
            return tuple(value) or ("default",)
        return tuple(self.node.texts("networks")) or ("default",)

    def environment(self) -> Iterator[tuple[str, str | None, str | int]]:
        """Each variable with its value (None: taken from the shell) and its key or index."""
        value = self.node.get("environment")
        if isinstance(value, Mapping):
            for name, entry in value.items():
                yield name, None if entry is None else as_text(entry), name
        elif isinstance(value, Sequence):
            for index, entry in enumerate(value):
                name, equals, text = as_text(entry).partition("=")
                yield name, text if equals else None, index

    def mounts(self) -> Iterator[Mount]:
        for mount in self._mounts():
            if mount.kind == "volume" and mount.source in self.bound:
                device, read_only = self.bound[mount.source]
                yield replace(mount, device=device, read_only=mount.read_only or read_only)
            else:
                yield mount

    def _mounts(self) -> Iterator[Mount]:
        for index, entry in enumerate(self.node.seq("volumes")):
            if isinstance(entry, Mapping):
                options = tuple(key for key in ("bind", "volume", "tmpfs") for key in entry.map(key))
                yield Mount(
                    kind=entry.text("type") or "volume",
                    source=entry.text("source") or entry.text("src"),
                    target=entry.text("target") or entry.text("destination") or entry.text("dst"),
                    read_only=is_true(entry.get("read_only")),
                    propagation=entry.text("bind", "propagation"),
                    options=options,
                    index=index,
                )
            elif text := as_text(entry):
                yield _mount(text, index)
        for text in self.node.texts("tmpfs"):
            target, _, flags = text.partition(":")
            yield Mount("tmpfs", "", target, False, "", tuple(flags.split(",")) if flags else (), -1)

    def ports(self) -> Iterator[Port]:
        for index, entry in enumerate(self.node.seq("ports")):
            if isinstance(entry, Mapping):
                protocol = entry.text("protocol") or "tcp"
                yield Port(entry.text("host_ip"), entry.text("published"), entry.text("target"), protocol, index)
            elif match := _PORT.match(as_text(entry).strip()[:200]):
                ip = (match["ip"] or "").strip("[]")
                yield Port(ip, match["published"] or "", match["target"], match["protocol"] or "tcp", index)

    def limit(self, what: str) -> float | None:
        """The effective limit of memory (bytes), cpus or pids; None without limit."""
        limits = self.node.map("deploy", "resources", "limits")
        old = {"memory": "mem_limit", "cpus": "cpus", "pids": "pids_limit"}[what]
        value = limits.get(what)
        text = as_text(self.node.get(old) if value is None else value).strip().lower().removesuffix("b")
        found = quantity(text.replace("g", "G").replace("m", "M") if what == "memory" else text)
        if found is None and what == "cpus" and self.node.get("cpu_quota") is not None:
            found = quantity(self.node.get("cpu_quota"))
        return found if found is not None and found > 0 else None

    def command(self) -> list[str]:
        """Entrypoint and command as words; a string is split at blanks."""
        words: list[str] = []
        for key in ("entrypoint", "command"):
            value = self.node.get(key)
            words += value.split() if isinstance(value, str) else self.node.texts(key)
        return words


def is_true(value: Any) -> bool:
    """Whether a boolean setting is true; Compose also takes texts, as values of variables are."""
    return value is True or (isinstance(value, str) and value.lower() in ("true", "y", "yes", "on"))


def _mount(text: str, index: int) -> Mount:
    head = ""
    if _DRIVE.match(text):
        head, text = text[:2], text[2:]
    source, colon, rest = text.partition(":")
    source = head + source
    if not colon:
        return Mount("volume", "", source, False, "", (), index)
    tail = ""
    if _DRIVE.match(rest):
        tail, rest = rest[:2], rest[2:]
    target, _, mode = rest.partition(":")
    options = tuple(option for option in mode.split(",") if option)
    host = source.startswith(("/", ".", "~", "$", "\\")) or bool(head)
    return Mount(
        kind="bind" if host else "volume",
        source=source,
        target=tail + target,
        read_only="ro" in options or "readonly" in options,
        propagation=next(
            (option for option in options if option in ("shared", "rshared", "slave", "rslave", "private", "rprivate")), ""
        ),
        options=options,
        index=index,
    )
