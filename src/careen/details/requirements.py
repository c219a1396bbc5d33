"""Dependencies between packages, from their own metadata: dpkg, apk, pip and npm.

Only names are read: the versions were decided when the packages were installed. Among alternatives, the first installed
one counts. **Source:** deb-control(5); Alpine wiki, "Apk spec"; Python core metadata; npm, package.json.
"""

import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from careen.formats.packages.deb822 import paragraphs
from careen.formats.packages.python_metadata import fields
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern
from careen.safety.typed import from_json

MAX_BYTES = 64 << 20
MAX_NAMES = 2000  # names for one package
MAX_SUPPLIER = 200
_DEB = frozenset(("package", "version", "architecture", "depends", "pre-depends", "provides", "status"))
_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


class Required(Struct, frozen=True, gc=False):
    """The dependencies of a package. ``needs``: for each dependency, the names that fulfil it. ``provides``: other
    names of this package.
    """

    type: str
    name: str
    version: str
    arch: str
    needs: tuple[tuple[str, ...], ...] = ()
    provides: tuple[str, ...] = ()
    supplier: str = ""  # the maker of the package


def read_status(file: File) -> Iterator[Required]:
    for entry in paragraphs(_text(file), _DEB, []):
        name = entry.get("package", "")
        if name and entry.get("status", "installed").endswith("installed"):
            needs = ",".join(filter(None, (entry.get("pre-depends"), entry.get("depends"))))
            yield Required(
                "deb",
                name,
                entry.get("version", ""),
                entry.get("architecture", ""),
                tuple(filter(None, (tuple(_first_words(need.split("|"))) for need in needs.split(",")[:MAX_NAMES]))),
                tuple(_first_words(entry.get("provides", "").split(",")[:MAX_NAMES])),
            )


def read_apk(file: File) -> Iterator[Required]:
    text = _text(file)
    if text[:3] == "ADB":
        return  # the binary form of apk-tools 3
    for paragraph in text.split("\n\n"):
        known = {line[0]: line[2:] for line in paragraph.split("\n") if line[1:2] == ":" and line[0] in "PVADp"}
        if known.get("P"):
            words = [word for word in known.get("D", "").split()[:MAX_NAMES] if not word.startswith("!")]
            yield Required(
                "apk",
                known["P"],
                known.get("V", ""),
                known.get("A", ""),
                tuple((_without_version(word),) for word in words),
                tuple(_without_version(word) for word in known.get("p", "").split()[:MAX_NAMES]),
            )


def read_metadata(file: File) -> Iterator[Required]:
    found = fields(file.data, ("name", "version", "requires-dist", "author", "author-email", "maintainer", "maintainer-email"))
    names = (_NAME.match(text.strip()) for text in found.get("requires-dist", ())[:MAX_NAMES] if "extra ==" not in text)
    needs = tuple((normal(match[0]),) for match in names if match)
    made_by = (found.get(field, [""])[0] for field in ("author", "maintainer", "author-email", "maintainer-email"))
    supplier = next((text for text in made_by if text and text != "UNKNOWN"), "")[:MAX_SUPPLIER]
    if (needs or supplier) and found.get("name"):
        yield Required("pypi", found["name"][0], found.get("version", [""])[0], "", needs, supplier=supplier)


class _Manifest(Struct):
    name: str = ""
    version: str = ""
    dependencies: dict[str, object] = {}
    author: object = None
    maintainers: object = None


def read_manifest(file: File) -> Iterator[Required]:
    try:
        found = from_json(file.data, _Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return  # the cataloger of packages reports the error
    people = found.maintainers if isinstance(found.maintainers, list) else []
    supplier = next(filter(None, map(_person, (found.author, *people))), "")
    if found.name and (found.dependencies or supplier):
        needs = tuple((name,) for name in list(found.dependencies)[:MAX_NAMES])
        yield Required("npm", found.name, found.version, "", needs, supplier=supplier)


def _person(value: object) -> str:
    """The name in ``Name <address> (page)``, or in an object with a name; "" if there is none."""
    name = value.get("name") if isinstance(value, dict) else value
    return re.split(r"[<(]", name)[0].strip()[:MAX_SUPPLIER] if isinstance(name, str) else ""


def normal(name: str) -> str:
    """A name of PyPI in its normal form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _first_words(parts: Iterable[str]) -> Iterator[str]:
    """The names of dependencies without architecture and version: ``libc6`` for ``libc6:amd64 (>= 2.34)``."""
    for part in parts:
        words = part.split(None, 1)
        if words:
            yield words[0].partition(":")[0].partition("(")[0]


def _without_version(word: str) -> str:
    return re.split(r"[=<>~]", word, maxsplit=1)[0]


def _text(file: File) -> str:
    with file.open() as stream:
        return stream.read(MAX_BYTES).decode(errors="replace")


CATALOGER = Cataloger(
    name="requirements",
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(
        Reader(Wants(paths=("var/lib/dpkg/status", "usr/lib/dpkg/status"), folders=("var/lib/dpkg/status.d",)), read_status),
        Reader(Wants(paths=("lib/apk/db/installed", "usr/lib/apk/db/installed")), read_apk),
        Reader(Wants(suffixes=(".dist-info/METADATA", ".egg-info/PKG-INFO")), read_metadata),
        Reader(Wants(select=lambda path, mode: path.endswith("/package.json") and "node_modules/" in path), read_manifest),
    ),
    fact=Required,
    role="requirements",
)
