"""Snaps: the snap itself (``meta/snap.yaml``), and the Debian packages that it was built from.

``snap/manifest.yaml`` lists staged packages as ``name=version``, ``usr/share/snappy/dpkg.yaml`` those of a base snap.
Raises: ValueError if a file is not YAML.  **Source:** Snapcraft documentation, "Snap format", "Snap build manifest".
"""

from collections.abc import Iterator

from careen.formats.data.plain import mapping, sequence, text
from careen.formats.data.yaml_file import yaml_document
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

_DEBIAN = pattern(r"([a-z0-9][a-z0-9.+-]{0,200})(?::([a-z0-9-]{1,40}))?=([\w.+:~-]{1,200})")

_BASE = pattern(r"(?:^|/)core(\d\d)/")


def read_snap(file: File) -> Iterator[Package]:
    document = mapping(yaml_document(file.data))
    name, version = text(document.get("name")), text(document.get("version"))
    if name and version:
        yield Package("snap", None, name, version, cataloger="snap")


def read_manifest(file: File) -> Iterator[Package]:
    document = mapping(yaml_document(file.data))
    distro = _distro(text(document.get("snapcraft-os-release-version-id")), file.path)
    listed = [*sequence(document.get("primed-stage-packages")), *sequence(document.get("packages"))]
    for entry in dict.fromkeys(filter(None, map(text, listed))):
        found = _DEBIAN.fullmatch(entry)
        if found:
            name, arch, version = found.groups()
            yield Package("deb", "ubuntu", name, version, arch=arch, distro=distro, cataloger="snap")


def _distro(release: str, path: str) -> str:
    """The distribution of a base snap's packages. A base snap has its Ubuntu release in its name; packages without a
    release are not assessed."""
    base = _BASE.search(path)
    release = release or (f"{base[1]}.04" if base else "")
    return f"ubuntu-{release}" if release else "ubuntu"


CATALOGER = Cataloger(
    name="snap",
    ecosystem=Ecosystem(purl_type="snap", scheme="generic"),
    readers=(
        Reader(Wants(paths=("meta/snap.yaml",)), read_snap),
        Reader(Wants(paths=("snap/manifest.yaml", "usr/share/snappy/dpkg.yaml")), read_manifest),
    ),
    limits="Packed snaps (SquashFS). Packages of a base snap without an Ubuntu release in its name are not assessed.",
)
