"""What distributions' own archives, and the facts that Careen ships, add to the knowledge about an image."""

import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from careen import __version__
from careen.app.wiring import cache_folder
from careen.config import Settings
from careen.database.knowledge import Knowledge
from careen.errors import UsageError
from careen.model.inventory import Inventory
from careen.plugins import Ecosystem, Progress, silent

if TYPE_CHECKING:
    from careen.database.archive_files import Archives
    from careen.formats.archive_facts import ArchiveFacts


class OwnArchives:
    """The archives of one run, asked by one thread at a time: what an image needed is there for the next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._archives: Archives | None = None

    def knowledge(
        self, settings: Settings, inventory: Inventory, ecosystems: Mapping[str, Ecosystem], progress: Progress
    ) -> Knowledge | None:
        if not settings.archive:
            return None
        from careen.database.archive import archive_knowledge
        from careen.matching.installed import installed_sources
        from careen.versions.deb import key

        with self._lock:
            if self._archives is None:
                self._archives = _open(settings, progress)
            return archive_knowledge(self._archives, installed_sources(inventory, ecosystems), key)


def shipped(known: Sequence[Knowledge], namespaces: Collection[str]) -> Knowledge | None:
    """What Careen ships of the distributions of which nothing else is known; advisories of the user's own do not count."""
    from careen.database.private import SOURCE
    from careen.database.seed import shipped_knowledge

    missing = [
        namespace
        for namespace in namespaces
        if namespace.startswith("debian:")
        and not any(info.source != SOURCE for part in known for info in part.namespace(namespace))
    ]
    return shipped_knowledge(missing) if missing else None


def make_facts(settings: Settings, target: Path, progress: Progress = silent) -> "ArchiveFacts":
    """A file of facts about the packages of Debian's base images, out of the archive that the settings name."""
    from careen.database.seed import make_seed
    from careen.versions.deb import key

    if not settings.archive:
        raise UsageError("no archive is named", "careen db seed --archive URL|DIR --to FILE")
    return make_seed(_open(settings, progress), target, key)


def _open(settings: Settings, progress: Progress) -> "Archives":
    from careen.database.archive_files import Archives
    from careen.net import NetSettings, make_fetcher

    plain = tuple(urlsplit(place).netloc.rpartition("@")[2] for place in settings.archive if place.startswith("http://"))
    fetcher = make_fetcher(
        NetSettings(
            timeout_s=settings.timeout_s,
            ca_file=settings.ca_file,
            plain_http=plain,  # signature and checksums hold without TLS
            user_agent=f"careen/{__version__}",
        )
    )
    cache = None if settings.no_cache else cache_folder(settings.cache_dir) / "archive"
    return Archives(settings.archive, fetcher, cache, settings.archive_keys, progress)
