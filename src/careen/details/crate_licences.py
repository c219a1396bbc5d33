"""The licence of each crate whose source is in Cargo's cache: the field ``license`` of its manifest.

**Source:** The Cargo Book, "The Manifest Format", "license"; a slash is the former spelling of OR.
"""

from collections.abc import Iterator

from careen.formats.data.plain import mapping, text, toml_object
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

from .licence_files import LicenceText

MAX_BYTES = 1 << 20
MAX_NAME = 400
_MANIFEST = pattern(r"(?:.*/)?registry/src/[^/]+/[^/]+/Cargo\.toml")


def read(file: File) -> Iterator[LicenceText]:
    with file.open() as stream:
        data = stream.read(MAX_BYTES)
    try:
        stated = text(mapping(toml_object(data).get("package")).get("license"))
    except ValueError:
        return  # the build tool would fail as well
    if stated and len(stated) <= MAX_NAME:
        from careen.licences.expressions import expression_of

        yield LicenceText(expression_of(stated), declares=True)


CATALOGER = Cataloger(
    name="crate_licences",
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(Reader(Wants(select=lambda path, mode: _MANIFEST.fullmatch(path) is not None), read),),
    fact=LicenceText,
    role="licence_files",
)
