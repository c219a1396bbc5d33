"""Strategic merge patches: a partial object that is laid over another.

Mappings are merged, null removes a key, and lists are replaced, but for those whose items have a key of their own, such as the
name of a container. ``$patch`` deletes or replaces.
**Source:** Kubernetes, "Strategic merge patch", and x-kubernetes-patch-merge-key in its OpenAPI document.
"""

from typing import Any

from careen.formats.data.yaml_document import Mapping, Sequence, as_text, put

_NAMED = ("containers", "initContainers", "ephemeralContainers", "volumes", "imagePullSecrets", "env", "secrets", "webhooks")
_KEYS = {
    **dict.fromkeys((*_NAMED, "resourceClaims"), "name"),
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "hostAliases": "ip",
    "conditions": "type",
    "topologySpreadConstraints": "topologyKey",
    "ownerReferences": "uid",
}


def merged(base: Mapping, patch: Mapping, known: bool) -> Mapping | None:
    """The base with the patch laid over it, which changes the base; None if the patch deletes it. ``known``: Kubernetes has
    the kind, and so the keys of its lists are known."""
    directive = patch.get("$patch")
    if directive == "delete":
        return None
    if directive == "replace":
        base.clear()
        base.lines.clear()
    for key, value in patch.items():
        line = patch.lines.get(key, patch.line)
        if key.startswith("$"):
            if key == "$retainKeys":
                kept = patch.texts("$retainKeys")
                for other in [other for other in base if other not in kept]:
                    _remove(base, other)
            continue
        there = base.get(key)
        if value is None:
            _remove(base, key)
        elif isinstance(value, Mapping):
            below = merged(there if isinstance(there, Mapping) else Mapping(value.line), value, known)
            if below is None:
                _remove(base, key)
            else:
                put(base, key, below, base.lines.get(key, line) if isinstance(there, Mapping) else line)
        elif isinstance(value, Sequence):
            field = _key(key, value) if known else ""
            old = there if isinstance(there, Sequence) else Sequence(value.line)
            put(base, key, _merged_list(old, value, field, known), line)
        elif key not in base or there != value:
            put(base, key, value, line)
    return base


def _remove(target: Mapping, key: str) -> None:
    target.pop(key, None)
    target.lines.pop(key, None)


def _key(field: str, items: Sequence) -> str:
    """The key of the items of a list; "" if the list is replaced as a whole."""
    if field == "ports":  # of a container, or of a service
        of_all = [set(item) if isinstance(item, Mapping) else set() for item in items]
        return next((key for key in ("containerPort", "port") if all(key in names for names in of_all)), "")
    return _KEYS.get(field, "")


def _merged_list(base: Sequence, patch: Sequence, key: str, known: bool) -> Sequence:
    """The items of the patch in its order, each merged with that of the base, and then the others of the base."""
    found = Sequence(patch.line)
    found.end_line = patch.end_line
    replaces = any(map(_is_replacing, patch))
    places = {} if replaces else _places(base, key)
    seen = set()
    for item, line in zip(patch, patch.lines, strict=True):
        if _is_replacing(item):
            continue
        at = places.get((as_text(item.get(key)), item.text("protocol"))) if isinstance(item, Mapping) else None
        if at is not None:
            seen.add(at)
        if isinstance(item, Mapping):
            item = merged(base[at] if at is not None else Mapping(item.line), item, known)
        if item is not None:
            _append(found, item, line if at is None else base.lines[at])
    for at, (item, line) in enumerate(zip(base, base.lines, strict=True)):
        if key and not replaces and at not in seen:
            _append(found, item, line)
    return found


def _is_replacing(item: object) -> bool:
    return isinstance(item, Mapping) and item.get("$patch") == "replace" and len(item) == 1


def _places(items: Sequence, key: str) -> dict[tuple[str, str], int]:
    """The places of the items by their key and protocol, and by their key alone."""
    found: dict[tuple[str, str], int] = {}
    for at, item in enumerate(items):
        if key and isinstance(item, Mapping) and key in item:
            for protocol in ("", item.text("protocol") or "TCP"):
                found.setdefault((as_text(item[key]), protocol), at)
    return found


def _append(target: Sequence, item: Any, line: int) -> None:
    target.append(item)
    target.lines.append(line)
