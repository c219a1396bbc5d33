"""Package files in an image, identified by their own metadata.

Read are ``.deb``, ``.rpm``, ``.apk`` (2 and 3), wheels, gems, archives of ``npm pack`` (``.tgz``) and NuGet packages.
They are *declared*: a package file is no proof of installation. The readers use the first megabyte, which has the package's
name and version; of a wheel, a gem and a NuGet package the archive's index. A ``.tgz`` that does not start with the members of
``package/`` is not from npm. The content is read if the file itself is scanned. Wheels for new virtual environments belong to
the cataloger of installed Python packages, and package files within an installed package to that package.
Raises: ValueError if a file is not what its name promises.
**Source:** deb(5); rpm manual, "Package format"; Alpine wiki, "Apk spec"; Binary distribution format (wheels); RubyGems,
``Gem::Package``; npm-pack(1); NuGet, .nuspec reference.
"""

import io
from collections.abc import Iterator, Sequence

from careen.formats.packages.declared import within_package
from careen.model.delta import Fact
from careen.model.package import Package, Source
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants

HEAD_BYTES = 1 << 20
METADATA_BYTES = 1 << 20
PROPERTY_BYTES = 64 << 10


class Head:
    """Collects the beginning of a package file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.kept = bytearray()

    def feed(self, chunk: bytes) -> None:
        self.kept += chunk[: HEAD_BYTES - len(self.kept)]

    def facts(self) -> Iterator[Package]:
        data = bytes(self.kept)
        if self.name.endswith(".tgz"):
            from careen.formats.packages.package_archive import npm

            if found := npm(data):
                yield _package("npm", *found)
        else:
            yield _apk(data) if self.name.endswith(".apk") else _distribution(data)


def read(file: File) -> Head | None:
    return None if within_package(file.path) else Head(file.path)


def read_wheel(file: File) -> Iterator[Package]:
    from careen.formats.archives import zip as zipfile
    from careen.formats.packages import python_metadata

    if within_package(file.path) or "python-wheels/" in file.path or "ensurepip/_bundled/" in file.path:
        return
    with file.open() as stream:
        for entry in zipfile.entries(stream, max_entries=100_000):
            if entry.name.endswith(".dist-info/METADATA") and entry.name.count("/") == 1:
                fields = python_metadata.fields(zipfile.read(stream, entry, METADATA_BYTES), frozenset(("name", "version")))
                yield _package("pypi", fields.get("name", [""])[0], fields.get("version", [""])[0])
                return
    raise ValueError("a wheel without metadata")


def read_gem(file: File) -> Iterator[Package]:
    from careen.formats.packages.package_archive import gem

    if not within_package(file.path):
        with file.open() as stream:
            yield _package("gem", *gem(stream))


def read_nuget(file: File) -> Iterator[Package]:
    from careen.formats.packages.package_archive import nuget

    if not within_package(file.path):
        with file.open() as stream:
            yield _package("nuget", *nuget(stream))


def _distribution(data: bytes) -> Package:
    from careen.formats.packages.package_head import built_for, read_package_head

    head = read_package_head(io.BytesIO(data).read)
    found = built_for(head)
    return Package(
        head.kind,
        found[0] if found else None,
        head.name,
        head.version,
        source=head.source,
        arch=head.arch,
        distro="-".join(found) if found else None,
        maintainer=head.vendor,
        cataloger=CATALOGER.name,
        presence="declared",
    )


def _apk(data: bytes) -> Package:
    from careen.formats.packages.adb import is_adb, read_adb

    if is_adb(data):
        packages = read_adb(data)[1]
        if len(packages) != 1:
            raise ValueError("an archive of apk-tools 3 that is not a package")
        [found] = packages
        return _package("apk", found.name, found.version, found.arch, found.origin)
    values = _properties(data)
    return _package("apk", *(values.get(key, "") for key in ("pkgname", "pkgver", "arch", "origin")))


def _properties(data: bytes) -> dict[str, str]:
    """The values of ``.PKGINFO``, which has lines ``key = value``; the rest of the archive may be cut off."""
    from careen.errors import InputError
    from careen.formats.archives import tar
    from careen.formats.archives.inflate import open_stream
    from careen.safety.budget import Limits

    try:
        stream = open_stream(io.BytesIO(data), Limits(inflated_bytes=64 << 20))
        for member in tar.members(stream):
            if member.path == ".PKGINFO" and member.size_bytes <= PROPERTY_BYTES:
                lines = b"".join(tar.content(stream, member)).decode("utf-8", "replace").splitlines()
                return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    except InputError as error:
        raise ValueError(str(error)) from error
    raise ValueError("an apk without metadata")


def _package(kind: str, name: str, version: str, arch: str = "", origin: str = "") -> Package:
    if not name or not version or any(character.isspace() for character in name + version):
        raise ValueError(f"{kind} whose name or version is missing or contains a space")
    source = Source(origin, version) if origin and origin != name else None
    return Package(kind, None, name, version, source=source, arch=arch or None, cataloger=CATALOGER.name, presence="declared")


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    yield from (fact.path for fact in facts)


CATALOGER = Cataloger(
    name="package_file",
    ecosystem=Ecosystem(purl_type="generic", scheme="generic"),
    readers=(
        Reader(Wants(suffixes=(".deb", ".rpm"), magic=(b"!<arch>\ndebian", b"\xed\xab\xee\xdb"), amount="stream"), read),
        Reader(Wants(suffixes=(".apk",), magic=(b"\x1f\x8b", b"ADB"), amount="stream"), read),
        Reader(Wants(suffixes=(".tgz",), magic=(b"\x1f\x8b",), amount="stream"), read),
        Reader(Wants(suffixes=(".whl",), magic=(b"PK\3\4",)), read_wheel),
        Reader(Wants(suffixes=(".gem",), magic=(b"metadata.gz", b"data.tar.gz", b"checksums.yaml.gz")), read_gem),
        Reader(Wants(suffixes=(".nupkg",), magic=(b"PK\3\4",)), read_nuget),
    ),
    identifies=identifies,
    limits=(
        "Their content, which a scan of the file itself reads; source archives of Python and Rust; npm packages whose "
        "package.json is after the first megabyte."
    ),
)
