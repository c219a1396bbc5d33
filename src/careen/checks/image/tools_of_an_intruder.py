"""Tools that help an attacker are installed."""

from collections.abc import Iterator

from careen.formats.images.image_document import ImageDocument
from careen.plugins import Check, Place

TOOLS = (
    "gcc",
    "g++",
    "clang",
    "make",
    "go",
    "gdb",
    "strace",
    "nc",
    "ncat",
    "socat",
    "curl",
    "wget",
    "apt-get",
    "apk",
    "dnf",
    "yum",
    "microdnf",
)


def inspect(document: ImageDocument) -> Iterator[Place]:
    there = {entry.path.rpartition("/")[2] for entry in document.filesystem.entries if "bin/" in entry.path}
    found = [tool for tool in TOOLS if tool in there]
    if found:
        yield Place(f"the image holds {', '.join(found)}")


CHECK = Check(
    id="IMG-014",
    title="Tools that help an attacker are installed",
    severity="low",
    why="Compilers, package managers, debuggers and download tools turn a small vulnerability into a foothold.",
    fix="Use a multi-stage build and copy the result into an image without them (distroless, scratch).",
    references=("CIS Docker 1.6, 4.3", "CWE-1188"),
    inspect=inspect,
    default=False,
)
