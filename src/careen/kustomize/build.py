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
from careen.formats.data.yaml_document import Mapping, Sequence, put
from careen.formats.kubernetes.manifest_files import is_resource

from . import json_patch, merge
from .nodes import Nodes
from .objects import Object, has_only_objects, meant_by, objects_in, selected
from .references import Names, renamed
from .transform import add_pairs, below, scale, transform, with_images

NAMES = frozenset(("kustomization.yaml", "kustomization.yml", "Kustomization"))
MAX_STEPS = 5_000_000  # objects that are compared with a patch
MAX_DEPTH = 50  # kustomizations that take from each other
_KINDS = ("", "Kustomization", "Component")
_NOT_APPLIED = (
    "generators",
    "transformers",
    "replacements",
    "vars",
    "helmCharts",
    "helmChartInflationGenerator",
    "configurations",
)
_FIELDS = frozenset(
    (
        *("apiVersion", "kind", "metadata", "resources", "bases", "components", "namespace", "namePrefix", "nameSuffix"),
        *("labels", "commonLabels", "commonAnnotations", "images", "replicas", "patches", "patchesStrategicMerge"),
        *("patchesJson6902", "configMapGenerator", "secretGenerator", "generatorOptions", *_NOT_APPLIED),
        *("crds", "openapi", "validators", "helmGlobals", "buildMetadata", "sortOptions"),  # they change no object
    )
)
_REMOTE = re.compile(r"(?i)[a-z][a-z0-9+.-]*:|git@|[\w-]+(?:\.[\w-]+)+/[^.]|[^?]*\?")


class Trouble(Struct, frozen=True):
    """Something in a kustomization that is not applied, or not known."""

    path: str
    line: int
    reason: str
    limit: bool = False  # nothing is known of the rest


class Built(Struct, frozen=True):
    """The objects of a kustomization. ``files``: the files that it is made of; ``nodes`` has the origin of each line."""

    path: str  # of its file
    objects: tuple[Mapping, ...]
    files: frozenset[str]
    nodes: Nodes


def is_kustomization(path: str) -> bool:
    return posixpath.basename(path) in NAMES


def build(texts: Dictionary[str, str]) -> tuple[list[Built], list[Trouble]]:
    """Builds the kustomizations among these files, given by path, that no other one takes from."""
    builder = _Builder(texts)
    built = []
    for folder in builder.roots():
        try:
            objects = builder.objects(folder)
        except FileLimitError as error:
            builder.troubles.append(Trouble(builder.path_by_folder[folder], 0, f"not built: {error}", limit=True))
            continue
        path = builder.path_by_folder[folder]
        built.append(Built(path, tuple(object.body for object in objects), frozenset(builder.files_of(folder)), builder.nodes))
    return built, list(dict.fromkeys([*builder.troubles, *builder.left_out()]))


def missing(texts: Dictionary[str, str]) -> list[str]:
    """The paths of files and folders that kustomizations take from, and that are not among these files."""
    builder = _Builder(texts)
    folders = {posixpath.dirname(path) for path in texts}
    wanted = {
        _joined(folder, name)
        for folder, body in builder.body_by_folder.items()
        for name in (*_names(body, "resources", "bases", "components"), *_files_of_patches(body))
        if not _REMOTE.match(name)
    }
    return sorted(path for path in wanted if path not in texts and path not in folders)


