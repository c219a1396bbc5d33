"""OCaml: packages that opam files describe, and installed packages.

An opam file has fields ``name: "…"`` and ``version: "…"``; without them, the folder ``NAME.VERSION`` or the file's own name
identifies the package. A switch has the file of each installed package at ``.opam-switch/packages/NAME.VERSION/opam``; dune
installs it into the folder of the library, ``lib/NAME/opam``, in Debian ``lib/ocaml/NAME/opam``.
Raises: ValueError if a file named ``*.opam``, or one of a switch, lacks ``opam-version``, which every opam file has. Other
files named ``opam`` may be anything: the program, its shell completions.
**Source:** opam manual, "opam files"; dune, "install".
"""

import re
from collections.abc import Iterator

from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

MAX_BYTES = 1 << 20
_FIELD = pattern(r'^(opam-version|name|version|license)[ \t]*:[ \t]*"([^"\n]{1,200})"', re.MULTILINE)
_LONG = pattern(r'"""[\s\S]*?"""')
_LIBRARY = pattern(r"(?:.*/)?lib/(?:ocaml/)?[^/]+/opam")
_NAME = pattern(r"[A-Za-z0-9_+-]{1,200}")
_VERSION = pattern(r"[A-Za-z0-9_+.~-]{1,100}")


def read(file: File) -> Iterator[Package]:
    folder, _, base = file.path.rpartition("/")
    in_switch = "/.opam-switch/packages/" in f"/{file.path}"
    fields: dict[str, str] = {}
    with file.open() as stream:
        content = stream.read(MAX_BYTES).decode("utf-8", "replace")
    for key, value in _FIELD.findall(_LONG.sub("", content)):
        fields.setdefault(key, value)
    if "opam-version" not in fields:
        if base == "opam" and not in_switch:
            return
        raise ValueError("not an opam file: it has no opam-version")
    named, _, dotted = folder.rpartition("/")[2].partition(".") if base == "opam" else (base.removesuffix(".opam"), "", "")
    name, version = fields.get("name", named), fields.get("version", dotted)
    if not _NAME.fullmatch(name) or (version and not _VERSION.fullmatch(version)):
        return
    yield Package(
        type="opam",
        namespace=None,
        name=name,
        version=version,
        licenses=(fields["license"],) if "license" in fields else (),
        cataloger="ocaml",
        presence="present" if in_switch or _LIBRARY.fullmatch(file.path) else "declared",
    )


CATALOGER = Cataloger(
    name="ocaml",
    ecosystem=Ecosystem(purl_type="opam", scheme="deb", namespace="opam"),
    readers=(Reader(Wants(names=("opam",), suffixes=(".opam",)), read),),
    limits="Libraries linked into a program.",
)
