"""Which layers of an image belong to its base image, and the name of the base.

By the layers of an image that the user names; else by the image itself: a label names the base, and the history shows its
end. A base image ends with a CMD, and the layers built on it follow: the base ends at the last CMD with a layer after it.
Whoever built the image wrote label and history, so they are claims; layers of a named image are proof.
**Source:** OCI image-spec, annotations.md, ``org.opencontainers.image.base.*``; config.md, ``history``.
"""

from careen.model.image import BaseImage, Image, Layer
from careen.output.summary import build_step
from careen.safety.pattern import pattern

_CMD = pattern(r"CMD(?: |\[|$)")


def base_of(image: Image) -> BaseImage | None:
    """The base image according to the image's label and history; None if it has neither."""
    labels = image.config.labels
    name = labels.get("org.opencontainers.image.base.name") or None
    layers = _by_history(image)
    if name is None:
        return BaseImage(None, None, layers, "history") if layers else None
    return BaseImage(name, labels.get("org.opencontainers.image.base.digest") or None, layers, "label")


def base_among(image: Image, named: Image) -> BaseImage | None:
    """The named image as the base of ``image``; None if its layers are not the first layers of ``image``."""
    count = len(named.layers)
    if not 0 < count <= len(image.layers) or not all(map(_same, image.layers, named.layers)):
        return None
    return BaseImage(named.reference, named.digest or None, count, "known layers")


def _same(layer: Layer, other: Layer) -> bool:
    if layer.digest and layer.digest == other.digest:
        return True
    return bool(layer.diff_id) and layer.diff_id == other.diff_id


def _by_history(image: Image) -> int | None:
    """The number of layers of the base; None if the history does not show it."""
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
