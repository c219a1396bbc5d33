"""Debian packages: dpkg's status file, or one file per package as in distroless images.

Shape: control paragraphs; a package is installed if ``Status`` ends with "installed". ``Source: name (version)`` is there
if it differs from the package's own name and version. The files of a package are in ``info/NAME[:ARCH].list`` or, without
that, in ``.md5sums``.
A paragraph without Version is listed without one, and not assessed.
A line that is not a field, and a paragraph with a Version but no Package, are skipped and reported.
Raises: ValueError if the file is not a control file.
Source: dpkg(1), "PACKAGE STATES"; deb-control(5); dpkg's admindir layout; distroless ``status.d``.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.packages.deb822 import paragraphs
from careen.formats.packages.unreadable_parts import UnreadableParts, unknown, unreadable_parts
from careen.model.delta import Fact
from careen.model.inventory import Unknown
from careen.model.package import Evidence, Package, Source
from careen.plugins import Cataloger, Ecosystem, File, Owned, Reader, Wants

FIELDS = frozenset(("package", "status", "version", "architecture", "source", "maintainer"))
PRESENT = ("installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending", "half-installed")
SCRIPTS = ("preinst", "postinst", "prerm", "postrm", "config")


class Installed(Struct, frozen=True, tag="package"):
    package: Package


class Listing(Struct, frozen=True, tag="files"):
    """The files of one package: ``name`` may carry the architecture ("libc6:amd64"); paths are joined by newlines."""

    name: str
    paths: str
    complete: bool  # a .list names every file, .md5sums only regular files that are not configuration


def read_status(file: File) -> Iterator[Installed | UnreadableParts]:
    reasons: list[str] = []
    named = 0
    for entry in paragraphs(_text(file), FIELDS, reasons):
        if "package" not in entry and "version" not in entry and "status" not in entry:
            reasons.append("a paragraph names no package")
            continue
        if not entry.get("package") and not entry.get("version"):
            continue  # dpkg skips it, too
        if not entry.get("package"):
            reasons.append(f"a paragraph without Package ({entry['version'][:60]})")
            continue
        named += 1
        state = entry.get("status", "install ok installed").split()
        if state[-1:] and state[-1] in PRESENT:
            yield Installed(_package(entry))
    yield from unreadable_parts(reasons, named)


def read_listing(file: File) -> Iterator[Listing]:
    name = file.path.rpartition("/")[2].removesuffix(".list")
    lines = (line.lstrip("/") for line in _text(file).splitlines())
    yield Listing(name, "\n".join(line for line in lines if line and line != "."), complete=True)


def read_status_folder(file: File) -> Iterator[Installed | Listing | UnreadableParts]:
    name = file.path.rpartition("/")[2]
    if name.endswith(".md5sums"):
        yield from read_md5sums(file)
    else:
        yield from read_status(file)


def read_md5sums(file: File) -> Iterator[Listing]:
    name = file.path.rpartition("/")[2].removesuffix(".md5sums")
    lines = (line.split(None, 1)[1:] for line in _text(file).splitlines())
    yield Listing(name, "\n".join(rest[0].lstrip("/") for rest in lines if rest), complete=False)


def join(facts: Sequence[Fact]) -> Iterator[Package | Unknown]:
    for fact in facts:
        if isinstance(fact.value, Installed):
            yield _placed(fact.value.package, fact)
        elif isinstance(fact.value, UnreadableParts):
            yield unknown("dpkg", fact)


def owns(facts: Sequence[Fact]) -> Iterator[Owned]:
    """From the ``.list`` if there is one, else ``.md5sums``; by folder, so that two databases do not mix."""
    listings: dict[tuple[str, str], Listing] = {}
    for fact in facts:
        if isinstance(fact.value, Listing):
            key = (_database(fact.path), fact.value.name)
            if key not in listings or fact.value.complete:
                listings[key] = fact.value
    for fact in facts:
        if isinstance(fact.value, Installed):
            package = fact.value.package
            folder = _database(fact.path)
            found = listings.get((folder, f"{package.name}:{package.arch}")) or listings.get((folder, package.name))
            if found is None and fact.path.startswith(f"{folder}/status.d/"):
                found = listings.get((folder, fact.path.rpartition("/")[2]))
            if found:
                yield Owned(package.name, package.version, package.arch, found.paths.split("\n") if found.paths else ())


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The scripts that dpkg runs when it installs or removes a package; no list of files has them."""
    for fact in facts:
        if isinstance(fact.value, Installed):
            package, folder = fact.value.package, _database(fact.path)
            names = (package.name, f"{package.name}:{package.arch}") if package.arch else (package.name,)
            yield from (f"{folder}/info/{name}.{script}" for name in names for script in SCRIPTS)


def _package(entry: dict[str, str]) -> Package:
    name, version = entry["package"], entry.get("version", "")
    source, _, its_version = entry.get("source", name).partition("(")
    return Package(
        "deb",
        None,
        name,
        version,
        source=Source(source.strip() or name, its_version.strip(" )") or version),
        arch=entry.get("architecture") or None,
        maintainer=entry.get("maintainer") or None,
        cataloger="dpkg",
    )


def _placed(package: Package, fact: Fact) -> Package:
    return replace(package, evidence=(Evidence(fact.path, fact.layer),))


def _database(path: str) -> str:
    """The admin folder: "var/lib/dpkg" of ".../status", ".../status.d/x" and ".../info/x.list"."""
    folder = path.rpartition("/")[0]
    return folder.removesuffix("/status.d").removesuffix("/info")


def _text(file: File) -> str:
    with file.open() as stream:
        return stream.read(64 << 20).decode(errors="backslashreplace")


CATALOGER = Cataloger(
    name="dpkg",
    ecosystem=Ecosystem(purl_type="deb", scheme="deb", distribution=True),
    readers=(
        Reader(Wants(paths=("var/lib/dpkg/status", "usr/lib/dpkg/status")), read_status),
        Reader(Wants(folders=("var/lib/dpkg/status.d",)), read_status_folder),
        Reader(Wants(folders=("var/lib/dpkg/info/*.list",)), read_listing),
    ),
    fact=Installed | Listing | UnreadableParts,
    join=join,
    owns=owns,
    identifies=identifies,
    limits="Licences, which are in usr/share/doc/*/copyright.",
)
