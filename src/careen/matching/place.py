"""The place of a package, as its manager names it, and what prevents an upgrade there."""

from typing import Literal

from msgspec import Struct

from careen.model.plan import Where
from careen.safety.pattern import pattern

SAFE = pattern(r"[A-Za-z0-9@._+~:^/-]+")


class Obstacle(Struct, frozen=True):
    """Why a package cannot be upgraded in its place. ``by``: the package that contains a bundled copy."""

    code: Literal["unsafe_name", "no_package_manager", "no_archive", "stored_image", "third_party", "owned", "bundled"]
    by: str = ""


class Place(Struct, frozen=True):
    """Where a package is, as its manager names the place: an interpreter, a folder or a file; "" for packages of the image's
    own system.
    Without a manager, ``obstacle`` states why the package cannot be upgraded there. ``also``: further folders in which the
    same command has to run. ``production``: what only development needs is not installed there. ``project``: the
    folder whose lock file covers the place, if it is another; also of a lock file whose project has a manifest.
    """

    manager: str = ""
    place: str = ""
    where: Where = "manifest"
    obstacle: Obstacle | None = None
    also: tuple[str, ...] = ()
    production: bool = False
    project: str = ""


def is_safe(text: str) -> bool:
    """Whether a path needs no quoting in a shell, and stays below its folder."""
    return not text or (SAFE.fullmatch(text) is not None and ".." not in text.split("/"))
