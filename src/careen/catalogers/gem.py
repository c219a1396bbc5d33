"""Ruby gems: installed ones by RubyGems' specification of them, others by the ``.gemspec`` of a source tree.

A gem is installed if it has a file in a folder ``specifications``, or in ``default`` below it for gems that came with Ruby.
The file is a program, which is never run: name, version and licences come from literals in it, else from the ``stub:``
line that RubyGems writes, else from the file name of an installed gem. Gem sources within an installed gem are left out.
Raises: ValueError for an installed specification that names no gem.
**Source:** RubyGems, Specification reference; Gem::StubSpecification.
"""

import re
from collections.abc import Iterator, Sequence

from careen.formats.packages.declared import within_package
from careen.model.delta import Fact
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

LITERAL = r"""(?:"([^"\\\n]{1,200})"|'([^'\\\n]{1,200})'|%[qQ]?[<{(\[]([^\n>})\]]{1,200})[>})\]])"""
FIELD = pattern(
    rf"^[ \t]*[a-z_]\w{{0,30}}\.(name|version|license)[ \t]*=[ \t]*(?:Gem::Version\.new[ (])?{LITERAL}", re.MULTILINE
)
IN_CALL = pattern(rf"\bGem::Specification\.new[ (]+{LITERAL},[ ]*{LITERAL}")  # name and version as arguments
LICENSES = pattern(r"^[ \t]*[a-z_]\w{0,30}\.licenses[ \t]*=[ \t]*([^\n]{1,1000})", re.MULTILINE)
STUB = pattern(r"^# stub: (\S{1,200}) (\S{1,100}) ", re.MULTILINE)
FILE = pattern(r"(.+?)-([0-9][0-9A-Za-z.]*)(?:-.+)?\.gemspec")
MAX_FILE_NAME = 400
QUOTED = pattern(r"""["']([^"'\\\n]{1,200})["']""")
NAME = pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}")
VERSION = pattern(r"[0-9][0-9A-Za-z.-]{0,100}")


def read(file: File) -> Iterator[Package]:
    folder, _, file_name = file.path.rpartition("/")
    installed = folder.removesuffix("/default").endswith("specifications")
    if not installed and within_package(file.path):
        return
    content = file.data.decode("utf-8", "replace").replace("\r\n", "\n")
    fields = {found[1]: found[2] or found[3] or found[4] for found in reversed(list(FIELD.finditer(content)))}
    if called := IN_CALL.search(content):
        fields = {"name": called[1] or called[2] or called[3], "version": called[4] or called[5] or called[6]} | fields
    stub, named = STUB.search(content), FILE.fullmatch(file_name[:MAX_FILE_NAME])
    name = fields.get("name") or (stub[1] if stub else "") or (named[1] if installed and named else "")
    version = fields.get("version") or (stub[2] if stub else "") or (named[2] if installed and named else "")
    if not NAME.fullmatch(name) or not VERSION.fullmatch(version):
        if installed:
            raise ValueError("not a specification of a gem: it has no plausible name or version")
        return
    yield Package(
        type="gem",
        namespace=None,
        name=name,
        version=version,
        licenses=tuple(dict.fromkeys(_licenses(fields.get("license", ""), content))),
        cataloger=CATALOGER.name,
        confidence=1.0 if fields.keys() >= {"name", "version"} else 0.9,
        presence="present" if installed else "declared",
    )


def _licenses(license: str, content: str) -> Iterator[str]:
    if license:
        yield license
    if found := LICENSES.search(content):
        yield from QUOTED.findall(found[1])


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The folders of installed gems, and of their compiled extensions."""
    for fact in facts:
        home, installed, name = fact.path.rpartition("specifications/")
        if installed and fact.value.presence == "present":
            yield f"{home}gems/{name.rpartition('/')[2].removesuffix('.gemspec')}/"
            yield f"{home}extensions/"


CATALOGER = Cataloger(
    name="gem",
    ecosystem=Ecosystem(purl_type="gem", scheme="gem", namespace="RubyGems"),
    readers=(Reader(Wants(suffixes=(".gemspec",), amount="head"), read),),
    identifies=identifies,
    limits="Versions that a program computes, in the .gemspec of a source tree.",
)
