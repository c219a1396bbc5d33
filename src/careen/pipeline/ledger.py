"""The files of an image, and whether a package explains each. Stored layers are not read again."""

from careen.layers.bind import bind
from careen.layers.verified import read_again
from careen.model.image import Image
from careen.model.ledger import Ledger, LedgerFile
from careen.safety.budget import Budget

from .layers import Reading, read_layers


def files_of(image: Image, reading: Reading) -> tuple[tuple[LedgerFile, ...], Ledger]:
    """The files sorted by path, and their counts."""
    budget = Budget(reading.limits)
    deltas = read_layers(image, reading, budget)
    files: list[LedgerFile] = []
    inventory = bind(
        deltas,
        reading.readers.catalogers,
        lambda number, select: read_again(image.layers[number], select, budget),
        check=budget.check_end,
        on_file=files.append,
        verify=reading.verify,
    )
    return tuple(sorted(files, key=lambda file: file.path)), inventory.ledger or Ledger()