class _Builder:
    def __init__(self, texts: Dictionary[str, str]) -> None:
        self.texts = texts
        self.nodes = Nodes()
        self.troubles: list[Trouble] = []
        self.body_by_folder: dict[str, Mapping] = {}
        self.path_by_folder: dict[str, str] = {}
        self._objects: dict[str, list[Object]] = {}
        self._files: dict[str, set[str]] = {}  # by folder, with those of the kustomizations that it takes from
        self._open: list[str] = []
        self._taken_up: set[str] = set()
        self._beside: dict[str, list[Mapping]] = {}  # by folder, objects in the file of its kustomization
        self._steps = 0
        for path in sorted(texts):
            folder = posixpath.dirname(path)
            if not is_kustomization(path) or folder in self.body_by_folder:
                continue
            try:
                documents = yaml_document.read(texts[path])
            except ValueError as error:
                self.troubles.append(Trouble(path, 0, str(error), isinstance(error, FileLimitError)))
                continue
            self.path_by_folder[folder] = path
            self._open_file(folder, path, documents)

    def _open_file(self, folder: str, path: str, documents: list[Any]) -> None:
        """Takes the kustomization of a file, and the objects beside it; what is neither is a trouble."""
        body = Mapping(1)
        for number, document in enumerate(documents, 1):
            if isinstance(document, Mapping) and document.text("kind") in _KINDS and not body:
                body = document
            elif is_resource(document):
                self._beside.setdefault(folder, []).append(self.nodes.of_file(document, path))
            elif document is not None:
                reason = f"its document {number} is no object of Kubernetes: it is not checked"
                self.troubles.append(Trouble(path, 0, reason))
        self.body_by_folder[folder] = self.nodes.of_file(body, path)
        if strange := sorted(body.keys() - _FIELDS, key=body.lines.__getitem__):
            named = ", ".join(key[:100] for key in strange[:3]) + " …" * (len(strange) > 3)
            self.troubles.append(Trouble(path, body.lines[strange[0]], f"no field of a kustomization, not checked: {named}"))

    def roots(self) -> list[str]:
        """The folders of the kustomizations that no other one takes from; components are parts of others."""
        taken = {
            target
            for folder, body in self.body_by_folder.items()
            for name in _names(body, "resources", "bases", "components")
            if (target := _joined(folder, name)) != folder
        }
        return [
            folder for folder, body in self.body_by_folder.items() if folder not in taken and body.text("kind") != "Component"
        ]

    def left_out(self) -> Iterator[Trouble]:
        """Kustomizations that were not built, neither for themselves nor for another one."""
        for folder in sorted(self.body_by_folder.keys() - self._taken_up):
            path = self.path_by_folder[folder]
            if all(trouble.path != path for trouble in self.troubles):
                yield Trouble(path, 0, "not built: no kustomization that is built takes from it")

    def files_of(self, folder: str) -> set[str]:
        return self._files.get(folder, set())

    def trouble(self, body: Mapping, key: str, reason: str, line: int = 0) -> None:
        path, row = self.nodes.origin(line or body.line_of(key)) or ("", 0)
        self.troubles.append(Trouble(path, row, reason))

    def objects(self, folder: str) -> list[Object]:
        """The objects that the kustomization of a folder makes; copies, because others change them."""
        if folder not in self._objects:
            self._open.append(folder)
            files = self._files[folder] = {self.path_by_folder[folder]}
            try:
                self._objects[folder] = self._applied(folder, [], files)
            finally:
                self._open.pop()
        return [Object(self.nodes.copy(object.body), object.path, object.earlier) for object in self._objects[folder]]

    def _applied(self, folder: str, objects: list[Object], files: set[str]) -> list[Object]:
        body = self.body_by_folder[folder]
        self._taken_up.add(folder)
        objects += [Object(self.nodes.copy(beside), self.path_by_folder[folder]) for beside in self._beside.get(folder, ())]
        for key in ("resources", "bases"):
            for name, line in _listed(body, key):
                objects = [*objects, *self._taken(folder, name, line, files)]
        for name, line in _listed(body, "components"):
            target = _joined(folder, name)
            if target in self._open or target not in self.body_by_folder:
                self._missing(name, line, target)
                continue
            files.add(self.path_by_folder[target])
            self._open.append(target)
            objects = self._applied(target, objects, files)
            self._open.pop()
        self._spend(100 + len(objects))
        self._generate(body, objects)
        for patch in self._patches(folder, body, ("patchesStrategicMerge", "patches")):
            objects = self._patched(patch, objects, files)
        transform(body, objects)
        for patch in self._patches(folder, body, ("patchesJson6902",)):
            objects = self._patched(patch, objects, files)
        scale(body, objects)
        with_images(body, objects)
        for key in _NOT_APPLIED:
            if body.get(key):
                self.trouble(body, key, f"{key}: not applied")
        return objects

    def _taken(self, folder: str, name: str, line: int, files: set[str]) -> list[Object]:
        """The objects of a file, or of another kustomization."""
        target = _joined(folder, name)
        if target in self.body_by_folder and target not in self._open and len(self._open) < MAX_DEPTH:
            found = self.objects(target)
            files |= self._files[target]
            return found
        if target not in self.texts:
            self._missing(name, line, target)
            return []
        documents = self._read(target)
        if has_only_objects(documents):
            files.add(target)
        return [Object(body, target) for body in objects_in(documents)]

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise FileLimitError("too many objects and patches")

    def _missing(self, name: str, line: int, target: str) -> None:
        if target in self.body_by_folder:
            why = "takes from itself, or is too deep"
        elif _REMOTE.match(name):
            why = "is not fetched: use kustomize build"
        elif target.startswith("../"):
            why = "is outside of the working folder: name its folder, too"
        else:
            why = "is not among the checked files"
        self.trouble(Mapping(line), "", f"{name} {why}", line)

    def _read(self, path: str) -> list[Any]:
        """The documents of a file; none if it cannot be read."""
        try:
            documents = yaml_document.read(self.texts[path])
        except ValueError as error:
            self.troubles.append(Trouble(path, 0, str(error), isinstance(error, FileLimitError)))
            return []
        return [self.nodes.of_file(document, path) for document in documents]

    def _generate(self, body: Mapping, objects: list[Object]) -> None:
        """Adds config maps and secrets with the values that the kustomization states; those in files are checked there.
        One that exists gets more values."""
        for key, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
            for entry in body.maps(key):
                self._spend(len(objects))
                field = "stringData" if kind == "Secret" else "data"
                wanted = entry.text("name"), entry.text("namespace")
                made = next((other for other in objects if other.kind == kind and wanted in other.names), None)
                if made is None:
                    made = Object(_generated(entry, kind), "")
                    objects.append(made)
                for options in (body.map("generatorOptions"), entry.map("options")):
                    for pairs in ("labels", "annotations"):
                        if options.map(pairs):
                            add_pairs(below(below(made.body, "metadata"), pairs), options.map(pairs))
                values = below(made.body, field)
                for text, line in _listed(entry, "literals"):
                    word, _, value = text.partition("=")
                    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
                    put(values, word, value[1:-1] if is_quoted else value, line)

    def _patches(self, folder: str, body: Mapping, keys: Iterable[str]) -> Iterator["_Patch"]:
        for key in keys:
            for at, entry in enumerate(body.seq(key)):
                line = body.seq(key).lines[at]
                target = entry.map("target") if isinstance(entry, Mapping) else Mapping(line)
                named = entry.text("path") if isinstance(entry, Mapping) else str(entry)
                inline = entry.text("patch") if isinstance(entry, Mapping) else (named if "\n" in named else "")
                path = _joined(folder, named)
                if inline:
                    documents = self._within(inline, entry.line_of("patch") if isinstance(entry, Mapping) else line)
                elif path in self.texts:
                    documents = self._read(path)
                else:
                    self.trouble(body, key, f"the patch {named} is not among the checked files", line)
                    continue
                options = entry.map("options") if isinstance(entry, Mapping) else Mapping(line)
                place = path if not inline and has_only_objects(documents) else ""
                yield from (_Patch(document, target, options, line, place) for document in documents if document)

    def _within(self, text: str, number: int) -> list[Any]:
        """The documents of a text in a kustomization, whose key has this number."""
        path, line = self.nodes.origin(number) or ("", 0)
        rows = self.texts.get(path, "").split("\n")
        is_block = line <= len(rows) and re.search(r"[|][-+0-9]*\s*(?:#.*)?$", rows[line - 1]) is not None
        try:
            documents = yaml_document.read(text)
        except ValueError as error:
            self.trouble(Mapping(number), "", f"the patch cannot be read: {error}", number)
            return []
        return [self.nodes.of_file(document, path, line, fixed=not is_block) for document in documents]

    def _patched(self, patch: "_Patch", objects: list[Object], files: set[str]) -> list[Object]:
        """The objects with a patch applied to those that it is about. A file of a patch that is about none is checked as it
        is."""
        content = patch.content
        self._spend(len(objects))
        try:
            if patch.target:
                chosen = selected(patch.target, objects)
            else:
                chosen = meant_by(content, objects) if isinstance(content, Mapping) else []
            if not chosen and not patch.target:
                raise ValueError("it is about no object that is known")
            deleted = set()
            names: Names = {}
            for object in chosen:
                if isinstance(content, Sequence):
                    json_patch.apply(object.body, content, self.nodes.copy)
                    continue
                known, earlier = object.known, object.names
                if merge.merged(object.body, _without_identity(self.nodes.copy(content), patch.options), known) is None:
                    deleted.add(id(object))
                elif object.name != earlier[0][0]:
                    object.earlier = earlier
                    names[object.kind, earlier[0][0]] = object.places[0]
            if names:
                for object in objects:
                    renamed(object.body, names)
            if chosen and patch.path:
                files.add(patch.path)
            return [object for object in objects if id(object) not in deleted]
        except FileLimitError:
            raise
        except ValueError as error:
            self.trouble(Mapping(patch.line), "", f"a patch is not applied: {error}", patch.line)
            return objects


