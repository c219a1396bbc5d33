"""Charts of a kustomization: which are rendered, with which values.

A chart is rendered if its folder is beside the kustomization; none is fetched. ``Render`` is given by the caller.
**Source:** Kustomize, "helmCharts", its HelmChartInflationGenerator.
"""

import json
import posixpath
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping

from .objects import Object, objects_in
from .reading import Reading, joined, listed

_HOME = "charts"
_OLD = {"chartName": "name", "values": "valuesFile", "valuesLocal": "valuesInline", "releaseNamespace": "namespace"}


class Chart(Struct, frozen=True):
    """A chart to render. ``values``: texts of values, of which a later one replaces those of earlier ones."""

    folder: str
    values: tuple[str, ...]
    release: str
    namespace: str


class Manifest(Struct, frozen=True):
    """The output of a template, and the template's line of each of its lines."""

    path: str
    text: str
    lines: tuple[int, ...]


class Manifests(Struct, frozen=True):
    """What a chart makes. ``problems``: a path, a line and a reason for each template that is not rendered."""

    manifests: tuple[Manifest, ...]
    problems: tuple[tuple[str, int, str], ...] = ()


Render = Callable[[Chart], Manifests]  # raises ValueError if the chart cannot be rendered


def no_chart(chart: Chart) -> Manifests:
    raise ValueError("use kustomize build --enable-helm")


def inflate(reading: Reading, folder: str, body: Mapping, render: Render, files: set[str]) -> list[Object]:
    """The objects of the charts of a kustomization."""
    made: list[Object] = []
    old = [_renamed(entry) for entry in body.maps("helmChartInflationGenerator")]
    for entry in (*body.maps("helmCharts"), *old):
        try:
            made += _inflated(reading, folder, entry, body.map("helmGlobals"), render, files)
        except ValueError as error:
            reading.trouble(entry.line, f"the chart {entry.text('name')[:200]} is not rendered: {error}")
    return made


def _inflated(
    reading: Reading, folder: str, entry: Mapping, common: Mapping, render: Render, files: set[str]
) -> Iterator[Object]:
    chart = Chart(
        chart_folder(folder, entry, common),
        tuple(_values(reading, folder, entry)),
        entry.text("releaseName") or "release",
        entry.text("namespace") or "default",
    )
    done = render(chart)
    for path, line, reason in done.problems:
        reading.trouble(reading.nodes.line(path, line) if line else reading.nodes.line(path, 0), reason)
    for manifest in done.manifests:
        files.add(manifest.path)
        try:
            documents = yaml_document.read(manifest.text)
        except ValueError as error:
            reading.trouble(reading.nodes.line(manifest.path, 0), str(error))
            continue
        bodies = [reading.nodes.of_rendered(document, manifest.path, manifest.lines) for document in documents]
        yield from (Object(body, manifest.path) for body in objects_in(bodies))


def chart_folder(folder: str, entry: Mapping, common: Mapping) -> str:
    home = joined(folder, entry.text("chartHome") or common.text("chartHome") or _HOME)
    name, version = entry.text("name"), entry.text("version")
    if not name or "/" in name or name == "..":
        raise ValueError("it has no name")
    if version and entry.text("repo"):  # where a build puts what it fetches
        home = posixpath.join(home, f"{name}-{version}")
    return joined(home, name)


def _values(reading: Reading, folder: str, entry: Mapping) -> Iterator[str]:
    own = [_text(reading, folder, entry.text("valuesFile"))] if entry.text("valuesFile") else []
    inline = [json.dumps(entry.map("valuesInline"))] if entry.map("valuesInline") else []
    match entry.text("valuesMerge"):
        case "merge":
            yield from (*inline, *own)
        case "replace":
            yield from inline or own
        case _:
            yield from (*own, *inline)
    for name, _ in listed(entry, "additionalValuesFiles"):
        yield _text(reading, folder, name)


def files_of_charts(body: Mapping) -> Iterator[str]:
    """The names of the files with values for charts."""
    for entry in (*body.maps("helmCharts"), *map(_renamed, body.maps("helmChartInflationGenerator"))):
        yield from filter(None, (entry.text("valuesFile"), *entry.texts("additionalValuesFiles")))


def _text(reading: Reading, folder: str, name: str) -> str:
    path = joined(folder, name)
    if path not in reading.texts:
        raise ValueError(f"{name[:200]} is not among the checked files")
    return reading.texts[path]


def _renamed(entry: Mapping) -> Mapping:
    """An entry in the form of earlier releases, with the names of fields of today."""
    made = Mapping(entry.line)
    fields: Any = entry.items()
    for key, value in fields:
        yaml_document.put(made, _OLD.get(key, key), value, entry.line_of(key))
    return made
