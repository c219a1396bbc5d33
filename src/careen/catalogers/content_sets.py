"""Content manifests of Red Hat's images: the repositories that a layer was built with.

Shape: ``{"content_sets": ["rhel-9-for-x86_64-baseos-rpms", …], …}`` in ``root/buildinfo/content_manifests`` (one file per
layer) or ``usr/share/buildinfo``, which also has other documents.
Raises: ValueError if a file is not a JSON object.  **Source:** Red Hat, OSBS and Konflux, "image content manifests".
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from careen.formats.data.plain import json_object, sequence
from careen.model.delta import Fact
from careen.model.inventory import ContentSets
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

NAME = "content_sets"
MAX_SETS = 1000
FOLDERS = ("root/buildinfo/content_manifests/*.json", "usr/share/buildinfo/*.json")


def read(file: File) -> Iterator[ContentSets]:
    listed = sequence(json_object(file.data).get("content_sets"))
    names = tuple(dict.fromkeys(name for name in listed if isinstance(name, str) and 0 < len(name) < 200))
    if len(names) > MAX_SETS:
        raise ValueError(f"more than {MAX_SETS} content sets")
    if names:
        yield ContentSets(names)


def join(facts: Sequence[Fact]) -> Iterator[ContentSets]:
    for fact in facts:
        yield replace(fact.value, layer=fact.layer)


CATALOGER = Cataloger(
    name=NAME,
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(Reader(Wants(folders=FOLDERS), read),),
    fact=ContentSets,
    role="content_sets",
    join=join,
    limits="It finds no packages, but the Red Hat channels that the packages of a layer came from.",
)
