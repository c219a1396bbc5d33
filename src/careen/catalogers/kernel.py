"""Linux kernels: the release that an x86 boot image states, and the one that modules were built for.

Shape of a bzImage: ``HdrS`` at 0x202, and at 0x20e the offset, less 0x200, of a text that begins with the release
("6.1.0-18-amd64 (builder@host) #1 SMP …"). A module has the release in ``vermagic`` of its section ``.modinfo``; it may be
compressed with gzip, xz or zstd. A release of three numbers is a version of kernel.org; one with a suffix is a
distribution's or a private build, whose numbers do not show which vulnerabilities are fixed: it gets no CPE. All modules of
a release are one package; a module that is not of the kernel's own tree and states a version is a package of its own.
Raises: ValueError if the text is beyond the bytes read, or is not a release, and for damaged compressed modules.
**Source:** Linux, Documentation/arch/x86/boot.rst (kernel_version); include/linux/module.h (MODULE_INFO).
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.budget import Limits
from careen.safety.pattern import pattern

MAGIC_AT, TEXT_AT = 0x202, 0x20E
MAX_MODULE_BYTES = 64 << 20
MAX_MODULE_PLACES = 10  # of one release, as evidence
RELEASE = pattern(rb"(\d{1,2}\.\d{1,3}(?:\.\d{1,4})?)([A-Za-z0-9.+_~-]{0,80})[ \x00]")

INFO_BYTES = 8192  # of the section around ``vermagic``

_INFO = pattern(rb"(?<![ -~])(vermagic|version|intree|name)=([^\x00]{1,200})")
_WORD = pattern(r"[0-9A-Za-z][0-9A-Za-z.+_~:-]{0,80}")


class Module(Struct, frozen=True, gc=False, tag="module"):
    """A kernel module. ``version`` is "" if it belongs to the kernel's own tree, or states none."""

    release: str
    name: str
    version: str


class Image(Struct, frozen=True, gc=False, tag="image"):
    release: str


def read(file: File) -> Iterator[Image]:
    head = file.data
    name = file.path.rpartition("/")[2]
    if not name.startswith(("vmlinuz", "bzImage")) or head[MAGIC_AT : MAGIC_AT + 4] != b"HdrS":
        return
    offset = int.from_bytes(head[TEXT_AT : TEXT_AT + 2], "little")
    found = RELEASE.match(head, offset + 0x200) if offset else None
    if not found:
        raise ValueError("a boot image that states no release")
    yield Image((found[1] + found[2]).decode())


def read_module(file: File) -> Iterator[Module]:
    from careen.formats.archives.inflate import open_stream

    with file.open() as raw:
        content = open_stream(raw, Limits()).read(MAX_MODULE_BYTES)
    at = content.find(b"vermagic=")
    if at < 0 or not content.startswith(b"\x7fELF"):
        return  # other files have such names too
    around = content[max(0, at - INFO_BYTES) : at + INFO_BYTES]
    info = {key.decode(): value.decode("utf-8", "replace") for key, value in _INFO.findall(around)}
    found = RELEASE.match(info.get("vermagic", "").encode() + b" ")
    if not found:
        return
    name = info.get("name") or file.path.rpartition("/")[2].partition(".ko")[0]
    version = info.get("version", "") if "intree" not in info else ""
    yield Module((found[1] + found[2]).decode(), name, version if _WORD.fullmatch(version) and _WORD.fullmatch(name) else "")


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    places: dict[str, list[Evidence]] = {}
    for fact in facts:
        evidence = Evidence(fact.path, fact.layer)
        if isinstance(fact.value, Image):
            yield replace(_kernel(fact.value.release), evidence=(evidence,))
            continue
        module: Module = fact.value
        places.setdefault(module.release, []).append(evidence)
        if module.version:
            yield Package(
                "generic", None, module.name, module.version, cataloger=CATALOGER.name, confidence=0.9, evidence=(evidence,)
            )
    images = {fact.value.release for fact in facts if isinstance(fact.value, Image)}
    for release, found in places.items():
        if release not in images:
            yield replace(_kernel(release), confidence=0.7, evidence=tuple(found[:MAX_MODULE_PLACES]))


def _kernel(release: str) -> Package:
    found = RELEASE.fullmatch(release.encode() + b" ")
    plain = found is not None and not found[2]
    return Package(
        "generic",
        None,
        "linux-kernel",
        release,
        cataloger=CATALOGER.name,
        confidence=0.9,
        cpe=f"cpe:2.3:o:linux:linux_kernel:{release}:*:*:*:*:*:*:*" if plain else None,
    )


CATALOGER = Cataloger(
    name="kernel",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(
        Reader(Wants(names=("vmlinuz", "bzImage"), folders=("boot",), amount="head"), read),
        Reader(Wants(suffixes=(".ko", ".ko.gz", ".ko.xz", ".ko.zst")), read_module),
    ),
    fact=Image | Module,
    join=join,
    limits="Boot images of other processors, which are compressed as a whole.",
)
