"""Compose files -> services, networks, volumes and secrets as the engine sees them, with lines.

Several files are merged in their order, as ``-f a -f b`` does, and so are the documents of a file. Anchors and ``<<`` are
those of YAML. ``extends`` and ``include`` are followed within the given files; references to elsewhere (another file, a
repository, a registry) are never opened and listed in ``unresolved``. A file of the first format has its services at the top.
Variables get the given values or their defaults. The tags ``!reset`` and ``!override`` are ignored.

Raises: ValueError if a file is not YAML, exceeds a limit, or is not a Compose file.
**Source:** https://github.com/compose-spec/compose-spec (05-services, 10-fragments, 13-merge, 14-include).
"""

import posixpath
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from careen.errors import FileLimitError
from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text

from .compose_service import MAX_NAME, Mount, Port, Service
from .interpolate import interpolate

__all__ = [
    "Compose",
    "Mount",
    "Port",
    "Section",
    "Service",
    "Unresolved",
    "is_compose",
    "is_first_format",
    "of_containers",
    "read",
]

SECTIONS = ("services", "networks", "volumes", "secrets", "configs")
MAX_EXTENDS = 16
MAX_SERVICES = 1000
_SOURCES = frozenset(("image", "build", "extends"))  # one of which every service has
_KEYS = _SOURCES | {  # which tell a service of Compose from those of other programs
    *("cap_add", "command", "container_name", "deploy", "depends_on", "devices", "entrypoint", "env_file", "environment"),
    *("network_mode", "networks", "pid", "ports", "privileged", "profiles", "read_only", "restart", "security_opt", "user"),
    *("userns_mode", "volumes", "working_dir"),
}
_REPLACED = frozenset(("command", "entrypoint", "test"))  # sequences that the later file replaces
_BY_TARGET = frozenset(("volumes", "devices"))  # short syntax: the later entry for a target wins


class Unresolved(Struct, frozen=True):
    """A reference to elsewhere that was not opened."""

    what: str
    path: str
    line: int


class Section(Struct, frozen=True):
    """A network, volume, secret or config; ``node`` is empty without further settings."""

    name: str
    node: Mapping
    path: str
    line: int
    what: str

    @property
    def label(self) -> str:
        return f"{self.what.removesuffix('s')} {self.name[:MAX_NAME]}"

    def where(self, *keys: str | int) -> tuple[str, int]:
        return self.path, self.node.line_of(*keys) or self.line


class Compose:
    """The merged files; ``body`` has the sections beside the services."""

    def __init__(
        self,
        path: str,
        services: Iterable[Service],
        body: Mapping,
        origins: dict[tuple[int, str], str],
        unresolved: Iterable[Unresolved] = (),
    ) -> None:
        self.path = path
        self.unresolved = tuple(unresolved)
        self.services = tuple(services)
        self.registries: tuple[str, ...] = ()  # that images may come from; (): any
        bound = _bound(body.map("volumes"))
        for service in self.services:
            service.bound = bound
        self.users: dict[str, list[tuple[Service, Mount]]] = {}  # of each named volume
        for service in self.services:
            for mount in service.mounts():
                if mount.kind == "volume" and mount.source:
                    self.users.setdefault(mount.source, []).append((service, mount))
        self.networks = _sections("networks", body, path, origins)
        self.volumes = _sections("volumes", body, path, origins)
        self.secrets = _sections("secrets", body, path, origins)
        self.configs = _sections("configs", body, path, origins)


def read(files: Iterable[tuple[str, str]], variables: dict[str, str] | None = None) -> Compose:
    """Reads Compose files, given as (path, text). Files that no other file includes or extends are merged, in order."""
    given = list(files)
    reader = _Reader()
    for path, text in given:
        found = [_with_services(document) for document in yaml_document.read(text) if isinstance(document, Mapping)]
        if not found:
            raise ValueError(f"{path}: not a Compose file")
        reader.add(path, [_interpolated(document, variables or {}, {}) for document in found])
    roots = [path for path, _ in given if path not in reader.referred()] or [path for path, _ in given][:1]
    body: Mapping | None = None
    for path in roots:
        whole = reader.whole(path)
        body = whole if body is None else reader.merged(body, whole)
    if body is None:
        raise ValueError("not a Compose file")
    if len(body.map("services")) > MAX_SERVICES:
        raise FileLimitError(f"over {MAX_SERVICES} services")
    origins = reader.origins
    services = (
        Service(name, node, origins.get((id(body["services"]), name), roots[0]), origins)
        for name, node in body.map("services").items()
        if isinstance(node, Mapping)
    )
    return Compose(roots[0], services, body, origins, reader.unresolved)


