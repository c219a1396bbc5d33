"""Columns of text, as wide as their longest cells."""

from collections.abc import Sequence
from typing import TextIO

MAX_WIDTH = 48  # of each column but the last


def write_columns(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], stream: TextIO) -> None:
    """Writes a table in aligned columns. Control characters are escaped; long cells are cut, but for the last column."""
    from careen.output.escape import columns, shorten, visible

    shown = [tuple(visible(cell, 300) for cell in row) for row in rows]
    widths = [max([columns(title), *(columns(row[at]) for row in shown)]) for at, title in enumerate(head)]
    widths = [min(width, MAX_WIDTH) for width in widths]
    for row in (head, *shown):
        cells = [
            shorten(cell, width) if at < len(head) - 1 else cell
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        padded = [cell + " " * (width - columns(cell)) for cell, width in zip(cells, widths, strict=True)]
        stream.write("  ".join(padded).rstrip() + "\n")
