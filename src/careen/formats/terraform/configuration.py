"""Files of Terraform -> the resources of their root modules and of all local modules that these call.

A folder is a root module unless another folder calls it. Modules from elsewhere are read where ``terraform init`` has put
them, and are never fetched. An unknown ``count`` or ``for_each`` gives one instance.
**Source:** Terraform language, "Modules", "Resources", "Input Variables".
"""

import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from careen.formats.data import yaml_document
from careen.formats.terraform import files, iam
from careen.formats.terraform.evaluate import Budget, Evaluator, Names
from careen.formats.terraform.files import Files, Placed
from careen.formats.terraform.resource import Resource, Terraform, Unassessed
from careen.formats.terraform.syntax import Body, Expression
from careen.formats.terraform.types import with_defaults
from careen.formats.terraform.values import (
    ResourceValue,
    UnknownValue,
    items_of,
    mapping,
    placed,
    sequence,
    sized,
    unknown,
)

MAX_INSTANCES = 50  # of one resource or call
MAX_CALLS = 500  # of modules in one root module
MAX_CALL_DEPTH = 8
MAX_RESOURCES = 20_000
INSTALLED = ".terraform/modules/modules.json"
_META = frozenset(("count", "for_each", "provider", "depends_on", "lifecycle", "connection", "provisioner"))
_META_OF_CALLS = _META | {"source", "version", "providers"}


def read(texts: Mapping[str, str], paths: Iterable[str] | None = None) -> Terraform:
    """Reads a configuration. ``texts`` are all files by path, which ``file()`` can read; ``paths`` are those of the
    configuration, if not all."""
    folders: dict[str, list[tuple[str, Body]]] = {}
    unassessed: list[Unassessed] = []
    for path in texts if paths is None else paths:
        if path.endswith(files.CONFIGURATION) or files.is_given(path):
            try:
                folders.setdefault(posixpath.dirname(path), []).append((path, files.read(path, texts[path])))
            except (ValueError, RecursionError) as error:
                why = str(error) if isinstance(error, ValueError) else "nested too deep"
                unassessed.append(Unassessed(path, 0, f"not assessed: {why}", is_unread=True))
    project = _Project({folder: files.together(bodies) for folder, bodies in folders.items()}, texts, unassessed)
    found: list[Resource] = []
    for folder in project.roots():
        root = _Module(project, folder, folder, "", (), Budget(), {})
        found += root.resources()
        if len(found) > MAX_RESOURCES:
            unassessed.append(Unassessed(next(iter(texts)), 0, f"not assessed: over {MAX_RESOURCES} resources"))
            break
    return Terraform(next(iter(texts), ""), found[:MAX_RESOURCES], dict.fromkeys(unassessed))


class _Project:
    def __init__(self, folders: Mapping[str, Files], texts: Mapping[str, str], unassessed: list[Unassessed]) -> None:
        self.folders = folders
        self.texts = texts
        self.unassessed = unassessed
        self.visited: set[str] = set()

    def roots(self) -> Iterator[str]:
        called = {
            self.inside(folder, source)
            for folder, of in self.folders.items()
            for call in of.of_type("module").values()
            if (source := _source(call)).startswith(("./", "../"))
        }
        names = sorted(folder for folder in self.folders if ".terraform" not in folder.split("/"))
        for folder in [*(name for name in names if name not in called), *(name for name in names if name in called)]:
            if folder not in called or folder not in self.visited:  # the latter call each other in a circle
                yield folder

    @staticmethod
    def inside(folder: str, path: str) -> str:
        joined = posixpath.normpath(posixpath.join(folder, path))
        return "" if joined == "." else joined

    def installed(self, root: str) -> Mapping[str, str]:
        """The folder of each module that ``terraform init`` has fetched, by the dotted names of its calls."""
        text = self.texts.get(posixpath.join(root, INSTALLED), "")
        try:
            known = json.loads(text).get("Modules", []) if text else []
            return {str(row["Key"]): self.inside(root, str(row["Dir"])) for row in known if row.get("Key")}
        except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
            return {}