def _bound(volumes: Mapping) -> dict[str, tuple[str, bool]]:
    """The host path of each volume that the local driver binds to one, and whether it is read-only."""
    found = {}
    for name in volumes:
        options = volumes.map(name, "driver_opts")
        device, flags = options.text("device"), options.text("o").split(",")
        if device.startswith("/") and not {"bind", "rbind"}.isdisjoint(flags):
            found[name] = (device, "ro" in flags)
    return found


def of_containers(
    path: str,
    services: Iterable[Service],
    body: Mapping | None = None,
    origins: dict[tuple[int, str], str] | None = None,
    unresolved: Iterable[Unresolved] = (),
) -> Compose:
    """Containers that no Compose file starts, in the form of one; names that ``body`` does not define are external."""
    held = tuple(services)
    body = body or Mapping()
    for service in held:
        named = {key: service.node.texts(key) for key in ("networks", "secrets", "configs")}
        named["volumes"] = [mount.source for mount in service.mounts() if mount.kind == "volume" and mount.source]
        for section, names in named.items():
            if section not in body:
                yaml_document.put(body, section, Mapping(), 0)
            for name in names:
                body[section].setdefault(name, None)
    return Compose(path, held, body, origins or {}, unresolved)


def is_compose(document: Any) -> bool:
    """Whether a YAML document has services as Compose describes them, or includes files that do."""
    if not isinstance(document, Mapping) or "apiVersion" in document:
        return False
    if "services" in document:
        services = document["services"]
        if not isinstance(services, Mapping):
            return services is None
        return not services or any(
            not service or (isinstance(service, Mapping) and service.keys() & _KEYS) for service in services.values()
        )
    return any(
        "path" in entry if isinstance(entry, Mapping) else "://" not in as_text(entry) for entry in document.seq("include")
    )


def is_first_format(document: Any) -> bool:
    """Whether all that a YAML document has are services."""
    return (
        isinstance(document, Mapping)
        and bool(document)
        and "services" not in document  # one may have the name "image"
        and all(isinstance(service, Mapping) and service.keys() & _SOURCES for service in document.values())
    )


def _with_services(document: Mapping) -> Mapping:
    if not is_first_format(document):
        return document
    whole = Mapping(document.line)
    yaml_document.put(whole, "services", document, document.line)
    return whole


class _Reader:
    """Follows references between files; each file is resolved once."""

    def __init__(self) -> None:
        self.documents: dict[str, Mapping] = {}
        self._parts: list[Mapping] = []  # kept, since origins are by the ids of mappings
        self.origins: dict[tuple[int, str], str] = {}
        self.unresolved: list[Unresolved] = []
        self._whole: dict[str, Mapping | None] = {}  # None: in progress
        self._services: dict[tuple[str, str], Mapping] = {}
        self._copied = 0

    def add(self, path: str, documents: list[Mapping]) -> None:
        """Adds a file. Its documents are merged in their order, as files are."""
        whole = documents[0]
        for document in documents[1:]:
            whole = self.merged(whole, document, (path, path))
        self.documents[path] = whole
        self._parts += documents

    def referred(self) -> set[str]:
        """Those of the given files that another file includes or extends."""
        found = set()
        for path, document in self.documents.items():
            names = [name for name, _ in _includes(document)]
            names += [
                service.text("extends", "file") for service in document.map("services").values() if isinstance(service, Mapping)
            ]
            found |= {joined for name in names if (joined := _beside(path, name)) != path}
        return found & set(self.documents)

    def whole(self, path: str) -> Mapping:
        """A file merged with its includes, and its services with the services that they extend."""
        if path in self._whole:
            return self._whole[path] or Mapping()
        self._whole[path] = None
        document = self.documents[path]
        body = Mapping(document.line)
        for name, line in _includes(document):
            target = _beside(path, name)
            if target in self._whole and self._whole[target] is None:
                self.unresolved.append(Unresolved(f"include {name}", path, line))
            elif target in self.documents:
                body = self.merged(body, self.whole(target))
            else:
                self.unresolved.append(Unresolved(f"include {name}", path, line))
        own = Mapping(document.line)
        for key in document:
            self._put(own, key, document[key], document.lines.get(key, 0), path)
        services = Mapping(document.map("services").line)
        for name in document.map("services"):
            self._put(services, name, self.service(path, name, MAX_EXTENDS), document.map("services").lines.get(name, 0), path)
        own["services"] = services
        for section in SECTIONS[1:]:
            for name in document.map(section):
                self.origins[id(document[section]), name] = path
        body = self.merged(body, own)
        self._whole[path] = body
        return body

    def service(self, path: str, name: str, depth: int) -> Any:
        """A service merged with the service that it extends."""
        key = (path, name)
        if key in self._services:
            return self._services[key]
        node = self.documents[path].map("services").get(name)
        if not isinstance(node, Mapping):
            return Mapping() if node is None else node
        own = Mapping(self.documents[path].map("services").lines.get(name, node.line))
        own.end_line = node.end_line
        for field in node:
            self._put(own, field, node[field], node.lines.get(field, 0), path)
        extends = node.get("extends")
        if extends is not None:
            base = extends if isinstance(extends, str) else node.text("extends", "service")
            file = "" if isinstance(extends, str) else node.text("extends", "file")
            target = _beside(path, file) if file else path
            if depth == 0 or target not in self.documents or base not in self.documents[target].map("services"):
                self.unresolved.append(Unresolved(f"extends {base} of {file or path}", path, node.line_of("extends")))
            else:
                inherited = self.service(target, base, depth - 1)
                if isinstance(inherited, Mapping):
                    own = self.merged(inherited, own)
        self._services[key] = own
        return own

    def merged(self, base: Mapping, over: Mapping, paths: tuple[str, str] = ("", "")) -> Mapping:
        """Merges two mappings: the later value wins, mappings are merged, sequences are concatenated.

        Lines are those of the later mapping. ``paths`` are the files of keys whose origin is not known yet.
        """
        out = Mapping(over.line or base.line)
        out.end_line = over.end_line or base.end_line
        for side, default in ((base, paths[0]), (over, paths[1])):
            for key, value in side.items():
                self._copied += 1
                if self._copied > yaml_document.MAX_EXPANDED:
                    raise ValueError("Compose files too large when merged")
                there = out.get(key)
                path = self.origins.get((id(side), key)) or default
                line = side.lines.get(key, 0)
                if isinstance(there, Mapping) and isinstance(value, Mapping):
                    value = self.merged(there, value, (self.origins.get((id(out), key), ""), path))
                elif isinstance(there, Sequence) and isinstance(value, Sequence) and key not in _REPLACED:
                    value = _joined(key, there, value)
                self._put(out, key, value, line, path)
        return out

    def _put(self, target: Mapping, key: str, value: Any, line: int, path: str) -> None:
        target[key] = value
        target.lines[key] = line
        self.origins[id(target), key] = path


