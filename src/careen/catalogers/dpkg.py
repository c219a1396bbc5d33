"""Debian packages: dpkg's status file, or one file per package as in distroless images.

Shape: control paragraphs; the last of the three words of ``Status`` is the state, in any case. ``Source: name (version)`` is
there if it differs from the package's own name and version. ``updates/NUMBER`` have what dpkg did not yet write to
``status``. The files of a package are in ``info/NAME[:ARCH].list`` or, without that, in ``.md5sums``, which has the digests
of all but its configuration. ``diversions`` has three lines for each file that a package moves out of the way of its own:
path, new path, package (":" for the administrator).
A paragraph without Version is listed without one, and not assessed.
A line that is not a field, and a paragraph with a Version but no Package, are skipped and reported; a package with an unknown
state counts as installed, and is reported.
Raises: ValueError if the file is not a control file.
Source: dpkg(1), "PACKAGE STATES"; deb-control(5); dpkg's admindir layout; distroless ``status.d``.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from careen.formats.packages.deb822 import paragraphs
from careen.formats.packages.unreadable_parts import UnreadableParts, bounded, unknown, unreadable_parts
from careen.model.delta import Fact
from careen.model.inventory import Unknown
from careen.model.package import Evidence, Package, Source
from careen.plugins import Cataloger, Ecosystem, File, Owned, Reader, Wants

FIELDS = frozenset(("package", "status", "version", "architecture", "source", "maintainer"))
PRESENT = ("installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending", "half-installed")
ABSENT = ("not-installed", "config-files")
MD5_DIGITS = 32
SCRIPTS = ("preinst", "postinst", "prerm", "postrm", "config")


class Installed(Struct, frozen=True, tag="package"):
    package: Package


class Digests(Struct, frozen=True, tag="digests"):
    """MD5 of the files of one package: lines of digest, space and path."""

    name: str
    lines: str


class Diversion(Struct, frozen=True, tag="diversion"):
    path: str
    to: str
    package: str


class Listing(Struct, frozen=True, tag="files"):
    """The paths of one package's files, joined by newlines; ``name`` may carry the architecture ("libc6:amd64")."""

    name: str
    paths: str
    complete: bool  # a .list names every file, .md5sums only regular files that are not configuration


def read_status(file: File) -> Iterator[Installed | UnreadableParts]:
    reasons: list[str] = []
    named = 0
    for entry in paragraphs(_text(file, reasons), FIELDS, reasons):
        if "package" not in entry and "version" not in entry and "status" not in entry:
            reasons.append("a paragraph names no package")
            continue
        if not entry.get("package") and not entry.get("version"):
            continue  # dpkg skips it, too
        if not entry.get("package"):
            reasons.append(f"a paragraph without Package ({entry['version'][:60]})")
            continue
        named += 1
        state = _state(entry.get("status", "install ok installed").lower().split())
        if state not in ABSENT:
            yield Installed(_package(entry))
        if state not in PRESENT + ABSENT:
            reasons.append(f"{entry['package'][:60]} has the unknown state {state[:60]!r}, and counts as installed")
    yield from unreadable_parts(reasons, named)


def read_listing(file: File) -> Iterator[Listing]:
    name = file.path.rpartition("/")[2].removesuffix(".list")
    lines = (line.lstrip("/") for line in _text(file, []).splitlines())
    yield Listing(name, "\n".join(line for line in lines if line and line != "."), complete=True)


def read_status_folder(file: File) -> Iterator[Installed | Listing | Digests | UnreadableParts]:
    name = file.path.rpartition("/")[2]
    if name.endswith(".md5sums"):
        yield from read_md5sums(file)
    else:
        yield from read_status(file)


def read_update(file: File) -> Iterator[Installed | UnreadableParts]:
    """A package in ``status`` too is listed with both versions: an update that is left there was not completed."""
    if file.path.rpartition("/")[2].isdecimal():
        yield from read_status(file)


def read_md5sums(file: File) -> Iterator[Listing | Digests]:
    lines = _digests(file)
    yield Listing(_owner(file), "\n".join(path for _, path in lines), complete=False)
    yield from _recorded(file, lines)


def read_digests(file: File) -> Iterator[Digests]:
    yield from _recorded(file, _digests(file))


def read_diversions(file: File) -> Iterator[Diversion]:
    lines = _text(file, []).splitlines()
    for path, to, package in zip(lines[::3], lines[1::3], lines[2::3], strict=False):
        yield Diversion(path.lstrip("/"), to.lstrip("/"), package)


def join(facts: Sequence[Fact]) -> Iterator[Package | Unknown]:
    for fact in facts:
        if isinstance(fact.value, Installed):
            yield _placed(fact.value.package, fact)
        elif isinstance(fact.value, UnreadableParts):
            yield unknown("dpkg", fact)


