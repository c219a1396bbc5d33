"""The locations of code whose origin only its content shows: names, folders and sizes."""

from functools import lru_cache

PROGRAM_HEADS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
SOURCE_BYTES = range(256, 4 << 20)
PROGRAM_BYTES = range(256, 256 << 20)
LIBRARY_BYTES = 4 << 20
BUNDLE_BYTES = range(32 << 10, 16 << 20)
NO_BYTES = range(0)
SOURCES = frozenset(
    (".c", ".cc", ".cjs", ".cpp", ".cs", ".cu", ".cxx", ".go", ".h", ".hh", ".hpp", ".hxx", ".inc", ".java", ".js", ".jsx",
     ".kt", ".l", ".m", ".mjs", ".mm", ".php", ".pl", ".pm", ".pxd", ".py", ".pyi", ".pyx", ".r", ".rb", ".rs", ".scala",
     ".swift", ".tcl", ".ts", ".tsx", ".y")
)  # fmt: skip
SCRIPTS = (".js", ".mjs", ".cjs")
# Folders of a package with copies of other projects; in the second set they are bundled with its own code.
COPIES = frozenset(
    ("_vendor", "_vendored", "_vendored_packages", "3rdparty", "bundled", "extern", "external", "externals", "packages",
     "third-party", "third_party", "thirdparty", "vendor", "vendored")
)  # fmt: skip
BUNDLES = frozenset(("build", "dist", "min", "umd"))
# Folders with tools and data of the system: files there without an owner were made by its own programs.
_SYSTEM = ("usr/share/", "usr/include/", "usr/lib/", "var/lib/", "etc/", "lib/", "proc/", "sys/", "dev/")
_PAGES = ("usr/share/nginx/html/", "usr/share/caddy/")  # the root folders of web servers, in their makers' images


def is_of_system(path: str) -> bool:
    return path.startswith(_SYSTEM) and not path.startswith(_PAGES)


def is_source(path: str) -> bool:
    dot = path.rfind(".")
    return dot > 0 and path[dot:].lower() in SOURCES


def is_costly(path: str, size: int) -> bool:
    """Whether finding the origin of this program of a package is expensive. It is for extension modules, which are many
    and large, and for any file of 4 MiB or more; not for the smaller libraries in the folders ``….libs`` of wheels.
    """
    return size >= LIBRARY_BYTES or not path.rpartition("/")[0].endswith(".libs")


def is_copy(path: str, size: int) -> bool:
    """Whether a file of a package may be a copy of another project's, or have copies bundled into it."""
    return size in copy_bytes(path)


def copy_bytes(path: str) -> range:
    """The sizes at which a file at this path may be, or contain, such a copy; an empty range if it cannot."""
    sizes = _bytes_below(path.rpartition("/")[0])
    return NO_BYTES if sizes is BUNDLE_BYTES and not path.endswith(SCRIPTS) else sizes


@lru_cache(4096)
def _bytes_below(folder: str) -> range:
    """The sizes at which a file in this folder may be, or contain, a copy. The result is cached, because the function is
    called for every file of a package.
    """
    folders = folder.split("/")
    if not COPIES.isdisjoint(folders):
        return SOURCE_BYTES
    return NO_BYTES if BUNDLES.isdisjoint(folders) else BUNDLE_BYTES