class _Patch(Struct, frozen=True):
    """A partial object or a list of operations, with the target that selects objects, its options and its line."""

    content: Any
    target: Mapping
    options: Mapping
    line: int
    path: str  # of its file; "" if the kustomization has it, or the file has more than objects


def _generated(entry: Mapping, kind: str) -> Mapping:
    """A config map or secret without values."""
    made, metadata = Mapping(entry.line), Mapping(entry.line)
    for word in ("name", "namespace"):
        if word in entry:
            put(metadata, word, entry[word], entry.lines[word])
    fields: dict[str, Any] = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
    for word, field in fields.items():
        put(made, word, field, entry.line)
    return made


def _without_identity(patch: Mapping, options: Mapping) -> Mapping:
    """A partial object without its kind and name, which may be earlier ones, or any if there is a target; with those that
    the options let it change."""
    if options.get("allowKindChange") is not True:
        patch.pop("apiVersion", None)
        patch.pop("kind", None)
    metadata = patch.map("metadata")
    metadata.pop("namespace", None)
    if options.get("allowNameChange") is not True:
        metadata.pop("name", None)
    return patch


def _names(body: Mapping, *keys: str) -> Iterator[str]:
    for key in keys:
        yield from body.texts(key)


def _files_of_patches(body: Mapping) -> Iterator[str]:
    for key in ("patches", "patchesJson6902"):
        yield from filter(None, (entry.text("path") for entry in body.maps(key)))
    yield from (text for text in body.texts("patchesStrategicMerge") if "\n" not in text)


def _listed(body: Mapping, key: str) -> Iterator[tuple[str, int]]:
    """The texts of a list, each with its line."""
    items = body.seq(key)
    for item, line in zip(items, items.lines, strict=True):
        if isinstance(item, str):
            yield item, line


def _joined(folder: str, name: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, name))
    return "" if joined == "." else joined