def owns(facts: Sequence[Fact]) -> Iterator[Owned]:
    """The files of each package, from its ``.list`` if there is one, else from ``.md5sums``. Folders are kept apart,
    so that two databases do not mix."""
    listings: dict[tuple[str, str], Listing] = {}
    digests: dict[tuple[str, str], Digests] = {}
    diverted: dict[str, list[Diversion]] = {}
    for fact in facts:
        folder = _database(fact.path)
        if isinstance(fact.value, Diversion):
            diverted.setdefault(folder, []).append(fact.value)
        elif isinstance(fact.value, Digests):
            digests[folder, fact.value.name] = fact.value
        elif isinstance(fact.value, Listing):
            key = (folder, fact.value.name)
            if key not in listings or fact.value.complete:
                listings[key] = fact.value
    for fact in facts:
        if isinstance(fact.value, Installed):
            package, folder = fact.value.package, _database(fact.path)
            names = [f"{package.name}:{package.arch}", package.name]
            if fact.path.startswith(f"{folder}/status.d/"):
                names.append(fact.path.rpartition("/")[2])
            found = next((listing for name in names if (listing := listings.get((folder, name)))), None)
            if found:
                moved = {move.path: move.to for move in diverted.get(folder, ()) if move.package != package.name}
                paths = [moved.get(path, path) for path in found.paths.split("\n")] if found.paths else []
                recorded = next((lines for name in names if (lines := digests.get((folder, name)))), None)
                yield Owned(package.name, package.version, package.arch, paths, partial(_by_path, recorded, moved))


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    """The scripts that dpkg runs when it installs or removes a package: no list of files contains them."""
    for fact in facts:
        if isinstance(fact.value, Installed):
            package, folder = fact.value.package, _database(fact.path)
            names = (package.name, f"{package.name}:{package.arch}") if package.arch else (package.name,)
            yield from (f"{folder}/info/{name}.{script}" for name in names for script in SCRIPTS)


def _state(words: list[str]) -> str:
    """The state, which is the last of three words. With more words dpkg refuses the file: the last one does not count."""
    return words[-1] if 0 < len(words) <= 3 else " ".join(words)


def _package(entry: dict[str, str]) -> Package:
    name, version = entry["package"].lower(), entry.get("version", "")  # dpkg reads names in lower case
    source, _, its_version = entry.get("source", name).partition("(")
    return Package(
        "deb",
        None,
        name,
        version,
        source=Source(source.strip().lower() or name, its_version.strip(" )") or version),
        arch=entry.get("architecture") or None,
        maintainer=entry.get("maintainer") or None,
        cataloger="dpkg",
    )


def _digests(file: File) -> list[tuple[str, str]]:
    """(MD5, path) of each line: 32 digits, two spaces, path."""
    lines = (line.split(None, 1) for line in _text(file, []).splitlines())
    return [(parts[0], parts[1].lstrip("/")) for parts in lines if len(parts) == 2]


def _recorded(file: File, lines: Sequence[tuple[str, str]]) -> Iterator[Digests]:
    found = [f"{digest} {path}" for digest, path in lines if len(digest) == MD5_DIGITS]
    if found:
        yield Digests(_owner(file), "\n".join(found))


def _by_path(recorded: Digests | None, moved: Mapping[str, str]) -> dict[str, str]:
    pairs = (line.split(" ", 1) for line in recorded.lines.split("\n")) if recorded else ()
    return {moved.get(path, path): f"md5:{digest}" for digest, path in pairs}


def _owner(file: File) -> str:
    return file.path.rpartition("/")[2].removesuffix(".md5sums")


def _placed(package: Package, fact: Fact) -> Package:
    return replace(package, evidence=(Evidence(fact.path, fact.layer),))


def _database(path: str) -> str:
    """The admin folder of a file: "var/lib/dpkg" for ".../status", ".../updates/0", ".../status.d/x", ".../info/x.list"."""
    folder = path.rpartition("/")[0]
    return folder.removesuffix("/status.d").removesuffix("/info").removesuffix("/updates")


def _text(file: File, reasons: list[str]) -> str:
    with file.open() as stream:
        return bounded(stream, reasons).decode(errors="backslashreplace")


CATALOGER = Cataloger(
    name="dpkg",
    ecosystem=Ecosystem(purl_type="deb", scheme="deb", distribution=True),
    readers=(
        Reader(Wants(paths=("var/lib/dpkg/status", "usr/lib/dpkg/status")), read_status),
        Reader(Wants(folders=("var/lib/dpkg/status.d",)), read_status_folder),
        Reader(Wants(folders=("var/lib/dpkg/updates",)), read_update),
        Reader(Wants(folders=("var/lib/dpkg/info/*.list",)), read_listing),
        Reader(Wants(folders=("var/lib/dpkg/info/*.md5sums",)), read_digests),
        Reader(Wants(paths=("var/lib/dpkg/diversions",)), read_diversions),
    ),
    fact=Installed | Listing | Digests | Diversion | UnreadableParts,
    join=join,
    owns=owns,
    identifies=identifies,
    limits="Licences: SBOMs and careen licenses read them from usr/share/doc/*/copyright.",
)
