"""A mirror: the feeds in a folder, for machines without a network.

Raises: DatabaseError, InputError, UsageError.
"""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from careen.app.wiring import advisory_sources, fetcher_of
from careen.config import Settings
from careen.errors import UsageError
from careen.plugins import Progress, silent

if TYPE_CHECKING:
    from careen.database.mirroring import Laid


def mirror_feeds(
    folder: Path, settings: Settings, progress: Progress = silent, *, wanted: Collection[str] = (), full: bool = False
) -> "tuple[Laid, ...]":
    """Writes a mirror of feeds into a folder. ``wanted``: namespaces and sources; empty means all. ``full``: also large
    feeds.
    """
    from careen.database.mirroring import check_wanted, lay_down

    if settings.db_from is not None:
        raise UsageError("a mirror is made from the sources' own addresses", "leave --from out")
    sources = advisory_sources()
    check_wanted(sources, wanted)
    return lay_down(
        folder, sources, fetcher_of(settings), wanted=wanted, full=full, progress=progress, api_key=settings.nvd_api_key or ""
    )
