"""The contracts of everything that can be added with one file, and ``load``, which collects it.

| to add               | write            | value             | its functions                                          |
|----------------------|------------------|-------------------|--------------------------------------------------------|
| way to open an image | images/x.py      | IMAGE_SOURCE      | accepts(reference); open(reference, context) -> Image  |
| package ecosystem    | catalogers/x.py  | CATALOGER         | read(file) -> facts; optional join(facts) -> packages  |
| advisory source      | advisories/x.py  | ADVISORY_SOURCE   | feeds(need) -> Feed; parse(feed, file) -> records      |
| version scheme       | versions/x.py    | VERSION_SCHEME    | key(text) -> sortable tuple                            |
| check, checks        | checks/<target>/x.py | CHECK, CHECKS | inspect(document) -> places                            |
| output format        | reports/x.py     | REPORTER          | write(report, stream, options)                         |
| SBOM format          | sboms/x.py       | SBOM_FORMAT       | accepts(head); read(data) -> Sbom                      |

A plugin is a module, or a folder whose ``__init__.py`` has the value: readers that only this plugin needs are in its folder
(``catalogers/rpm``). A plugin never imports its neighbours; what several of them need is in ``formats``.
"""

import importlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, Literal, Protocol, TextIO, TypeVar

from msgspec import Struct
from msgspec.structs import asdict, replace

from careen.log import logger

from .errors import UsageError
from .model.advisory import (
    Advisory,
    Epss,
    Exploited,
    LimitedSupport,
    Listed,
    Malicious,
    NamespaceInfo,
    PassedOver,
    Repository,
    Severity,
    Support,
    VulnerabilityRecord,
)
from .model.delta import Fact
from .model.finding import Misconfiguration
from .model.image import Image, Platform
from .model.inventory import Program
from .model.package import Package
from .model.report import Report
from .model.sbom import Sbom

log = logger(__name__)

Kind = TypeVar("Kind")
EXTENDED = ("advisories", "catalogers", "checks", "distributions", "images", "reports", "sboms", "versions")


def load(folder: str, name: str, kind: type[Kind]) -> tuple[Kind, ...]:
    """The values called ``name``, and those in the tuples ``<name>S``, of the modules of the package ``folder``, in the order
    of the modules' names."""
    package = importlib.import_module(folder)
    modules = (_imported(package, module) for module in sorted(modules_in(package.__path__)))
    return tuple(value for module in modules for value in values_of(module, name, kind))


def values_of(module: ModuleType, name: str, kind: type[Kind]) -> tuple[Kind, ...]:
    """The plugins of one module: the value called ``name``, and those in the tuple ``<name>S``."""
    values = (getattr(module, name, None), *getattr(module, f"{name}S", ()))
    return tuple(value for value in values if isinstance(value, kind))


def plugin(folder: str, module: str, name: str) -> Any:
    """The value called ``name`` of one module of the package ``folder``; None if it has none."""
    return getattr(_imported(importlib.import_module(folder), module), name, None)


def use_folder(folder: Path) -> None:
    """Adds the plugins of a user's folder: ``catalogers/x.py``, ``checks/dockerfile/x.py`` or
    ``distributions/x.toml`` in it work like Careen's own.

    Their modules run with all rights of the user. Raises ValueError if the folder has no plugins.
    """
    found = _extended_by(folder)
    if not found:
        raise ValueError(f"it has no plugins: none of {', '.join(EXTENDED)} is a folder in it")
    for name in found:
        places = importlib.import_module(f"careen.{name.replace('/', '.')}").__path__
        if str(folder / name) in places:
            continue
        if hidden := sorted(_files_in(places) & _files_in([str(folder / name)])):
            raise ValueError(f"{name}/{hidden[0]} has the name of an existing one, and would never be read")
        places.append(str(folder / name))


def _extended_by(folder: Path) -> list[str]:
    """Careen's folders that the user's folder extends; ``checks`` has one for each target."""
    names = [name for name in EXTENDED if name != "checks"]
    ours = {path.parent.name for path in Path(__file__).parent.glob("checks/*/__init__.py")}
    theirs = sorted(path.name for path in folder.glob("checks/*") if path.is_dir() and path.name != "__pycache__")
    if unknown := [name for name in theirs if name not in ours]:
        raise ValueError(f"checks/{unknown[0]} is not a target of checks: {', '.join(sorted(ours))}")
    return [name for name in (*names, *(f"checks/{name}" for name in theirs)) if (folder / name).is_dir()]