def _includes(document: Mapping) -> list[tuple[str, int]]:
    found = []
    for index, entry in enumerate(document.seq("include")):
        names = entry.texts("path") if isinstance(entry, Mapping) else [yaml_document.as_text(entry)]
        found += [(name, document.line_of("include", index)) for name in names if name]
    return found


def _beside(path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def _joined(key: str, base: Sequence, over: Sequence) -> Sequence:
    out = Sequence(over.line)
    out.end_line = over.end_line
    by_target = key in _BY_TARGET
    held = {_target(entry) if by_target else yaml_document.as_text(entry) for entry in over} - {""}
    for side in (base, over):
        for item, line in zip(side, side.lines, strict=True):
            if side is over or (_target(item) if by_target else yaml_document.as_text(item)) not in held:
                out.append(item)
                out.lines.append(line)
    return out


def _target(item: Any) -> str:
    if isinstance(item, Mapping):
        return item.text("target")
    parts = yaml_document.as_text(item).split(":")
    return parts[1] if len(parts) > 1 else parts[0]


def _interpolated(node: Any, values: dict[str, str], done: dict[int, Any]) -> Any:
    """A copy with variables resolved; shared aliases stay shared. The depth of YAML bounds the recursion."""
    if isinstance(node, str):
        text = interpolate(node, values)
        return text if text is node or text == node else yaml_document.scalar(text)
    if not isinstance(node, Mapping | Sequence):
        return node
    if id(node) in done:
        return done[id(node)]
    out: Any
    if isinstance(node, Mapping):
        out = done[id(node)] = Mapping(node.line)
        for key, value in node.items():
            out[key] = _interpolated(value, values, done)
        out.lines = node.lines
    else:
        out = done[id(node)] = Sequence(node.line)
        out.extend(_interpolated(value, values, done) for value in node)
        out.lines = node.lines
    out.end_line = node.end_line
    return out


def _sections(what: str, body: Mapping, path: str, origins: dict[tuple[int, str], str]) -> dict[str, Section]:
    nodes = body.map(what)
    return {
        name: Section(
            name,
            node if isinstance(node, Mapping) else Mapping(nodes.lines.get(name, 0)),
            origins.get((id(nodes), name), path) or path,
            nodes.lines.get(name, 0),
            what,
        )
        for name, node in nodes.items()
    }
