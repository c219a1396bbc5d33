"""Descriptions of machines for their first start -> the containers that their commands and units start, with lines.

cloud-config of cloud-init, Butane, and Ignition: commands, units of systemd and Podman's Quadlets, and scripts among the files
that they write. ``unresolved`` has texts that are compressed, encrypted, or elsewhere.
Raises: ValueError if the text is neither YAML nor JSON.
**Source:** cloud-init, "Module reference" (runcmd, bootcmd, write_files); Butane and Ignition, "Configuration specifications".
"""

import re
import shlex
from base64 import b64decode
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text

from . import quadlet, unit_starts
from .compose import Compose
from .compose_service import Service
from .job_container import in_steps, jobs_of, rows_of

_CLOUD_CONFIG = re.compile(r"(?:\ufeff)?(?:[^\S\n]*+(?:##[^\n]*+)?\n)*+#cloud-config\b")
_BUTANE = re.compile(r"(?m)^variant[^\S\n]*+:[^\S\n]*+['\"]?(?:fcos|flatcar|openshift|r4e|fiot)\b")
_IGNITION = re.compile(r"\"ignition\"\s*:\s*\{")
_COMMANDS = ("bootcmd", "runcmd")
_UNITS = (".service", *quadlet.SUFFIXES)
_SHEBANG = re.compile(r"#!\s*\S*?\b(?:env\s+)?(?:ba|da|z|k|a)?sh\b")
MAX_TEXT = 1024 * 1024  # characters of one encoded text
MAX_PARTS = 2000
MAX_BEFORE = 20  # empty lines between a key and its text

Found = Iterator[Service | tuple[str, int]]


def is_machine_setup(path: str, text: str) -> bool:
    if path.endswith((".ign", ".json")):
        return _IGNITION.search(text) is not None
    return _CLOUD_CONFIG.match(text) is not None or _BUTANE.search(text) is not None


def read(text: str, path: str) -> Compose:
    rows = rows_of(text)
    documents = [document for document in yaml_document.read(text) if isinstance(document, Mapping)]
    return jobs_of(path, (found for document in documents for found in _containers(document, rows, path)))


def _containers(document: Mapping, rows: list[str], path: str) -> Found:
    for key in _COMMANDS:
        listed = document.seq(key)
        for command, line in zip(listed, listed.lines, strict=True):
            script = shlex.join(map(as_text, command)) if isinstance(command, Sequence) else as_text(command)
            yield from in_steps(script, rows, line, path, {})
    files = [*document.maps("write_files"), *document.maps("storage", "files")]
    for file in files[:MAX_PARTS]:
        yield from _file(file, rows, path)
    for unit in document.maps("systemd", "units")[:MAX_PARTS]:
        named = unit.text("name")
        for part in (unit, *unit.maps("dropins")):
            if contents := part.text("contents"):
                yield from _written(named, contents, rows, part.lines["contents"], path)
        if "contents_local" in unit:
            yield f"unit {named} in another file", unit.lines["contents_local"]
    for what, count in (("files", len(files)), ("units", len(document.seq("systemd", "units")))):
        if count > MAX_PARTS:
            yield f"{what} after the first {MAX_PARTS}", 0


def _file(file: Mapping, rows: list[str], path: str) -> Found:
    name = file.text("path")
    contents = file.get("contents")
    if isinstance(contents, Mapping):
        line = contents.line_of("inline") if "inline" in contents else contents.line_of("source")
        text, is_elsewhere = contents.text("inline"), False
        if not text:
            text, is_elsewhere = _of_address(contents)
    else:
        line = file.line_of("content")
        text, is_elsewhere = _decoded(file.text("content"), file.text("encoding"))
    if is_elsewhere and (name.endswith((*_UNITS, ".sh")) or "/bin/" in name):
        yield f"file {name[:200]}", line
    yield from _written(name, text, rows, line, path)


def _written(name: str, text: str, rows: list[str], line: int, path: str) -> Found:
    """The containers that a file starts which the machine has under this name. ``line``: of the key with its text."""
    first = text.strip().partition("\n")[0]
    is_block = rows[line - 1].rstrip().endswith(("|", "|-", "|+")) and any(
        first in row for row in rows[line : line + MAX_BEFORE]
    )
    found: list[Service] = []
    try:
        if name.endswith(".container"):
            found = list(_moved(quadlet.read_units([(name, text)]).services, line))
        elif name.endswith(".service"):
            found = list(_moved(unit_starts.containers(text, path), line))
        elif name.endswith((".sh", ".bash")) or _SHEBANG.match(text):
            found = list(in_steps(text, rows, line, path, {}))
    except ValueError:
        yield f"file {name[:200]}, which cannot be read,", line
    for service in found:
        service.path = path
        if not is_block:
            for _, node in yaml_document.walk(service.node):
                _put_on(node, line)
        yield service


def _moved(services: Iterable[Service], line: int) -> Iterator[Service]:
    """The services of a text that begins after this line."""
    for service in services:
        for _, node in yaml_document.walk(service.node):
            node.line, node.end_line = node.line + line, node.end_line + line
            is_mapping = isinstance(node, Mapping)
            node.lines = {key: at + line for key, at in node.lines.items()} if is_mapping else [at + line for at in node.lines]
        yield service


def _put_on(node: Any, line: int) -> None:
    """Gives a node and its keys or items this line: the whole text is on it."""
    node.line = node.end_line = line
    node.lines = dict.fromkeys(node, line) if isinstance(node, Mapping) else [line] * len(node)


def _of_address(contents: Mapping) -> tuple[str, bool]:
    """The text of a data URL (RFC 2397), and whether the text is elsewhere or compressed."""
    source = contents.text("source")
    if not source.startswith("data:"):
        return "", bool(source or contents.get("local"))
    head, comma, data = source.partition(",")
    if not comma or contents.text("compression") not in ("", "null") or len(data) > MAX_TEXT:
        return "", True
    try:
        found = b64decode(data, validate=False) if head.endswith(";base64") else unquote_to_bytes(data)
    except ValueError:
        return "", True
    return found.decode("utf-8", "replace"), False


def _decoded(text: str, encoding: str) -> tuple[str, bool]:
    if encoding in ("", "text/plain"):
        return text, False
    if encoding not in ("b64", "base64") or len(text) > MAX_TEXT:
        return "", True
    try:
        return b64decode(text).decode("utf-8", "replace"), False
    except ValueError:
        return "", True
