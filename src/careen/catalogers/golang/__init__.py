"""Go: the modules and the standard library that executables were built from, and the modules that source trees require.

Facts are one ``Binary`` for each ELF, PE or Mach-O executable with build information, and one ``Declared`` for each
``go.mod``, ``go.sum`` or ``vendor/modules.txt``. The standard library is a package ``stdlib``, Go's own programs
(``cmd/go``) are a package ``toolchain``; their versions have no "go" before them, as in Go's own advisories. A ``Binary`` has
the names of its functions too, if its table of them is readable.
Raises: ValueError for packed executables and for damaged build information.
**Source:** Go, src/runtime/debug/mod.go (module text); Go Modules Reference, "Module cache".
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from careen.catalogers.golang import go_mod
from careen.formats.binaries.elf import PT_GNU_EH_FRAME, headers_of
from careen.formats.binaries.go_build_info import BuildInfoScan, has_go_build_id, is_linked_by_go
from careen.formats.binaries.segments import data_ranges, mappings, writable_ranges
from careen.formats.packages.declared import within_package
from careen.model.delta import Fact
from careen.model.inventory import Program, Unknown
from careen.model.package import Evidence, Package, Presence
from careen.plugins import Cataloger, Ecosystem, File, Reader, Wants
from careen.safety.deflate import deflated

from .build_list import Binary, Module, read_build_list, standard_library_version
from .pclntab import TableScan

NOT_NEEDED = 0.3  # confidence of a module that only took part in choosing versions: listed if there is no go.mod
TOOLS = "toolchain"  # the programs of Go itself in Go's database, with the version of Go
STANDARD_LIBRARY = ("std", "cmd")  # modules of the toolchain's own source tree, which executables have as stdlib
MAGIC = (
    b"\x7fELF",
    b"MZ",
    *(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"),
)

_PACKED = (b"UPX!", b"UPX0")
_PACKED_WITHIN_BYTES = 1024
_WITHOUT_CONSTANTS_IN_CODE = (b"\x7fELF", b"MZ")  # whose segments of code have no constants if another one has some


class Declared(Struct, frozen=True, gc=False, tag="declared"):
    """The modules that a file of a source tree requires. ``complete``: other files of the same folder add nothing."""

    modules: tuple[Module, ...]
    complete: bool


TOOLCHAIN = Declared((), True)  # Go's own source tree


class Scanner:
    """Reads the build information of an executable, and with ``table`` the names of its functions, from a stream."""

    def __init__(self, name: str, info: BuildInfoScan, table: TableScan | None = None) -> None:
        self.ranges = info.ranges
        self._name = name
        self._info, self._table = info, table
        self._fed_bytes = 0

    def feed(self, chunk: bytes) -> None:
        if self._table:
            self._table.feed(chunk)
        if self._table and self._table.is_inside(self._fed_bytes, len(chunk)):
            self._info.skip(len(chunk))
        else:
            has_sources = self._table is not None and self._table.has_sources(self._fed_bytes, len(chunk))
            self._info.feed(chunk, has_sources=has_sources)
        self._fed_bytes += len(chunk)

    def skip(self, size: int) -> None:
        self._info.skip(size)
        if self._table:
            self._table.skip(size)
        self._fed_bytes += size

    def facts(self) -> Iterator[Binary]:
        found = self._info.result()
        if found:
            names = self._table.names() if self._table else None
            yield replace(read_build_list(found, self._name), names=deflated(names) if names else b"")


def read(file: File) -> Scanner | None:
    head, name = file.data, file.path.rpartition("/")[2]
    if head.startswith(b"\xca\xfe\xba\xbe") and int.from_bytes(head[4:8], "big") > 20:
        return None  # a Java class: a fat Mach-O file has its number of architectures here
    if any(mark in head[:_PACKED_WITHIN_BYTES] for mark in _PACKED):
        raise ValueError("packed with UPX: its build information cannot be read")
    try:
        parts = mappings(head)
        if _is_from_c_compiler(head):
            return Scanner(name, BuildInfoScan(parts, writable_ranges(parts), versions=False))
        if not is_linked_by_go(head):
            return Scanner(name, BuildInfoScan(parts))
    except ValueError:
        return None  # not a file that could run
    constants = data_ranges(parts) if head.startswith(_WITHOUT_CONSTANTS_IN_CODE) else None
    return Scanner(name, BuildInfoScan(parts, constants), TableScan(constants))


def read_go_mod(file: File) -> list[Declared]:
    if _belongs_to_others(file.path):
        return []
    found = go_mod.read_go_mod(file.data.decode("utf-8", "replace"))
    if found.module in STANDARD_LIBRARY:
        return [TOOLCHAIN]
    published = "." in found.module.partition("/")[0]  # other names belong to the standard library, or are private to one tree
    own = [Module(found.module, "")] if published else []
    if found.toolchain or found.least:  # the file does not record which one was used in the end
        own.append(Module("stdlib", found.toolchain or found.least, 0.5 if found.toolchain else 0.4))
    return [Declared((*own, *_modules(found.requirements)), found.complete)]


def read_vendored(file: File) -> list[Declared]:
    if _belongs_to_others(file.path):
        return []
    return [Declared(_modules(go_mod.read_vendored(file.data.decode("utf-8", "replace"))), False)]


def read_go_sum(file: File) -> list[Declared]:
    if _belongs_to_others(file.path):
        return []
    needed, not_needed = go_mod.read_go_sum(file.data.decode("utf-8", "replace"))
    return [Declared(_modules(needed) + _modules(not_needed, NOT_NEEDED), False)]


def join(facts: Sequence[Fact]) -> Iterator[Package | Unknown]:
    complete = {_folder(fact.path) for fact in facts if isinstance(fact.value, Declared) and fact.value.complete}
    known = {_folder(fact.path) for fact in facts if fact.path.endswith("go.mod")}
    toolchain = {_folder(fact.path) for fact in facts if isinstance(fact.value, Declared) and fact.value == TOOLCHAIN}
    in_go_mod = {  # go.sum need not repeat the modules of the go.mod beside it
        (_folder(fact.path), module.path)
        for fact in facts
        if isinstance(fact.value, Declared) and fact.path.endswith("go.mod")
        for module in fact.value.modules
    }
    for fact in facts:
        evidence = Evidence(fact.path, fact.layer)
        if isinstance(fact.value, Declared):
            sums = fact.path.endswith("go.sum")
            if sums and _folder(fact.path) in complete:
                continue
            if not toolchain.isdisjoint(_folders(fact.path)):  # among Go's own sources: its vendored modules and generators
                continue
            for module in fact.value.modules:
                if sums and module.confidence == NOT_NEEDED and _folder(fact.path) in known:
                    continue
                if not sums or (_folder(fact.path), module.path) not in in_go_mod:
                    yield _package(module, evidence, "declared")
            continue
        found: Binary = fact.value
        library = standard_library_version(found.toolchain)
        if library:
            yield _package(Module("stdlib", library), evidence)
        else:
            yield Unknown("golang", evidence, f"Go toolchain of an unknown release: {found.toolchain or 'not readable'}")
        main = Module(TOOLS, library) if _is_go_tool(found) else found.main
        for module in (*((main,) if main else ()), *found.modules):
            yield _package(module, evidence)


def _is_go_tool(found: Binary) -> bool:
    """Whether a program is one of Go's own (``cmd/go``, ``cmd/vet``): no other module may begin with this element."""
    return found.package.startswith("cmd/") and (found.main is None or f"{found.main.path}/".startswith("cmd/"))


