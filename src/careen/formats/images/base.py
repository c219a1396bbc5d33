"""Which layers of an image are its base image's, and what that is called.

By the layers of an image that the user names, else by what the image says of itself: its label names the base, its history
tells where it ends. A base image ends in a CMD, and what was built on it comes after that: the last CMD with a layer behind
it is where the history says that the base ends. Who made the image wrote label and history, so they may be told, and the
layers of a named image proven.
**Source:** OCI image-spec, annotations.md, ``org.opencontainers.image.base.*``; config.md, ``history``.
"""

from careen.model.image import BaseImage, Image, Layer
from careen.output.summary import build_step
from careen.safety.pattern import pattern

_CMD = pattern(r"CMD(?: |\[|$)")


def base_of(image: Image) -> BaseImage | None:
    """As the image says itself; None where it says nothing of a base."""
    labels = image.config.labels
    name = labels.get("org.opencontainers.image.base.name") or None
    layers = _by_history(image)
    if name is None:
        return BaseImage(None, None, layers, "history") if layers else None
    return BaseImage(name, labels.get("org.opencontainers.image.base.digest") or None, layers, "label")


def base_among(image: Image, named: Image) -> BaseImage | None:
    """The named image as the base: None where its layers are not the first ones of the image."""
    count = len(named.layers)
    if not 0 < count <= len(image.layers) or not all(map(_same, image.layers, named.layers)):
        return None
    return BaseImage(named.reference, named.digest or None, count, "known layers")


def _same(layer: Layer, other: Layer) -> bool:
    if layer.digest and layer.digest == other.digest:
        return True
    return bool(layer.diff_id) and layer.diff_id == other.diff_id


def _by_history(image: Image) -> int | None:
    """How many layers come before the end of the base; None where the history does not tell."""
    history = image.config.history
    if sum(not step.empty_layer for step in history) != len(image.layers):
        return None
    behind = False
    for number in range(len(history) - 1, -1, -1):
        step = history[number]
        if not step.empty_layer:
            behind = True
        elif behind and _CMD.match(build_step(step.created_by)):
            return sum(not entry.empty_layer for entry in history[:number]) or None
    return None
