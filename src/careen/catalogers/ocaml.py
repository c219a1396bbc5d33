"""OCaml: packages that opam files describe, and packages installed in an opam switch.

An opam file has fields ``name: "…"`` and ``version: "…"``; without them, the folder ``NAME.VERSION`` or the file's own name
identifies the package. A switch has the file of each installed package at ``.opam-switch/packages/NAME.VERSION/opam``.
Raises: ValueError if the file lacks ``opam-version``, which every opam file has.  **Source:** opam manual, "opam files".
"""

import re
from collections.abc import Iterator

from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_FIELD = pattern(r'^(opam-version|name|version|license)[ \t]*:[ \t]*"([^"\n]{1,200})"', re.MULTILINE)
_LONG = pattern(r'"""[\s\S]*?"""')
_NAME = pattern(r"[A-Za-z0-9_+-]{1,200}")
_VERSION = pattern(r"[A-Za-z0-9_+.~-]{1,100}")


def read(file: File) -> Iterator[Package]:
    fields: dict[str, str] = {}
    for key, value in _FIELD.findall(_LONG.sub("", file.data.decode("utf-8", "replace"))):
        fields.setdefault(key, value)
    if "opam-version" not in fields:
        raise ValueError("not an opam file: it has no opam-version")
    folder, _, base = file.path.rpartition("/")
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
        presence="present" if "/.opam-switch/packages/" in f"/{file.path}" else "declared",
    )


CATALOGER = Cataloger(
    name="ocaml",
    ecosystem=Ecosystem(purl_type="opam", scheme="deb", namespace="opam"),
    readers=(Reader(Wants(names=("opam",), suffixes=(".opam",)), read),),
    limits="Libraries linked into a program.",
)
