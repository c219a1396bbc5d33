"""Files that start containers, in formats that are not read: each is listed as not assessed, and none is passed over."""

import posixpath
from collections.abc import Iterator, Sequence

from careen.model.inventory import Unknown
from careen.plugins import Check
from careen.safety.pattern import pattern

from .kind import Document, Kind, Rules, SourceFile, unread

_FORMATS = (  # what, ends of names, a text in the file
    ("a template of Azure Resource Manager", (".json",), r"/schemas/[\d-]+/\w*[dD]eploymentTemplate\.json"),
    ("a file of Bicep", (".bicep",), r"(?m)^(?:resource|module|param|targetScope)\b"),
)
_SIGNS = tuple((what, ends, pattern(sign)) for what, ends, sign in _FORMATS)
NAMES = (".bicep",)  # that no other kind has


def format_of(path: str, text: str) -> str:
    """The format of a file that is not read; "" for any other file."""
    name = posixpath.basename(path)
    return next((what for what, ends, sign in _SIGNS if name.endswith(ends) and sign.search(text)), "")


def _accepts(path: str, text: str) -> bool:
    return bool(format_of(path, text))


def _read(files: Sequence[SourceFile], checks: Sequence[Check], rules: Rules) -> Iterator[Document | Unknown]:
    for file in files:
        yield unread("check", file, f"not assessed: {format_of(file.path, file.text)}, which is not read")


UNASSESSED = Kind("unassessed", "Files of formats that are not read", _accepts, _read)
