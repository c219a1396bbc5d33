"""Replacements of a kustomization: a value of one object that is written into fields of others.

**Source:** Kustomize, "replacements"; its ReplacementTransformer.
"""

from collections.abc import Callable, Iterator
from typing import Any

from careen.errors import FileLimitError
from careen.formats.data import yaml_document
from careen.formats.data.yaml_document import Mapping, Sequence, as_text

from .field_paths import Field, field_of, fields, parts_of
from .objects import Object, has_labels
from .reading import Reading, joined

_NAME = "metadata.name"
_TEXTS = ("annotations", "labels")  # whose values are texts, whatever they look like


def replace(reading: Reading, folder: str, body: Mapping, objects: list[Object], files: set[str]) -> None:
    """Applies the replacements of a kustomization, in their order, and those of files that it names."""
    for entry in _listed(reading, folder, body, files):
        try:
            _apply(entry, objects, reading)
        except FileLimitError:
            raise
        except ValueError as error:
            reading.trouble(entry.line, f"a replacement is not applied: {error}")


def _listed(reading: Reading, folder: str, body: Mapping, files: set[str]) -> Iterator[Mapping]:
    for entry in body.maps("replacements"):
        name = entry.text("path")
        path = joined(folder, name)
        if not name:
            yield entry
        elif path in reading.texts:
            files.add(path)
            for document in reading.documents(path):
                items = document if isinstance(document, Sequence) else [document]
                yield from (item for item in items if isinstance(item, Mapping))
        else:
            reading.trouble(entry.line, f"the replacements in {name} are not among the checked files")


def _apply(entry: Mapping, objects: list[Object], reading: Reading) -> None:
    targets = entry.maps("targets")
    if not targets:
        raise ValueError("it has no targets")
    value, line = _source(entry, objects, reading)
    for target in targets:
        select = target.map("select")
        if not select:
            raise ValueError("a target selects nothing")
        reading.spend(len(objects))
        for object in objects:
            if _is_selected(object, select) and not any(_is_rejected(object, reject) for reject in target.maps("reject")):
                _write(object, target, value, line, reading)


def _source(entry: Mapping, objects: list[Object], reading: Reading) -> tuple[Any, int]:
    """The value, and the line where it is written."""
    if "sourceValue" in entry:
        return entry.text("sourceValue"), entry.line_of("sourceValue")
    source = entry.map("source")
    reading.spend(len(objects))
    found = [object for object in objects if _has_identity(object, source)]
    if len(found) != 1:
        raise ValueError("its source selects nothing" if not found else "its source selects several objects")
    path = source.text("fieldPath") or _NAME
    place = field_of(found[0].body, path, reading.spend)
    if place is None or place.value is None:
        raise ValueError(f"its source has no {path[:200]}")
    value = place.value
    if delimiter := source.text("options", "delimiter"):
        parts = _text_of(value).split(delimiter)
        at = _index(source)
        if not 0 <= at < len(parts):
            raise ValueError(f"its source has no part {at}")
        value = parts[at]
    return value, place.line


def _write(object: Object, target: Mapping, value: Any, line: int, reading: Reading) -> None:
    creates = target.map("options").get("create") is True
    for path in target.texts("fieldPaths") or [_NAME]:
        parts = parts_of(path)
        places = fields(object.body, parts, creates, spend=reading.spend)
        if not places:
            raise ValueError(f"a target has no {path[:200]}")
        as_texts = len(parts) > 1 and parts[-2] in _TEXTS
        earlier = object.names
        for place in places:
            _set(place, target, value, line, as_texts, reading.nodes.copy)
        if object.names[0] != earlier[0]:
            object.earlier = earlier


def _set(place: Field, target: Mapping, value: Any, line: int, as_texts: bool, copied: Callable[[Any], Any]) -> None:
    there = place.value
    if delimiter := target.text("options", "delimiter"):
        parts = _text_of(there).split(delimiter)
        at = _index(target)
        if at < 0:
            parts.insert(0, _text_of(value))
        elif at >= len(parts):
            parts.append(_text_of(value))
        else:
            parts[at] = _text_of(value)
        value, line = delimiter.join(parts), place.line or line
        if len(value) > yaml_document.MAX_CHARACTERS:
            raise FileLimitError("a value grows without end")
    if as_texts or isinstance(there, str):
        if isinstance(value, Mapping | Sequence):
            raise ValueError("a mapping or list would replace a text")
        place.set(as_text(value), line)
    elif isinstance(there, int | float) and isinstance(value, str) and value:
        place.set(yaml_document.scalar(value), line)  # a number stays one
    else:
        place.set(copied(value), line)


def _text_of(value: Any) -> str:
    if isinstance(value, Mapping | Sequence):
        raise ValueError("a delimiter is for texts alone")  # noqa: TRY004 - of the file, not of a caller
    return as_text(value)


def _index(described: Mapping) -> int:
    index = described.map("options").get("index", 0)
    return index if isinstance(index, int) else 0


def _has_identity(object: Object, wanted: Mapping) -> bool:
    """Whether an object has this group, version, kind, and one of its names, present or earlier ones."""
    own = {"group": object.group, "version": object.version, "kind": object.kind}
    if any(wanted.text(key) not in ("", value) for key, value in own.items()):
        return False
    name, space = wanted.text("name"), wanted.text("namespace")
    return any(name in ("", known) and space in ("", place) for known, place in object.places)


def _is_selected(object: Object, selector: Mapping) -> bool:
    return _has_identity(object, selector) and has_labels(selector, object)


def _is_rejected(object: Object, selector: Mapping) -> bool:
    by_labels = selector.text("labelSelector") or selector.text("annotationSelector")
    if by_labels and has_labels(selector, object):
        return True
    return any(selector.text(key) for key in ("group", "version", "kind", "name", "namespace")) and _has_identity(
        object, selector
    )
