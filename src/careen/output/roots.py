"""The root file system of a package, by the path of the package database that lists it.

An image may contain others than its own: for chroot, of a rescue system, or the layers of images that it stores.
**Source:** the manual pages of dpkg, apk and rpm.
"""

from careen.safety.pattern import pattern

_DATABASE = pattern(
    r"(?:(?P<root>.+?)/)??(?:(?:var|usr)/lib/dpkg|(?:usr/)?lib/apk/db|(?:var/lib|usr/lib/sysimage|usr/share)/(?:rpm|rpmmanifest))/.+"
)


def root_of(path: str) -> str:
    """The folder of the root file system; "" for that of the image, and for other files than those of a database."""
    found = _DATABASE.fullmatch(path)
    return (found["root"] or "") if found else ""
