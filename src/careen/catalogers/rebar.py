"""Erlang: dependencies in ``rebar.lock``.

Shape: an Erlang term; entries are ``{<<"name">>,{pkg,<<"package">>,<<"version">>},level}`` or ``{git,"address",{ref,"…"}}``.
Raises: ValueError if the file is not such a term.  **Source:** Rebar3, "Dependencies", lock files.
"""

from collections.abc import Iterator

from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_ENTRY = pattern(
    r'\{\s*<<"(?P<name>[^"\s]{1,200})">>\s*,\s*\{\s*(?:pkg\s*,\s*<<"(?P<package>[^"]{1,200})">>\s*,\s*<<"(?P<version>[^"]{1,100})">>'
    r'|(?:git|git_subdir|hg)\s*,\s*"[^"]{0,500}"\s*,\s*\{\s*(?:ref|tag)\s*,\s*"(?P<revision>[^"]{1,100})")'
)


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    term = file.data.decode("utf-8", "replace")
    if term.lstrip()[:1] not in ("{", "["):
        raise ValueError("not an Erlang term")
    found = _ENTRY.finditer(term)
    return declared(
        "rebar", "hex", ((entry["package"] or entry["name"], entry["version"] or entry["revision"]) for entry in found)
    )


CATALOGER = Cataloger(
    name="rebar",
    ecosystem=Ecosystem(purl_type="hex", scheme="semver", namespace="Hex"),
    readers=(Reader(Wants(names=("rebar.lock",)), read),),
    limits="rebar.config, which names ranges.",
)
