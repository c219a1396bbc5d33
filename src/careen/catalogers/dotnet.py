"""Installed .NET packages: the libraries in ``*.deps.json`` of applications and shared frameworks, and single assemblies.

A library of ``*.deps.json`` counts unless its target lists no files for it; the application's own projects count too
(confidence 0.4: no published package need have their name). A shared framework (``shared/<name>/<version>/``) is also listed
as the package that publishes it, ``<name>.Runtime.<platform>``; an SDK (``sdk/<version>/``) as ``dotnet-sdk``. A managed
``.dll`` or ``.exe`` that no ``*.deps.json`` beside it lists is identified by its version resource: the product version if its
first number is that of the file version, else the file version, which is less certain (0.5 and 0.4). Localised resources
are left out, and so are the assemblies of Mono's own class library, which no package publishes.
Raises: ValueError for JSON that is not a ``*.deps.json``, and for damaged headers or resources.
**Source:** .NET, runtime configuration files (deps.json); Microsoft PE Format; FileVersionInfo.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from careen.formats.binaries.pe import Pe, read_pe, version_strings
from careen.formats.data.plain import json_object, mapping, text
from careen.model.delta import Fact
from careen.model.package import Evidence, Package
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.pattern import pattern

MAX_RESOURCES_BYTES = 1 << 20
NAME = pattern(r"[A-Za-z0-9_](?:[A-Za-z0-9_.+-]{0,200}[A-Za-z0-9_+])?")
VERSION = pattern(r"[0-9]+(?:\.[0-9]+){0,3}(?:-[0-9A-Za-z.-]{1,100})?")
MONO = pattern(r"(?:^|/)mono/(?:gac|[0-9][0-9.]*(?:-api)?)/")
SDK = pattern(r"(?:^|/)sdk/([0-9][^/]*)/dotnet\.deps\.json")
SHARED = pattern(r"(?:^|/)shared/([^/]+)/([0-9][^/]*)/\1\.deps\.json")


class Library(Struct, frozen=True, tag="library", omit_defaults=True):
    name: str
    version: str
    project: bool = False


class Sdk(Struct, frozen=True, tag="sdk"):
    version: str


class Assets(Struct, frozen=True, tag="assets"):
    """The files in the same folder that belong to libraries of a ``*.deps.json``, by their names in lower case."""

    names: tuple[str, ...]


class Assembly(Struct, frozen=True, tag="assembly"):
    name: str
    version: str
    confidence: float


class VersionScan:
    """Collects the resources of a PE file from a stream."""

    def __init__(self, pe: Pe, file_name: str) -> None:
        self.pe, self.file_name = pe, file_name
        self.position = 0
        self.kept = bytearray()

    def feed(self, chunk: bytes) -> None:
        begin = max(0, self.pe.resources_at - self.position)
        end = self.pe.resources_at + min(self.pe.resources_bytes, MAX_RESOURCES_BYTES) - self.position
        if begin < len(chunk) and end > begin:
            self.kept += chunk[begin:end]
        self.position += len(chunk)

    def facts(self) -> Iterator[Assembly]:
        strings = version_strings(bytes(self.kept), self.pe.resources_address)
        product, file = (VERSION.match(strings.get(key, "")) for key in ("ProductVersion", "FileVersion"))
        agree = bool(product and file and product[0].split(".")[0] == file[0].split(".")[0])
        version = product if agree or not file else file
        name = strings.get("InternalName") or strings.get("OriginalFilename") or self.file_name
        name = re.sub(r"\.(?:dll|exe)$", "", name, flags=re.IGNORECASE)
        if not NAME.fullmatch(name):
            name = re.sub(r"\.(?:dll|exe)$", "", self.file_name, flags=re.IGNORECASE)
        if version and NAME.fullmatch(name) and not name.endswith(".resources"):
            yield Assembly(name, version[0], 0.5 if agree else 0.4)


def read_assembly(file: File) -> VersionScan | None:
    pe = read_pe(file.data)
    return VersionScan(pe, posixpath.basename(file.path)) if pe and pe.managed and pe.resources_bytes else None


def read_dependencies(file: File) -> Iterator[Library | Sdk | Assets]:
    document = json_object(file.data)
    libraries, targets = mapping(document.get("libraries")), mapping(document.get("targets"))
    if not libraries and not targets:
        raise ValueError("not a deps.json: it has neither libraries nor targets")
    runtime = text(mapping(document.get("runtimeTarget")).get("name"))
    target = mapping(targets.get(runtime))
    found = list(_libraries(libraries, target))
    yield from found
    if (sdk := SDK.search(file.path)) and VERSION.fullmatch(sdk[1]):
        yield Sdk(sdk[1])
    shared = SHARED.search(file.path)
    if not shared:
        yield Assets(tuple(sorted({name for entry in target.values() for name in _files(entry)})))
    elif platform := runtime.partition("/")[2]:
        own = Library(f"{shared[1]}.Runtime.{platform}", shared[2])
        if NAME.fullmatch(own.name) and VERSION.fullmatch(own.version) and own.name not in {library.name for library in found}:
            yield own


def join(facts: Sequence[Fact]) -> Iterator[Package]:
    known: dict[str, set[str]] = {}
    for fact in facts:
        folder = posixpath.dirname(fact.path)
        if isinstance(fact.value, Assets):
            known.setdefault(folder, set()).update(fact.value.names)
    for fact in facts:
        folder, file_name = posixpath.split(fact.path)
        found = fact.value
        if isinstance(found, Assets) or (isinstance(found, Assembly) and file_name.lower() in known.get(folder, ())):
            continue
        if MONO.search(fact.path):
            continue
        if isinstance(found, Sdk):
            place = (Evidence(fact.path, fact.layer),)
            yield Package("generic", None, "dotnet-sdk", found.version, cataloger=CATALOGER.name, evidence=place)
            continue
        if isinstance(found, Library):
            confidence = 0.4 if found.project else 1.0
        else:
            confidence = found.confidence
        yield Package(
            type="nuget",
            namespace=None,
            name=found.name,
            version=found.version,
            cataloger=CATALOGER.name,
            confidence=confidence,
            evidence=(Evidence(fact.path, fact.layer),),
        )


def _libraries(libraries: dict[str, Any], target: dict[str, Any]) -> Iterator[Library]:
    """The libraries of an application. A package for which the target lists no files is left out: a shared framework
    has its files."""
    for key, entry in libraries.items():
        kind = text(mapping(entry).get("type"))
        name, _, version = key.removeprefix("runtimepack.").partition("/")
        if kind not in ("package", "project", "runtimepack") or not NAME.fullmatch(name) or not VERSION.match(version):
            continue
        if kind == "package" and key in target and not any(_files(target[key])):
            continue
        yield Library(name, version[:200], kind == "project")


def _files(entry: Any) -> Iterator[str]:
    for part in ("runtime", "runtimeTargets", "native"):
        for path in mapping(mapping(entry).get(part)):
            yield posixpath.basename(path).lower()


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The paths that belong to packages: assemblies, the files in ``*.deps.json``, the program that starts the
    application, and whole runtimes."""
    for fact in facts:
        folder = f"{posixpath.dirname(fact.path)}/".removeprefix("/")
        if runtime := SHARED.search(fact.path) or SDK.search(fact.path):
            yield fact.path[: runtime.start() + 1] if runtime.start() else ""
        elif isinstance(fact.value, Assets):
            yield from (folder + name for name in fact.value.names)
            yield f"{folder}runtimes/"
            program = fact.path.removesuffix(".deps.json")
            yield from (program, f"{program}.exe")
        elif isinstance(fact.value, Assembly):
            yield fact.path


CATALOGER = Cataloger(
    name="dotnet",
    ecosystem=Ecosystem(purl_type="nuget", scheme="nuget", namespace="NuGet", names_insensitive=True),
    readers=(
        Reader(Wants(suffixes=(".deps.json",)), read_dependencies),
        Reader(Wants(suffixes=(".dll", ".exe"), magic=(b"MZ",), amount="stream"), read_assembly),
    ),
    fact=Library | Sdk | Assets | Assembly,
    join=join,
    identifies=identifies,
    limits="Libraries within a single-file application; native libraries and programs for Windows.",
)
