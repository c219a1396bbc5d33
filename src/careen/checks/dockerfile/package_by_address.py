"""Package is installed from a URL."""

from collections.abc import Iterator

from careen.checks.steps import of_word
from careen.formats.dockerfile.stages import Dockerfile
from careen.formats.packages.package_file_name import read_address
from careen.formats.packages.package_head import PackageHead
from careen.plugins import Check, Place

_TOOLS = ("apt", "apk", "dnf", "yum", "microdnf", "zypper", "rpm", "pip", "pipx", "npm", "yarn", "pnpm", "gem")


def inspect(document: Dockerfile) -> Iterator[Place]:
    for call, package in document.package_calls(*_TOOLS):
        if package.action != "install":
            continue
        for spec in package.specs:
            if spec.kind == "url":
                plain = " over plain HTTP" if spec.text.lower().startswith("http://") else ""
                yield of_word(
                    call, spec.text, f"{package.program} installs {spec.text}{plain}: {_description(document, spec.text)}"
                )


def _description(document: Dockerfile, address: str) -> str:
    """A description of the package, from the metadata of its file if they were read; else from its file name, which
    for an alias has no version."""
    head = document.head(address)
    if head is not None:
        whose = f" of {head.vendor}" if head.vendor else ""
        return f"it is {head.name} {head.version}{whose}, {_signed(head)}"
    name = read_address(address)
    if name is None:
        return "what it is, its address does not say"
    whose = f" for {name.distribution}" if name.distribution else ""
    return f"{name.name}{whose}, version {name.version or 'unknown'}"


def _signed(head: PackageHead) -> str:
    if not head.signers:
        return "not signed"
    return "signed" if head.signers == ("?",) else f"signed by key {', '.join(head.signers)}"


CHECK = Check(
    id="DKR-004",
    title="Package is installed from a URL",
    severity="high",
    why=(
        "No repository signature and no advisory of the distribution covers the package. Whoever controls the server "
        "decides what is installed."
    ),
    fix=(
        "Install a pinned version from a signed repository. Otherwise download the file, verify its checksum, then install it."
    ),
    references=(
        "CIS Docker 1.6, 4.11",
        "CWE-494",
    ),
    inspect=inspect,
)