def _is_from_c_compiler(head: bytes) -> bool:
    """Whether an ELF file has C unwind tables and no build ID of Go, as most executables of an image."""
    if not head.startswith(b"\x7fELF") or has_go_build_id(head):
        return False
    return any(segment.type == PT_GNU_EH_FRAME for segment in headers_of(head).segments)


def _modules(requirements: Iterable[go_mod.Requirement], confidence: float = 1.0) -> tuple[Module, ...]:
    return tuple(Module(module.path, module.version, confidence) for module in requirements)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _folders(path: str) -> Iterator[str]:
    """The folders that contain the file, from the innermost."""
    while path:
        path = _folder(path)
        yield path


def _belongs_to_others(path: str) -> bool:
    """Whether a file is in the module cache or in an installed package. The cache has the go.mod of every module that
    was ever downloaded, whether or not it was built."""
    return "/pkg/mod/" in f"/{path}" or within_package(path)


def _package(module: Module, evidence: Evidence, presence: Presence = "present") -> Package:
    return Package(
        type="golang",
        namespace=None,
        name=module.path,
        version=module.version,
        cataloger="golang",
        confidence=module.confidence,
        presence=presence,
        evidence=(evidence,),
    )


def programs(facts: Sequence[Fact]) -> Iterator[Program]:
    for fact in facts:
        if isinstance(fact.value, Binary) and fact.value.names:
            digest = hashlib.sha256(fact.value.names).hexdigest()
            yield Program(fact.path, fact.value.toolchain, fact.value.package, fact.value.names, digest)


def identifies(facts: Sequence[Fact]) -> Iterator[str]:
    yield from (fact.path for fact in facts if isinstance(fact.value, Binary))


CATALOGER = Cataloger(
    name="golang",
    ecosystem=Ecosystem(purl_type="golang", scheme="semver", namespace="Go"),
    readers=(
        Reader(Wants(suffixes=(".exe",), executables=True, magic=MAGIC, amount="stream"), read),
        Reader(Wants(names=("go.mod",)), read_go_mod),
        Reader(Wants(names=("go.sum",)), read_go_sum),
        Reader(Wants(paths=("vendor/modules.txt",)), read_vendored),
    ),
    fact=Binary | Declared,
    join=join,
    identifies=identifies,
    programs=programs,
    limits=(
        "Executables packed with UPX, which are reported as unreadable; the toolchain's version of position-independent "
        "executables built before Go 1.18; all but the first architecture of a fat Mach-O file."
    ),
)
