"""Trees of kustomizations in ``tests/data/kustomize``, and objects in a form that can be compared."""

import base64
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from careen.kustomize import build
from careen.kustomize.text import text_of

DATA = Path(__file__).parent.parent / "data" / "kustomize"
_HASH = re.compile(r"-[a-z0-9]{10}(?=\")")  # of what a generated object has, at the end of its name


def cases() -> list[Path]:
    return sorted(DATA.iterdir())


def texts_of(folder: Path) -> dict[str, str]:
    """The files of a tree by their path, as those that are checked together."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "expected.yaml"
    }


def objects_of(text: str) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(text) if document]


def built_objects(texts: dict[str, str]) -> list[str]:
    """What the one kustomization of a tree that no other takes from makes, as YAML is read by another reader."""
    (built,), _ = build(texts)
    return normal(objects_of(text_of(built.objects, built.nodes)[0]))


def normal(objects: Iterable[dict[str, Any]]) -> list[str]:
    """The objects in an order of their own, without the order of ports. Values of secrets are readable."""
    return sorted(_HASH.sub("", json.dumps(_plain(object), sort_keys=True)) for object in objects)


def _plain(node: Any, key: str = "") -> Any:
    if isinstance(node, dict) and node.get("kind") == "Secret":
        values = {name: base64.b64decode(value).decode() for name, value in (node.get("data") or {}).items()}
        node = {**node, "data": values | (node.get("stringData") or {})}
        node = {name: value for name, value in node.items() if name not in ("stringData", "type")}
    if isinstance(node, dict):
        return {name: _plain(value, name) for name, value in node.items()}
    if isinstance(node, list):
        items = [_plain(item) for item in node]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if key == "ports" else items
    return node
