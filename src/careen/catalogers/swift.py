"""Swift: the packages that ``Package.resolved`` pins, named by the address of their repository without scheme and ``.git``.

Version 1 of the format has the pins below ``object``, with ``repositoryURL``; later versions have ``location``. A pin to a
branch or only a revision has no version, unless the branch's name is one.
Raises: ValueError if the file has no pins.  **Source:** Swift Package Manager, PinsStore; purl-spec, swift.
"""

from collections.abc import Iterator

from careen.formats.data.plain import json_object, mapping, sequence, text
from careen.formats.packages.declared import declared, within_package
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_ADDRESS = pattern(r"(?:[a-z+]+://)?(?:[^@/\s]+@)?([^:/\s]+)(?::\d+)?[:/]+(.+?)/*(?:\.git)?/*")

_RELEASE = pattern(r"v?\d{1,9}(\.\d{1,9}){1,3}")


def read(file: File) -> Iterator[Package]:
    if within_package(file.path):
        return iter(())
    document = json_object(file.data)
    pins = document.get("pins", mapping(document.get("object")).get("pins"))
    if pins is None:
        raise ValueError("not a Package.resolved: it has no pins")
    found = [mapping(pin) for pin in sequence(pins)]
    return declared("swift", "swift", ((_name(pin), _version(mapping(pin.get("state")))) for pin in found))


def _name(pin: dict[str, object]) -> str:
    address = text(pin.get("location")) or text(pin.get("repositoryURL"))
    found = _ADDRESS.fullmatch(address[:1000])
    return f"{found[1]}/{found[2]}" if found else text(pin.get("identity")) or text(pin.get("package"))


def _version(state: dict[str, object]) -> str:
    branch = text(state.get("branch"))
    return text(state.get("version")) or (branch if _RELEASE.fullmatch(branch) else "")


CATALOGER = Cataloger(
    name="swift",
    ecosystem=Ecosystem(purl_type="swift", scheme="semver", namespace="SwiftURL"),
    readers=(Reader(Wants(names=("Package.resolved", ".package.resolved")), read),),
    limits="Package.swift, which is a program.",
)
