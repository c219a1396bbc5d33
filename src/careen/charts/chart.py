"""A chart and its subcharts, from their files.

Raises: ValueError if a chart cannot be read.
**Source:** Helm, "Charts", "The Chart File Structure", "Chart Dependencies", "The .helmignore file".
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .functions.yaml_text import from_yaml

MAX_DEPTH = 10
_OWN = (
    "Chart.yaml",
    "Chart.lock",
    "requirements.yaml",
    "requirements.lock",
    "values.yaml",
    "values.schema.json",
)
_FIELDS = {
    "name": "Name", "home": "Home", "version": "Version", "description": "Description", "icon": "Icon", "tags": "Tags",
    "apiVersion": "APIVersion", "condition": "Condition", "appVersion": "AppVersion", "kubeVersion": "KubeVersion",
    "type": "Type",
}  # fmt: skip


@dataclass
class Chart:
    """A chart with its subcharts. ``path`` is the chart's name below those of its parents, as Helm names templates;
    ``folder`` is the path of its files."""

    name: str
    path: str
    folder: str
    metadata: dict[str, Any]
    values: dict[str, Any]
    templates: dict[str, str] = field(default_factory=dict)  # by path below the chart
    files: dict[str, bytes] = field(default_factory=dict)
    subcharts: list["Chart"] = field(default_factory=list)

    @property
    def is_library(self) -> bool:
        return self.metadata.get("type") == "library"

    @property
    def dependencies(self) -> list[dict[str, Any]]:
        return [item for item in _items(self.metadata.get("dependencies")) if isinstance(item, dict)]

    def described(self, is_root: bool) -> dict[str, Any]:
        """The value of ``.Chart`` in its templates."""
        texts = {name: _text(self.metadata.get(key)) for key, name in _FIELDS.items()}
        lists = {name: _items(self.metadata.get(key)) for key, name in (("keywords", "Keywords"), ("sources", "Sources"))}
        people = [
            {"Name": _text(item.get("name")), "Email": _text(item.get("email")), "URL": _text(item.get("url"))}
            for item in _items(self.metadata.get("maintainers"))
            if isinstance(item, dict)
        ]
        annotations = self.metadata.get("annotations")
        return {
            **texts, **lists, "Maintainers": people, "Name": self.name, "IsRoot": is_root,
            "Annotations": annotations if isinstance(annotations, dict) else {}, "Dependencies": [],
            "Deprecated": bool(self.metadata.get("deprecated")),
        }  # fmt: skip


def read_chart(files: Mapping[str, bytes], folder: str = "", parents: str = "", depth: int = 0) -> Chart:
    """Reads a chart from its files, given by path below its folder; ``folder`` is the path of that folder below the
    first chart's."""
    if depth > MAX_DEPTH:
        raise ValueError(f"charts are nested more than {MAX_DEPTH} deep")
    metadata = _map(files, "Chart.yaml")
    name = metadata.get("name")
    if not isinstance(name, str) or not name:
        raise ValueError(f"{posixpath.join(folder, 'Chart.yaml')} has no name")
    if "dependencies" not in metadata and "requirements.yaml" in files:
        metadata["dependencies"] = _map(files, "requirements.yaml").get("dependencies")
    chart = Chart(name, posixpath.join(parents, name), folder, metadata, _map(files, "values.yaml"))
    ignored = ["templates/.?*", *_patterns(files.get(".helmignore", b""))]
    inner: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        first, _, rest = path.partition("/")
        if first == "charts" and "/" in rest:
            below, _, inside = rest.partition("/")
            if not below.startswith(("_", ".")):
                inner.setdefault(below, {})[inside] = data
        elif _is_ignored(path, ignored):
            continue
        elif first == "templates" and rest:
            chart.templates[path] = data.decode("utf-8-sig", "replace")
        elif path not in _OWN and first != "charts":
            chart.files[path] = data
    for below, content in sorted(inner.items()):
        if "Chart.yaml" in content:
            place = posixpath.join(folder, "charts", below)
            chart.subcharts.append(read_chart(content, place, f"{chart.path}/charts", depth + 1))
    return chart


def _map(files: Mapping[str, bytes], path: str) -> dict[str, Any]:
    if path not in files:
        return {}
    try:
        found = from_yaml(files[path].decode("utf-8-sig", "replace"))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    if found is not None and not isinstance(found, dict):
        raise ValueError(f"{path} is not a map")
    return found or {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return value if isinstance(value, str) else ""


def _patterns(data: bytes) -> list[str]:
    rows = (row.strip() for row in data.decode("utf-8", "replace").splitlines()[:1000])
    return [row for row in rows if row and not row.startswith("#")]


def _is_ignored(path: str, patterns: list[str]) -> bool:
    """Whether a file is ignored. A pattern with ``!`` ignores all files that it does not match, as in Helm."""
    parts = path.split("/")
    places = ["/".join(parts[: number + 1]) for number in range(len(parts))]
    for pattern in patterns:
        plain = pattern.lstrip("!").rstrip("/")
        candidates = places[:-1] if pattern.endswith("/") else places
        names = candidates if "/" in plain else [place.rpartition("/")[2] for place in candidates]
        hits = [fnmatchcase(name, plain.lstrip("/")) for name in names]
        if not all(hits) if pattern.startswith("!") else any(hits):
            return True
    return False
