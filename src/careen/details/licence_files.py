"""Licence texts and Debian's ``copyright`` files: the licences that are recognised in each, and its copyright lines."""

import re
from collections.abc import Iterator

from msgspec import Struct

from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

MAX_BYTES = 1 << 20
_NAME = pattern(r"(?:.{0,60}[-_.])?(?:licen[cs]es?|copying|unlicense|copyright|notice)(?:[-_.].{0,60})?", re.IGNORECASE)
_CODE = tuple(f".{name}" for name in re.split(" +", (
    "py pyc js mjs cjs ts map go c h rb php java class json so css svg png gz xml yml yaml sh rs jar pl pm el list md5sums"
)))  # fmt: skip


class LicenceText(Struct, frozen=True, gc=False):
    expression: str
    holders: tuple[str, ...] = ()
    declares: bool = False  # its maker states its licence there
    inside: str = ""  # the member of an archive


def is_licence_file(path: str, mode: int) -> bool:
    folder, _, name = path.rpartition("/")
    if "share/doc/" in path:
        return name == "copyright"
    inside = folder.endswith(("/licenses", "/LICENSES")) or "share/licenses/" in path
    return has_licence_name(name) or (inside and not name.lower().endswith(_CODE))


def has_licence_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and not name.lower().endswith(_CODE)


def read(file: File) -> Iterator[LicenceText]:
    with file.open() as stream:
        data = stream.read(MAX_BYTES)
    if b"\0" in data[:1024]:
        return
    from careen.licences import copyright_file
    from careen.licences.recognise import recognised

    text = data.decode("utf-8", "replace")
    if file.path.endswith("/copyright") and "share/doc/" in file.path:
        found = copyright_file.read(text)
        yield LicenceText(found.expression, found.holders, declares=True)
    else:
        yield LicenceText(recognised(text).expression, copyright_file.holders(text))


CATALOGER = Cataloger(
    name="licence_files",
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(Reader(Wants(select=is_licence_file), read),),
    fact=LicenceText,
    role="licence_files",
)
