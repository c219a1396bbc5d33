"""Software in the folder of an Omnibus package (Chef, GitLab, agents of monitoring): its list ``version-manifest.json``.

Shape: ``software`` maps names to ``locked_version``, ``locked_source``, ``source_type`` and ``described_version``, which is the
tag of a Git repository if there is one. Parts of the project itself (``project_local``) and steps without a version are left
out. Python, Ruby and others have the names that the map of software has.
Raises: ValueError if the list is not a JSON object.
**Source:** Omnibus, lib/omnibus/manifest.rb and manifest_entry.rb.
"""

from collections.abc import Iterator
from typing import Any

from careen.formats.data.plain import json_object, mapping, text
from careen.formats.feeds.software import software_of_conda
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

MAX_SOFTWARE = 10_000
_NAME = pattern(r"[A-Za-z0-9][\w.+-]{0,100}")
_RELEASE = pattern(r"[A-Za-z_-]{0,40}?v?(\d{1,9}(?:[._]\d{1,9})+(?:[._-]?(?:p|rc|alpha|beta|pre)\.?\d{0,4})?[a-z]?)")
_COMMIT = pattern(r"[0-9a-f]{40}")
_NAMES = {"liblzma": "xz", "libcurl": "curl", "python2": "python", "python3": "python", "ruby2": "ruby", "ruby3": "ruby"}


def read(file: File) -> Iterator[Package]:
    document = json_object(file.data)
    if "manifest_format" not in document:
        return  # another program's
    software = mapping(document.get("software"))
    if len(software) > MAX_SOFTWARE:
        raise ValueError(f"more than {MAX_SOFTWARE} entries")
    for name, entry in software.items():
        if _NAME.fullmatch(name) and (version := _version(mapping(entry))):
            name = _NAMES.get(name, name)
            yield Package("generic", None, name, version, cataloger=CATALOGER.name, confidence=0.8, cpe=_cpe(name, version))


def _cpe(name: str, version: str) -> str | None:
    """The CPE name by which upstream's versions assess the software; None if the map does not have it, or for a commit."""
    software = None if _COMMIT.fullmatch(version) else software_of_conda(name)
    return f"cpe:2.3:a:{software.cpe[0]}:{version}:*:*:*:*:*:*:*" if software and software.cpe else None


def _version(entry: dict[str, Any]) -> str:
    """The release, else the commit; "" for a part of the project itself."""
    if entry.get("source_type") == "project_local":
        return ""
    stated = (text(entry.get("described_version")), text(entry.get("locked_version")))
    for version in stated:
        if found := _RELEASE.fullmatch(version):
            return found[1].replace("_", ".") if "." not in found[1] else found[1]
    return next((version for version in stated if _COMMIT.fullmatch(version)), "")


CATALOGER = Cataloger(
    name="omnibus",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(Reader(Wants(names=("version-manifest.json",)), read),),
    limits="Versions that are dates of builds; gems and wheels, which have records of their own.",
)
