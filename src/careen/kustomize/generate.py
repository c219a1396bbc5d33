"""Config maps and secrets that a kustomization makes of literals and of files with values.

**Source:** Kustomize, "configMapGenerator", "secretGenerator", "generatorOptions".
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from careen.formats.data.yaml_document import Mapping, put

from .objects import Object
from .reading import Reading, joined, listed
from .transform import add_pairs, below

GENERATORS = (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret"))
_VARIABLE = re.compile(r"[ \t]*+([-._a-zA-Z][-._a-zA-Z0-9]*+)(?:=(.*))?")


def generate(reading: Reading, folder: str, body: Mapping, objects: list[Object]) -> None:
    """Adds config maps and secrets. One that exists gets more values, or others."""
    for key, kind in GENERATORS:
        for entry in body.maps(key):
            generate_object(reading, folder, entry, kind, body.map("generatorOptions"), objects)


def generate_object(reading: Reading, folder: str, entry: Mapping, kind: str, common: Mapping, objects: list[Object]) -> None:
    reading.spend(len(objects))
    field = "stringData" if kind == "Secret" else "data"
    wanted = entry.text("name"), entry.text("namespace")
    made = next((other for other in objects if other.kind == kind and wanted in other.names), None)
    if made is None:
        made = Object(_without_values(entry, kind), "")
        objects.append(made)
    elif entry.text("behavior") == "replace":
        for replaced in ("data", "stringData", "binaryData"):
            made.body.map(replaced).clear()
    for options in (common, entry.map("options")):
        for pairs in ("labels", "annotations"):
            if options.map(pairs):
                add_pairs(below(below(made.body, "metadata"), pairs), options.map(pairs))
    values = below(made.body, field)
    for name, value, line in _values(reading, folder, entry):
        put(values, name, value, line)


def files_of_values(body: Mapping) -> Iterator[str]:
    """The names of the files that generators read values from."""
    for key, _ in GENERATORS:
        for entry in body.maps(key):
            yield from (name for name, _ in _files_of_variables(entry))
            yield from (text.rpartition("=")[2] for text, _ in listed(entry, "files"))


def _values(reading: Reading, folder: str, entry: Mapping) -> Iterator[tuple[str, str, int]]:
    for name, line in _files_of_variables(entry):
        path = joined(folder, name)
        if path in reading.texts:
            yield from _variables(reading, path)
        else:
            reading.trouble(line, f"{name} is not among the checked files")
    for text, line in listed(entry, "files"):
        key, is_named, name = text.rpartition("=")
        path = joined(folder, name)
        if path in reading.texts:
            reading.spend(1 + (len(reading.texts[path]) >> 10))
            yield (key if is_named else posixpath.basename(name)), reading.texts[path], reading.nodes.line(path, 0)
        else:
            reading.trouble(line, f"{name} is not among the checked files")
    for text, line in listed(entry, "literals"):
        word, _, value = text.partition("=")
        is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
        yield word, value[1:-1] if is_quoted else value, line


def _files_of_variables(entry: Mapping) -> Iterator[tuple[str, int]]:
    yield from listed(entry, "envs")
    if name := entry.text("env"):
        yield name, entry.line_of("env")


def _variables(reading: Reading, path: str) -> Iterator[tuple[str, str, int]]:
    """The variables of a file of lines ``NAME=value``. A variable without a value takes that of the environment of the
    build, which is not known."""
    rows = reading.texts[path].split("\n")
    reading.spend(len(rows))
    for number, row in enumerate(rows, 1):
        match = _VARIABLE.match(row)
        if match:
            yield match[1], (match[2] or "").rstrip("\r"), reading.nodes.line(path, number)


def _without_values(entry: Mapping, kind: str) -> Mapping:
    made, metadata = Mapping(entry.line), Mapping(entry.line)
    for word in ("name", "namespace"):
        if word in entry:
            put(metadata, word, entry[word], entry.lines[word])
    fields: dict[str, Any] = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
    for word, field in fields.items():
        put(made, word, field, entry.line)
    return made
