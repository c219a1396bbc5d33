"""A project of npm's registry: what its own manifest asks for, as opposed to what its dependencies bring."""

from msgspec import Struct


class Project(Struct, frozen=True, omit_defaults=True, gc=False):
    """``folder`` has no leading slash; it is "" at the root of the image. ``dependencies`` are pairs of a name and a range.

    ``development``: the names that only development needs. ``workspaces``: patterns of the folders of its members.
    ``manager``: the client that the project names, "pnpm@9.1.0".
    """

    folder: str = ""
    dependencies: tuple[tuple[str, str], ...] = ()
    development: tuple[str, ...] = ()
    workspaces: tuple[str, ...] = ()
    manager: str = ""
