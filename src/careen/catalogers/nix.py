"""Nix and Guix packages: the folders of the store, by their names.

A folder ``nix/store/HASH-NAME-VERSION[-OUTPUT]`` (of Guix: ``gnu/store``) is one output of a package; the version begins at
the first hyphen before a digit. Folders without a version are wrappers, hooks and sources; files directly in the store are not
packages.
Facts are empty: the path of each file is enough, and the join lists each package once.
**Source:** Nix manual, "Store path"; builtins.parseDrvName; GNU Guix manual, "The Store".
"""

from collections.abc import Iterator, Sequence

from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

OUTPUTS = ("bin", "dev", "lib", "out", "doc", "man", "info", "devdoc", "debug", "static", "data", "dist")

_PLACE = pattern(r"(?:^|/)(?:nix|(?P<guix>gnu))/store/([0-9a-df-np-sv-z]{32})-(?P<name>[^/]{1,211})/")
_NAMED = pattern(r"(.+?)-(\d.*)")


def read(file: File) -> Iterator[str]:
    if _PLACE.search(file.path):
        yield ""


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    seen: set[str] = set()
    for fact in facts:
        place = _PLACE.search(fact.path)
        if place is None or place[0] in seen:
            continue
        seen.add(place[0])
        named = _NAMED.fullmatch(place["name"])
        if named:
            head, _, output = named[2].rpartition("-")
            version = head if head and output in OUTPUTS else named[2]
            evidence = (Evidence(fact.path[: place.end() - 1], fact.layer),)
            yield Package("guix" if place["guix"] else "nix", None, named[1], version, cataloger="nix", evidence=evidence)


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    yield from dict.fromkeys(place[0] for fact in facts if (place := _PLACE.match(fact.path)))


CATALOGER = Cataloger(
    name="nix",
    ecosystem=Ecosystem(purl_type="nix", scheme="generic"),
    readers=(Reader(Wants(below=("gnu/store", "nix/store"), amount="head"), read),),
    fact=str,
    join=join,
    identifies=identifies,
    limits="Packages that are a single file in the store, and folders without a version in their name.",
)
