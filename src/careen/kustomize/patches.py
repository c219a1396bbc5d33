"""Patches of a kustomization: strategic merge patches and JSON patches, from files and within it.

**Source:** Kustomize, "patches", "patchesStrategicMerge", "patchesJson6902".
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from careen.errors import FileLimitError
from careen.formats.data.yaml_document import Mapping, Sequence

from . import json_patch, merge
from .objects import Object, has_only_objects, meant_by, selected
from .reading import Reading, joined
from .references import Names, renamed


class Patch(Struct, frozen=True):
    """A partial object or a list of operations, with the target that selects objects, its options and its line."""

    content: Any
    target: Mapping
    options: Mapping
    line: int
    path: str  # of its file; "" if the kustomization has it, or the file has more than objects


def patches(reading: Reading, folder: str, body: Mapping, keys: Iterable[str]) -> Iterator[Patch]:
    for key in keys:
        for at, entry in enumerate(body.seq(key)):
            line = body.seq(key).lines[at]
            target = entry.map("target") if isinstance(entry, Mapping) else Mapping(line)
            named = entry.text("path") if isinstance(entry, Mapping) else str(entry)
            inline = entry.text("patch") if isinstance(entry, Mapping) else (named if "\n" in named else "")
            path = joined(folder, named)
            if inline:
                documents = reading.within(inline, entry.line_of("patch") if isinstance(entry, Mapping) else line)
            elif path in reading.texts:
                documents = reading.documents(path)
            else:
                reading.trouble(line, f"the patch {named} is not among the checked files")
                continue
            options = entry.map("options") if isinstance(entry, Mapping) else Mapping(line)
            place = path if not inline and has_only_objects(documents) else ""
            yield from (Patch(document, target, options, line, place) for document in documents if document)


def patched(reading: Reading, patch: Patch, objects: list[Object], files: set[str]) -> list[Object]:
    """The objects with a patch applied to those that it is about. A file of a patch that is about none is checked as it
    is."""
    content = patch.content
    reading.spend(len(objects))
    try:
        if not isinstance(content, Mapping | Sequence):
            raise ValueError("it is neither an object nor a list of operations")  # noqa: TRY004 - of the file, not of a caller
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
                json_patch.apply(object.body, content, reading.nodes.copy)
                continue
            known, earlier = object.known, object.names
            if merge.merged(object.body, _without_identity(reading.nodes.copy(content), patch.options), known) is None:
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
        reading.trouble(patch.line, f"a patch is not applied: {error}")
        return objects


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
