"""Lua: rocks that LuaRocks installed, and rockspecs of source trees.

A rockspec is a Lua program; its strings ``package`` and ``version`` are read as text. An installed one is in the tree of rocks
at ``rocks-5.1/NAME/VERSION/NAME-VERSION.rockspec``.
Raises: ValueError if neither the text nor the file's name identifies the rock.
**Source:** LuaRocks, "Rockspec format"; "File locations".
"""

import re
from collections.abc import Iterator

from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_FIELD = pattern(
    r"""^[ \t]*(package|version|license)[ \t]*=[ \t]*(?:"([^"\n]{1,200})"|'([^'\n]{1,200})'|\[\[([^\]\n]{1,200})\]\])""",
    re.MULTILINE,
)
_FILE = pattern(r"(.+?)-((?:\d|scm|dev|cvs)[^/]*-\d+)\.rockspec")


def read(file: File) -> Iterator[Package]:
    fields: dict[str, str] = {}
    for key, *texts in _FIELD.findall(file.data.decode("utf-8", "replace")):
        fields.setdefault(key, "".join(texts))
    named = _FILE.fullmatch(file.path.rpartition("/")[2][:400])
    name = fields.get("package") or (named[1] if named else "")
    version = fields.get("version") or (named[2] if named else "")
    if not name or not version or re.search(r"\s", name + version):
        raise ValueError("a rockspec without package or version")
    yield Package(
        type="luarocks",
        namespace=None,
        name=name,
        version=version,
        licenses=(fields["license"],) if "license" in fields else (),
        cataloger="lua",
        presence="present" if re.search(r"(?:^|/)rocks(?:-\d\.\d)?/", file.path) else "declared",
    )


CATALOGER = Cataloger(
    name="lua",
    ecosystem=Ecosystem(purl_type="luarocks", scheme="generic"),
    readers=(Reader(Wants(suffixes=(".rockspec",)), read),),
    limits="Modules copied without their rockspec.",
)
