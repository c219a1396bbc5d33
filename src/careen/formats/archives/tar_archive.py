"""The documents of a compressed tar of feeds, one after another. No name in it is used as a path on this machine.

Raises: ValueError for a damaged archive, for a document or an archive that is too large, and if there is no document.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from careen.errors import InputError
from careen.safety.budget import Limits

from .inflate import open_stream
from .tar import content, members


def documents(file: Path, suffix: str, document_bytes: int, archive_bytes: int) -> Iterator[bytes]:
    """The content of every file whose name ends with ``suffix``. Raises ValueError if there is none, if one is larger than
    ``document_bytes``, or if the whole archive is larger than ``archive_bytes``.
    """
    found = False
    for _, data in chosen(file, lambda path: path.endswith(suffix), document_bytes, archive_bytes):
        yield data
        found = True
    if not found:
        raise ValueError(f"it holds no {suffix} document")


def chosen(file: Path, wants: Callable[[str], bool], document_bytes: int, archive_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Path and content of every regular file whose path ``wants`` accepts. ``document_bytes`` limits one file,
    ``archive_bytes`` all."""
    with file.open("rb") as raw:
        stream = open_stream(raw, Limits(inflated_bytes=archive_bytes, ratio=2000))
        try:
            for member in members(stream):
                if member.kind != "f" or not wants(member.path):
                    continue
                if member.size_bytes > document_bytes:
                    raise ValueError(f"{member.path[:100]!r} is larger than {document_bytes >> 20} MiB")
                yield member.path, b"".join(content(stream, member))
        except InputError as error:
            raise ValueError(str(error)) from None
