"""VEX documents and ignore rules inside an image: reported, and applied only with a flag.

Their author may be whoever made the image. Shape: the files that scanners read by name.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from careen.model.decision import Decision
from careen.model.delta import Fact
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

NAME = "decisions"
VEX = (".vex.json", ".openvex.json", ".csaf.json")
RULES = (
    ".careenignore", ".careen.yaml", ".careen.yml", ".trivyignore", ".trivyignore.yaml", ".trivyignore.yml", ".grype.yaml",
    ".grype.yml", "osv-scanner.toml",
)  # fmt: skip
MAX_BYTES = 4 << 20


def read(file: File) -> Iterator[Decision]:
    if file.path.rpartition("/")[2] in RULES:
        yield Decision("rules")
        return
    if file.size_bytes > MAX_BYTES:
        raise ValueError(f"a VEX document over {MAX_BYTES >> 20} MiB")
    yield Decision("vex", file.data.decode(errors="replace"))


def join(facts: Sequence[Fact]) -> Iterator[Decision]:
    for fact in facts:
        yield replace(fact.value, path=fact.path, layer=fact.layer)


CATALOGER = Cataloger(
    name=NAME,
    ecosystem=Ecosystem(purl_type="", scheme=""),
    readers=(Reader(Wants(names=("vex.json", "openvex.json", *RULES), suffixes=VEX), read),),
    fact=Decision,
    role="decisions",
    join=join,
    limits="It finds no packages: the report lists such files, and --image-vex applies the VEX documents.",
)
