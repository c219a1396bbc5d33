"""The files of an image, as a table or as JSON: ``careen inventory --files``."""

from collections.abc import Collection, Sequence
from typing import TextIO

import msgspec

from careen.model.ledger import Ledger, LedgerFile
from careen.output.lines import plural

from .columns import write_columns

SCHEMA = "careen.files/1"
COLUMNS = ("STATE", "LAYER", "FILE", "PACKAGE")


def write_table(reference: str, files: Sequence[LedgerFile], counts: Ledger, states: Collection[str], stream: TextIO) -> None:
    from careen.output.escape import visible

    stream.write(f"{visible(reference)}: {plural(len(files), 'file')}: {summary(counts)}\n\n")
    rows = [(file.state, str(file.layer), file.path, file.package) for file in files if file.state in states]
    write_columns(COLUMNS, rows, stream)


def write_json(reference: str, files: Sequence[LedgerFile], counts: Ledger, states: Collection[str], stream: TextIO) -> None:
    from careen.output.json_text import write_json as write_document

    listed = [msgspec.to_builtins(file) for file in files if file.state in states]
    counted = msgspec.to_builtins(counts)
    write_document({"schema": SCHEMA, "reference": reference, "counts": counted, "files": listed}, stream)


def summary(counts: Ledger) -> str:
    explained = counts.verified + counts.listed + counts.identified
    counted = f"{explained:,} explained ({counts.verified:,} verified)"
    return f"{counted}, {counts.modified:,} modified, {counts.unexplained:,} unexplained"
