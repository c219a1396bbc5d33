"""References that mean a list of packages and no image: an SBOM in a file or on standard input, or a package URL."""

import sys
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from careen.errors import InputError
from careen.images.paths import is_path
from careen.model.image import Image
from careen.model.inventory import Inventory
from careen.plugins import SbomFormat, load
from careen.sboms.file import MAX_BYTES, read_data, read_file, recognised

Read = Callable[[], tuple[Image, Inventory]]

PURL_CHARACTERS = 4_000
# The beginnings of documents: JSON, XML, SPDX tag-value, package URLs. Archives begin with a file name, or a magic
# number.
_BEGINNINGS = (b"{", b"<", b"SPDX", b"pkg:", b"#")


def document_of(reference: str) -> Read | None:
    """A function that reads the document of a reference; None if it is no document. Standard input is not consumed
    before.
    """
    if reference.startswith("pkg:"):
        return lambda: _purl(reference)
    if reference in ("-", "sbom:-"):
        return _standard_input if reference == "sbom:-" or _stdin_is_document() else None
    path = sbom_path(reference)
    return (lambda: _file(path, reference)) if path else None


def sbom_path(reference: str) -> Path | None:
    """The path of an SBOM: with the prefix ``sbom:`` or ``purl:``, or as a path to a file that is recognised as one.
    None for any other reference.
    """
    if reference.startswith(("sbom:", "purl:")):
        return Path(reference.partition(":")[2].removeprefix("//"))
    path = Path(reference)
    return path if is_path(reference) and recognised(path, sbom_formats) else None


def sbom_formats() -> tuple[SbomFormat, ...]:
    return load("careen.sboms", "SBOM_FORMAT", SbomFormat)


def _file(path: Path, reference: str) -> tuple[Image, Inventory]:
    image, found = read_file(path, reference, sbom_formats())
    return replace(image, opened=f"sbom:{path}"), found


def _purl(reference: str) -> tuple[Image, Inventory]:
    from careen.formats.packages.purl_package import package_of

    hint = "a package URL is pkg:TYPE/NAME@VERSION: pkg:npm/lodash@4.17.15"
    if len(reference) > PURL_CHARACTERS:
        raise InputError("the package URL is too long", hint)
    try:
        package = package_of(reference)
    except ValueError as error:
        raise InputError(f"{reference} is not a package URL: {error}", hint) from None
    if not package.version:
        raise InputError(f"{reference} has no version, so that nothing can be assessed", hint)
    image, found = read_data(reference.encode(), reference, reference, sbom_formats())
    return replace(image, opened=reference), found


def _stdin_is_document() -> bool:
    """Whether standard input begins like a document. Its first bytes are peeked at and stay unread."""
    peek = getattr(sys.stdin.buffer, "peek", None)
    if peek is None or sys.stdin.isatty():
        return False
    head: bytes = peek(64)
    return b"\0" not in head[:64] and head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_BEGINNINGS)


def _standard_input() -> tuple[Image, Inventory]:
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"standard input has more than {MAX_BYTES >> 20} MiB, which is no SBOM", "name a file")
    image, found = read_data(data, "standard input", "-", sbom_formats())
    return replace(image, opened="sbom:-"), found
