"""Columns of text, as wide as their longest cells."""

from collections.abc import Sequence
from typing import TextIO

MAX_WIDTH = 48  # of each column but the last
NARROW = 12  # columns are not made narrower than this
BETWEEN = "  "


def write_columns(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], stream: TextIO, width: int = 0) -> None:
    """Writes a table in aligned columns. Control characters are escaped; long cells are cut, but for the last column.

    ``width``: of the terminal: the last column is cut, too, and the widest ones are made narrower until a line fits.
    """
    from careen.output.escape import columns, shorten, visible

    shown = [tuple(visible(cell, 300) for cell in row) for row in rows]
    widths = [max([columns(title), *(columns(row[at]) for row in shown)]) for at, title in enumerate(head)]
    widths = [min(most, MAX_WIDTH) for most in widths]
    while width and sum(widths) + len(BETWEEN) * (len(widths) - 1) > width and max(widths) > NARROW:
        widths[widths.index(max(widths))] -= 1
    last = len(head) - 1
    for row in (head, *shown):
        cells = [
            shorten(cell, most) if at < last or width else cell for at, (cell, most) in enumerate(zip(row, widths, strict=True))
        ]
        padded = [cell + " " * (most - columns(cell)) for cell, most in zip(cells, widths, strict=True)]
        stream.write(BETWEEN.join(padded).rstrip() + "\n")
