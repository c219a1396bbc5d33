"""Gentoo packages: Portage's database, one folder ``CATEGORY/NAME-VERSION`` for each package.

Each has a file ``CONTENTS``: lines ``obj path md5 time``, ``sym path -> target time`` and ``dir path``. Name and version are
the folder's; ``SLOT`` has the slot, ``3.11`` or ``0/1.1``, as several versions can be installed at once.
Raises: ValueError if a folder's name has no version.  **Source:** Package Manager Specification, 3.2 and 15; portage(5).
"""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Owned, Reader, Wants
from careen.safety.pattern import pattern

MAX_BYTES = 64 << 20
PACKAGE = "var/db/pkg/*/*"  # the folder of a package

_PLACE = pattern(r"(?:^|/)var/db/pkg/([^/]+)/([^/]+)/(?:CONTENTS|SLOT)$")
_SLOT = pattern(r"[A-Za-z0-9_][A-Za-z0-9+_.-]{0,100}")
_VERSIONED = pattern(r"([\w+-]+?)-(\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d*)*(?:-r\d+)?)", re.ASCII)


class Installed(Struct, frozen=True, tag="installed"):
    package: Package
    paths: str  # its files, joined by newlines


class Slot(Struct, frozen=True, tag="slot"):
    name: str


def read(file: File) -> Iterator[Installed]:
    place = _PLACE.search(file.path)
    if not place:
        return
    named = _VERSIONED.fullmatch(place[2])
    if not named:
        raise ValueError(f"{place[2][:80]!r} has no version")
    with file.open() as stream:
        lines = stream.read(MAX_BYTES).decode(errors="backslashreplace").splitlines()
    paths = "\n".join(path.lstrip("/") for path in map(_path, lines) if path)
    yield Installed(Package("ebuild", None, f"{place[1]}/{named[1]}", named[2], cataloger="portage"), paths)


def read_slot(file: File) -> Iterator[Slot]:
    found = _SLOT.match(file.data.decode(errors="replace"))
    if _PLACE.search(file.path) and found:
        yield Slot(found[0])


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    slots = {_folder(fact.path): fact.value.name for fact in facts if isinstance(fact.value, Slot)}
    for fact in facts:
        if isinstance(fact.value, Installed):
            evidence = (Evidence(fact.path, fact.layer),)
            yield replace(fact.value.package, module=slots.get(_folder(fact.path)), evidence=evidence)


def owns(facts: Sequence[Fact]) -> Iterator[Owned]:
    for fact in facts:
        if isinstance(fact.value, Slot):
            continue
        package = fact.value.package
        yield Owned(package.name, package.version, None, fact.value.paths.split("\n") if fact.value.paths else ())


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _path(line: str) -> str:
    kind, _, rest = line.partition(" ")
    if kind == "obj":
        return rest.rsplit(" ", 2)[0]
    return rest.partition(" -> ")[0] if kind == "sym" else ""


CATALOGER = Cataloger(
    name="portage",
    ecosystem=Ecosystem(purl_type="ebuild", scheme="gentoo", distribution=True),
    readers=(
        Reader(Wants(paths=(f"{PACKAGE}/CONTENTS",)), read),
        Reader(Wants(paths=(f"{PACKAGE}/SLOT",), amount="head"), read_slot),
    ),
    fact=Installed | Slot,
    join=join,
    owns=owns,
    limits="USE flags.",
)
