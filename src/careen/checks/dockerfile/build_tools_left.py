"""Build tools are left in the image."""

from collections.abc import Iterator

from careen.checks.steps import installs, of_call
from careen.formats.dockerfile.stages import Dockerfile
from careen.plugins import Check, Place

_TOOLS = ("apt", "apk", "dnf", "yum", "microdnf", "zypper")
_BUILD = frozenset(
    (
        "build-essential",
        "gcc",
        "g++",
        "gcc-c++",
        "clang",
        "make",
        "cmake",
        "build-base",
        "automake",
        "autoconf",
        "binutils",
        "linux-headers",
        "gdb",
        "musl-dev",
        "libc6-dev",
        "libc-dev",
        "python3-dev",
        "rustc",
        "cargo",
    )
)


def inspect(document: Dockerfile) -> Iterator[Place]:
    if not document.stages:
        return
    last = len(document.stages) - 1
    removed = {
        word for _, package in document.package_calls(*_TOOLS) if package.action == "remove" for word in package.options.words
    }
    for call, package in installs(document, *_TOOLS):
        if call.step.stage != last or package.options.has("-t", "--virtual"):
            continue
        names = [spec.name for spec in package.specs if spec.name in _BUILD and spec.name not in removed]
        if names and not any("$" in word for word in removed):
            yield of_call(call, ", ".join(names[:5]))


CHECK = Check(
    id="DKR-020",
    title="Build tools are left in the image",
    severity="low",
    why="Compilers and headers enlarge the image and help an attacker who gets in.",
    fix=(
        "Use a multi-stage build and copy the result, or install with apk add --virtual and remove the group in the same RUN."
    ),
    references=(
        "CIS Docker 1.6, 4.3",
        "CWE-1104",
    ),
    inspect=inspect,
)
