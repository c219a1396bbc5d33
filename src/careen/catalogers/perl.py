"""Perl: distributions that a CPAN client installed, and distributions that ``cpanfile.snapshot`` pins.

A client leaves ``.meta/NAME-VERSION/install.json`` (name, version), beside ``MYMETA.json``, in the library's architecture
folder. A snapshot of Carton has the line ``  NAME-VERSION`` for each distribution.
Raises: ValueError for a receipt that is not a JSON object, and a snapshot of another format.
**Source:** App::cpanminus, "install.json"; Carton::Snapshot; CPAN::Meta::Spec.
"""

import re
from collections.abc import Iterator

from careen.formats.data.plain import json_object, mapping, text
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_DISTRIBUTION = pattern(r"^  (\S{1,200}?)-(v?\d[\w.]{0,60}(?:-TRIAL)?)[ \t]*$", re.MULTILINE)
_FOLDER = pattern(r"(?:^|/)\.meta/([^/]{1,200}?)-(v?\d[\w.]{0,60}(?:-TRIAL)?)/install\.json$")


def read_receipt(file: File) -> Iterator[Package]:
    place = _FOLDER.search(file.path)
    if not place:
        return
    fields = json_object(file.data)
    dist = mapping(fields.get("dist")) or fields
    version = text(dist.get("version")) or place[2]
    yield Package("cpan", None, place[1], version if re.fullmatch(r"\S{1,80}", version) else place[2], cataloger="perl")


def read_snapshot(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    lines = file.data.decode("utf-8", "replace")
    if not lines.startswith("# carton snapshot format"):
        raise ValueError("not a snapshot of Carton")
    return declared("perl", "cpan", _DISTRIBUTION.findall(lines))


CATALOGER = Cataloger(
    name="perl",
    ecosystem=Ecosystem(purl_type="cpan", scheme="generic"),
    readers=(
        Reader(Wants(names=("install.json",)), read_receipt),
        Reader(Wants(names=("cpanfile.snapshot",)), read_snapshot),
    ),
    limits="Modules of Perl itself and of a distribution's packages; .packlist files, which name no version.",
)