def _imported(package: ModuleType, module: str) -> ModuleType:
    """Imports a module of a package of plugins. If a plugin of the user cannot be imported, the error names its file."""
    try:
        return importlib.import_module(f"{package.__name__}.{module}")
    except Exception as error:
        own, *outside = package.__path__
        if not outside or module in modules_in([own]):
            raise
        place = next((place for place in outside if module in modules_in([place])), outside[0])
        log.debug("%s of %s", module, place, exc_info=True)
        raise UsageError(
            f"the plugin {place}/{module}.py cannot be used: {type(error).__name__}: {error}", "--debug shows where it fails"
        ) from error


def _files_in(places: Iterable[str]) -> set[str]:
    tables = {path.name for place in places for path in Path(place).glob("*.toml")}
    return tables.union(f"{module}.py" for module in modules_in(places))


def modules_in(places: Iterable[str]) -> frozenset[str]:
    """The modules and packages of these folders, by name. (``pkgutil`` gives the same, but imports ``inspect``.)"""
    found = set[str]()
    for place in places:
        with os.scandir(place) as entries:
            for entry in entries:
                name = entry.name.removesuffix(".py")
                there = name != entry.name or Path(entry.path, "__init__.py").is_file()
                if there and name.isidentifier() and name != "__init__":
                    found.add(name)
    return frozenset(found)


class Named(Mapping[str, Kind]):
    """The plugins of a folder by their names, each imported when it is looked up: most runs need few of them.

    They are in modules of their names (``_`` for ``-``).
    """

    def __init__(self, folder: str, name: str, kind: type[Kind]) -> None:
        self._folder, self._name, self._kind = folder, name, kind
        self._known: dict[str, Kind | None] = {}

    def __getitem__(self, name: str) -> Kind:
        if name not in self._known:
            module = name.replace("-", "_")
            value = None
            if module in self._modules:
                value = plugin(self._folder, module, self._name)
            self._known[name] = value if isinstance(value, self._kind) and getattr(value, "name", "") == name else None
        value = self._known[name]
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (getattr(value, "name", "") for value in load(self._folder, self._name, self._kind))

    def __len__(self) -> int:
        return len(load(self._folder, self._name, self._kind))

    @cached_property
    def _modules(self) -> frozenset[str]:
        return modules_in(importlib.import_module(self._folder).__path__)


# --- network, passed to plugins that may use it (careen.net has the one implementation) -----------------------------------


class Response(Protocol):
    """An answer of a server, whose body is read as a stream. ``status`` is any HTTP status; errors are not raised for
    it."""

    status: int
    headers: Mapping[str, str]  # keys in lower case
    url: str  # after redirects

    def read(self, size: int = -1) -> bytes: ...
    def close(self) -> None: ...


