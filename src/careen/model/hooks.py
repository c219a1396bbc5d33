"""Files that take effect automatically: when a user logs in, when Python starts, when packages are installed."""

from msgspec import Struct


class HookFact(Struct, frozen=True, array_like=True, gc=False):
    """The content of one hook file. ``detail`` is a line of it, or the host of a package index."""

    kind: str
    detail: str = ""


class Hook(Struct, frozen=True, gc=False):
    """A hook. ``kind``: python_start, preload, cron, service, profile, pam, git or install; extra_index and plain_index
    are settings of package managers.
    """

    path: str
    layer: int
    kind: str
    detail: str = ""
