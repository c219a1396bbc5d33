"""Objects of Kubernetes while a kustomization is built, and which of them a patch is about.

**Source:** Kustomize, "patches", field target.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from careen.formats.data.yaml_document import Mapping, Sequence, as_text
from careen.formats.kubernetes.manifest_files import GROUPS, is_resource

# Expressions of more kinds than these could take exponential time.
_PLAIN = re.compile(r"(?:[\w/|-]|\.(?!\*)){0,500}(?:\.\*(?:[\w/|-]|\.(?!\*)){0,500}){0,4}")


class Object:
    """An object, and the names that it had before a prefix, a suffix or a namespace was given: patches may still use them."""

    __slots__ = ("body", "earlier", "path")

    def __init__(self, body: Mapping, path: str, earlier: tuple[tuple[str, str], ...] = ()) -> None:
        self.body = body
        self.path = path  # of the file that has it
        self.earlier = earlier

    @property
    def kind(self) -> str:
        return self.body.text("kind")

    @property
    def group(self) -> str:
        return self.body.text("apiVersion").rpartition("/")[0]

    @property
    def version(self) -> str:
        return self.body.text("apiVersion").rpartition("/")[2]

    @property
    def name(self) -> str:
        return self.body.map("metadata").text("name")

    @property
    def namespace(self) -> str:
        return self.body.map("metadata").text("namespace")

    @property
    def known(self) -> bool:
        """Whether Kubernetes itself has the kind."""
        return self.group in GROUPS or self.group.endswith(".k8s.io")

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Its name and namespace, and earlier ones."""
        return ((self.name, self.namespace), *self.earlier)

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """The same with the namespace that is used if none is stated."""
        return tuple((name, namespace or "default") for name, namespace in self.names)


def objects_in(documents: Iterable[Any]) -> Iterator[Mapping]:
    """The objects among the documents of a file, and those within lists."""
    for document in documents:
        if (
            isinstance(document, Mapping)
            and document.text("kind").endswith("List")
            and isinstance(document.get("items"), Sequence)
        ):
            yield from (item for item in document.maps("items") if is_resource(item))
        elif is_resource(document):
            yield document


def has_only_objects(documents: Iterable[Any]) -> bool:
    """Whether a file has nothing else, so that what is built of it says all that is in it."""
    found = [document for document in documents if document is not None]
    return bool(found) and all(map(is_resource, found))


def meant_by(patch: Mapping, objects: Iterable[Object]) -> list[Object]:
    """The objects that a partial object without a target is about: those of its kind and name."""
    wanted = Object(patch, "")
    return [
        object
        for object in objects
        if object.kind == wanted.kind
        and object.group == wanted.group
        and any(name == wanted.name and wanted.namespace in ("", space) for name, space in object.names)
    ]


def selected(target: Mapping, objects: Iterable[Object]) -> list[Object]:
    """The objects that a target selects. Raises: ValueError for an expression that is not read."""
    found = []
    for object in objects:
        simple = {"group": object.group, "version": object.version, "kind": object.kind}
        if not all(_matches(target.text(key), value) for key, value in simple.items()):
            continue
        wanted = target.text("name"), target.text("namespace")
        if not any(_matches(wanted[0], name) and _matches(wanted[1], space) for name, space in object.places):
            continue
        if has_labels(target, object):
            found.append(object)
    return found


def has_labels(selector: Mapping, object: Object) -> bool:
    """Whether an object has the labels and annotations that a selector wants. Raises: ValueError for sets."""
    metadata = object.body.map("metadata")
    return all(
        _selects(selector.text(key), metadata.map(of))
        for key, of in (("labelSelector", "labels"), ("annotationSelector", "annotations"))
    )


def _matches(expression: str, text: str) -> bool:
    return not expression or expression == text or _compiled(expression).fullmatch(text[:1000]) is not None


@lru_cache(100)
def _compiled(expression: str) -> "re.Pattern[str]":
    expression = expression.removeprefix("^").removesuffix("$").removeprefix("(").removesuffix(")")
    if not _PLAIN.fullmatch(expression):
        raise ValueError("the expression of its target is not read")
    return re.compile(expression)


def _selects(selector: str, labels: Mapping) -> bool:
    """Whether a selector in text form ("a=b,c!=d,e,!f") selects these labels. Raises: ValueError for sets."""
    if "(" in selector:
        raise ValueError("the selector of its target is not read")
    for term in filter(None, (part.strip() for part in selector.split(","))):
        name, sign, value = (part.strip() for part in re.split(r"(!=|==?)", term, maxsplit=1) + ["", ""] * ("=" not in term))
        if not sign:
            if (name.lstrip("!") in labels) is name.startswith("!"):
                return False
        elif (as_text(labels.get(name)) == value) is (sign == "!="):
            return False
    return True
