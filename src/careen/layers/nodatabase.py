"""Whether an image states a distribution and contains files that it built, but no list of its packages.

An image loses its package database when it is flattened or slimmed, for example. The packages that are left cannot be
assessed then, and the image must not look like one without packages. Images without ``os-release``, and those with nothing
of the distribution except that file, only contain files that others built.
"""

from careen.model.package import Distribution

from .facts import Facts
from .squash import Squashed

# A C library and the program loader, by the beginning of their names: all of a distribution's programs need them.
_LIBRARIES = ("ld-linux", "ld-musl-", "ld64.so", "ld.so", "libc.so.6", "libc-2.", "libc.musl-")
_LIBRARY_FOLDERS = ("lib", "lib32", "lib64", "usr/lib", "usr/lib32", "usr/lib64")
# Files that only a distribution's own packages, or their package manager, create.
_MARKS = ("etc/debian_version", "etc/alpine-release", "etc/redhat-release", "etc/apk/arch", "etc/dpkg/dpkg.cfg")
_MARK_FOLDERS = (
    "var/lib/dpkg",
    "var/lib/apk",
    "lib/apk",
    "usr/lib/apk",
    "var/lib/rpm",
    "usr/lib/sysimage/rpm",
    "usr/share/dpkg",
)


def has_lost_its_packages(distribution: Distribution | None, tree: Squashed, facts: Facts) -> bool:
    """Whether an image without any listed package once had packages of its own distribution: it contains files that only
    these create, or the distribution's libraries.
    """
    if distribution is None:
        return False
    return (
        any(tree.entry(mark) is not None for mark in _MARKS)
        or any(tree.is_folder(folder) for folder in _MARK_FOLDERS)
        or any(_is_library(fact.path) for fact in facts.of_role("native_code"))
    )


def _is_library(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    outer = folder.rpartition("/")[0] if folder.endswith(("-gnu", "-musl", "-gnueabihf")) else folder
    return name.startswith(_LIBRARIES) and outer in _LIBRARY_FOLDERS
