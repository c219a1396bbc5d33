"""A pass over a layer by its table of contents: only selected files are fetched.

Raises: TableError if the table cannot be used; then the whole layer is read.
"""

from collections.abc import Iterator

from careen.errors import TableError
from careen.formats.archives.table_files import files_of
from careen.model.image import Parts
from careen.model.inventory import BY_TABLE, Unknown
from careen.model.package import Evidence
from careen.safety.budget import Limits, Spending

from .chunks import Chunks, Content, spans
from .walk import Entry, Select, Walked, walk

LARGE_BYTES = 8 << 20  # readers often want a part of a larger file, which is fetched while they read it
LARGE_SPAN_BYTES = 1 << 20
SPARE = 400  # the fraction (1/400) of a layer that a pass may fetch in addition to save requests
READ_BY_TOC = Unknown(
    "layer",
    Evidence("", 0),
    "read by its table of contents, not by the stream that engines unpack",
    transient=True,
    code=BY_TABLE,
)


def walk_by_table(parts: Parts, size_bytes: int, select: Select, spent: Spending, limits: Limits) -> Walked:
    """Like ``walk``, for the entries in the table. Files that only their first bytes identify are not found."""
    walked = walk(_entries(parts, size_bytes, select, spent, limits), select, spent)
    walked.unknowns = (*walked.unknowns, READ_BY_TOC)
    return walked


def _entries(parts: Parts, size_bytes: int, select: Select, spent: Spending, limits: Limits) -> Iterator[Entry]:
    document, end = parts.document()
    try:
        files = list(files_of(document, end))
    except ValueError as error:
        raise TableError(str(error)) from error
    wanted = (
        chunk
        for member, chunks in files
        if chunks and member.size_bytes <= LARGE_BYTES and select(member.path, member.mode)
        for chunk in chunks
        if parts.known(chunk.digest) is None
    )
    shared = Chunks(parts, spans(wanted, size_bytes // SPARE), spent, limits)
    for member, chunks in files:
        if member.size_bytes <= LARGE_BYTES:
            yield member, Content(chunks, shared)
        else:
            yield member, Content(chunks, Chunks(parts, spans(chunks, 0, LARGE_SPAN_BYTES), spent, limits))
