"""Linux kernels: the release that an x86 boot image states.

Shape of a bzImage: ``HdrS`` at 0x202, and at 0x20e the offset, less 0x200, of a text that begins with the release
("6.1.0-18-amd64 (builder@host) #1 SMP …"). A release of three numbers is a version of kernel.org; one with a suffix is a
distribution's or a private build, whose numbers do not show which vulnerabilities are fixed: it gets no CPE.
Raises: ValueError if the text is beyond the bytes read, or is not a release.
**Source:** Linux, Documentation/arch/x86/boot.rst (kernel_version).
"""

from collections.abc import Iterator

from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

MAGIC_AT, TEXT_AT = 0x202, 0x20E
RELEASE = pattern(rb"(\d{1,2}\.\d{1,3}(?:\.\d{1,4})?)([A-Za-z0-9.+_~-]{0,80})[ \x00]")


def read(file: File) -> Iterator[Package]:
    head = file.data
    name = file.path.rpartition("/")[2]
    if not name.startswith(("vmlinuz", "bzImage")) or head[MAGIC_AT : MAGIC_AT + 4] != b"HdrS":
        return
    offset = int.from_bytes(head[TEXT_AT : TEXT_AT + 2], "little")
    found = RELEASE.match(head, offset + 0x200) if offset else None
    if not found:
        raise ValueError("a boot image that states no release")
    numbers, suffix = found[1].decode(), found[2].decode()
    yield Package(
        "generic",
        None,
        "linux-kernel",
        numbers + suffix,
        cataloger=CATALOGER.name,
        confidence=0.9,
        cpe=None if suffix else f"cpe:2.3:o:linux:linux_kernel:{numbers}:*:*:*:*:*:*:*",
    )


CATALOGER = Cataloger(
    name="kernel",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(Reader(Wants(names=("vmlinuz", "bzImage"), folders=("boot",), amount="head"), read),),
    limits="Boot images of other processors, which are compressed as a whole, and modules.",
)