class Fetcher(Protocol):
    """The network as plugins see it: retries, redirects, proxies, trust and time-outs are handled behind it."""

    def request(
        self, url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        """Sends a request. Raises NetworkError if no answer came."""
        ...


class Progress(Protocol):
    """Called during long work with a name of the step; ``silent`` does nothing. ``done`` and ``total`` are bytes."""

    def __call__(self, what: str, done: int, total: int | None) -> None: ...


def silent(what: str, done: int, total: int | None) -> None:
    pass


# --- images ---------------------------------------------------------------------------------------------------------


class OpenContext(Struct, frozen=True):
    """What an image source may use. ``platform`` None: the host's architecture on Linux."""

    platform: Platform | None = None
    fetcher: Fetcher | None = None
    cache: Path | None = None  # folder for downloaded blobs
    progress: Progress = silent
    settings: Mapping[str, Any] = {}  # "plain_http", "insecure", "username", "password", "ca_file" …


class ImageSource(Struct, frozen=True):
    """A place that images are opened from: a registry, an engine, a kind of file or folder.

    ``accepts``: whether this source opens a reference without prefix (a file, a folder); it does not use the network.
    ``platforms`` lists the platforms of an index, without attestations; empty if there is no choice.
    """

    name: str  # also the prefix: "oci-layout:PATH"
    open: Callable[[str, OpenContext], Image]
    accepts: Callable[[str], bool]
    platforms: Callable[[str, OpenContext], tuple[Platform, ...]] | None = None
    description: str = ""


# --- catalogers -----------------------------------------------------------------------------------------------------

HEAD_BYTES = 64 * 1024


class File(Protocol):
    """One file of a layer as a reader sees it. ``path`` has no leading slash."""

    path: str
    size_bytes: int
    mode: int

    @property
    def data(self) -> bytes:
        """The content: for a reader of ``head`` the first 64 KiB, for one of ``whole`` everything. Raises ValueError
        if that is over 8 MiB: use ``open``."""
        ...

    def open(self) -> BinaryIO:
        """A seekable stream over the content, for readers of ``whole`` only."""
        ...


class Scanner(Protocol):
    """The work of a ``stream`` reader on one file: it is fed chunk after chunk; its facts are read once, at the end."""

    def feed(self, chunk: bytes) -> None: ...
    def facts(self) -> Iterable[Any]: ...


class Selective(Scanner, Protocol):
    """A scanner that needs only parts of the file: ``ranges`` are pairs of offsets (from, to), None is all of it.

    Bytes in no scanner's range are not read: ``skip`` is called instead. More bytes than requested may be fed.
    """

    ranges: Sequence[tuple[int, int]] | None

    def skip(self, size: int) -> None: ...


class Wants(Struct, frozen=True, omit_defaults=True):
    """Which files a reader wants: any of the criteria suffices (``magic`` narrows all but ``anywhere``, which needs it).

    ``paths`` match at the root of the image or of any folder in it ("var/lib/dpkg/status"); ``names`` are
    basenames; ``suffixes`` ends of paths starting with "." or with "<folder suffix>/<basename>"
    (".jar", ".dist-info/METADATA"); ``folders`` match every file directly in such a folder ("var/lib/dpkg/status.d"), or
    those with one ending ("var/lib/dpkg/info/*.list"); ``below`` every file of such a folder at any depth ("nix/store").
    ``executables`` selects files with an execute bit or a name like a shared library or a module of Node (``.node``);
    ``magic`` then decides by the first bytes. ``anywhere`` selects every file that begins so, whatever its name and mode.
    In ``paths``, a ``*`` matches the name of a folder ("var/lib/pacman/local/*/desc").
    ``unpackaged`` selects programs and libraries in the system's folders, only in a layer without a package database.
    """

    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    executables: bool = False
    anywhere: bool = False
    unpackaged: bool = False
    # Called for every file with its path and mode; if there are ``suffixes``, only for files with one of them.
    select: Callable[[str, int], bool] | None = None
    magic: tuple[bytes, ...] = ()
    amount: Literal["head", "stream", "whole"] = "whole"


class Reader(Struct, frozen=True):
    """One reader of a cataloger. ``read`` turns one file into facts (values of the cataloger's ``fact`` type) and
    never opens another one.

    A ``stream`` reader gets the head and returns a Scanner, or None if the head shows that the file has no facts.
    Raises ValueError if the file is not what its name promises: it becomes an Unknown and the scan continues.
    """

    wants: Wants
    read: Callable[[File], Any]


class Owned(Struct, frozen=True, gc=False):
    """The files of a package according to its package database; paths have no leading slash.

    ``digests`` returns the digests of their contents in the database, as ``ALGORITHM:HEX`` by path.
    """

    name: str
    version: str
    arch: str | None
    paths: Iterable[str]
    digests: Callable[[], Mapping[str, str]] = dict


class Ecosystem(Struct, frozen=True, omit_defaults=True):
    purl_type: str
    scheme: str  # name of a version scheme
    namespace: str | None = None  # of its advisories ("PyPI"); None: the distribution's own
    names_insensitive: bool = False
    distribution: bool = False  # packages come from a distribution's database


# What the facts of a cataloger are for: packages; which distribution a root file system is; VEX documents and ignore rules;
# the repositories that a layer was built with; archives of packages; texts for the checks of the system's configuration; which
# files are machine code; the digests of programs; how they were built; what runs by itself; deprecated versions; projects
# and what they depend on; secrets; licence texts, dependencies and digests for SBOMs.
Role = Literal[
    "packages", "distribution", "decisions", "content_sets", "archives", "system", "native_code", "digests", "hardening",
    "hooks", "notices", "projects", "secrets", "licence_files", "requirements", "component_digests",
]  # fmt: skip


class Cataloger(Struct, frozen=True):
    """A plugin that finds the packages of one ecosystem. ``join`` gets the visible facts of the squashed image,
    sorted by path; without one, the facts are packages.

    ``owns`` yields the files of each package. ``join`` and ``owns`` are pure. Evidence that a join leaves empty stays
    empty: a join sets it from the facts that it used. ``identifies`` yields the files, and with a slash at their end
    the folders, that the facts identify completely: programs that name themselves, a package's own folder. A library
    within a program does not identify the program. ``programs`` yields the programs whose functions have names.
    ``whole`` is set if the module is imported only when it is needed, and returns the cataloger of that module: only
    that one has ``fact`` and ``limits``.

    With a ``role`` other than packages, ``join`` yields values for another field of the inventory: ``Decision``,
    ``ContentSets``, ``PackageArchive``, or the folder of each root file system and its ``Distribution``.
    """

    name: str
    ecosystem: Ecosystem
    readers: tuple[Reader, ...]
    fact: Any = Package  # what msgspec decodes a stored fact into
    role: Role = "packages"
    join: Callable[[Sequence[Fact]], Iterator[Any]] | None = None  # packages and Unknowns, or what the role requires
    owns: Callable[[Sequence[Fact]], Iterator[Owned]] | None = None
    identifies: Callable[[Sequence[Fact]], Iterator[str]] | None = None
    programs: Callable[[Sequence[Fact]], Iterator[Program]] | None = None
    limits: str = ""  # the packages that it does not find, for the documentation
    whole: "Callable[[], Cataloger] | None" = None


# --- versions -------------------------------------------------------------------------------------------------------


class VersionScheme(Struct, frozen=True):
    """The order of versions in an ecosystem. ``key`` gives a tuple that sorts as the ecosystem orders versions; equal
    versions have equal keys.

    It raises ValueError for text that is not a version of this scheme. ``satisfies(version, constraint, **options)``
    reads the ecosystem's own constraint language, if it has one. ``release(version)`` is the version without the mark of a
    build, which advisories omit: 2.1 for PyTorch's 2.1+cpu.
    """

    name: str
    key: Callable[[str], tuple[Any, ...]]
    satisfies: Callable[..., bool] | None = None
    release: Callable[[str], str] | None = None


# --- advisories -----------------------------------------------------------------------------------------------------

Record = (
    Advisory
    | VulnerabilityRecord
    | Epss
    | Exploited
    | LimitedSupport
    | Listed
    | Malicious
    | NamespaceInfo
    | PassedOver
    | Repository
    | Support
)


class Need(Struct, frozen=True):
    """What advisories are needed for; ``namespaces`` None means everything (``careen db update``)."""

    namespaces: frozenset[str] | None = None  # "debian:12", "PyPI"
    full: bool = False  # also large feeds (``careen db update --full``)


class Address(Struct, frozen=True):
    """Another live address of a feed; the fields are as in ``Feed``."""

    url: str
    named: str = ""
    changes: str = ""
    deletions: str = ""
    single: str = ""


class Feed(Struct, frozen=True):
    """One file of a source: its path in a mirror that Careen lays out, and its live addresses.

    Addresses are permanent: the database stores them as the origin of a file, whatever file name an index there lists
    at the time.
    """

    path: str
    url: str  # "" if only a mirror has it
    compressed: bool = False
    part: str = ""  # the part of its source that it contains ("PyPI", "v3.18"): shown, and passed to ``parse``
    elsewhere: tuple[Address, ...] = ()  # tried in this order if ``url`` fails
    named: str = ""  # ``url`` is an index of a repository: the file lies beside it and has this in its name, which changes
    below: str = ""  # ``url`` is a list of servers: the index is at this path of the first of them
    full: bool = False  # large: fetched only by ``careen db update --full``, and kept by every other update
    changes: str = ""  # address of a list of changed records, newest first, a line for each (database.change_lists)
    deletions: str = ""  # address of such a list of deleted records, in any order
    single: str = ""  # address of one record as JSON, with {id} in it: ``url`` is a zip of them
    window: str = ""  # address of what changed from {start} to {end}, in pages from {offset}: of all feeds that name it
    ids: tuple[str, ...] = ()  # how the ids of its own records begin
    kept_as: str = ""  # its path in the database if the file's name changes with each edition

    @property
    def key(self) -> str:
        """The key of the feed in the database: a new edition replaces the previous one."""
        return self.kept_as or self.path

    @property
    def places(self) -> "tuple[Feed, ...]":
        """The feed at each of its addresses, in the order in which they are tried."""
        others = (replace(self, **asdict(address), elsewhere=()) for address in self.elsewhere)
        return (self, *others)


Size = Literal["", "kilobytes", "under 10 MB", "under 100 MB", "under 1 GB"]


class AdvisorySource(Struct, frozen=True):
    """A publisher of advisories. ``feeds`` lists the files to fetch; fetching, conditional requests and checks are
    the same for all sources (database.update). Its second argument is a function that lists names: of a mirror's
    folder by path, or of a live index by address; () if there is none.

    ``parse`` is pure: it yields records from one fetched file, and raises ValueError if the file is not of the
    source's format. A record with an unknown value is a ``PassedOver``, and the others are read
    (``formats.feeds.each``).
    """

    name: str
    title: str
    licence: str
    homepage: str
    feeds: Callable[[Need, Callable[[str], tuple[str, ...]]], tuple[Feed, ...]]
    parse: Callable[[Feed, Path], Iterator[Record]]
    on_demand: bool = True  # fetched by a first scan; False: only by ``careen db update``
    redistributable: bool = True  # its licence, if one is stated, does not forbid publishing the data in another form
    assesses: bool = True  # its records state affected versions; False: scores, names and dates for statements of others
    form: str = ""  # of its live files, for the documentation, as are the following
    size: Size = ""
    renewed: str = ""  # how often its publisher renews it, if known
    checked: str = ""  # when its addresses were last compared with code that uses them, and whose


# --- checks ---------------------------------------------------------------------------------------------------------


class Place(Struct, frozen=True):
    """The location of a misconfiguration in a document, and the message that describes it; lines count from 1.

    ``rests_on``: the name of an unknown value on which the misconfiguration depends. Then the place is not a finding,
    but reported as not assessed.
    """

    message: str
    line: int | None = None
    end_line: int | None = None
    path: str | None = None  # if the document has several files
    rests_on: str = ""


class Check(Struct, frozen=True):
    """One rule about one kind of document. Its documentation is made from these fields.

    Checks that differ in constants alone are one module with ``CHECKS``, a tuple of them over one function. The user's own
    checks (``--checks FILE``) are such modules too.
    """

    id: str  # "DKR-007": never reused
    title: str  # states the misconfiguration, never the fix
    severity: Severity
    why: str
    fix: str
    references: tuple[str, ...]  # "CWE-250", "CIS Docker 1.6, 4.1", "PSS restricted"
    inspect: Callable[[Any], Iterable[Place]]
    good: tuple[str, ...] = ()  # examples of user checks, for their own tests; those of Careen's checks are in tests/checks
    bad: tuple[str, ...] = ()
    default: bool = True  # False: only when switched on
    kind: str = ""  # of documents that it inspects; may be left out in a folder with the name of a target
    finds: type[Misconfiguration] = Misconfiguration  # the kind of its findings
    line: str = ""  # of a Dockerfile, that removes a finding of an image: "RUN chmod a-s /{path}"


# --- reports --------------------------------------------------------------------------------------------------------


class ReportOptions(Struct, frozen=True):
    width: int = 80  # columns; 0: not a terminal, nothing is shortened
    color: bool = False
    severities: frozenset[str] | None = None  # which to list; totals stay those of the report
    verbose: bool = False
    spec_version: str = ""  # of an SBOM format, "1.5"; "": the usual one
    template: tuple[str, str] | None = None  # name and text, for a reporter that reads one
    again: Mapping[str, str] = {}  # the flags of this scan that a proposed command needs too, by its name: "careen fix"


class Reporter(Struct, frozen=True):
    name: str  # --format NAME
    media_type: str
    write: Callable[[Report, TextIO, ReportOptions], None]
    description: str = ""
    with_places: bool = True  # secrets and misconfigurations, with their lines
    with_coverage: bool = True  # the coverage: what was assessed, and what was not
    with_details: bool = False  # licences, dependencies and digests: the layers are read for them
    reads_template: bool = False  # FORMAT=FILE names a template, not the output


# --- SBOMs ------------------------------------------------------------------------------------------------------------


class SbomFormat(Struct, frozen=True):
    """An SBOM format. ``accepts`` gets the first 64 KiB and returns whether they are of this format; ``read`` raises
    ValueError if the document is not."""

    name: str
    accepts: Callable[[bytes], bool]
    read: Callable[[bytes], Sbom]
    description: str = ""
