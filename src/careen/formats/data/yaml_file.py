"""YAML documents as plain data in which every scalar is its text: ``1.10`` stays ``"1.10"``, ``true`` is ``"true"``.

``yaml_documents`` gives the documents of a stream in order, as dict, list or str. A key that is not a scalar is left out, the
last of equal keys counts, and ``<<`` is a key like any other. An alias is the same object as its anchor.
Built from libyaml's events, so no tag of the file chooses a constructor.
Raises: ValueError if the data is not YAML, and over a limit of size, depth, nodes or aliases.
**Source:** YAML 1.1.
"""

from typing import Any

MAX_BYTES = 8 << 20
MAX_DEPTH = 64
MAX_NODES = 1_000_000
MAX_ALIASES = 1_000


def yaml_document(data: bytes) -> Any:
    """The first document; None if there is none."""
    return next(iter(yaml_documents(data)), None)


def yaml_documents(data: bytes) -> list[Any]:
    import yaml

    if len(data) > MAX_BYTES:
        raise ValueError(f"YAML over {MAX_BYTES >> 20} MiB")
    try:
        return _documents(yaml, data)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"not YAML: {' '.join(str(error).split())[:200]}") from None


def _documents(yaml: Any, data: bytes) -> list[Any]:
    found: list[Any] = []
    anchors: dict[str, Any] = {}
    open_nodes: list[_Node] = []
    nodes = aliases = 0
    for event in yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.ScalarEvent):
            value: Any = event.value
            _anchor(anchors, event, value)
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            if aliases > MAX_ALIASES or event.anchor not in anchors:
                raise ValueError(f"more than {MAX_ALIASES} aliases, or an alias without anchor")
            value = anchors[event.anchor]
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(open_nodes) >= MAX_DEPTH:
                raise ValueError(f"more than {MAX_DEPTH} levels")
            open_nodes.append(_Node({} if isinstance(event, yaml.MappingStartEvent) else [], event))
            continue
        elif isinstance(event, yaml.CollectionEndEvent):
            node = open_nodes.pop()
            value = node.value
            _anchor(anchors, node.event, value)  # only now: a node cannot contain itself
        else:
            if isinstance(event, yaml.DocumentStartEvent):
                anchors = {}
            continue
        nodes += 1
        if nodes > MAX_NODES:
            raise ValueError(f"more than {MAX_NODES} nodes")
        if open_nodes:
            open_nodes[-1].add(value)
        else:
            found.append(value)
    return found


def _anchor(anchors: dict[str, Any], event: Any, value: Any) -> None:
    if event.anchor is not None:
        anchors[event.anchor] = value


class _Node:
    """A mapping or sequence under construction."""

    __slots__ = ("event", "key", "keyed", "value")

    def __init__(self, value: Any, event: Any) -> None:
        self.value, self.event, self.key, self.keyed = value, event, None, False

    def add(self, item: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(item)
        elif not self.keyed:
            self.key, self.keyed = item, True
        else:
            if isinstance(self.key, str):
                self.value[self.key] = item
            self.keyed = False
