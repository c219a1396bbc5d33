"""Builds kustomizations from the files that are checked together.

A kustomization is a folder with a file of that kind. It takes objects from files and from other kustomizations, and changes
them. Only those that no other one takes from are built for themselves.
**Source:** Kustomize, "kustomization.yaml"; its order of transformers is that of its own release 5.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Dictionary
from typing import Any

from msgspec import Struct

from careen.errors import FileLimitError
from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping
from careen.formats.kubernetes.manifest_files import is_resource

from .generate import files_of_values, generate, generate_object
from .inflate import Render, files_of_charts, inflate, no_chart
from .nodes import Nodes
from .objects import Object, has_only_objects, objects_in
from .patches import patched, patches
from .plugins import PATCHES, body_of, change, is_builtin, patches_of
from .reading import Reading, Trouble, joined, listed
from .replacements import replace
from .transform import scale, transform, with_images
from .variables import resolve

NAMES = frozenset(("kustomization.yaml", "kustomization.yml", "Kustomization"))
MAX_DEPTH = 50  # kustomizations that take from each other
_KINDS = ("", "Kustomization", "Component")
_CONFIGURED = ("images", "varReference")  # of configurations, that are applied
_GENERATORS = {"ConfigMapGenerator": "ConfigMap", "SecretGenerator": "Secret"}
_FIELDS = frozenset(
    (
        *("apiVersion", "kind", "metadata", "resources", "bases", "components", "namespace", "namePrefix", "nameSuffix"),
        *("labels", "commonLabels", "commonAnnotations", "images", "replicas", "patches", "patchesStrategicMerge"),
        *("patchesJson6902", "configMapGenerator", "secretGenerator", "generatorOptions", "generators", "transformers"),
        *("replacements", "vars", "helmCharts", "helmChartInflationGenerator", "configurations"),
        *("crds", "openapi", "validators", "helmGlobals", "buildMetadata", "sortOptions"),  # they change no object
    )
)
_TAKEN = ("resources", "bases", "components", "generators", "transformers", "configurations")
_REMOTE = re.compile(r"(?i)[a-z][a-z0-9+.-]*:|git@|[\w-]+(?:\.[\w-]+)+/[^.]|[^?]*\?")


class Built(Struct, frozen=True):
    """The objects of a kustomization. ``files``: the files that it is made of; ``nodes`` has the origin of each line."""

    path: str  # of its file
    objects: tuple[Mapping, ...]
    files: frozenset[str]
    nodes: Nodes


def is_kustomization(path: str) -> bool:
    return posixpath.basename(path) in NAMES


def build(texts: Dictionary[str, str], render: Render = no_chart) -> tuple[list[Built], list[Trouble]]:
    """Builds the kustomizations among these files, given by path, that no other one takes from. ``render`` renders a chart."""
    builder = _Builder(texts, render)
    reading = builder.reading
    built = []
    for folder in builder.roots():
        path = builder.path_by_folder[folder]
        try:
            objects = builder.objects(folder)
            parts = builder.parts_of(folder)
            resolve(reading, parts.variables.values(), parts.places, objects)
        except FileLimitError as error:
            reading.troubles.append(Trouble(path, 0, f"not built: {error}", limit=True))
            continue
        built.append(Built(path, tuple(object.body for object in objects), frozenset(parts.files), reading.nodes))
    return built, list(dict.fromkeys([*reading.troubles, *builder.left_out()]))


def missing(texts: Dictionary[str, str]) -> list[str]:
    """The paths of files and folders that kustomizations take from, and that are not among these files."""
    builder = _Builder(texts, no_chart)
    folders = {posixpath.dirname(path) for path in texts}
    wanted = {
        joined(folder, name)
        for folder, body in builder.body_by_folder.items()
        for name in (*_taken_by(body), *_files_of_patches(body), *files_of_values(body), *files_of_charts(body))
        if name and not _REMOTE.match(name)
    }
    return sorted(path for path in wanted if path not in texts and path not in folders)


class _Parts:
    """What a kustomization is made of, with the parts of those that it takes from."""

    def __init__(self, path: str) -> None:
        self.files = {path}
        self.variables: dict[int, Mapping] = {}  # by the number of the line
        self.places: list[Mapping] = []  # of references to variables
        self.images: list[Mapping] = []  # fields that have one

    def add(self, other: "_Parts") -> None:
        self.files |= other.files
        self.variables |= other.variables
        for own, more in ((self.places, other.places), (self.images, other.images)):
            known = {place.line for place in own}
            own.extend(place for place in more if place.line not in known)


class _Builder:
    def __init__(self, texts: Dictionary[str, str], render: Render) -> None:
        self.reading = Reading(texts)
        self.body_by_folder: dict[str, Mapping] = {}
        self.path_by_folder: dict[str, str] = {}
        self._render = render
        self._objects: dict[str, list[Object]] = {}
        self._parts: dict[str, _Parts] = {}  # by folder
        self._open: list[str] = []
        self._taken_up: set[str] = set()
        self._beside: dict[str, list[Mapping]] = {}  # by folder, objects in the file of its kustomization
        for path in sorted(texts):
            folder = posixpath.dirname(path)
            if not is_kustomization(path) or folder in self.body_by_folder:
                continue
            try:
                documents = yaml_document.read(texts[path])
            except ValueError as error:
                self.reading.troubles.append(Trouble(path, 0, str(error), isinstance(error, FileLimitError)))
                continue
            self.path_by_folder[folder] = path
            self._open_file(folder, path, documents)

    def _open_file(self, folder: str, path: str, documents: list[Any]) -> None:
        """Takes the kustomization of a file, and the objects beside it; what is neither is a trouble."""
        body = Mapping(1)
        nodes, troubles = self.reading.nodes, self.reading.troubles
        for number, document in enumerate(documents, 1):
            if isinstance(document, Mapping) and document.text("kind") in _KINDS and not body:
                body = document
            elif is_resource(document):
                self._beside.setdefault(folder, []).append(nodes.of_file(document, path))
            elif document is not None:
                troubles.append(Trouble(path, 0, f"its document {number} is no object of Kubernetes: it is not checked"))
        self.body_by_folder[folder] = nodes.of_file(body, path)
        if strange := sorted(body.keys() - _FIELDS, key=body.lines.__getitem__):
            named = ", ".join(key[:100] for key in strange[:3]) + " …" * (len(strange) > 3)
            troubles.append(Trouble(path, body.lines[strange[0]], f"no field of a kustomization, not checked: {named}"))

    def roots(self) -> list[str]:
        """The folders of the kustomizations that no other one takes from; components are parts of others."""
        taken = {
            target
            for folder, body in self.body_by_folder.items()
            for name in _taken_by(body)
            if (target := joined(folder, name)) != folder
        }
        return [
            folder for folder, body in self.body_by_folder.items() if folder not in taken and body.text("kind") != "Component"
        ]

    def left_out(self) -> Iterator[Trouble]:
        """Kustomizations that were not built, neither for themselves nor for another one."""
        for folder in sorted(self.body_by_folder.keys() - self._taken_up):
            path = self.path_by_folder[folder]
            if all(trouble.path != path for trouble in self.reading.troubles):
                yield Trouble(path, 0, "not built: no kustomization that is built takes from it")

    def parts_of(self, folder: str) -> _Parts:
        return self._parts[folder]

    def objects(self, folder: str) -> list[Object]:
        """The objects that the kustomization of a folder makes; copies, because others change them."""
        if folder not in self._objects:
            self._open.append(folder)
            parts = self._parts[folder] = _Parts(self.path_by_folder[folder])
            try:
                self._objects[folder] = self._applied(folder, [], parts)
            finally:
                self._open.pop()
        copied = self.reading.nodes.copy
        return [Object(copied(object.body), object.path, object.earlier) for object in self._objects[folder]]

    def _applied(self, folder: str, objects: list[Object], parts: _Parts) -> list[Object]:
        reading, body = self.reading, self.body_by_folder[folder]
        self._taken_up.add(folder)
        objects += [Object(reading.nodes.copy(beside), self.path_by_folder[folder]) for beside in self._beside.get(folder, ())]
        for key in ("resources", "bases"):
            for name, line in listed(body, key):
                objects = [*objects, *self._taken(folder, name, line, parts)]
        self._configure(folder, body, parts)
        reading.spend(100 + len(objects))
        generate(reading, folder, body, objects)
        objects += inflate(reading, folder, body, self._render, parts.files)
        self._run_generators(folder, body, objects, parts)
        for name, line in listed(body, "components"):
            target = joined(folder, name)
            if target in self._open or target not in self.body_by_folder or len(self._open) >= MAX_DEPTH:
                self._missing(name, line, target)
                continue
            parts.files.add(self.path_by_folder[target])
            self._open.append(target)
            objects = self._applied(target, objects, parts)
            self._open.pop()
        objects = self._patch(folder, body, ("patchesStrategicMerge", "patches"), objects, parts)
        transform(body, objects, spend=reading.spend)
        objects = self._patch(folder, body, ("patchesJson6902",), objects, parts)
        scale(body, objects)
        with_images(body, objects, parts.images, reading.spend)
        replace(reading, folder, body, objects, parts.files)
        objects = self._run_transformers(folder, body, objects, parts)
        parts.variables |= {variable.line: variable for variable in body.maps("vars")}
        return objects

    def _patch(self, folder: str, body: Mapping, keys: Iterable[str], objects: list[Object], parts: _Parts) -> list[Object]:
        for patch in patches(self.reading, folder, body, keys):
            objects = patched(self.reading, patch, objects, parts.files)
        return objects

    def _taken(self, folder: str, name: str, line: int, parts: _Parts) -> list[Object]:
        """The objects of a file, or of another kustomization."""
        target = joined(folder, name)
        if target in self.body_by_folder and target not in self._open and len(self._open) < MAX_DEPTH:
            found = self.objects(target)
            parts.add(self._parts[target])
            return found
        if target not in self.reading.texts:
            self._missing(name, line, target)
            return []
        documents = self.reading.documents(target)
        if has_only_objects(documents):
            parts.files.add(target)
        return [Object(body, target) for body in objects_in(documents)]

    def _configure(self, folder: str, body: Mapping, parts: _Parts) -> None:
        """Takes the fields that have images and references to variables from files with configurations."""
        for name, line in listed(body, "configurations"):
            path = joined(folder, name)
            if path not in self.reading.texts:
                self._missing(name, line, path)
                continue
            for document in self.reading.documents(path):
                if isinstance(document, Mapping):
                    parts.images += document.maps("images")
                    parts.places += document.maps("varReference")
                    if others := ", ".join(sorted(key[:100] for key in document if key not in _CONFIGURED)[:5]):
                        self.reading.trouble(line, f"configurations: {others} not applied")

    def _run_generators(self, folder: str, body: Mapping, objects: list[Object], parts: _Parts) -> None:
        for plugin, line in self._plugins(folder, body, "generators", parts):
            kind = plugin.text("kind")
            if is_builtin(plugin) and kind in _GENERATORS:
                for key in ("name", "namespace"):
                    if key in plugin.map("metadata"):
                        yaml_document.put(plugin, key, plugin.map("metadata")[key], plugin.map("metadata").line_of(key))
                generate_object(self.reading, folder, plugin, _GENERATORS[kind], body.map("generatorOptions"), objects)
            elif is_builtin(plugin) and kind == "HelmChartInflationGenerator":
                charts = body_of("helmCharts", plugin)
                objects += inflate(self.reading, folder, charts, self._render, parts.files)
            else:
                self.reading.trouble(line, f"generators: {kind[:100]} not applied")

    def _run_transformers(self, folder: str, body: Mapping, objects: list[Object], parts: _Parts) -> list[Object]:
        for plugin, line in self._plugins(folder, body, "transformers", parts):
            kind = plugin.text("kind")
            try:
                if not is_builtin(plugin):
                    raise ValueError(kind[:100])
                if kind in PATCHES:
                    objects = self._patch(folder, patches_of(plugin), (PATCHES[kind],), objects, parts)
                elif kind == "ReplacementTransformer":
                    replace(self.reading, folder, plugin, objects, parts.files)
                else:
                    change(self.reading, plugin, objects)
            except FileLimitError:
                raise
            except ValueError as error:
                self.reading.trouble(line, f"transformers: {error} not applied")
        return objects

    def _plugins(self, folder: str, body: Mapping, key: str, parts: _Parts) -> Iterator[tuple[Mapping, int]]:
        """The configurations of plugins: within a kustomization, in files, and made by other kustomizations."""
        for name, line in listed(body, key):
            target = joined(folder, name)
            if _is_inline(name):
                found = self.reading.within(name, line, f"one of {key}")
            elif target in self.body_by_folder or target in self.reading.texts:
                found = [object.body for object in self._taken(folder, name, line, parts)]
            else:
                self._missing(name, line, target)
                continue
            yield from ((plugin, line) for plugin in found if isinstance(plugin, Mapping))

    def _missing(self, name: str, line: int, target: str) -> None:
        if target in self.body_by_folder:
            why = "takes from itself, or is too deep"
        elif _REMOTE.match(name):
            why = "is not fetched: use kustomize build"
        elif target.startswith("../"):
            why = "is outside of the working folder: name its folder, too"
        else:
            why = "is not among the checked files"
        self.reading.trouble(line, f"{name} {why}")


def _is_inline(name: str) -> bool:
    return "\n" in name or name.startswith("{")


def _taken_by(body: Mapping) -> Iterator[str]:
    """The files and folders that a kustomization takes objects and plugins from."""
    for key in _TAKEN:
        yield from (name for name in body.texts(key) if not _is_inline(name))
    yield from (entry.text("path") for entry in body.maps("replacements") if entry.text("path"))


def _files_of_patches(body: Mapping) -> Iterator[str]:
    for key in ("patches", "patchesJson6902"):
        yield from filter(None, (entry.text("path") for entry in body.maps(key)))
    yield from (text for text in body.texts("patchesStrategicMerge") if "\n" not in text)