class _Module:
    """One call of a module, with its arguments; everything in it is evaluated once, on first use."""

    def __init__(
        self,
        project: _Project,
        root: str,
        folder: str,
        prefix: str,
        calls: tuple[str, ...],
        budget: Budget,
        arguments: Mapping[str, Any],
    ) -> None:
        self.project, self.root, self.folder, self.prefix, self.calls = project, root, folder, prefix, calls
        self.budget = budget
        self.arguments = arguments
        self.files = project.folders[folder]
        self.known: dict[tuple[str, ...], Any] = {}
        self.children: dict[str, dict[Any, _Module]] = {}
        self.evaluator = Evaluator(self.reference, budget, self.text_of)
        project.visited.add(folder)

    def resources(self) -> Iterator[Resource]:
        for type in ("resource", "data"):
            for labels in self.files.of_type(type):
                if len(labels) == 2:
                    yield from self.instances(type, labels).values()
        for labels in self.files.of_type("module"):
            for child in self.called(labels[0] if labels else "").values():
                yield from child.resources()

    # --- what names mean

    def reference(self, first: str, second: str, names: Names) -> Any:
        key = (first, second)
        if key not in self.known:
            self.known[key] = unknown(f"{first}.{second}, which refers to itself")
            self.known[key] = self.looked_up(first, second)
        return self.known[key]

    def looked_up(self, first: str, second: str) -> Any:
        if first == "var":
            return self.variable(second)
        if first == "local" and second in self.files.settings:
            return self.evaluator.value(self.files.settings[second][0].expression, {})
        if first == "module":
            return _instanced({key: child.outputs() for key, child in self.called(second).items()}, f"module.{second}")
        if first == "path":
            return {"module": self.folder or ".", "root": self.root or ".", "cwd": "."}.get(second, unknown(f"path.{second}"))
        if first == "data":
            labels = [labels for labels in self.files.of_type("data") if labels[:1] == (second,) and len(labels) == 2]
            return mapping((name[1], self.made("data", name)) for name in labels) if labels else unknown(f"data.{second}")
        if (first, second) in self.files.of_type("resource"):
            return self.made("resource", (first, second))
        return unknown(f"{first}.{second}")

    def made(self, type: str, labels: tuple[str, ...]) -> Any:
        """The value of a resource in other expressions."""
        return _instanced({key: _seen(made) for key, made in self.instances(type, labels).items()}, ".".join(labels))

    def variable(self, name: str) -> Any:
        declared = self.files.of_type("variable").get((name,))
        value: Any = self.arguments.get(name)
        if name not in self.arguments and not self.calls and name in self.files.values:
            value = self.evaluator.value(self.files.values[name], {})
        settings = declared.block.body.settings if declared else {}
        if value is None and "default" in settings:
            value = self.evaluator.value(settings["default"].expression, {})
        elif value is None and name not in self.arguments:
            return unknown(f"var.{name}")
        return with_defaults(value, settings["type"].expression, self.evaluator) if "type" in settings else value

    def text_of(self, path: str) -> str | None:
        """The text of a file among those that are checked together; None for any other, which is not read."""
        return self.project.texts.get(path) or self.project.texts.get(self.project.inside(self.root, path))

    # --- resources

    def instances(self, type: str, labels: tuple[str, ...]) -> Mapping[Any, Resource]:
        key = ("instances of", type, *labels)
        if key not in self.known:
            self.known[key] = {}  # it may refer to itself
            written = self.files.of_type(type)[labels]
            reference = ".".join((*(("data",) if type == "data" else ()), *labels))
            for each, names in self.keys(written, reference):
                suffix = "" if each is None else f"[{json.dumps(each)}]"
                address = f"{self.prefix}{reference}{suffix}"
                self.known[key][each] = self.resource(written, address, names, type == "data")
        found: Mapping[Any, Resource] = self.known[key]
        return found

    def resource(self, written: Placed, address: str, names: Names, is_data: bool) -> Resource:
        block = written.block
        values = self.body(_without(block.body, _META), names, block.line, block.end_line)
        if is_data and block.labels[0] == "aws_iam_policy_document":
            yaml_document.put(values, "json", iam.as_json(values), block.line)
        type, name = block.labels[:2]
        return Resource(type, name, address, values, written.path, block.line, block.end_line, is_data)

    def keys(self, written: Placed, label: str) -> list[tuple[Any, Names]]:
        """The keys of the instances of a resource or call, each with the names that only its expressions can use; one
        key None without ``count`` and ``for_each``."""
        settings = written.block.body.settings
        if "count" in settings:
            count = self.evaluator.value(settings["count"].expression, {})
            if isinstance(count, str) and count.isdigit():
                count = int(count[:6])
            if not isinstance(count, int):
                return [(None, {"count": mapping([("index", unknown("count.index"))])})]
            return [(index, {"count": mapping([("index", index)])}) for index in range(self.bounded(count, written, label))]
        if "for_each" in settings:
            items = items_of(over := self.evaluator.value(settings["for_each"].expression, {}))
            if items is None:
                each = (unknown("each.key"), unknown("each.value"))
                return [(None, {"each": mapping(zip(("key", "value"), each, strict=True))})]
            pairs = [(value if isinstance(over, list) else key, value) for key, value in items]
            pairs = pairs[: self.bounded(len(pairs), written, label)]
            return [(str(key), {"each": mapping([("key", key), ("value", value)])}) for key, value in pairs]
        return [(None, {})]

    def bounded(self, count: int, written: Placed, label: str) -> int:
        if count > MAX_INSTANCES:
            why = f"{label} has {count} instances, of which {MAX_INSTANCES} are assessed"
            self.project.unassessed.append(Unassessed(written.path, written.block.line, why))
        return min(count, MAX_INSTANCES)

    def body(self, body: Body, names: Names, line: int, end_line: int) -> yaml_document.Mapping:
        """The arguments and nested blocks of a body with their values; an argument that is null is left out."""
        found = yaml_document.Mapping(line)
        found.end_line = end_line
        for name, setting in body.settings.items():
            value = self.evaluator.value(setting.expression, names)
            if value is not None:
                self.budget.spend(sized(value) if isinstance(value, dict | list) else 1)
                yaml_document.put(found, name, placed(value, setting.line, setting.end_line), setting.line)
        for block in body.blocks:
            if block.type == "dynamic" and block.labels:
                self.dynamic(found, block.labels[0], block.body, names, block.line, block.end_line)
            else:
                inner = self.body(block.body, names, block.line, block.end_line)
                yaml_document.add(found, block.type, inner, block.line)
        return found

    def dynamic(self, into: yaml_document.Mapping, name: str, body: Body, names: Names, line: int, end_line: int) -> None:
        content = next(iter(body.of_type("content")), None)
        if content is None or "for_each" not in body.settings:
            return
        over = self.evaluator.value(body.settings["for_each"].expression, names)
        items = items_of(over)
        if items is None:
            if over is not None:
                missing = over if isinstance(over, UnknownValue) else unknown(f"for_each of {name}")
                yaml_document.add(into, name, missing, line)
            return
        iterator = body.settings.get("iterator")
        called = getattr(iterator.expression, "name", name) if iterator else name
        for key, value in items[:MAX_INSTANCES]:
            one = mapping([("key", value if isinstance(over, list) else key), ("value", value)])
            yaml_document.add(into, name, self.body(content.body, {**names, called: one}, content.line, content.end_line), line)

    # --- modules

    def called(self, name: str) -> Mapping[Any, "_Module"]:
        """The modules of a call, by the key of their instance; {} if the module is not among the files."""
        if name in self.children:
            return self.children[name]
        self.children[name] = {}
        written = self.files.of_type("module").get((name,))
        if written is None:
            return {}
        folder = self.folder_of(name, written)
        if folder is None:
            return {}
        for each, names in self.keys(written, f"module.{name}"):
            self.project_calls()
            suffix = "" if each is None else f"[{json.dumps(each)}]"
            arguments = {
                key: self.evaluator.value(setting.expression, names)
                for key, setting in written.block.body.settings.items()
                if key not in _META_OF_CALLS
            }
            prefix = f"{self.prefix}module.{name}{suffix}."
            self.children[name][each] = _Module(
                self.project, self.root, folder, prefix, (*self.calls, name), self.budget, arguments
            )
        return self.children[name]

    def project_calls(self) -> None:
        self.budget.spend(MAX_CALLS)

    def folder_of(self, name: str, written: Placed) -> str | None:
        source = _source(written)
        folder: str | None
        if source.startswith(("./", "../")):
            folder, where = self.project.inside(self.folder, source), "is not among the checked files"
        else:
            folder = self.project.installed(self.root).get(".".join((*self.calls, name)))
            where = "is not fetched: terraform init puts it into .terraform, where it is read"
        why = ""
        if folder is None or folder not in self.project.folders:
            why = f"module {name} is not assessed: {source or 'its source'} {where}"
        elif len(self.calls) >= MAX_CALL_DEPTH or self.budget.steps <= 0:
            why = f"module {name} is not assessed: the limits of modules are reached"
        if why:
            self.project.unassessed.append(Unassessed(written.path, written.block.line, why))
            return None
        return folder

    def outputs(self) -> yaml_document.Mapping:
        found = []
        for labels, written in self.files.of_type("output").items():
            setting = written.block.body.settings.get("value")
            if setting is not None and labels:
                found.append((labels[0], self.evaluator.value(setting.expression, {})))
        return mapping(found)


def _without(body: Body, names: frozenset[str]) -> Body:
    settings = {name: setting for name, setting in body.settings.items() if name not in names}
    return Body(settings, tuple(block for block in body.blocks if block.type not in names))


def _seen(resource: Resource) -> ResourceValue:
    found = ResourceValue(resource.address, resource.label)
    found.update(resource.values)
    found.lines = resource.values.lines
    return found


def _instanced(values: Mapping[Any, Any], name: str) -> Any:
    """The value of a block in expressions: the only value, or a list or object of the values by the keys of their
    instances."""
    if not values:
        return unknown(name)
    if None in values:
        return values[None]
    if all(isinstance(key, int) for key in values):
        return sequence(values[key] for key in sorted(values))
    return mapping(values.items())


def _source(call: Placed) -> str:
    setting = call.block.body.settings.get("source")
    expression: Expression | None = setting.expression if setting else None
    value = getattr(expression, "value", "")
    return value if isinstance(value, str) else ""
