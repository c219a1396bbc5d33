"""A comparison of two inventories as a table and as JSON (``careen.inventory-diff/1``)."""

from collections import Counter
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from careen.app.inventories import HOWS

if TYPE_CHECKING:
    from careen.app.inventories import Compared

SCHEMA = "careen.inventory-diff/1"


def write_table(compared: "Compared", stream: TextIO) -> None:
    from careen.output.escape import visible

    from .columns import write_columns

    before, after = compared.images
    counts = Counter(change.how for change in compared.changes)
    summary = ", ".join(f"{counts[how]} {how}" for how in HOWS if counts[how]) or "no package changed"
    layers = f"{compared.shared_layers} of {len(before.layers)} and {len(after.layers)} layers are shared"
    stream.write(f"{visible(before.reference)} -> {visible(after.reference)}: {summary}; {layers}\n")
    if not compared.changes:
        return
    rows = [
        (
            change.how,
            change.name,
            change.before or "-",
            change.after or "-",
            change.type,
            _layers(change.layer_before, change.layer_after),
        )
        for change in compared.changes
    ]
    stream.write("\n")
    write_columns(("CHANGE", "PACKAGE", "BEFORE", "AFTER", "TYPE", "LAYER"), rows, stream)


def write_json(compared: "Compared", stream: TextIO) -> None:
    from careen.output.json_text import write_json as write

    document: dict[str, Any] = {
        "schema": SCHEMA,
        "before": _image(compared, 0),
        "after": _image(compared, 1),
        "shared_layers": compared.shared_layers,
        "changes": msgspec.to_builtins(compared.changes),
    }
    write(document, stream)


def _image(compared: "Compared", which: int) -> dict[str, Any]:
    image, packages = compared.images[which], compared.packages[which]
    layers = [
        {"index": layer.index, "digest": layer.digest or None, "diff_id": layer.diff_id or None} for layer in image.layers
    ]
    return {"reference": image.reference, "digest": image.digest or None, "layers": layers, "packages": packages}


def _layers(before: int | None, after: int | None) -> str:
    """The layers of a package before and after, as text; one number if both are the same, or only one is known."""
    layers = [str(layer) for layer in (before, after) if layer is not None]
    return " -> ".join(dict.fromkeys(layers)) or "-"
