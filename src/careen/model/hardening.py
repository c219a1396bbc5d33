"""How the programs and libraries of an image were built."""

from msgspec import Struct


class Build(Struct, frozen=True, array_like=True, gc=False):
    """What the headers of one ELF or PE file show.

    ``format`` is elf or pe, or "" if its tables cannot be read; ``role`` is program, library or static (a program that
    loads no libraries). ``position``: it runs at any address (PIE). ``canary`` is None if no names of functions could
    be read. ``fortified`` of ``fortifiable`` imported functions check the sizes of buffers. ``branches``: CET, BTI or
    Control Flow Guard. ``language`` is go, rust or dotnet if the file shows it: their compilers need no canaries.
    """

    format: str
    role: str
    position: bool = False
    relro: bool = False
    bind_now: bool = False
    no_exec_stack: bool = True
    canary: bool | None = None
    text_relocations: bool = False
    branches: bool = False
    stripped: bool | None = None
    debug: bool | None = None
    fortified: int = 0
    fortifiable: int = 0
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    language: str = ""
    listens: bool = False  # it imports the function that makes a socket wait for connections


class BuiltFile(Struct, frozen=True, gc=False):
    """A program or library. ``missing`` are the protections that the distribution's own files have and this one lacks.
    ``mode`` are the permission bits; ``owned``: a package of the distribution owns the file.
    """

    path: str
    layer: int
    build: Build
    missing: tuple[str, ...] = ()
    mode: int = 0
    capabilities: bool = False
    owned: bool = False
    package: str = ""  # purl

    @property
    def privileged(self) -> bool:
        """Whether the program runs with rights that its caller may lack: setuid, setgid or capabilities."""
        return bool(self.mode & 0o6000) or self.capabilities


class Hardening(Struct, frozen=True):
    """The hardening of an image. ``files`` counts programs and libraries. ``usual`` are the protections that count in
    this image. ``lacking`` are files without one of them, sorted by path, up to a limit; ``left_out`` counts further
    ones.
    """

    files: int = 0
    usual: tuple[str, ...] = ()
    lacking: tuple[BuiltFile, ...] = ()
    left_out: int = 0
    unread: int = 0  # with headers that could not be read
