"""NuGet packages of a project: lock files, ``project.assets.json``, ``packages.config`` and project files.

``packages.lock.json``, ``paket.lock`` and the assets file have resolved versions. Project files (``*.csproj``, ``*.fsproj``,
``*.vbproj``), ``*.props`` of central package management and ``Directory.Build.*`` have an exact version or the lowest accepted
one, which NuGet uses unless a dependency needs a higher one; properties of the same file are filled in. Ranges, patterns,
unresolved properties and development dependencies of ``packages.config`` are left out.
Raises: ValueError if a file is not one of these.
**Source:** NuGet, package references, central package management, packages.config, lock file and version ranges; Paket.
"""

from collections.abc import Iterable, Iterator

from careen.formats.data.plain import json_object, mapping, text
from careen.formats.data.xml_elements import xml_elements
from careen.formats.packages.declared import declared
from careen.model.package import Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

ITEMS = frozenset(("PackageReference", "PackageVersion", "GlobalPackageReference", "DotNetCliToolReference"))
PROPS = ("Directory.Packages.props", "packages.props", "Directory.Build.props", "Directory.Build.targets")
PROPERTY = pattern(r"\$\(([A-Za-z_][A-Za-z0-9_.-]{0,100})\)")
VERSION = pattern(r"\[?([0-9]+(?:\.[0-9]+){0,3}(?:-[0-9A-Za-z.-]{1,100})?(?:\+[0-9A-Za-z.-]{1,100})?)(?:\]|(?<!\])$)")
PAKET = pattern(r" {4}([A-Za-z0-9_][A-Za-z0-9_.-]{0,200}) \(([0-9][0-9A-Za-z.+-]{0,100})\)")
MAX_ROUNDS = 3


def read_lock(file: File) -> Iterator[Package]:
    document = json_object(file.data)
    frameworks = mapping(document.get("dependencies"))
    if not frameworks and "version" not in document:
        raise ValueError("not a packages.lock.json: it has no dependencies")
    entries = ((name, mapping(entry)) for framework in frameworks.values() for name, entry in mapping(framework).items())
    yield from declared(
        CATALOGER.name, "nuget", ((name, text(entry["resolved"])) for name, entry in entries if "resolved" in entry)
    )


def read_assets(file: File) -> Iterator[Package]:
    libraries = mapping(json_object(file.data).get("libraries"))
    packages = (key.partition("/") for key, entry in libraries.items() if mapping(entry).get("type") == "package")
    yield from declared(CATALOGER.name, "nuget", ((name, version) for name, _, version in packages))


def read_paket(file: File) -> Iterator[Package]:
    yield from declared(CATALOGER.name, "nuget", _paket(file.data.decode("utf-8", "replace").splitlines()))


def read_config(file: File) -> Iterator[Package]:
    packages = (attributes for path, attributes, _ in xml_elements(file.data) if path == ("packages", "package"))
    yield from declared(
        CATALOGER.name,
        "nuget",
        ((package.get("id"), package.get("version")) for package in packages if package.get("developmentDependency") != "true"),
    )


def read_project(file: File) -> Iterator[Package]:
    yield from declared(CATALOGER.name, "nuget", _references(file.data))


def _paket(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name and version of each NuGet package. Sections start at the margin; in NUGET a package is indented by four
    blanks, its dependencies further."""
    section = ""
    for line in lines:
        if line[:1] not in ("", " "):
            section = line.strip()
        elif section == "NUGET" and (found := PAKET.match(line)):
            yield found[1], found[2]


def _references(data: bytes) -> Iterator[tuple[str, str]]:
    """Name and version of each reference. The version is an attribute, or an element that ends before the reference
    does."""
    elements = list(xml_elements(data))
    properties = {path[-1]: content for path, _, content in elements if path[-2:-1] == ("PropertyGroup",)}
    version = ""
    for path, attributes, content in elements:
        if path[-1] in ("Version", "VersionOverride") and path[-2:-1] and path[-2] in ITEMS:
            version = content
        elif path[-1] in ITEMS:
            name = _resolved(attributes.get("Include") or attributes.get("Update") or "", properties).strip()
            stated = attributes.get("VersionOverride") or attributes.get("Version") or version
            found = VERSION.fullmatch(_resolved(stated, properties).strip())
            if found and name and "$" not in name:
                yield name, found[1]
            version = ""


def _resolved(value: str, properties: dict[str, str]) -> str:
    for _ in range(MAX_ROUNDS):
        if "$(" not in value or len(value) > 1000:
            break
        value = PROPERTY.sub(lambda found: properties.get(found[1], found[0]), value)
    return value


CATALOGER = Cataloger(
    name="nuget",
    ecosystem=Ecosystem(purl_type="nuget", scheme="nuget", namespace="NuGet", names_insensitive=True),
    readers=(
        Reader(Wants(names=("packages.lock.json",)), read_lock),
        Reader(Wants(names=("project.assets.json",)), read_assets),
        Reader(Wants(names=("paket.lock",)), read_paket),
        Reader(Wants(names=("packages.config",)), read_config),
        Reader(
            Wants(names=PROPS, suffixes=(".csproj", ".fsproj", ".vbproj")),
            read_project,
        ),
    ),
    limits="Properties set in another file.",
)
